// What a caption lists below itself, each entry with a button that copies its text. gdcore/explore/listing.py says the form.
(() => {
  window.exploreParts ??= {};

  // Where no clipboard can be had, the text is shown, chosen, ready to be copied.
  const copy = async (button, text, { done, label }) => {
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = done;
      setTimeout(() => {
        button.textContent = words;
      }, 1500);
    } catch {
      const field = document.createElement("input");
      field.value = text;
      field.readOnly = true;
      field.setAttribute("aria-label", label);
      button.replaceWith(field);
      field.select();
    }
  };

  const made = (kind, text, within) => {
    const node = document.createElement(kind);
    node.textContent = text;
    within.append(node);
    return node;
  };

  // The list is one stop of the Tab key: within it the arrow keys, Home and End move.
  const moved = (event) => {
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const here = buttons.indexOf(event.target);
    const last = buttons.length - 1;
    const there = { ArrowDown: Math.min(here + 1, last), ArrowUp: Math.max(here - 1, 0), Home: 0, End: last }[event.key];
    if (here < 0 || there === undefined) return;
    event.preventDefault();
    buttons[here].tabIndex = -1;
    buttons[there].tabIndex = 0;
    buttons[there].focus();
  };

  // The entries of a caption, in the place of those that the figure lists. Without any it lists none.
  const list = (element, caption) => {
    const box = element.querySelector(".explore-listing");
    const lines = caption.split("\n").slice(1);
    if (!box || box.dataset.shown === lines.join("\n")) return;
    box.dataset.shown = lines.join("\n");
    const entries = lines.map((line) => {
      const [name, text, remark] = line.split("\t");
      const entry = document.createElement("div");
      made("dt", name, entry);
      const said = made("dd", "", entry);
      made("code", text, said);
      if (remark) made("span", remark, said);
      const button = made("button", "Copy", said);
      button.type = "button";
      button.tabIndex = -1;
      button.setAttribute("aria-label", `Copy ${name}`);
      button.addEventListener("click", () => copy(button, text, { done: "Copied", label: name }));
      return entry;
    });
    box.replaceChildren(...entries);
    const [first] = box.querySelectorAll("button");
    if (first) first.tabIndex = 0;
    box.onkeydown = moved;
  };
  Object.assign(window.exploreParts, { copy, list });
})();
