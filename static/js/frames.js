/* Mail frames as tall as their mail, on every page that shows one. */

const LONGEST_FRAME_PX = 4000;

function fit(frame) {
  const inside = frame.contentDocument?.documentElement;
  // Chromium shows an empty page before the mail has come; its height would only make the page jump.
  if (!inside || frame.contentDocument.URL === "about:blank") return;
  frame.style.height = "0";
  frame.style.height = `${Math.min(inside.scrollHeight, LONGEST_FRAME_PX)}px`;
}

function watch(frame) {
  frame.addEventListener("load", () => {
    fit(frame);
    for (const picture of frame.contentDocument?.images || []) picture.addEventListener("load", () => fit(frame));
  });
  if (frame.contentDocument?.readyState === "complete") fit(frame);
}
for (const frame of document.querySelectorAll("iframe[data-fit]")) watch(frame);
document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll?.("iframe[data-fit]").forEach(watch));
let resizing;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => document.querySelectorAll("iframe[data-fit]").forEach(fit), 150);
});
