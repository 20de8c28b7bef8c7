// The words that a hit of the search leads to are marked in its section: ?highlight=word. Escape takes the marks away.
document.addEventListener("DOMContentLoaded", () => {
  const address = new URL(location.href);
  const words = (address.searchParams.get("highlight") ?? "").match(/[\p{L}\p{N}]+/gu);
  if (!words) return;
  address.searchParams.delete("highlight");
  history.replaceState(history.state, "", address);

  const UNTOUCHED = "script, style, svg, pre, button, select, textarea, .math, mark";
  const spelled = words.map((word) => [...word].join("-?")); // "warmup" is marked in "warm-up"
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${spelled.join("|")})[\\p{L}\\p{N}]*`, "giu");
  const place = () => {
    try {
      return document.getElementById(decodeURIComponent(address.hash.slice(1)))?.closest("section");
    } catch {
      return null; // a malformed address
    }
  };
  const root = place() ?? document.querySelector("article");
  if (!root) return;

  const markText = (node) => {
    const pieces = [];
    let end = 0;
    for (const found of node.data.matchAll(pattern)) {
      pieces.push(node.data.slice(end, found.index), Object.assign(document.createElement("mark"), { textContent: found[0] }));
      end = found.index + found[0].length;
    }
    if (pieces.length) node.replaceWith(...pieces, node.data.slice(end));
  };
  const accept = (node) => (node.parentElement.closest(UNTOUCHED) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, accept);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  texts.forEach(markText);
  const letter = new RegExp(`\\\\(?:var)?(?:${words.join("|")})(?![a-z])`, "i"); // a Greek one, by its name in TeX
  window.MathJax?.startup?.promise?.then(() => {
    for (const { math, typesetRoot } of window.MathJax.startup.document.math) {
      const formula = typesetRoot?.closest(".math");
      if (formula && root.contains(formula) && letter.test(math)) formula.classList.add("marked");
    }
  });

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const mark of root.querySelectorAll("mark")) mark.replaceWith(...mark.childNodes);
    for (const formula of root.querySelectorAll(".marked")) formula.classList.remove("marked");
  });
});
