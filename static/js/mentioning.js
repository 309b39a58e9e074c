/* Offers whom a note can mention while somebody types "@"; without it the name is simply typed. */

const PAUSE = 120;

// The word behind an "@" that begins a word, up to the cursor; names may have one space in them.
function mention(area) {
  const before = area.value.slice(0, area.selectionStart);
  const found = before.match(/(?:^|[^\w.+-])@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?)$/u);
  return found ? { start: before.length - found[1].length, asked: found[1] } : null;
}

for (const area of document.querySelectorAll("textarea[data-mentions]")) offer(area);

function offer(area) {
  const list = document.createElement("ul");
  list.className = "canned-list";
  list.id = `${area.id}-mentions`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", area.dataset.mentionsLabel);
  area.before(list);
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-autocomplete", "list");
  let at = 0, shown = [], timer = 0, asked = 0;

  const close = () => { clearTimeout(timer); asked += 1; list.hidden = true; shown = []; area.removeAttribute("aria-activedescendant"); };
  const take = (each) => {
    const typed = mention(area);
    close();
    if (!typed) return;
    area.focus();
    area.setRangeText(`${each.written} `, typed.start, area.selectionStart, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const draw = () => {
    list.replaceChildren(...shown.map((each, place) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === at));
      const name = document.createElement("strong"), means = document.createElement("span");
      name.textContent = `@${each.written}`;
      means.textContent = each.means;
      item.append(name, " ", means);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(each); });
      return item;
    }));
    list.hidden = !shown.length;
    if (shown.length) area.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };

  async function ask() {
    const typed = mention(area);
    if (!typed) { close(); return; }
    const mine = ++asked;
    try {
      const answer = await fetch(`${area.dataset.mentions}?${new URLSearchParams({ q: typed.asked })}`);
      if (!answer.ok || mine !== asked) return;
      const found = await answer.json();
      // A name that stands there already needs no offer.
      shown = mine === asked && document.activeElement === area ? found.filter((each) => each.written !== typed.asked.trim()) : [];
      at = 0;
      draw();
    } catch { /* Without an offer the name is typed. */ }
  }

  area.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { at = (at + step + shown.length) % shown.length; draw(); }
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(shown[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
