/* A long conversation: a link to a message that was left out fetches it, and frames that come later are fitted too. */

const asked = /^#message-(\d+)$/.exec(location.hash);
const here = new URL(location.href);
// The part after # never reaches the server, so it could not know what was wanted.
if (asked && !document.getElementById(`message-${asked[1]}`) && !here.searchParams.has("message") && document.querySelector(".gap")) {
  here.searchParams.set("message", asked[1]);
  location.replace(here);
}

const target = asked && document.getElementById(`message-${asked[1]}`)?.querySelector("details.message-folded");
if (target) target.open = true;

// What was fetched takes the focus that its link had, so that the keyboard goes on from there.
document.addEventListener("htmx:afterSwap", (event) => {
  if (document.activeElement !== document.body) return;
  const first = event.detail.elt?.querySelector?.("summary") || document.querySelector(".conversation .gap a, .conversation summary");
  first?.focus({ preventScroll: true });
});
