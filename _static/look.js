// Formulas in view are set first, then the others, the nearest first and a handful at a time, so that the page stays awake.
(() => {
  const HANDFUL = 80;
  const keepNoPlace = () => document.documentElement.classList.remove("formulas-come");

  const distance = (formula) => {
    const { top, bottom } = formula.getBoundingClientRect();
    return Math.max(top - innerHeight, -bottom, 0);
  };
  const rest = () => new Promise((resolve) => setTimeout(resolve));

  const setFormulas = async () => {
    const formulas = [...document.querySelectorAll(".math")].map((formula) => ({ formula, far: distance(formula) }));
    formulas.sort((a, b) => a.far - b.far);
    let done = 0;
    while (done < formulas.length) {
      const seen = formulas.slice(done).filter(({ far }) => far === 0).length;
      const next = formulas.slice(done, done + (seen || HANDFUL));
      await window.MathJax.typesetPromise(next.map(({ formula }) => formula));
      done += next.length;
      await rest();
    }
  };

  // MathJax asks its configuration for this when it begins. If it does not come, TeX is better than nothing.
  window.MathJax = { ...window.MathJax, startup: { pageReady: () => setFormulas().finally(keepNoPlace) } };
  addEventListener("load", () => window.MathJax.version ?? keepNoPlace());
})();
