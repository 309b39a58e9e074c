/* Pictures of a conversation in a light box, and a PDF inside the page; without a script both open by themselves. */

const viewer = document.getElementById("viewer");
const place = viewer?.querySelector("[data-viewed]");
const name = viewer?.querySelector("[data-viewed-name]");
const save = viewer?.querySelector("[data-viewed-save]");
const steps = [...(viewer?.querySelectorAll("[data-step]") || [])];
let from = null;

const pictures = () => [...document.querySelectorAll("a[data-picture]")].filter((link) => link.checkVisibility?.() ?? true);

function show(link) {
  from = link;
  const isPicture = "picture" in link.dataset;
  const seen = document.createElement(isPicture ? "img" : "iframe");
  seen.src = link.href;
  if (isPicture) {
    const small = link.querySelector("img");
    seen.alt = small.alt;
    seen.width = small.getAttribute("width");
    seen.height = small.getAttribute("height");
  } else seen.title = link.dataset.pdf;
  place.replaceChildren(seen);
  name.textContent = link.dataset.picture || link.dataset.pdf;
  save.href = isPicture ? link.href : link.href.replace(/[?&]view=1/, "");
  save.download = name.textContent;
  viewer.classList.toggle("viewer-pdf", !isPicture);
  for (const button of steps) button.hidden = !isPicture || pictures().length < 2;
  if (!viewer.open) viewer.showModal();
}

function step(by) {
  const all = pictures();
  if (from && "picture" in from.dataset && all.length > 1) show(all[(all.indexOf(from) + by + all.length) % all.length]);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-picture], a[data-pdf]");
  // Whoever asks for a new tab gets one; a telephone has no viewer of PDF inside of pages.
  if (!link || !viewer?.showModal || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if ("pdf" in link.dataset && (navigator.pdfViewerEnabled === false || matchMedia("(max-width: 40rem)").matches)) return;
  event.preventDefault();
  show(link);
});
viewer?.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) { step(by); event.preventDefault(); }
});
viewer?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) step(Number(button.dataset.step));
  // Beside the picture is outside of it.
  else if (event.target === viewer || event.target === place) viewer.close();
});
viewer?.addEventListener("close", () => { place.replaceChildren(); from?.focus(); });
