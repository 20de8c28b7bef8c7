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
      const button = made("button", "Copy", entry);
      button.type = "button";
      button.setAttribute("aria-label", `Copy ${name}`);
      button.addEventListener("click", () => copy(button, text, { done: "Copied", label: name }));
      return entry;
    });
    box.replaceChildren(...entries);
  };
  Object.assign(window.exploreParts, { copy, list });
})();
