/* What is brought into a conversation in place: what one is in the middle of stays, and the new is shown. */

// Whether somebody has changed or opened something in there that was not sent yet.
function isInWork(place) {
  if (place.contains(document.activeElement)) return true;
  if (place.matches("details[open]") || place.querySelector("form details[open], details.decide[open]")) return true;
  return [...place.querySelectorAll("input, select, textarea")].some((field) => {
    if (field.type === "hidden" || field.type === "submit") return false;
    if (field.options) {
      const chosen = [...field.options].filter((option) => option.defaultSelected);
      return chosen.length ? [...field.options].some((option) => option.selected !== option.defaultSelected) : field.selectedIndex > 0;
    }
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  });
}

// A part that is left as it is keeps its old version too, so that what is sent from it is told what has changed.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const place = event.detail.target;
  if (place.type !== "hidden" && isInWork(place)) event.detail.shouldSwap = false;
});

let last = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "conversation") last = event.detail.target.lastElementChild;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const conversation = event.detail.target;
  if (conversation.id !== "conversation" || !event.detail.successful) return;
  const known = new Set();
  for (const message of conversation.querySelectorAll("[data-message]")) {
    if (known.has(message.id)) message.closest("li").remove();
    known.add(message.id);
  }
  const takenBack = document.getElementById("shown-version")?.dataset.takenBack || "";
  for (const id of takenBack.split(" ").filter(Boolean)) document.getElementById(`message-${id}`)?.closest("li").remove();
  const first = last?.isConnected ? last.nextElementSibling : conversation.lastElementChild;
  const shown = first?.querySelector("article") || first;
  if (shown) {
    shown.tabIndex = -1;
    shown.focus({ preventScroll: true });
    shown.scrollIntoView({ block: "start" });
  }
  document.dispatchEvent(new Event("arrived"));
});
