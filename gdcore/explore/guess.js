// Predict, then see: the reader places a guess, then the page tells the answer.
(() => {
  window.exploreParts ??= {};
  let count = 0;

  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  const prepare = (box) => {
    const { texts, unit, choices, start, verdicts } = JSON.parse(box.dataset.guess);
    count += 1;
    const form = element("form", { className: "guess-form" });
    const told = element("p", { className: "guess-verdict" });
    told.setAttribute("role", "status");
    const button = element("button", { type: "submit", textContent: "Show the answer", disabled: choices });
    let place = () => Number(form.querySelector("input:checked")?.value ?? -1);
    if (choices) {
      const rows = texts.map((text, k) =>
        element("label", {}, element("input", { type: "radio", name: `guess-${count}`, value: k }), element("span", { textContent: text })),
      );
      form.append(element("div", { className: "explore-buttons guess-choices" }, ...rows));
    } else {
      const track = element("input", { type: "range", min: 0, max: texts.length - 1, value: start });
      const output = element("output");
      track.setAttribute("aria-label", "your guess");
      const show = () => {
        output.textContent = `${texts[track.value]} ${unit}`.trim();
        track.setAttribute("aria-valuetext", output.textContent);
      };
      track.addEventListener("input", show);
      show();
      place = () => Number(track.value);
      form.append(element("div", { className: "guess-axis" }, track, output));
    }
    form.append(button, told);
    form.addEventListener("input", () => {
      button.disabled = false;
      told.textContent = "";
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (place() >= 0) told.textContent = verdicts[place()];
    });
    box.querySelector("details").replaceWith(form);
  };

  window.exploreParts.guesses = () => {
    for (const box of document.querySelectorAll(".guess[data-guess]")) {
      if (box.querySelector("details")) prepare(box);
    }
  };
})();
