/* What every page does better with a script: menus, dialogs, theme choice, relative times, toasts, htmx manners. */

const words = JSON.parse(document.querySelector('meta[name="words"]')?.content || "{}");
const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* Private windows may refuse. */ } };

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
}

function showThemeChoice() {
  const now = document.documentElement.dataset.themeKept;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
  }
}

function refreshTimes() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const minutes = Math.floor((now - Date.parse(time.dateTime)) / 60000);
    if (!(minutes >= 0 && minutes < 24 * 60)) continue;
    const text = minutes < 1 ? words.now
      : minutes < 60 ? words.minutes.replace("{n}", minutes)
      : words.hours.replace("{n}", Math.floor(minutes / 60));
    if (text && time.textContent !== text) time.textContent = text;
  }
}

export function toast(text, seconds = 6) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "toast-note";
  const span = document.createElement("span");
  span.textContent = text;
  note.append(span);
  place.append(note);
  setTimeout(() => note.remove(), seconds * 1000);
}

// A question before what cannot be undone: <form data-confirm="what will happen" data-confirm-yes="Merge">.
function askFirst(event) {
  const form = event.target;
  const dialog = document.getElementById("confirm");
  const asked = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (!asked || form.dataset.confirmed || !dialog?.showModal) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  const yes = document.getElementById("confirm-yes");
  yes.textContent = submitter?.dataset.confirmYes || form.dataset.confirmYes || submitter?.textContent.trim();
  document.getElementById("confirm-words").textContent = yes.textContent;
  document.getElementById("confirm-more").textContent = asked;
  yes.onclick = () => {
    dialog.close();
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  };
  dialog.showModal();
}

document.addEventListener("submit", askFirst, true);

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const button = event.target.closest("[data-open], [data-close], [data-theme-choice], [data-rail-fold], [data-copy]");
  if (!button) return;
  if (button.dataset.open) document.getElementById(button.dataset.open)?.showModal();
  if ("close" in button.dataset) button.closest("dialog")?.close();
  if (button.dataset.themeChoice) {
    keep("theme", button.dataset.themeChoice);
    dispatchEvent(new Event("theme-chosen"));
    showThemeChoice();
  }
  if ("railFold" in button.dataset) {
    const root = document.documentElement;
    if (root.dataset.rail === "slim") delete root.dataset.rail; else root.dataset.rail = "slim";
    keep("rail", root.dataset.rail || "wide");
  }
  if (button.dataset.copy) navigator.clipboard?.writeText(button.dataset.copy).then(() => toast(words.copied, 2));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  closeMenus(null);
  open?.querySelector("summary").focus();
  if (location.hash === "#rail") location.hash = "main";
});

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:sendError", () => toast(words.dropped, 10));
document.addEventListener("htmx:responseError", () => toast(words.failed, 10));
document.addEventListener("htmx:afterSwap", refreshTimes);

for (const note of document.querySelectorAll("[data-toast]")) {
  document.getElementById("toasts")?.append(note);
  setTimeout(() => note.remove(), 10000);
}
document.querySelector("[data-focus]")?.focus();
showThemeChoice();
setInterval(refreshTimes, 60000);
