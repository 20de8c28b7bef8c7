// The challenges of the playground: what each asks, a hint and a solution for those who want them, and whether it is solved.
(() => {
  window.exploreParts ??= {};
  const STORE = "downhill:challenges"; // the names of those that were solved

  const solved = () => {
    try {
      return new Set(JSON.parse(localStorage.getItem(STORE) ?? "[]"));
    } catch {
      return new Set();
    }
  };
  const remember = (names) => {
    try {
      localStorage.setItem(STORE, JSON.stringify([...names]));
    } catch {
      // A page without storage forgets: the mark stays until it is left.
    }
  };

  // `begin(challenge)` sets one up, `show(challenge)` shows its solution, `leave()` ends it.
  window.exploreParts.challenges = (host, challenges, { begin, show, leave }) => {
    const { html } = window.exploreParts.racer;
    const done = solved();
    let current;

    const bar = html("div", { className: "playground-task", hidden: true });
    const task = html("p", {});
    const verdict = html("p", { className: "playground-verdict" });
    verdict.setAttribute("role", "status");
    const quit = html("button", { type: "button", textContent: "Leave the challenge" });
    bar.append(task, verdict, quit);

    const items = new Map(
      challenges.map((each) => {
        const mark = html("span", { className: "playground-mark" });
        const go = html("button", { type: "button", textContent: "Set it up" });
        go.setAttribute("aria-label", `Set up: ${each.title}`);
        const reveal = html("button", { type: "button", textContent: "Show it" });
        reveal.setAttribute("aria-label", `Show the solution of: ${each.title}`);
        const hint = html("details", {}, html("summary", { textContent: "Hint" }), html("p", { textContent: each.hint }));
        const why = html("details", {}, html("summary", { textContent: "Solution" }), html("p", { textContent: each.why }), reveal);
        const title = html("h3", {}, each.title, mark);
        const item = html("li", {}, title, html("p", { textContent: each.task }), go, hint, why);
        go.addEventListener("click", () => begin(each));
        reveal.addEventListener("click", () => show(each));
        return [each.name, { item, mark }];
      }),
    );
    const count = html("p", { className: "playground-count" });
    host.append(count, html("ol", { className: "playground-challenges" }, ...[...items.values()].map(({ item }) => item)));
    const marks = () => {
      for (const [name, { mark }] of items) mark.textContent = done.has(name) ? " ✓ solved" : "";
      count.textContent = `${[...items.keys()].filter((name) => done.has(name)).length} of ${items.size} solved.`;
    };
    marks();
    quit.addEventListener("click", leave);

    return {
      bar,
      current: () => current?.name,
      set(name) {
        current = challenges.find((each) => each.name === name);
        bar.hidden = !current;
        verdict.textContent = "";
        if (current) task.replaceChildren(html("b", { textContent: `${current.title}. ` }), current.task);
      },
      told({ solved: right, says }) {
        bar.classList.toggle("playground-solved", right);
        if (verdict.textContent !== says) verdict.textContent = says;
        if (!right || done.has(current.name)) return;
        done.add(current.name);
        remember(done);
        marks();
      },
    };
  };
})();
