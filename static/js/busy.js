/* Forms that wait for somebody else (data-busy="what is going on") say so, and are not sent twice. */

for (const form of document.querySelectorAll("form[data-busy]")) {
  const said = document.createElement("span");
  said.className = "busy";
  said.setAttribute("role", "status");
  form.append(said);
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    said.textContent = form.dataset.busy;
    form.querySelector("button").setAttribute("aria-disabled", "true");
  });
}

// A page that comes back from the browser's memory waits for nobody.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-busy]")) {
    delete form.dataset.sent;
    form.querySelector("[role=status]").textContent = "";
    form.querySelector("button").removeAttribute("aria-disabled");
  }
});
