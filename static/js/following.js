/* The requester's page of a ticket: a new message announces itself, and comes when it is asked for. */

import { answerTo, countInTitle, fill, keepAsking } from "./asking.js";
import "./arriving.js";

const EVERY_MS = 15_000;

const place = document.querySelector("[data-news-url]");
let mark = "";

async function ask() {
  const shown = document.getElementById("shown-version");
  const address = new URL(place.dataset.newsUrl, location);
  for (const [name, value] of Object.entries({ seen: shown.value, state: shown.dataset.state, mark })) address.searchParams.set(name, value);
  const answer = await answerTo(address);
  if (answer) {
    mark = answer.mark;
    fill(place, answer.news);
    countInTitle(answer.changes);
  }
  return answer !== undefined;
}

if (place) {
  const now = keepAsking(ask, EVERY_MS);
  document.addEventListener("arrived", () => { mark = ""; fill(place, ""); now(); });
}
