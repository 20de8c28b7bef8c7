// Walks that the page computes: a request filled with the values of the controls, and the answer as columns of the pictures.
(() => {
  window.exploreParts ??= {};
  const FAR = 4000; // points of a picture: what lies farther out is drawn as lying there
  const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const NO_ENGINE = "This page came without the part that computes its walks. The picture shows where they start.";

  // A number of two significant digits, as gdcore.words.significant writes it.
  const significant = (x) => {
    if (!Number.isFinite(x)) return "∞";
    if (x === 0) return "0";
    const [digits, exponent] = x.toExponential(1).split("e");
    const rounded = Math.abs(Number(`${digits}e${exponent}`));
    if (rounded < 0.01 || rounded >= 10_000) {
      const raised = [...String(Number(exponent))].map((sign) => RAISED[sign]).join("");
      return `${digits.replace("-", "−")}\u00a0·\u00a010${raised}`;
    }
    const decimals = Math.max(0, 1 - Math.floor(Math.log10(rounded)));
    const whole = x.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return whole.replace("-", "−");
  };

  // A part of the request, its references to controls replaced by their values.
  const filled = (part, value) => {
    if (Array.isArray(part)) return part.map((each) => filled(each, value));
    if (part === null || typeof part !== "object") return part;
    if (Object.keys(part).join() === "control") return value(part.control);
    return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, filled(each, value)]));
  };

  // Data as points of a picture, by a scale: factor, offset, and whether of the logarithm to base 10. A run that ended stays.
  const columnOf =
    (floor) =>
    ([factor, offset, log], numbers, length) => {
      const places = numbers.map((x) => factor * (log ? Math.log10(Math.max(x, floor)) : x) + offset);
      const inside = places.map((place) => (place < FAR ? Math.max(place, -FAR) : FAR));
      while (inside.length < length) inside.push(inside.at(-1));
      return inside;
    };

  // `start` are the walks of the start frame. `arrived` is called when others have come, `failed` when none can.
  window.exploreParts.computed = (element, data, controls, start, { arrived, failed }) => {
    const { request, values, looks, scales, floor } = data.computed;
    const column = columnOf(floor);
    const named = new Map(controls.map((each) => [each.name, each]));
    const value = (name) => values[name][named.get(name).position()];
    const first = data.layers.findLast((layer) => layer.captions.length).captions[0];
    let [walks, caption] = [start, first];

    const walkOf = (run, asked, w, lowest) => {
      const length = asked.steps + 1;
      const above = run.values.map((height) => height - lowest);
      const flat = run.points[0].length === 1;
      const { key, ...look } = looks[w][asked.method];
      element.querySelectorAll(".explore-key svg")[w].outerHTML = key;
      const heights = flat ? run.values : run.points.map((point) => point[1]);
      const map = [column(scales[0][0], run.points.map(([x]) => x), length), column(scales[0][1], heights, length)];
      const steps = Array.from({ length }, (_, t) => t);
      if (!data.computed.curve) return { look, curves: start[w].curves, tracks: [map, undefined], text: (k) => significant(above[k]) };
      const curve = [column(scales[1][0], steps, length), column(scales[1][1], above, length)];
      if (above.length < length) curve[1].fill(-FAR, above.length); // where it diverged it is infinitely high
      return { look, curves: start[w].curves, tracks: [map, curve], text: (k) => significant(above[k]) };
    };
    let newest = 0; // of the requests: while its answer is awaited, the figure is busy
    let reset = 0; // the newest before the start was shown again
    const done = (number) => {
      if (number === newest) element.removeAttribute("aria-busy");
    };
    const ask = () => {
      newest += 1;
      const number = newest;
      if (controls.every((each) => each.position() === each.start)) {
        [walks, caption] = [start, first];
        reset = number;
        done(number);
        return arrived();
      }
      const engine = window.downhill?.engine;
      if (!engine) return failed(NO_ENGINE);
      const asked = filled(request, value);
      element.setAttribute("aria-busy", "true");
      engine
        .ask(asked, { key: element.id })
        .then((answer) => {
          if (!answer || number < reset) return;
          const error = answer.error ?? answer.runs.find((run) => run.error)?.error;
          if (error) return failed(error.says);
          walks = answer.runs.map((run, w) => walkOf(run, asked.runs[w], w, answer.lowest ?? 0));
          caption = answer.caption;
          arrived();
        })
        .catch((error) => failed(error.says ?? NO_ENGINE))
        .finally(() => done(number));
    };
    // The figure's setting as an address of the playground.
    const address = () => {
      const { write, stateOf } = window.exploreParts.playgroundAddress;
      return write(stateOf(filled(request, value)));
    };
    return { ask, address, walks: () => walks, caption: () => caption };
  };
  Object.assign(window.exploreParts, { significant, columnOf, FAR });
})();
