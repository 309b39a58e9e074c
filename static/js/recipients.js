/* Who else will get a reply, said while the copies are typed and before anything goes. */

const field = document.querySelector('input[name="reply-cc"]');
const place = field?.form.querySelector("[data-also]");

function tell() {
  // A name may have a comma of its own inside quotation marks.
  const named = (field.value.match(/(?:"[^"]*"|[^,;"])+/g) || []).map((each) => each.trim()).filter(Boolean);
  const words = named.length ? place.dataset.also.replace("{n}", named.join(", ")) : "";
  if (place.textContent !== words) place.textContent = words;
}
if (place) {
  field.addEventListener("input", tell);
  tell();
}

// Escape leaves a subject as it was.
document.querySelector(".rename form")?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const fold = event.target.closest("details");
  event.target.form.reset();
  fold.open = false;
  fold.querySelector("summary").focus();
  event.stopPropagation();
});
document.querySelector("details.rename")?.addEventListener("toggle", (event) => {
  if (event.target.open) event.target.querySelector("input[name=rename-subject]")?.select();
});
