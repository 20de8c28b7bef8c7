// Walks: points that arrive as numbers, drawn up to a step in every picture that holds them, and the bar that plays them.
(() => {
  window.exploreParts ??= {};

  const SVG = "http://www.w3.org/2000/svg";
  const make = (tag, attributes) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const MOST_MARKED = 61; // of more points each step has no marker of its own
  const ICONS = { play: "M6 3.5v13l11-6.5z", pause: "M5 4h3.5v12H5zM11.5 4H15v12h-3.5z" };

  // One picture: its group for walks, and how it draws them.
  const panel = (svg, place, box, name) => {
    const group = svg.querySelector(".explore-walks");
    const [left, top, right, bottom] = box;
    const clip = make("clipPath", { id: `${name}-box` });
    clip.append(make("rect", { x: left, y: top, width: right - left, height: bottom - top }));
    const inside = (x, y) => x >= left - 0.5 && x <= right + 0.5 && y >= top - 0.5 && y <= bottom + 0.5;
    const path = ([xs, ys], end) => xs.slice(0, end).reduce((text, x, k) => `${text}${k ? "L" : "M"}${x} ${ys[k]}`, "");

    // Where the last step to `k` crosses the frame, and a word there.
    const leaving = ([xs, ys], k, place) => {
      const shares = [
        (left - xs[k - 1]) / (xs[k] - xs[k - 1]),
        (right - xs[k - 1]) / (xs[k] - xs[k - 1]),
        (top - ys[k - 1]) / (ys[k] - ys[k - 1]),
        (bottom - ys[k - 1]) / (ys[k] - ys[k - 1]),
      ].filter((share) => share > 0 && share <= 1);
      const share = Math.min(1, ...shares);
      const x = xs[k - 1] + share * (xs[k] - xs[k - 1]);
      const y = ys[k - 1] + share * (ys[k] - ys[k - 1]);
      const end = x > (left + right) / 2;
      const word = make("text", {
        class: "explore-leaves",
        x: Math.min(right - 6, Math.max(left + 6, x + (end ? -8 : 8))),
        y: Math.min(bottom - 8, Math.max(top + 14, y)) + (y > (top + bottom) / 2 ? -14 : 14) * place,
        "text-anchor": end ? "end" : "start",
      });
      word.textContent = `leaves at step ${k}`;
      return word;
    };

    // A curve is read across; on a map a walk goes where it will, and is cut where it leaves the frame.
    const draw = (walks, step) => {
      group.replaceChildren(clip);
      walks.forEach(({ look, tracks, curves }, w) => {
        const columns = tracks[place];
        if (!columns) return;
        const curve = curves[place];
        const [xs, ys] = columns;
        const gone = curve ? -1 : xs.findIndex((x, k) => k <= step && !inside(x, ys[k]));
        const end = (gone < 0 ? step : gone) + 1;
        const walk = make("g", { class: "explore-walk", style: `color: ${look.color}` });
        const clipped = make("g", { "clip-path": `url(#${name}-box)` });
        const marks = `${name}-mark-${w}`;
        const marker = make("marker", { id: marks, markerUnits: "userSpaceOnUse", markerWidth: 8, markerHeight: 8, overflow: "visible" });
        marker.append(make("path", { d: look.marker, transform: "scale(4)" }));
        const line = path(columns, end);
        const marked = xs.length <= MOST_MARKED && !curve ? `url(#${marks})` : "none";
        if (curve) clipped.append(make("path", { class: "explore-later", d: path(columns, xs.length) }));
        else clipped.append(make("path", { class: "explore-casing", d: line }));
        const dash = look.dash.map((length) => (1.8 * length).toFixed(1)).join(" ");
        clipped.append(marker, make("path", { class: "explore-run", d: line, "stroke-dasharray": dash }));
        if (marked !== "none") {
          const steps = make("path", { d: line, fill: "none", stroke: "none" });
          for (const place of ["start", "mid", "end"]) steps.setAttribute(`marker-${place}`, marked);
          clipped.append(steps);
        }
        walk.append(clipped);
        if (gone > 0) walk.append(leaving(columns, gone, w));
        group.append(walk);
      });
    };

    // The step that is read, in every walk: a larger marker, and on a curve a line across.
    const mark = (walks, step) => {
      for (const old of group.querySelectorAll(":scope > .explore-now")) old.remove();
      const now = make("g", { class: "explore-now" });
      for (const { look, tracks, curves } of walks) {
        const columns = tracks[place];
        if (!columns) continue;
        const [x, y] = [columns[0][step], columns[1][step]];
        if (curves[place] && !now.querySelector("line")) now.prepend(make("line", { x1: x, x2: x, y1: top, y2: bottom }));
        if (!inside(x, y)) continue;
        const scaled = `translate(${x} ${y}) scale(8)`;
        now.append(make("path", { d: look.marker, transform: scaled, style: `color: ${look.color}` }));
      }
      group.append(now);
    };

    // The step of the walks' point that lies nearest to a place of the picture, if any lies near.
    const nearest = (walks, x, y) => {
      let [least, found] = [24, undefined];
      for (const { tracks, curves } of walks) {
        const columns = tracks[place];
        if (!columns) continue;
        const curve = curves[place];
        columns[0].forEach((px, k) => {
          const far = curve ? Math.abs(px - x) : Math.hypot(px - x, columns[1][k] - y);
          if (far < least) [least, found] = [far, k];
        });
      }
      return found;
    };
    return { svg, draw, mark, nearest };
  };

  // The place of a pointer in a picture's own units.
  const placeIn = (svg, event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  window.exploreParts.placeIn = placeIn;
  window.exploreParts.make = make;

  // The bar: back, play, on. `at` tells the step, `to` goes to one, `last` is the last one.
  const bar = (element, { at, to, last }) => {
    const button = element.querySelector(".explore-play button.explore-play");
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let timer;
    const show = (kind, name) => {
      button.setAttribute("aria-label", name);
      button.querySelector("path").setAttribute("d", ICONS[kind]);
    };
    const stop = () => {
      clearInterval(timer);
      timer = undefined;
      show("play", "Play");
    };
    const play = () => {
      if (timer) return stop();
      if (at() >= last()) to(0);
      show("pause", "Pause");
      const stride = Math.max(1, Math.round(last() / 80));
      timer = setInterval(
        () => {
          to(Math.min(last(), at() + stride));
          if (at() >= last()) stop();
        },
        calm.matches ? 500 : 90,
      );
    };
    button.addEventListener("click", play);
    for (const [name, change] of [
      [".explore-back", -1],
      [".explore-on", 1],
    ]) {
      element.querySelector(`.explore-play ${name}`).addEventListener("click", () => {
        stop();
        to(Math.max(0, Math.min(last(), at() + change)));
      });
    }
    return { play, stop };
  };
  window.exploreParts.bar = bar;

  // The walks of the drawings that came packed, at the place that is shown: for each its look, for each picture its columns x and
  // y, and its readings.
  window.exploreParts.packedWalks = (data, layer) => {
    const read = new Map();
    const column = (k) => {
      if (!read.has(k)) read.set(k, data.groups[k].split(" ").map((tenths) => Number(tenths) / 10));
      return read.get(k);
    };
    const at = (place) =>
      layer.walks[place].map(([panels, texts], w) => ({
        look: data.looks[w],
        curves: data.looks[w].curves,
        tracks: panels.map((columns) => (columns.length ? columns.map(column) : undefined)),
        text: texts === null ? undefined : (k) => data.groups[texts].split("|")[k],
      }));
    let [shown, walks] = [undefined, []];
    return () => {
      if (layer.shown !== shown) [shown, walks] = [layer.shown, at(layer.shown)];
      return walks;
    };
  };

  // The walks of a figure: `current` gives those that are shown. `data.told` hears which step is read.
  window.exploreParts.walks = (element, data, current, changed) => {
    const slider = element.querySelector(".explore-play input");
    const output = element.querySelector(".explore-play output");
    const said = [...element.querySelectorAll(".explore-readings b")];
    const panels = [...element.querySelectorAll(".explore-panel > svg")].map((svg, k) => panel(svg, k, data.boxes[k], `${element.id}-${k}`));
    const last = () => Number(slider.max);
    let step = Number(slider.value);

    const tell = (k) => {
      data.told?.(k);
      if (!said.length) return;
      said[0].textContent = k;
      current().forEach(({ text }, w) => {
        if (text) said[w + 1].textContent = text(k);
      });
    };
    const draw = () => {
      for (const each of panels) {
        each.draw(current(), step);
        each.mark(current(), step);
      }
      tell(step);
      slider.value = step;
      output.textContent = `step ${step} of ${last()}`;
      slider.setAttribute("aria-valuetext", output.textContent);
    };
    const to = (wanted, told = true) => {
      step = Math.max(0, Math.min(last(), wanted));
      draw();
      if (told) changed();
    };
    const point = (k) => {
      for (const each of panels) each.mark(current(), k);
      tell(k);
    };
    for (const each of panels) {
      each.svg.addEventListener("pointermove", (event) => {
        const { x, y } = placeIn(each.svg, event);
        const found = event.buttons ? undefined : each.nearest(current(), x, y);
        point(found ?? step);
      });
      each.svg.addEventListener("pointerleave", () => point(step));
    }
    const { play, stop } = bar(element, { at: () => step, to, last });
    slider.addEventListener("input", (event) => {
      event.stopPropagation();
      stop();
      to(Number(slider.value));
    });
    return { draw, to, play, stop, step: () => step };
  };
})();
