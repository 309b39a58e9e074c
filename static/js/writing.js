/* Guards what somebody writes: drafts that survive a reload and another machine, a warning before leaving, the reply that can still be taken back. */

const words = JSON.parse(document.querySelector('meta[name="words"]')?.content || "{}");
const DRAFT_DAYS = 14;
const SAVE_AFTER_MS = 2000;
const PREFIX = "draft:";
const flat = (text) => text.replace(/\s+/g, " ").trim();

function read(name) {
  try { return JSON.parse(localStorage.getItem(PREFIX + name)); } catch { return null; }
}

function write(name, text) {
  try {
    if (text.trim()) localStorage.setItem(PREFIX + name, JSON.stringify({ text, at: Date.now() }));
    else localStorage.removeItem(PREFIX + name);
  } catch { /* A full or refused store only means that there is no draft. */ }
}

function drafts() {
  try { return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)); } catch { return []; }
}

// A draft is dropped only when its words are seen in the conversation: a failed sending must not cost a text.
function wasSent(text) {
  const start = flat(text).slice(0, 200);
  return [...document.querySelectorAll("[data-message]")].some((message) => flat(message.textContent).includes(start));
}

function say(area, text) {
  const place = area.form?.querySelector("[data-draft-state]");
  if (place) place.textContent = text || "";
}

// Each file that goes with the words, with a box to leave it out; pictures that came now are seen.
function showCarried(list, files, fresh) {
  if (!list) return;
  list.replaceChildren(...files.map((file) => {
    const item = document.createElement("li"), label = document.createElement("label"), box = document.createElement("input");
    label.className = "attachment";
    Object.assign(box, { type: "checkbox", className: "form-check-input", name: list.dataset.carried, value: file.mark, checked: true });
    const about = document.createElement("span"), name = document.createElement("span"), size = document.createElement("span");
    [name.className, name.textContent] = ["file-name", file.name];
    [size.className, size.textContent] = ["file-size", [file.size, file.infected].filter(Boolean).join(" · ")];
    about.append(name, size);
    label.append(box, about);
    const mine = fresh.find((other) => other.name === file.name && /^image\/(png|jpeg|gif|webp)$/.test(other.type) && other.size < 4e6);
    if (mine) {
      const reader = new FileReader(), picture = document.createElement("img");
      picture.alt = "";
      reader.addEventListener("load", () => { picture.src = reader.result; box.after(picture); });
      reader.readAsDataURL(mine);
    }
    item.append(label);
    return item;
  }));
  list.hidden = !files.length;
}

const same = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

function leaveOut(form, name) {
  for (const label of form.querySelectorAll("[data-carried] label")) {
    if (label.querySelector(".file-name").textContent === name) label.querySelector("input").checked = false;
  }
}

