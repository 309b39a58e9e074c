/* The ticket page among others: who else reads or writes here, and what has happened, without a reload. */

import { answerTo, countInTitle, fill, isAway, keepAsking } from "./asking.js";
import "./arriving.js";

const EVERY_MS = 5000;
// Whoever has not typed for so long is thinking, or has stopped.
const WRITING_MS = 10_000;

const place = document.getElementById("together");
const token = () => document.querySelector('meta[name="csrf-token"]')?.content || "";
let mark = "", typedAt = 0, kind = "reading", told = "";

const doing = () => isAway() ? "" : Date.now() - typedAt < WRITING_MS ? kind : "reading";
const sign = (what) => new URLSearchParams({ csrf_token: token(), mark, seen: document.getElementById("shown-version").value, doing: what });

async function ask() {
  told = doing();
  const answer = await answerTo(place.dataset.url, { method: "POST", body: sign(told) });
  if (answer) {
    mark = answer.mark;
    fill(place.querySelector("[data-here]"), answer.here);
    fill(place.querySelector("[data-news]"), answer.news);
    countInTitle(answer.changes);
  }
  return answer !== undefined;
}

if (place) {
  const now = keepAsking(ask, EVERY_MS);
  document.addEventListener("input", (event) => {
    const composer = event.target.matches("textarea") && event.target.closest("details.composer");
    if (!composer) return;
    [typedAt, kind] = [Date.now(), composer.id];
    if (told !== kind) { told = kind; now(); }
  });
  document.addEventListener("arrived", () => {
    mark = "";
    fill(place.querySelector("[data-news]"), "");
    now();
  });
  addEventListener("pagehide", () => navigator.sendBeacon(place.dataset.url, sign("gone")));
}
