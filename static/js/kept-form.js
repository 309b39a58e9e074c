/* Keeps what is filled into a form (data-keep) on this device until the page that takes it says that it arrived (data-kept-done). */

const PREFIX = "draft:form-";

function kept(name) {
  try { return JSON.parse(localStorage.getItem(PREFIX + name))?.fields || null; } catch { return null; }
}

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !["hidden", "file", "submit", "button"].includes(field.type) && field.name !== "carried");

function keep(form) {
  const fields = {};
  for (const field of fieldsOf(form)) {
    if (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value) fields[field.name] = field.value;
  }
  try { localStorage.setItem(PREFIX + form.dataset.keep, JSON.stringify({ fields, at: Date.now() })); } catch { /* Then a reload costs what was typed, as without a script. */ }
}

// Only into a form that nobody has filled in: what came back from the server is newer.
function fill(form) {
  const fields = kept(form.dataset.keep);
  const own = fieldsOf(form);
  const begun = own.some((field) => (field.type === "radio" ? field.checked : field.type !== "select-one" && field.value));
  if (!fields || begun) return;
  for (const field of own) {
    const value = fields[field.name];
    if (value === undefined) continue;
    if (field.type === "radio") field.checked = field.value === value;
    else if (field.type !== "select-one" || [...field.options].some((option) => option.value === value)) field.value = value;
  }
}

for (const done of document.querySelectorAll("[data-kept-done]")) {
  try { localStorage.removeItem(PREFIX + done.dataset.keptDone); } catch { /* There was nothing kept. */ }
}
for (const form of document.querySelectorAll("form[data-keep]")) {
  fill(form);
  form.addEventListener("input", () => keep(form));
}
