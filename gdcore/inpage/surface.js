// The ground of the playground: a landscape of the book, or the reader's own L(x, y) with its editor.
(() => {
  window.exploreParts ??= {};
  const SENT = "This landscape came with a link or a draft. Read it, then press Run.";
  const REGION = "The region goes from a smaller number to a larger one, in x and in y.";
  const SIDES = ["x from", "x to", "y from", "y to"];

  // The region around the centre of a quadratic that came with arguments of its own.
  const around = ({ centre: [x, y], eigenvalues }) => ({
    box: [[x - 4, x + 4], [y - 4, y + 4]],
    minima: eigenvalues.every((each) => each > 0) ? [[x, y]] : [],
  });

  // `ran` follows when the reader's landscape was drawn anew, `edited` any change of its text.
  window.exploreParts.surface = (data, grounds, state, { ask, drawn, failed, ran, edited }) => {
    const { ground, racer, editor: makeEditor, playgroundState } = window.exploreParts;
    const { html } = racer;
    const { typed } = playgroundState;
    const element = html("div", { className: "playground-surface", hidden: true });
    const note = html("p", { className: "racer-note" });
    note.setAttribute("role", "status");
    let editor;

    const run = (code, sides) => {
      const box = sides.map((input) => typed(input.value));
      if (!(box.every(Number.isFinite) && box[0] < box[1] && box[2] < box[3])) {
        note.textContent = REGION;
        return;
      }
      state.landscape = { code, box: [box.slice(0, 2), box.slice(2)], armed: true };
      note.textContent = "";
      draw().then(ran);
    };
    const show = () => {
      const { code, box, armed } = state.landscape;
      element.hidden = code === undefined;
      editor = undefined;
      element.replaceChildren();
      if (element.hidden) return;
      const fields = SIDES.map((label, k) => {
        const input = html("input", { type: "text", inputMode: "decimal", autocomplete: "off", id: `playground-side-${k}` });
        input.value = ground.written(box.flat()[k]);
        return html("div", { className: "playground-field" }, html("label", { htmlFor: input.id, textContent: label }), input);
      });
      const sides = fields.map((each) => each.lastChild);
      const go = html("button", { type: "button", className: "playground-run", textContent: "Run" });
      const host = html("div", {});
      editor = makeEditor(host, {
        text: code,
        label: "Your landscape",
        onRun: (text) => run(text, sides),
        onChange: (text) => {
          state.landscape.draft = text;
          edited();
        },
      });
      go.addEventListener("click", () => run(editor.text(), sides));
      note.textContent = armed ? "" : SENT;
      element.append(host, html("div", { className: "racer-run" }, ...fields, go, note));
    };

    let count = 0;
    const heights = new Map(Object.entries(data.heights)); // of the book's landscapes, in thousandths
    const draw = async () => {
      count += 1;
      const number = count;
      const { armed, draft: _, ...landscape } = state.landscape;
      if (armed === false) return drawn(undefined);
      const of = landscape.arguments ? around(landscape.arguments) : grounds.get(landscape.name);
      const box = ground.squared(of?.box ?? landscape.box);
      const { l1, l2 } = state.penalty;
      const penalty = l1 || l2 ? { l1, l2 } : undefined;
      const minima = (!penalty && of?.minima) || [];
      if (of?.name && heights.has(of.name) && !penalty) return drawn({ box, minima, shares: heights.get(landscape.name).map((each) => each / 1000) });
      const points = [...ground.gridOf(box, data.grid), ...minima];
      const told = await ask({ values: { landscape, penalty, points } }, "ground").catch((error) => ({ error }));
      if (!told || number !== count) return;
      if (told.error) {
        if (told.error.kind === "TimeoutError" && editor) Object.assign(state.landscape, { armed: false });
        if (editor) editor.mark(told.error.line, told.error.says);
        else failed(told.error.says);
        return;
      }
      editor?.clear();
      const { shares, lowest } = ground.sharesOf(told.values);
      const seen = shares.slice(0, data.grid ** 2);
      if (of?.name && !penalty) heights.set(of.name, seen.map((each) => 1000 * each));
      drawn({ box, minima, shares: seen, lowest });
    };
    return { element, show, draw, mark: (error) => editor?.mark(error.line, error.says) };
  };
})();
