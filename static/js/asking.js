/* Asks a small question again and again: often while somebody is in front of the page, seldom otherwise, once on coming back. */

const QUIET_AFTER_MS = 60_000, AWAY_AFTER_MS = 300_000;
// A quiet page asks so many times more seldom; one that nobody looks at, once a minute.
const QUIET_TIMES = 3, AWAY_MS = 60_000;
const SHORTEST_MS = 1000, LONGEST_MS = 300_000;

let touched = Date.now();
const still = () => Date.now() - touched;

export function isAway() { return document.hidden || still() > AWAY_AFTER_MS; }

// `ask` resolves to false when there is nothing to ask any more, and fails when it should be tried again.
export function keepAsking(ask, everyMs) {
  let timer, asking = false, over = false, failures = 0, last = 0;
  const pace = () => isAway() ? AWAY_MS : still() > QUIET_AFTER_MS ? everyMs * QUIET_TIMES : everyMs;

  function later(ms) {
    clearTimeout(timer);
    // Pages that were opened together do not ask together for ever.
    if (!over) timer = setTimeout(now, ms * (0.9 + Math.random() * 0.2));
  }

  async function now() {
    if (asking || over) return;
    asking = true;
    last = Date.now();
    try { over = await ask() === false; failures = 0; } catch { failures += 1; }
    asking = false;
    later(Math.min(pace() * 2 ** failures, LONGEST_MS));
  }

  function comeBack() { if (Date.now() - last > SHORTEST_MS) now(); else later(SHORTEST_MS); }
  const touch = () => { const was = still(); touched = Date.now(); if (was > QUIET_AFTER_MS) comeBack(); };
  for (const kind of ["pointermove", "pointerdown", "keydown", "scroll"]) addEventListener(kind, touch, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { touched = Date.now(); comeBack(); } });
  addEventListener("pageshow", (event) => { if (event.persisted) now(); });
  later(300);
  return now;
}

// The answer as JSON; null when there is nothing new, undefined when asking has come to its end (signed out, too old, gone).
export async function answerTo(address, options) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, ...options });
  if (answer.status === 204) return null;
  if (answer.ok && !answer.redirected) return answer.json();
  if (answer.status === 429 || answer.status >= 500) throw new Error(`status ${answer.status}`);
  return undefined;
}

// Words are only put where they are new, so that nothing is read out twice and no button is taken from under a finger.
const filled = new WeakMap();
export function fill(place, html) {
  if ((filled.get(place) ?? "") === html) return;
  filled.set(place, html);
  place.innerHTML = html;
  window.htmx?.process(place);
}

export function countInTitle(number) {
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = number ? `(${number}) ${title}` : title;
}
