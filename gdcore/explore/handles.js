// Handles: a ring or a line in the picture that is dragged; the controls follow, from position to position.
(() => {
  window.exploreParts ??= {};
  const ARMS = "M-13 0h-3m2-2-2 2 2 2M13 0h3m-2-2 2 2-2 2M0-13v-3m-2 2 2-2 2 2M0 13v3m-2-2 2 2 2-2";
  const ARMS_ACROSS = "M-13 0h-3m2-2-2 2 2 2M13 0h3m-2-2 2 2-2 2";
  const ARMS_UP = "M0-13v-3m-2 2 2-2 2 2M0 13v3m-2-2 2 2 2-2";

  const nearest = (places, wanted) => {
    let best = 0;
    places.forEach((place, k) => {
      if (Math.abs(place - wanted) < Math.abs(places[best] - wanted)) best = k;
    });
    return best;
  };

  const handle = (svg, { x, y, xs, ys, box, hint }, controls, moved) => {
    const { make, placeIn } = window.exploreParts;
    const [left, top, right, bottom] = box;
    const group = make("g", { class: "explore-handle" });
    const spot = make("g", {});
    const line = make("line", { class: "explore-handle-line" });
    const isLine = x === null || y === null;
    if (isLine) group.append(line);
    const arms = x === null ? ARMS_UP : y === null ? ARMS_ACROSS : ARMS;
    spot.append(make("circle", { class: "grip", r: 22 }), make("path", { class: "arms", d: arms }), make("circle", { class: "ring", r: 7 }));
    group.append(spot);
    if (hint) {
      const word = make("text", { class: "explore-hint", y: -6 });
      word.textContent = hint;
      spot.append(word);
    }
    svg.append(group);

    const at = (k, places) => places[k === null ? 0 : controls[k].position()];
    const place = () => {
      const px = x === null ? (left + right) / 2 : at(x, xs);
      const py = y === null ? (top + bottom) / 2 : at(y, ys);
      spot.setAttribute("transform", `translate(${px} ${py})`);
      const word = spot.querySelector("text");
      if (word) {
        const end = px > (left + right) / 2;
        word.setAttribute("x", end ? -20 : 20);
        word.setAttribute("text-anchor", end ? "end" : "start");
      }
      const ends = y === null ? { x1: px, x2: px, y1: top, y2: bottom } : { x1: left, x2: right, y1: py, y2: py };
      for (const [name, value] of Object.entries(ends)) line.setAttribute(name, value);
    };
    const drag = (event) => {
      const point = placeIn(svg, event);
      const before = [x, y].map((k) => (k === null ? 0 : controls[k].position())).join();
      if (x === y) controls[x].set(nearest(xs.map((px, k) => Math.hypot(px - point.x, ys[k] - point.y)), 0));
      else {
        if (x !== null) controls[x].set(nearest(xs, point.x));
        if (y !== null) controls[y].set(nearest(ys, point.y));
      }
      const now = [x, y].map((k) => (k === null ? 0 : controls[k].position())).join();
      if (now === before) return;
      spot.querySelector("text")?.remove();
      moved();
    };
    let dragged = false;
    group.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      group.setPointerCapture(event.pointerId);
      dragged = true;
    });
    group.addEventListener("pointermove", (event) => {
      if (group.hasPointerCapture(event.pointerId)) drag(event);
    });
    // A tap elsewhere in the picture brings a point there.
    svg.addEventListener("click", (event) => {
      const { x: px, y: py } = placeIn(svg, event);
      if (!dragged && !isLine && px >= left && px <= right && py >= top && py <= bottom) drag(event);
      dragged = false;
    });
    return { place };
  };

  window.exploreParts.handles = (element, data, controls, moved) => {
    const svgs = [...element.querySelectorAll(".explore-panel > svg")];
    const all = (data.handles ?? []).map((each) => handle(svgs[each.panel], each, controls, moved));
    const place = () => {
      for (const each of all) each.place();
    };
    place();
    return { place };
  };
})();
