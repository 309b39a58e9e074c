/* Suggests keys and values of search while somebody types; without it the field works as it is. */

const PAUSE = 120;

for (const field of document.querySelectorAll("input[data-suggestions]")) suggestFor(field);

function suggestFor(field) {
  const list = document.createElement("ul");
  list.className = "search-list";
  list.id = "search-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.suggestionsLabel);
  field.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) field.setAttribute(name, value);

  let timer = 0;
  let asked = 0;
  let shown = [];
  let chosen = -1;

  function close() {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark(place) {
    chosen = place;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === place)));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", list.children[place].id);
      list.children[place].scrollIntoView({ block: "nearest" });
    }
  }

  function show(suggestions) {
    shown = suggestions;
    list.replaceChildren(...shown.map((each, index) => {
      const item = document.createElement("li");
      item.id = `search-option-${index}`;
      item.setAttribute("role", "option");
      const written = document.createElement("code");
      written.textContent = each.written;
      const means = document.createElement("span");
      means.textContent = each.means;
      item.append(written, means);
      return item;
    }));
    list.hidden = !shown.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
  }

  async function ask() {
    const mine = ++asked;
    const typed = field.value.slice(0, field.selectionStart);
    if (!typed.trim()) { close(); return; }
    try {
      const answer = await fetch(`${field.dataset.suggestions}?${new URLSearchParams({ q: typed })}`);
      if (answer.ok && mine === asked && document.activeElement === field) show(await answer.json());
    } catch { /* Without suggestions the search is as good. */ }
  }

  function register(text) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = field.dataset.register;
    for (const [name, value] of Object.entries({ text, csrf_token: document.querySelector('meta[name="csrf-token"]')?.content || "" })) {
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = name;
      hidden.value = value;
      form.append(hidden);
    }
    document.body.append(form);
    form.submit();
  }

  function take(place) {
    if (shown[place].registers) { register(shown[place].query); return; }
    const rest = field.value.slice(field.selectionStart).replace(/^\S+/, "").trimStart();
    const query = shown[place].query;
    field.value = query + rest;
    field.setSelectionRange(query.length, query.length);
    close();
    field.focus();
    // After a key its values come next.
    if (query.endsWith(":")) ask();
  }

  // What begins with "+" is registered; and "n" is the way there.
  field.form.addEventListener("submit", (event) => {
    if (!/^\s*\+\s*\S/.test(field.value)) return;
    event.preventDefault();
    register(field.value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "n" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    field.focus();
    if (!field.value.startsWith("+")) field.value = "+ ";
    field.setSelectionRange(field.value.length, field.value.length);
  });

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  field.addEventListener("blur", close);
  // Before the field loses the focus.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) take([...list.children].indexOf(item));
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark((chosen + 1) % shown.length);
    else if (event.key === "ArrowUp") mark((chosen <= 0 ? shown.length : chosen) - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(chosen);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
