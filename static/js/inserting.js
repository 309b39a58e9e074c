/* What is put into words being written: dropped and pasted files, and canned replies by the select or by typing "/". */

function inputOf(place) { return place?.closest("form")?.querySelector('input[type="file"]'); }

function setFiles(input, files) {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function addFiles(place, files) {
  const input = inputOf(place);
  if (!input || !files.length) return false;
  setFiles(input, [...input.files, ...files]);
  return true;
}

// What was pasted has the same name each time; a number tells the second from the first.
function named(files, taken) {
  return [...files].map((file, at) => {
    const dot = file.name.lastIndexOf(".");
    if (!taken.some((other) => other.name === file.name) || dot < 1) return file;
    return new File([file], `${file.name.slice(0, dot)}-${taken.length + at + 1}${file.name.slice(dot)}`, { type: file.type });
  });
}

document.addEventListener("paste", (event) => {
  const area = event.target.closest?.("textarea");
  const files = event.clipboardData?.files || [];
  if (area && addFiles(area, named(files, [...(inputOf(area)?.files || [])]))) event.preventDefault();
});
const dropPlace = (event) => event.dataTransfer?.types.includes("Files") && event.target.closest?.(".composer form, textarea");
document.addEventListener("dragover", (event) => {
  const place = dropPlace(event);
  if (place) { event.preventDefault(); place.classList.add("dropping"); }
});
document.addEventListener("dragleave", (event) => {
  const place = event.target.closest?.(".dropping");
  if (place && !place.contains(event.relatedTarget)) place.classList.remove("dropping");
});
document.addEventListener("drop", (event) => {
  const place = dropPlace(event);
  place?.classList.remove("dropping");
  if (place && addFiles(place, event.dataTransfer.files)) event.preventDefault();
});

// The files that were chosen, each with a way to leave it out.
document.addEventListener("change", (event) => {
  const list = event.target.type === "file" ? event.target.parentElement.querySelector("[data-chosen]") : null;
  if (!list) return;
  const input = event.target;
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.className = "btn btn-quiet btn-sm";
    button.setAttribute("aria-label", list.dataset.remove.replace("{n}", file.name));
    button.addEventListener("click", () => { setFiles(input, [...input.files].filter((other) => other !== file)); input.focus(); });
    item.append(`${file.name} `, button);
    return item;
  }));
  list.hidden = !input.files.length;
});

let asked;

function canned(select) {
  asked ||= fetch(select.dataset.canned, { headers: { Accept: "application/json" } }).then((answer) => answer.ok ? answer.json() : Promise.reject(answer));
  return asked.catch(() => { asked = null; return []; });
}

function insert(area, text, from, to) {
  area.focus();
  area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function choices(select, area) {
  const list = document.createElement("ul");
  list.className = "canned-list";
  list.id = `${select.id}-list`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", select.labels[0].textContent);
  area.before(list);
  area.setAttribute("aria-controls", list.id);
  return list;
}

// "/" at the beginning of a line, and the words after it up to the cursor.
function command(area) {
  const before = area.value.slice(0, area.selectionStart);
  const start = before.lastIndexOf("\n") + 1;
  return before[start] === "/" ? { start, asked: before.slice(start + 1).toLowerCase() } : null;
}

for (const select of document.querySelectorAll("select[data-canned]")) {
  const area = select.form.querySelector("textarea");
  select.form.querySelector("[data-insert]").hidden = true;
  select.addEventListener("change", async () => {
    const chosen = (await canned(select)).find((each) => String(each.id) === select.value);
    select.value = "";
    if (!chosen) return;
    const before = area.value.slice(0, area.selectionStart);
    insert(area, before && !before.endsWith("\n") ? `\n\n${chosen.words}` : chosen.words, area.selectionStart, area.selectionEnd);
  });

  const list = choices(select, area);
  let at = 0, shown = [];
  const close = () => { list.hidden = true; shown = []; area.removeAttribute("aria-activedescendant"); };
  const take = (each) => { const typed = command(area); close(); if (typed) insert(area, each.words, typed.start, area.selectionStart); };
  const draw = () => {
    list.replaceChildren(...shown.map((each, place) => {
      const item = document.createElement("li");
      item.id = `${select.id}-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === at));
      const name = document.createElement("strong"), start = document.createElement("span");
      name.textContent = each.name;
      start.textContent = each.words.replace(/\s+/g, " ").slice(0, 100);
      item.append(name, " ", start);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(each); });
      return item;
    }));
    list.hidden = !shown.length;
    if (shown.length) area.setAttribute("aria-activedescendant", `${select.id}-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  area.addEventListener("input", async () => {
    if (!command(area)) { close(); return; }
    const all = await canned(select);
    const typed = command(area);
    if (!typed) { close(); return; }
    shown = all.filter((each) => each.name.toLowerCase().includes(typed.asked)).slice(0, 8);
    at = 0;
    if (shown.length) draw(); else close();
  });
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { at = (at + step + shown.length) % shown.length; draw(); }
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey || event.key === "Tab") take(shown[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
