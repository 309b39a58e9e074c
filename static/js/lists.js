/* Selecting on a work list: a range with shift, all on the page, and Escape lets go. */

const picks = () => [...document.querySelectorAll(".pick")];
const all = document.querySelector("[data-pick-all]");
let last = null;

function tell(pick) {
  pick.dispatchEvent(new Event("change", { bubbles: true }));
}

function showAll() {
  if (!all) return;
  const some = picks();
  const picked = some.filter((pick) => pick.checked).length;
  all.checked = picked > 0 && picked === some.length;
  all.indeterminate = picked > 0 && picked < some.length;
}

document.addEventListener("click", (event) => {
  const pick = event.target.closest?.(".pick");
  if (!pick) return;
  const some = picks();
  if (event.shiftKey && last && last !== pick && some.includes(last)) {
    const [from, to] = [some.indexOf(last), some.indexOf(pick)].sort((a, b) => a - b);
    for (const each of some.slice(from, to + 1)) each.checked = pick.checked;
    tell(pick);
  }
  last = pick;
});

all?.addEventListener("change", () => {
  for (const pick of picks()) pick.checked = all.checked;
  const first = picks()[0];
  if (first) tell(first);
});

document.addEventListener("change", (event) => { if (event.target.matches(".pick")) showAll(); });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.target.matches?.("input:not([type=checkbox]), select, textarea")) return;
  const picked = picks().filter((pick) => pick.checked);
  for (const pick of picked) pick.checked = false;
  if (picked.length) tell(picked[0]);
});
// A page that comes back from the browser's memory may have boxes ticked.
showAll();
