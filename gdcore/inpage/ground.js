// The ground of the playground: a map in tints and level lines from a grid of heights, with its axes, and the axes of the curve.
(() => {
  window.exploreParts ??= {};
  const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const TINTS = 20;
  const MAP = { width: 460, height: 452, box: [48, 8, 452, 412] };
  const CURVE = { width: 400, height: 452, box: [54, 8, 392, 412] };
  const STAR = "M0-8-1.9-2.6-8-2.5-3.1 1-4.9 6.8 0 3.2 4.9 6.8 3.1 1 8-2.5 1.9-2.6Z";

  // Where a box is wider than high, or the other way, it gets more of the plane: the map is a square with one scale.
  const squared = ([[left, right], [bottom, top]]) => {
    const half = Math.max(right - left, top - bottom) / 2;
    const [x, y] = [(left + right) / 2, (bottom + top) / 2];
    return [[x - half, x + half], [y - half, y + half]];
  };

  // The points of a grid over a box, row by row from below.
  const gridOf = ([[left, right], [bottom, top]], count) => {
    const at = (low, high, k) => low + ((high - low) * k) / (count - 1);
    return Array.from({ length: count * count }, (_, k) => [at(left, right, k % count), at(bottom, top, Math.floor(k / count))]);
  };

  // Values as shares of the whole height, by the root, so that levels stand close where it is low.
  const sharesOf = (values) => {
    const finite = values.filter(Number.isFinite);
    if (!finite.length) return { shares: values.map(() => 1), lowest: 0 };
    const low = finite.reduce((least, each) => Math.min(least, each));
    const high = finite.reduce((most, each) => Math.max(most, each), low);
    const range = high - low || 1;
    return { shares: values.map((each) => (Number.isFinite(each) ? Math.sqrt(Math.max(0, each - low) / range) : 1)), lowest: low };
  };

  const channels = (text) => {
    const found = /^#(..)(..)(..)$/.exec(text.trim());
    return found ? found.slice(1).map((each) => Number.parseInt(each, 16)) : [128, 128, 128];
  };

  // Paints bands and lines into a canvas, pixel by pixel: a line is where a level is nearer than half its width.
  const paint = (canvas, { shares, count, levels }) => {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const size = Math.max(64, Math.round((canvas.clientWidth || 404) * ratio));
    [canvas.width, canvas.height] = [size, size];
    const styles = getComputedStyle(canvas);
    const colour = (name) => channels(styles.getPropertyValue(`--explore-${name}`));
    const paper = channels(styles.getPropertyValue("--explore-map-paper"));
    const bands = Array.from({ length: levels }, (_, band) => {
      const depth = Math.ceil((TINTS * (levels - 1 - band)) / (levels - 1));
      return depth ? colour(`tint-${depth}`) : paper;
    });
    const lines = [colour("contour"), colour("index")];
    const context = canvas.getContext("2d");
    const picture = context.createImageData(size, size);
    const step = (count - 1) / (size - 1);
    for (let row = 0; row < size; row += 1) {
      const v = (size - 1 - row) * step;
      const j = Math.min(count - 2, Math.floor(v));
      const q = v - j;
      for (let column = 0; column < size; column += 1) {
        const u = column * step;
        const i = Math.min(count - 2, Math.floor(u));
        const p = u - i;
        const k = j * count + i;
        const [a, b, c, d] = [shares[k], shares[k + 1], shares[k + count], shares[k + count + 1]];
        const share = levels * ((a * (1 - p) + b * p) * (1 - q) + (c * (1 - p) + d * p) * q);
        const slope = levels * step * Math.hypot((b - a) * (1 - q) + (d - c) * q, (c - a) * (1 - p) + (d - b) * p);
        const level = Math.round(share);
        const band = Math.min(levels - 1, Math.floor(share));
        const heavy = level % 5 === 0;
        const reach = ((heavy ? 1.2 : 0.7) * ratio) / 2;
        const inside = level > 0 && level < levels ? reach + 0.5 - Math.abs(share - level) / (slope + 1e-9) : 0;
        const alpha = Math.min(1, Math.max(0, inside)) * Math.min(1, 2 * reach);
        const [under, over] = [bands[band], lines[heavy ? 1 : 0]];
        const place = 4 * (row * size + column);
        for (let channel = 0; channel < 3; channel += 1) {
          picture.data[place + channel] = under[channel] + alpha * (over[channel] - under[channel]);
        }
        picture.data[place + 3] = 255;
      }
    }
    context.putImageData(picture, 0, 0);
  };

  // Round numbers inside a range, some five of them.
  const ticks = (low, high) => {
    const raw = (high - low) / 5;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw * 0.999);
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(Number((k * step).toPrecision(6)));
    return found;
  };
  const written = (x) => {
    const text = Math.abs(x) >= 10_000 || (x && Math.abs(x) < 0.001) ? x.toExponential() : String(x);
    return text.replaceAll("-", "−");
  };
  const power = (exponent) => `10${[...String(exponent)].map((sign) => RAISED[sign]).join("")}`;

  const axes = (group, box, across, up, labels) => {
    const { make } = window.exploreParts;
    const [left, top, right, bottom] = box;
    const text = (words, x, y, anchor, more = {}) => {
      const made = make("text", { x, y, "text-anchor": anchor, style: "--size: 12", ...more });
      made.textContent = words;
      group.append(made);
    };
    const line = (d) => group.append(make("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 0.8 }));
    group.replaceChildren();
    line(`M${left} ${top}V${bottom}H${right}`);
    for (const [words, x] of across) {
      line(`M${x} ${bottom}v4`);
      text(words, x, bottom + 17, "middle");
    }
    for (const [words, y] of up) {
      line(`M${left} ${y}h-4`);
      text(words, left - 7, y + 4, "end");
    }
    text(labels[0], (left + right) / 2, bottom + 34, "middle");
    if (labels[1]) text(labels[1], 13, (top + bottom) / 2, "middle", { transform: `rotate(-90 13 ${(top + bottom) / 2})` });
  };

  // A scale as computed.js has it: factor, offset, and whether of the logarithm to base 10.
  const scale = (low, high, from, to, log = false) => {
    const factor = (to - from) / (high - low);
    return [factor, from - factor * low, log];
  };

  const drawMap = (group, [[left, right], [bottom, top]], minima) => {
    const { make } = window.exploreParts;
    const [l, t, r, b] = MAP.box;
    const [x, y] = [scale(left, right, l, r), scale(bottom, top, b, t)];
    const at = ([factor, offset], number) => factor * number + offset;
    const across = ticks(left, right).map((each) => [written(each), at(x, each)]);
    const up = ticks(bottom, top).map((each) => [written(each), at(y, each)]);
    axes(group, MAP.box, across, up, ["parameter w₁", "parameter w₂"]);
    for (const [mx, my] of minima ?? []) {
      const star = make("path", { d: STAR, class: "playground-minimum", transform: `translate(${at(x, mx)} ${at(y, my)}) scale(0.9)` });
      group.append(star);
    }
    return [x, y];
  };

  const drawCurve = (group, steps, [low, high], title) => {
    const { make } = window.exploreParts;
    const [l, t, r, b] = CURVE.box;
    const [x, y] = [scale(0, steps, l, r), scale(low, high, b, t, true)];
    const across = ticks(0, steps).filter(Number.isInteger).map((each) => [written(each), x[0] * each + x[1]]);
    const every = Math.ceil((high - low) / 8);
    const up = [];
    for (let exponent = Math.ceil(low); exponent <= high; exponent += every) up.push([power(exponent), y[0] * exponent + y[1]]);
    axes(group, CURVE.box, across, up, ["step t", ""]);
    const words = make("text", { x: r, y: t + 12, "text-anchor": "end", style: "--size: 12" });
    words.textContent = title;
    group.append(words);
    return [x, y];
  };

  window.exploreParts.ground = { MAP, CURVE, squared, gridOf, sharesOf, paint, drawMap, drawCurve, written };
})();
