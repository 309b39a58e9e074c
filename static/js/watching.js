/* A work list that stands open: who looks at which row, and how much of it has changed by now. */

import { answerTo, countInTitle, fill, keepAsking } from "./asking.js";

const EVERY_MS = 10_000;

const place = document.querySelector("[data-list-news]");
const rows = () => [...document.querySelectorAll("[data-row]")];
let mark = "";

async function ask() {
  const address = new URL(place.dataset.listNews, location);
  address.searchParams.set("mark", mark);
  address.searchParams.set("here", place.dataset.here);
  address.searchParams.set("shown", rows().map((row) => `${row.dataset.number}.${row.dataset.version}`).join("-"));
  const answer = await answerTo(address);
  if (answer) {
    mark = answer.mark;
    fill(place, answer.news);
    countInTitle(answer.changes);
    for (const row of rows()) fillRow(row.querySelector("[data-looking]"), answer.looking[row.dataset.number] || "");
  }
  return answer !== undefined;
}

// The server has filled it first.
function fillRow(looking, html) { if (looking.innerHTML.trim() || html) fill(looking, html); }

if (place) {
  const now = keepAsking(ask, EVERY_MS);
  let picked = new Set();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "rows") return;
    picked = new Set([...document.querySelectorAll(".pick:checked")].map((pick) => pick.value));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target.id !== "rows" || !event.detail.successful) return;
    // An empty list has words of its own.
    if (!rows().length) { location.reload(); return; }
    const picks = [...document.querySelectorAll(".pick")];
    for (const pick of picks) pick.checked = picked.has(pick.value);
    picks[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    mark = "";
    fill(place, "");
    if (document.activeElement === document.body) document.querySelector("[data-row] a")?.focus({ focusVisible: false });
    now();
  });
}
