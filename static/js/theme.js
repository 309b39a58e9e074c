/* Sets theme and rail before the first paint, so that nothing flickers; the only script that is allowed to block. */
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  // What the server wrote (the reader's saved setting) stands until this device has a choice of its own.
  const written = root.dataset.bsTheme;
  const apply = () => {
    const choice = kept("theme") || written || "auto";
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    root.dataset.themeKept = choice;
  };
  root.classList.add("js");
  if (kept("rail") === "slim") root.dataset.rail = "slim";
  apply();
  dark.addEventListener("change", apply);
  addEventListener("theme-chosen", apply);
  addEventListener("storage", apply);
})();
