// The Tab key: a link leads past each figure to the next one, and code can have the focus, since only then its cell shows the
// button that copies it (keyboard.css).
(() => {
  const figures = () => [...document.querySelectorAll("figure.explore")].filter((figure) => figure.querySelector("input, select"));
  const skip = (figure, words) => {
    const link = document.createElement("a");
    link.className = "skip-figure";
    link.href = `#${figure.id}`;
    link.textContent = words;
    return link;
  };
  const linkFigures = () => {
    const all = figures();
    if (!all.length) return;
    document.getElementById("pst-skip-link")?.append(skip(all[0], "Skip to the first figure"));
    all.slice(1).forEach((figure, index) => all[index].before(skip(figure, "Skip to the next figure")));
  };

  const focusCode = () => {
    for (const code of document.querySelectorAll("div.highlight > pre")) if (!code.closest(".cell_output")) code.tabIndex = 0;
  };

  document.addEventListener("DOMContentLoaded", () => {
    linkFigures();
    focusCode();
  });
})();
