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
    for (const [index, figure] of all.slice(1).entries()) all[index].before(skip(figure, "Skip to the next figure"));
  };

  const focusCode = () => {
    for (const cell of document.querySelectorAll("div.highlight")) {
      if (cell.closest(".cell_output")) continue;
      cell.tabIndex = 0; // not its <pre>, of which the theme makes a stop where it scrolls, and none elsewhere
      cell.role = "group";
      cell.ariaLabel = "Code";
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    linkFigures();
    focusCode();
  });
})();
