// A formula that is wider than its box scrolls: it fades out on each side where it goes on, and the Tab key stops at it.
(() => {
  const watch = (box) => {
    const look = () => {
      const rest = box.scrollWidth - box.clientWidth;
      const wide = rest > 1;
      box.classList.toggle("cut", wide);
      box.classList.toggle("cut-left", wide && box.scrollLeft > 1);
      box.classList.toggle("cut-right", wide && box.scrollLeft < rest - 1);
      if (wide) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    };
    box.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(look).observe(box);
  };
  document.addEventListener("DOMContentLoaded", () => {
    window.MathJax?.startup?.promise?.then(() => {
      document.querySelectorAll("div.math mjx-container, span.math").forEach(watch);
    });
  });
})();
