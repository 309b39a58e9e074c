/* The desk from the keyboard, and the count of what is selected. */

// On a list its tickets, on a ticket its messages.
const rows = () => {
  const listed = [...document.querySelectorAll("[data-row]")];
  return listed.length ? listed : [...document.querySelectorAll(".conversation article[data-message]")];
};
const linkOf = (row) => row.querySelector(".row-subject a") || row.querySelector(":scope > details > summary") || row;
const isWriting = (element) => element.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function step(by) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
  const place = linkOf(next);
  if (place === next) next.tabIndex = -1;
  place.focus({ focusVisible: true });
  next.scrollIntoView({ block: "nearest" });
}

function pick() {
  const row = document.activeElement?.closest("[data-row]");
  row?.querySelector(".pick")?.click();
}

// Anything may answer to a key: data-key="r". A field is focused, everything else is pressed.
function press(key) {
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility?.() ?? true);
  if (!target) return false;
  // What is open already is written in, not closed.
  const fold = target.closest("summary")?.parentElement;
  if (fold?.open && fold.matches(".composer")) fold.querySelector("textarea").focus();
  else if (isWriting(target)) { target.focus(); target.select?.(); } else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && isWriting(event.target)) { event.target.blur(); return; }
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
  else if (event.key === "x") pick();
  else if (!(event.key.length === 1 && press(event.key))) return;
  event.preventDefault();
});

function countPicked() {
  const number = document.querySelectorAll(".pick:checked").length;
  for (const place of document.querySelectorAll("[data-picked-count]")) place.textContent = number;
}
document.addEventListener("change", (event) => { if (event.target.matches(".pick")) countPicked(); });
countPicked();
