/* Guards what somebody writes: drafts that survive a reload, a warning before leaving, dropped and pasted files. */

const words = JSON.parse(document.querySelector('meta[name="words"]')?.content || "{}");
const DRAFT_DAYS = 14;
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

function openDraft(area) {
  const name = area.dataset.draft;
  const kept = read(name);
  if (kept && wasSent(kept.text)) write(name, "");
  else if (kept && !area.value.trim()) {
    area.value = kept.text;
    const fold = area.closest("details.composer");
    if (fold && !document.querySelector("details.composer[open]")) fold.open = true;
    say(area, words.draft_back);
  }
  let waiting;
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { write(name, area.value); say(area, area.value.trim() ? words.draft_kept : ""); }, 400);
  });
  area.form?.addEventListener("submit", () => write(name, area.value));
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
  if (form && "warn" in form.dataset && !event.target.dataset.draft) dirty.add(form);
});
document.addEventListener("submit", (event) => {
  dirty.delete(event.target);
  if ("clearDrafts" in event.target.dataset) for (const key of drafts()) localStorage.removeItem(key);
});
addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

function addFiles(area, files) {
  const input = area.form?.querySelector('input[type="file"]');
  if (!input || !files.length) return false;
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

document.addEventListener("paste", (event) => {
  const area = event.target.closest?.("textarea");
  if (area && addFiles(area, event.clipboardData?.files || [])) event.preventDefault();
});
document.addEventListener("dragover", (event) => {
  if (event.target.closest?.("textarea") && event.dataTransfer?.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const area = event.target.closest?.("textarea");
  if (area && addFiles(area, event.dataTransfer?.files || [])) event.preventDefault();
});

// Opening a reply puts the cursor where one writes; Ctrl+Enter sends.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.composer[open]")) event.target.querySelector("textarea")?.focus();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form?.requestSubmit();
  }
});

forgetOld();
for (const area of document.querySelectorAll("textarea[data-draft]")) openDraft(area);
