/* The search box completes the word being typed: a combobox with a list, as ARIA describes it. Without it the box just searches. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-suggestions]");
  const field = form?.querySelector("input[type=search]");
  if (!field || !window.fetch || !window.AbortController) return;

  const list = document.createElement("ul");
  list.id = "suggestions"; list.className = "suggestions"; list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.label);
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  form.append(list, said);
  const states = { role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": list.id, "aria-expanded": "false" };
  for (const [name, value] of Object.entries(states)) field.setAttribute(name, value);

  let asking = null, waiting = 0, here = -1, typed = field.value;
  const options = () => [...list.children];
  const open = () => !list.hidden;

  const close = () => {
    clearTimeout(waiting);
    asking?.abort();
    list.hidden = true; list.replaceChildren(); here = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    said.textContent = "";
  };

  // The list moves on, the focus stays in the field; above the first stands what was typed.
  const point = (to) => {
    const all = options();
    here = to < -1 ? all.length - 1 : to >= all.length ? -1 : to;
    all.forEach((each, index) => each.setAttribute("aria-selected", String(index === here)));
    field.value = here < 0 ? typed : all[here].textContent;
    if (here < 0) field.removeAttribute("aria-activedescendant");
    else { field.setAttribute("aria-activedescendant", all[here].id); all[here].scrollIntoView({ block: "nearest" }); }
  };

  const show = (texts) => {
    const others = texts.filter((text) => text !== typed.trim().toLowerCase());
    list.replaceChildren(...others.map((text, index) => {
      const option = document.createElement("li");
      option.id = `suggestion-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = text;
      return option;
    }));
    here = -1;
    field.removeAttribute("aria-activedescendant");
    list.hidden = !others.length;
    field.setAttribute("aria-expanded", String(open()));
    said.textContent = others.length ? form.dataset.some.replace("{count}", others.length) : form.dataset.none;
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggestions}?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
      if (answer.ok && document.activeElement === field) show((await answer.json()).suggestions);
    } catch { /* overtaken, or no network: the box still searches */ }
  };

  field.addEventListener("input", (event) => {
    if (event.isComposing) return;
    typed = field.value;
    clearTimeout(waiting);
    if (typed.trim().length < (/[^\u0000-\u024f]/.test(typed) ? 1 : 2)) { close(); return; }
    waiting = setTimeout(ask, 120);
  });
  field.addEventListener("compositionend", () => field.dispatchEvent(new Event("input")));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!open()) { if (field.value.trim()) { typed = field.value; ask(); } return; }
      event.preventDefault();
      point(here + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape" && open()) {
      event.preventDefault();
      field.value = typed;
      close();
    } else if (event.key === "Tab") close();
  });
  // Before the field loses the focus, so that the click still finds its option.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    field.value = option.textContent;
    close();
    form.requestSubmit();
  });
  field.addEventListener("blur", close);
  form.addEventListener("submit", close);
})();
