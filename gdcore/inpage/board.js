// The board of the playground: the map and the curve, what plays them, and the start that is dragged.
(() => {
  window.exploreParts ??= {};

  const icon = (className, label, d) => {
    const { html } = window.exploreParts.racer;
    const made = html("button", { type: "button", className });
    made.setAttribute("aria-label", label);
    made.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${d}"/></svg>`;
    return made;
  };

  const playBar = () => {
    const { html } = window.exploreParts.racer;
    const slider = html("input", { id: "playground-step", type: "range", min: 0, max: 1, step: 1, value: 1, autocomplete: "off" });
    const buttons = html(
      "div",
      {},
      icon("explore-back", "One step back", "M5 4h2v12H5zM15 4v12l-7-6z"),
      icon("explore-play", "Play", "M6 3.5v13l11-6.5z"),
      icon("explore-on", "One step on", "M13 4h2v12h-2zM5 4v12l7-6z"),
    );
    const label = html("label", { className: "explore-unseen", htmlFor: slider.id, textContent: "step" });
    return { slider, element: html("div", { className: "explore-play" }, buttons, label, slider, html("output", {})) };
  };

  const picture = (kind, { width, height }) => {
    const { make, racer } = window.exploreParts;
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    svg.append(make("g", { class: "playground-axes" }), make("g", { class: "explore-walks" }));
    const panel = racer.html("div", { className: `explore-panel playground-${kind}` }, svg);
    panel.style.setProperty("--ratio", width / height);
    panel.style.setProperty("--points", width);
    return { panel, svg, axes: svg.firstChild };
  };

  // The powers of ten between which the heights of the curve lie, as far as they are worth showing.
  const rangeOf = (runs, lowest, floor) => {
    const log = (value) => Math.log10(Math.max(value - lowest, floor));
    const logs = runs.flatMap(({ values }) => values.filter((each) => each > lowest && Number.isFinite(each)).map(log));
    const begins = runs.map(({ values }) => log(values[0])).filter(Number.isFinite);
    const low = Math.floor(logs.reduce((least, each) => Math.min(least, each), 0));
    const most = logs.reduce((found, each) => Math.max(found, each), low);
    const high = Math.ceil(Math.min(most, Math.max(low, ...begins) + 3));
    return [Math.min(low, high - 2), Math.max(high, low + 2)];
  };

  // `told(step, texts)` hears which step is read, and the height of each walk there by its label; `dragged(start, going)` where
  // the start was put, and whether the hand is still down.
  window.exploreParts.board = (data, { told, dragged }) => {
    const { ground, racer, columnOf, FAR, significant, walks, placeIn, make, playgroundState } = window.exploreParts;
    const { html } = racer;
    const { MAP, CURVE } = ground;
    const { clamp } = playgroundState;
    const column = columnOf(data.floor);
    const [map, curve] = [picture("map", MAP), picture("curve", CURVE)];
    const canvas = html("canvas", {});
    canvas.setAttribute("aria-hidden", "true");
    map.panel.prepend(canvas);
    const bar = playBar();
    const element = html("div", { className: "playground-board", id: "playground-board" });
    element.append(html("div", { className: "playground-pictures" }, map.panel, curve.panel), bar.element);

    let surface; // the ground that is drawn: box, shares, minima, lowest, scales
    let start = [0, 0];
    let kept = new Map(); // by label the run that was drawn last, and its look
    let shown = new Map(); // by label the walk that is drawn
    const player = walks(
      element,
      { boxes: [MAP.box, CURVE.box], told: (step) => told(step, new Map([...shown].map(([label, walk]) => [label, walk.text(step)]))) },
      () => [...shown.values()],
      () => {},
    );

    const paint = () => {
      if (surface) ground.paint(canvas, { shares: surface.shares, count: data.grid, levels: data.levels });
    };
    const placeHandle = () => {
      handle.toggleAttribute("hidden", !surface);
      if (!surface) return;
      const [left, top, right, bottom] = MAP.box;
      const [px, py] = surface.scales.map(([factor, offset], k) => factor * start[k] + offset);
      handle.setAttribute("transform", `translate(${clamp(px, left, right)} ${clamp(py, top, bottom)})`);
    };
    const setGround = (next) => {
      surface = next;
      if (surface) surface.scales = ground.drawMap(map.axes, surface.box, surface.minima);
      else {
        for (const axes of [map.axes, curve.axes]) axes.replaceChildren();
        canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
        [kept, shown] = [new Map(), new Map()];
        player.draw();
      }
      paint();
      placeHandle();
    };

    const walkOf = (run, look, length, lowest, scales) => {
      const above = run.values.map((height) => height - lowest);
      const [xs, ys] = [0, 1].map((k) => run.points.map((point) => point[k]));
      const path = [column(surface.scales[0], xs, length), column(surface.scales[1], ys, length)];
      const heights = [column(scales[0], Array.from({ length }, (_, t) => t), length), column(scales[1], above, length)];
      if (above.length < length) heights[1].fill(-FAR, above.length); // where it diverged it is infinitely high
      const text = (k) => significant(k < above.length ? above[k] : Number.POSITIVE_INFINITY);
      return { look, curves: [false, true], tracks: [path, heights], text };
    };
    // Draws the runs of an answer. One that has an error leaves the last good picture of its label.
    const setRuns = ({ request, looks, answer }) => {
      if (!surface) return;
      const steps = request.runs[0]?.steps ?? Number(bar.slider.max);
      const good = answer.runs.filter(({ error, values }) => !error && values.length);
      const ends = good.flatMap(({ values }) => values).filter(Number.isFinite);
      const lowest = answer.lowest ?? ends.reduce((least, each) => Math.min(least, each), surface.lowest ?? Number.POSITIVE_INFINITY);
      const title = answer.lowest === null ? "height above the lowest seen" : "height above the minimum";
      const scales = ground.drawCurve(curve.axes, steps, rangeOf(good, lowest, data.floor), title);
      const next = new Map();
      answer.runs.forEach((run, k) => {
        const { label } = request.runs[k];
        if (!run.error && run.values.length) next.set(label, { run, look: looks[k] });
        else if (kept.has(label)) next.set(label, kept.get(label));
      });
      kept = next;
      shown = new Map([...kept].map(([label, { run, look }]) => [label, walkOf(run, look, steps + 1, lowest, scales)]));
      const atEnd = player.step() >= Number(bar.slider.max);
      bar.slider.max = steps;
      player.to(atEnd ? steps : Math.min(player.step(), steps), false);
      map.svg.setAttribute("aria-label", `The paths on the map. ${answer.runs.map(({ says }) => says).join(" ")}`);
      curve.svg.setAttribute("aria-label", `The ${title} after each step.`);
    };

    // The start

    const handle = make("g", { class: "explore-handle" });
    const hint = make("text", { class: "explore-hint", y: -12, "text-anchor": "middle" });
    hint.textContent = "drag the start";
    handle.append(make("circle", { class: "grip", r: 22 }), make("circle", { class: "ring", r: 7 }), hint);
    map.svg.append(handle);
    const move = (event, going) => {
      if (!surface) return;
      const { x, y } = placeIn(map.svg, event);
      const [left, top, right, bottom] = MAP.box;
      const at = [clamp(x, left, right), clamp(y, top, bottom)];
      hint.remove();
      start = surface.scales.map(([factor, offset], k) => Number(((at[k] - offset) / factor).toPrecision(4)));
      placeHandle();
      dragged(start, going);
    };
    let moved = false;
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      moved = true;
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) move(event, true);
    });
    handle.addEventListener("lostpointercapture", () => dragged(start, false)); // where it was let go, or taken away
    map.svg.addEventListener("click", (event) => {
      const { x, y } = placeIn(map.svg, event);
      const [left, top, right, bottom] = MAP.box;
      if (!moved && x >= left && x <= right && y >= top && y <= bottom) move(event, false);
      moved = false;
    });

    const repaint = () => requestAnimationFrame(paint);
    new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    new MutationObserver(repaint).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    new ResizeObserver(repaint).observe(canvas);
    return {
      element,
      player,
      setGround,
      setRuns,
      setStart(next) {
        start = next;
        placeHandle();
      },
      forget() {
        kept = new Map();
      },
    };
  };
})();
