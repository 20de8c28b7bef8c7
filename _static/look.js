// Formulas in view are set first, and when the page has loaded the others, the nearest first and a handful at a time, so that it
// stays awake.
(() => {
  const HANDFUL = 80;
  const keepNoPlace = () => document.documentElement.classList.remove("formulas-come");

  const distance = (formula) => {
    const { top, bottom } = formula.getBoundingClientRect();
    return Math.max(top - innerHeight, -bottom, 0);
  };
  const rest = () => new Promise((resolve) => setTimeout(resolve));
  const loaded = new Promise((resolve) => addEventListener("load", resolve));

  const setFormulas = async () => {
    const formulas = [...document.querySelectorAll(".math")].map((formula) => ({ formula, far: distance(formula) }));
    formulas.sort((a, b) => a.far - b.far);
    const set = (some) => window.MathJax.typesetPromise(some.map(({ formula }) => formula));
    const seen = formulas.filter(({ far }) => far === 0).length;
    if (seen) await set(formulas.slice(0, seen));
    await loaded;
    for (let done = seen; done < formulas.length; done += HANDFUL) {
      await rest();
      await set(formulas.slice(done, done + HANDFUL));
    }
  };

  // MathJax asks its configuration for this when it begins. If it does not come, TeX is better than nothing.
  window.MathJax = { ...window.MathJax, startup: { pageReady: () => setFormulas().finally(keepNoPlace) } };
  addEventListener("load", () => window.MathJax.version ?? keepNoPlace());
})();
