/* A select in which one types: a field with what fits below it; without a script the select stays. */

const chooseAll = () => { for (const select of document.querySelectorAll("select[data-choose]:not([hidden])")) choose(select); };
chooseAll();
// The part of a page that was brought in place has its select again.
document.addEventListener("htmx:oobAfterSwap", chooseAll);

function choose(select) {
  const field = document.createElement("input");
  const list = document.createElement("ul");
  const options = [...select.options].map((option) => ({
    value: option.value, label: option.textContent.trim(), group: option.parentElement.label || "",
  }));
  const chosen = () => select.selectedOptions[0]?.textContent.trim() || "";
  field.type = "text";
  field.className = "form-control form-control-sm";
  field.autocomplete = "off";
  field.id = select.id;
  // Also as its default, so that a field which nobody has touched is not taken for one in work.
  field.value = field.defaultValue = chosen();
  select.id = `${select.id}-select`;
  list.className = "choose-list";
  list.id = `${field.id}-list`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  list.setAttribute("aria-label", label?.textContent.trim() || "");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) field.setAttribute(name, value);
  if (select.dataset.key) { field.dataset.key = select.dataset.key; delete select.dataset.key; }
  select.hidden = true;
  const place = document.createElement("span");
  place.className = "choose";
  select.after(place);
  place.append(field, list);

  let shown = [], at = -1;
  const close = () => {
    list.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const mark = (which) => {
    at = which;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    if (at >= 0) {
      field.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  };
  // Each word typed begins a word of the name: "ag a" finds Agnes Agent.
  const fits = (option, typed) => {
    const words = `${option.label} ${option.group}`.toLowerCase().split(/[\s(.-]+/);
    return typed.every((part) => words.some((word) => word.startsWith(part)));
  };
  const open = (typed) => {
    const parts = typed.toLowerCase().split(/\s+/).filter(Boolean);
    shown = options.filter((option) => fits(option, parts)).slice(0, 30);
    list.replaceChildren(...shown.map((option, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.setAttribute("role", "option");
      const name = document.createElement("span");
      name.textContent = option.label;
      item.append(name);
      if (option.group) {
        const group = document.createElement("small");
        group.textContent = ` ${option.group}`;
        item.append(group);
      }
      return item;
    }));
    list.hidden = !shown.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    mark(parts.length && shown.length ? 0 : -1);
  };
  const take = (which) => {
    select.value = shown[which].value;
    field.value = shown[which].label;
    close();
  };

  field.addEventListener("focus", () => { field.select(); open(""); });
  field.addEventListener("input", () => open(field.value));
  // What was not chosen is not meant: the field says again what holds.
  field.addEventListener("blur", () => { close(); field.value = chosen(); });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) take([...list.children].indexOf(item));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) open("");
    else if (list.hidden) return;
    else if (event.key === "ArrowDown") mark((at + 1) % shown.length);
    else if (event.key === "ArrowUp") mark((at <= 0 ? shown.length : at) - 1);
    else if (event.key === "Enter" && at >= 0) { take(at); select.form.requestSubmit(); }
    else if (event.key === "Tab" && at >= 0) { take(at); return; }
    // The field is left as well, so that the next key is one of the desk's.
    else if (event.key === "Escape") { close(); return; }
    else return;
    event.preventDefault();
  });
}