// The server keeps the draft of a ticket; this device only keeps what does not reach it.
function serverDraft(area, name) {
  let seen = area.dataset.draftSeen, saved = area.value, waiting, asking = null, over = false;
  const cc = () => [...area.form.querySelectorAll('input[type="text"]')].map((field) => field.value).join("\n");
  let savedCc = cc();
  const save = async (leaving) => {
    clearTimeout(waiting);
    if (over || (area.value === saved && cc() === savedCc)) return;
    if (asking) {
      // The mark of the draft comes with the answer, and without it this one would be refused.
      if (!leaving) waiting = setTimeout(save, 300);
      else write(name, area.value);
      return;
    }
    const body = new URLSearchParams({ "draft-seen": seen });
    for (const field of area.form.elements) {
      if (["hidden", "textarea", "text"].includes(field.type) && field.name) body.append(field.name, field.value);
    }
    [saved, savedCc] = [area.value, cc()];
    try {
      asking = fetch(area.dataset.draftUrl, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: true });
      const answer = await asking;
      const told = await answer.json();
      if (answer.ok) { seen = told.seen; write(name, ""); say(area, seen ? words.draft_saved : ""); }
      else { over = answer.status === 409; write(name, area.value); say(area, told.words); }
    } catch {
      saved = null;
      write(name, area.value);
      say(area, area.value.trim() ? words.draft_kept : "");
    }
    asking = null;
  };
  // A file is kept with the draft at once, so that it survives whatever happens to the page.
  const carry = async (input) => {
    while (asking) await Promise.resolve(asking).catch(() => null).then(() => new Promise((done) => setTimeout(done, 50)));
    if (over || !input.files.length) return;
    clearTimeout(waiting);
    const files = [...input.files];
    const body = new FormData(area.form);
    body.append("draft-seen", seen);
    [saved, savedCc] = [area.value, cc()];
    try {
      asking = fetch(`${area.dataset.draftUrl}&files=1`, { method: "POST", body, headers: { Accept: "application/json" } });
      const answer = await asking;
      const told = await answer.json();
      if (answer.ok) {
        seen = told.seen;
        showCarried(area.form.querySelector("[data-carried]"), told.files, files);
        // What was added while these were on their way follows them; what was left out meanwhile stays out.
        const [now, left] = [[...input.files], new DataTransfer()];
        for (const file of now) if (!files.some((sent) => same(sent, file))) left.items.add(file);
        for (const file of files) if (!now.some((still) => same(still, file))) leaveOut(area.form, file.name);
        input.files = left.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
        say(area, words.draft_saved);
      } else { over = answer.status === 409; say(area, told.words); }
      // Otherwise they stay chosen, and go with the words when those are sent.
    } catch { saved = null; say(area, words.draft_kept); }
    asking = null;
  };
  area.form.addEventListener("change", (event) => { if (event.target.type === "file") carry(event.target); });
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(save, SAVE_AFTER_MS); };
  area.form.addEventListener("input", soon);
  area.addEventListener("draft", soon);
  area.form.addEventListener("submit", (event) => {
    over = true;
    clearTimeout(waiting);
    write(name, event.submitter && "discard" in event.submitter.dataset ? "" : area.value);
  });
  addEventListener("pagehide", () => save(true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
}

function localDraft(area, name) {
  let waiting;
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { write(name, area.value); say(area, area.value.trim() ? words.draft_kept : ""); }, 400);
  });
  area.form?.addEventListener("submit", () => write(name, area.value));
}

function openDraft(area) {
  const name = area.dataset.draft;
  const kept = read(name);
  (area.dataset.draftUrl ? serverDraft : localDraft)(area, name);
  if (kept && wasSent(kept.text)) write(name, "");
  else if (kept && !area.value.trim()) {
    area.value = kept.text;
    const fold = area.closest("details.composer");
    if (fold && !document.querySelector("details.composer[open]")) fold.open = true;
    say(area, words.draft_back);
    area.dispatchEvent(new Event("draft"));
  }
}

function forgetOld() {
  for (const key of drafts()) {
    const at = read(key.slice(PREFIX.length))?.at || 0;
    if (Date.now() - at > DRAFT_DAYS * 86400000) localStorage.removeItem(key);
  }
}

// Leaving with unsaved words asks first, unless they are kept as a draft anyway.
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && "warn" in form.dataset && !event.target.dataset.draft && event.target.type !== "file" && !("canned" in event.target.dataset)) dirty.add(form);
});
document.addEventListener("submit", (event) => {
  dirty.delete(event.target);
  if ("clearDrafts" in event.target.dataset) for (const key of drafts()) localStorage.removeItem(key);
});
addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

// Opening a reply puts the cursor where one writes; Ctrl+Enter sends.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.composer[open]")) return;
  // A supplier has an address before there are words.
  const to = event.target.querySelector('input[name$="-to"]');
  (to && !to.value ? to : event.target.querySelector("textarea"))?.focus();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form?.requestSubmit();
  }
});

// The seconds in which a reply can be taken back; then the way is gone, not dead.
function countDown(form) {
  const end = Date.now() + Number(form.dataset.seconds) * 1000;
  const left = form.querySelector("[data-left]");
  const tick = setInterval(() => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds > 0) { left.textContent = `${seconds} s`; return; }
    clearInterval(tick);
    form.remove();
  }, 250);
}

forgetOld();
for (const area of document.querySelectorAll("textarea[data-draft]")) openDraft(area);
for (const form of document.querySelectorAll("form.take-back")) countDown(form);
