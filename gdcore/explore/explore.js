// The sliders of the built page. Each figure carries all its drawings, packed; a change swaps the groups that differ.
(() => {
  if (window.exploreFigures) return;
  window.exploreFigures = new Map();

  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };

  const node = (markup) => {
    const holder = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    holder.innerHTML = markup;
    return holder.firstChild;
  };

  // A control as a position: what the element is (slider, menu, box or row of buttons) matters only here.
  const control = (element) => {
    const { name, unit, texts } = element.dataset;
    const labels = JSON.parse(texts);
    const inputs = [...element.querySelectorAll("input, select")];
    const [input] = inputs;
    const output = element.querySelector("output");
    const get = () =>
      input.type === "radio" ? inputs.findIndex((radio) => radio.checked) : input.type === "checkbox" ? Number(input.checked) : Number(input.value);
    const set = (position) => {
      if (input.type === "radio") inputs[position].checked = true;
      else if (input.type === "checkbox") input.checked = Boolean(position);
      else input.value = position;
      show();
    };
    const show = () => {
      if (!output) return;
      output.textContent = labels[get()];
      input.setAttribute("aria-valuetext", `${labels[get()]} ${unit}`.trim());
    };
    const nearest = (text) => {
      if (labels.includes(text)) return labels.indexOf(text);
      const distance = labels.map((label) => Math.abs(Number(label) - Number(text)));
      const least = Math.min(...distance);
      return Number.isNaN(least) ? get() : distance.indexOf(least);
    };
    return { name, inputs, get, set, show, text: () => labels[get()], count: labels.length, nearest, start: get() };
  };

  const prepare = (element) => {
    const controls = [...element.querySelectorAll(".explore-control")].map(control);
    const sheets = [...element.querySelectorAll(".explore-picture > svg")].map((svg) => [...svg.querySelectorAll(":scope > .explore-layer")]);
    const caption = element.querySelector("figcaption");
    const packed = element.querySelector(".explore-data");
    let data, loading, cache;

    const frame = (layer) => layer.controls.reduce((place, k) => place * controls[k].count + controls[k].get(), 0);
    const piece = (number) => (cache[number] ??= node(data.groups[number])).cloneNode(true);
    const draw = () => {
      data.layers.forEach((layer, l) => {
        const place = frame(layer);
        if (place === layer.shown) return;
        sheets.forEach((groups, s) => swap(groups[l], layer.shown === undefined ? undefined : layer.frames[layer.shown][s], layer.frames[place][s]));
        layer.shown = place;
        if (layer.captions.length && caption.textContent !== layer.captions[place]) caption.textContent = layer.captions[place];
      });
    };
    const swap = (group, old, now) => {
      if (!old) return group.replaceChildren(...now.map(piece));
      now.forEach((number, k) => {
        if (k >= old.length) group.append(piece(number));
        else if (number !== old[k]) group.replaceChild(piece(number), group.childNodes[k]);
      });
      while (group.childNodes.length > now.length) group.lastChild.remove();
    };

    const load = () =>
      (loading ??= unpack(packed.textContent).then((unpacked) => {
        data = unpacked;
        cache = [];
        packed.remove();
        draw();
        element.dataset.ready = "";
      }));
    const update = (remember) => {
      controls.forEach(({ show }) => show());
      if (data) draw();
      else load();
      if (remember) rememberLater();
    };
    const reset = () => controls.forEach(({ set, start }) => set(start));
    const restore = (values) => {
      reset();
      for (const { name, nearest, set } of controls) if (values.has(name)) set(nearest(values.get(name)));
      update(false);
    };
    const state = () => controls.filter(({ get, start }) => get() !== start).map(({ name, text }) => `${name}=${encodeURIComponent(text())}`);

    element.addEventListener("input", () => update(true));
    element.addEventListener("focusin", load, { once: true });
    element.addEventListener("pointerenter", load, { once: true });
    element.querySelector("button").addEventListener("click", () => (reset(), update(true)));
    seen.observe(element);
    window.exploreFigures.set(element.id, { element, load, restore, state });
  };

  // A figure unpacks its drawings when it comes near the view, so that a page opens at once.
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        window.exploreFigures.get(target.id).load();
      }
    },
    { rootMargin: "50%" },
  );

  // The address holds the state of every figure that was moved: #figure:control=value,control=value;figure:…
  let timer;
  const rememberLater = () => {
    clearTimeout(timer);
    timer = setTimeout(remember, 250); // browsers limit how often an address may change
  };
  const remember = () => {
    const states = [...window.exploreFigures].map(([id, { state }]) => [id, state()]).filter(([, values]) => values.length);
    const hash = states.map(([id, values]) => `${id}:${values.join(",")}`).join(";");
    history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  };
  const restoreAll = () => {
    const parts = location.hash.slice(1).split(";").map((part) => part.split(":")).filter(([id, values]) => values && window.exploreFigures.has(id));
    for (const [id, values] of parts) {
      const pairs = values.split(",").map((pair) => pair.split("="));
      window.exploreFigures.get(id).restore(new Map(pairs.map(([name, text = ""]) => [name, decodeURIComponent(text)])));
    }
    if (parts.length) window.exploreFigures.get(parts[0][0]).element.scrollIntoView();
  };

  const begin = () => {
    document.querySelectorAll("figure.explore:has(.explore-data)").forEach(prepare);
    restoreAll();
    addEventListener("hashchange", restoreAll);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
