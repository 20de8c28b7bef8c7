// The controls of the built page. Each figure carries all its drawings, packed; a change swaps the groups that differ.
// Without this script, or where it cannot work, a figure is its start frame, its caption and a sentence that says why.
(() => {
  if (window.exploreFigures) return;
  const figures = new Map();
  window.exploreFigures = figures;
  document.documentElement.classList.add("explore-runs"); // no figure says that it does not work while the page is still read

  // What a figure is operated with takes its place when the figure has been read, so that nothing moves when the page is whole.
  window.exploreParts.arrived = () => {
    const parts = ":is(.explore-controls, .explore-play, .explore-tools, .explore-tabs)[hidden]";
    for (const each of document.currentScript.parentElement.querySelectorAll(parts)) each.hidden = false;
  };

  const TOO_OLD =
    "The controls of this figure need a newer browser: Chrome or Edge 80, Firefox 113, Safari 16.4, or a later one. " +
    "The picture shows where they start.";
  const DAMAGED =
    "The drawings of this figure did not arrive whole, so its controls are off. Loading the page once more may help. " +
    "The picture shows where they start.";

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

  // What a text says as a number, as computers write it (3e-4, -0.8) and as people do (3 · 10⁻⁴, 10⁻¹⁰, −0.8, 1,000); NaN where
  // it says none: not 0 for an empty one, as Number does.
  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const number = (text) => {
    const plain = text
      .trim()
      .replace(/,(?=\d{3}\b)/g, "")
      .replace(/−/g, "-")
      .replace(",", ".")
      .replace(/(?:^|([ \u00a0]·[ \u00a0]))10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, times, power) => {
        const exponent = power.replace("⁻", "-").replace(/[⁰-⁹¹²³]/g, (digit) => RAISED.indexOf(digit));
        return `${times ? "" : "1"}e${exponent}`;
      });
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : Number.NaN;
  };

  // Percent signs undone until nothing changes, since mail programs escape what is escaped already. What is malformed stays.
  const plain = (text) => {
    const decoded = text.replace(/(%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run;
      }
    });
    return decoded === text ? text : plain(decoded);
  };

  // How each kind of element takes a position and gives it, and where its markup says that it starts.
  const KINDS = {
    range: {
      get: ([input]) => Number(input.value),
      set: ([input], position) => {
        input.value = position;
      },
      start: ([input]) => Number(input.defaultValue),
    },
    "select-one": {
      get: ([input]) => input.selectedIndex,
      set: ([input], position) => {
        input.selectedIndex = position;
      },
      start: ([input]) => [...input.options].findIndex((option) => option.defaultSelected),
    },
    checkbox: {
      get: ([input]) => Number(input.checked),
      set: ([input], position) => {
        input.checked = Boolean(position);
      },
      start: ([input]) => Number(input.defaultChecked),
    },
    radio: {
      get: (inputs) => inputs.findIndex((radio) => radio.checked),
      set: (inputs, position) => {
        inputs[position].checked = true;
      },
      start: (inputs) => inputs.findIndex((radio) => radio.defaultChecked),
    },
  };

  // A control as a position. The position is kept here and not in the element, which a browser may reset behind our back.
  const control = (element) => {
    const { name, unit, texts, keys } = element.dataset;
    const labels = JSON.parse(texts);
    const plainer = keys ? JSON.parse(keys) : labels; // what an address holds: numbers in plain ASCII
    const inputs = [...element.querySelectorAll("input, select")];
    const output = element.querySelector("output");
    const kind = KINDS[inputs[0].type];
    const start = kind.start(inputs);
    let position = start;

    const show = () => {
      if (kind.get(inputs) !== position) kind.set(inputs, position);
      if (!output) return;
      output.textContent = labels[position];
      inputs[0].setAttribute("aria-valuetext", `${labels[position]} ${unit}`.trim());
    };
    const set = (wanted) => {
      position = wanted;
      show();
    };
    const read = () => set(kind.get(inputs));
    // The position of a text of an address: its label, else the nearest number (0,9 is 0.9), else none.
    const find = (text) => {
      for (const texts of [plainer, labels]) if (texts.includes(text)) return texts.indexOf(text);
      const wanted = number(text);
      const distances = labels.map((label) => Math.abs(number(label) - wanted)).map((far) => (far < Infinity ? far : Infinity));
      const least = Math.min(...distances);
      return least < Infinity ? distances.indexOf(least) : undefined;
    };
    return {
      name,
      inputs,
      start,
      set,
      read,
      show,
      find,
      count: labels.length,
      position: () => position,
      text: () => plainer[position],
    };
  };

  // One layer's groups in one picture, from the pieces `old` (none at first) to the pieces `now`.
  const swap = (group, old, now, piece) => {
    if (!old) return group.replaceChildren(...now.map(piece));
    now.forEach((wanted, k) => {
      if (k >= old.length) group.append(piece(wanted));
      else if (wanted !== old[k]) group.replaceChild(piece(wanted), group.childNodes[k]);
    });
    while (group.childNodes.length > now.length) group.lastChild.remove();
  };

  const { bar, handles, walks, packedWalks, computed, menu, list } = window.exploreParts;

  // A caption with its numbers bold, and below it what it lists. gdcore.explore.markup has the same pattern.
  const NUMBER = /(?<![\w.])[−-]?\d+(?:,\d{3})*(?:\.\d+)?[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*(?:[ \u00a0]·[ \u00a0]10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?:[ \u00a0]?%)?(?!\w)/g;
  const say = (element, caption) => {
    list(element, caption);
    const result = element.querySelector(".explore-result");
    const [text] = caption.split("\n");
    if (result.textContent === text) return;
    let from = 0;
    const parts = [];
    for (const found of text.matchAll(NUMBER)) {
      const bold = document.createElement("b");
      bold.textContent = found[0];
      parts.push(text.slice(from, found.index), bold);
      from = found.index + found[0].length;
    }
    result.replaceChildren(...parts, text.slice(from));
    if (text.length > (result.dataset.longest ?? "").length) result.dataset.longest = text;
  };

  // The picture and the result of a figure, drawn from its unpacked data.
  const drawer = (element, controls, data) => {
    const sheets = [...element.querySelectorAll(".explore-panel > svg")].map((svg) => [
      ...svg.querySelectorAll(":scope > .explore-layer"),
    ]);
    const made = [];
    const piece = (k) => {
      made[k] ??= node(data.groups[k]);
      return made[k].cloneNode(true);
    };
    return () => {
      for (const [l, layer] of data.layers.entries()) {
        const place = layer.controls.reduce((sum, k) => sum * controls[k].count + controls[k].position(), 0);
        if (place === layer.shown) continue;
        for (const [s, groups] of sheets.entries()) swap(groups[l], layer.frames[layer.shown]?.[s], layer.frames[place][s], piece);
        layer.shown = place;
        if (layer.captions.length) say(element, layer.captions[place]);
      }
    };
  };

  // A figure whose controls cannot work says so, stands at its start and takes no more input.
  const giveUp = (element, controls, sentence) => {
    for (const { set, start } of controls) set(start);
    for (const each of element.querySelectorAll("input, select, button")) each.disabled = true;
    const word = element.querySelector(".explore-word");
    word.textContent = sentence;
    word.hidden = false;
  };

  const prepare = (element) => {
    const controls = [...element.querySelectorAll(".explore-control")].map(control);
    const store = element.querySelector(".explore-data");
    const reset = element.querySelector(".explore-reset");
    const timed = element.querySelector("div.explore-play");
    element.querySelector(".explore-word").hidden = true;
    tabs(element);
    if (!window.DecompressionStream) return giveUp(element, controls, TOO_OLD);
    if (!store) return giveUp(element, controls, DAMAGED);

    let loading;
    let draw = () => {};
    let placeHandles = () => {};
    let player;
    let live;
    let wantedStep; // one of the address, until the walks have come
    const slider = timed?.querySelector("input");
    const lastStep = slider ? Number(slider.max) : undefined;
    const step = () => player?.step() ?? wantedStep ?? lastStep;
    const state = () => controls.filter(({ position, start }) => position() !== start);
    const stepped = () => slider !== undefined && slider !== null && step() !== lastStep;
    const show = () => {
      for (const each of controls) each.show();
      reset.disabled = !state().length && !stepped();
    };
    const changed = () => {
      show();
      touched(element.id);
    };
    const load = () => {
      loading ??= unpack(store.textContent)
        .then((data) => {
          store.remove();
          const frame = drawer(element, controls, data);
          const moved = () => {
            update();
            changed();
          };
          placeHandles = handles(element, data, controls, moved).place;
          frame();
          const walked = data.layers.findLast((layer) => layer.walks.length);
          const packed = walked && packedWalks(data, walked);
          live = data.computed && computed(element, data, controls, packed(), {
            arrived: () => {
              say(element, live.caption());
              player.draw();
            },
            failed: (sentence) => giveUp(element, controls, sentence),
          });
          if (walked) player = walks(element, data, live ? live.walks : packed, changed);
          draw = () => {
            frame();
            if (live) live.ask();
            else player?.draw();
            placeHandles();
          };
          if (player) player.to(wantedStep ?? lastStep, false);
          live?.ask(); // for what an address has said
          placeHandles();
          element.dataset.ready = "";
        })
        .catch(() => giveUp(element, controls, DAMAGED));
      return loading;
    };
    const update = () => {
      load();
      draw();
    };
    if (timed?.dataset.control) {
      const time = controls.find(({ name }) => name === timed.dataset.control);
      const to = (position) => {
        time.set(position);
        update();
        changed();
      };
      player = bar(element, { at: time.position, to, last: () => time.count - 1 });
      Object.assign(player, { draw() {}, to() {}, step: () => undefined });
    }
    const restore = (texts) => {
      for (const { name, find, set, start } of controls) set((texts.has(name) ? find(texts.get(name)) : undefined) ?? start);
      const asked = number(texts.get("step") ?? "");
      if (slider) {
        wantedStep = asked >= 0 && asked <= lastStep ? Math.round(asked) : lastStep;
        player?.to(wantedStep, false);
      }
      update();
      show();
    };
    // What of the figure an address says: the controls that were moved, and the step.
    const said = () => {
      const parts = state().map(({ name, text }) => [name, text()]);
      if (stepped()) parts.push(["step", String(step())]);
      return parts;
    };

    element.addEventListener("input", (event) => {
      if (!event.target.closest(".explore-control")) return;
      for (const { read } of controls) read();
      update();
      changed();
    });
    reset.addEventListener("click", () => {
      for (const { set, start } of controls) set(start);
      player?.stop();
      if (slider) player?.to(lastStep, false);
      update();
      element.querySelector("input, select")?.focus({ preventScroll: true }); // the button goes out of reach
      changed();
    });
    element.addEventListener("focusin", load, { once: true });
    element.addEventListener("pointerenter", load, { once: true });
    show();
    const names = controls.map(({ name }) => name);
    if (slider) names.push("step");
    const known = { element, load, restore, show, said, names, controls, reset, play: () => timed?.querySelector(".explore-play button.explore-play")?.click() };
    figures.set(element.id, known);
    const here = location.href.split("#")[0];
    menu(element, {
      link: () => `${here}#${written([element.id]) || encodeURIComponent(element.id)}`,
      alone: () => `#only=${[encodeURIComponent(element.id), written([element.id])].filter(Boolean).join(";")}`,
      playground: () => load().then(() => live?.address()),
    });
  };

  // Where there is room for one picture, the reader chooses which. It is the first that moves, until then.
  const tabs = (element) => {
    const panels = [...element.querySelectorAll(".explore-panel")];
    const buttons = [...element.querySelectorAll(".explore-tabs button")];
    buttons.forEach((button, k) => {
      button.addEventListener("click", () => {
        panels.forEach((panel, other) => {
          panel.toggleAttribute("data-shown", other === k);
          buttons[other].setAttribute("aria-pressed", other === k);
        });
      });
    });
  };

  // The address: where to land (a section, a figure, or only=figure, which shows it alone), then the state of every figure that
  // was moved, the last one first: #section;figure:control=value,control=value,step=7;figure:…
  let anchor = "";
  let order = [];
  const written = (ids = [...order, ...[...figures.keys()].filter((id) => !order.includes(id))]) => {
    const moved = ids.map((id) => [id, figures.get(id).said()]).filter(([, parts]) => parts.length);
    return moved
      .map(([id, parts]) => `${encodeURIComponent(id)}:${parts.map((part) => part.map(encodeURIComponent).join("="))}`)
      .join(";");
  };
  const whole = () => [anchor, written()].filter(Boolean).join(";");
  const remember = () => {
    const hash = whole();
    try {
      history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
    } catch {
      // Browsers limit how often an address may change, and some frames have none. The figure works all the same.
    }
  };
  // The section of an anchor, which survives as long as its own figures are moved.
  const around = (name) => {
    const target = document.getElementById(plain(name));
    return target?.closest("section") ?? target;
  };
  let timer;
  const touched = (id) => {
    order = [id, ...order.filter((other) => other !== id)];
    if (!anchor.startsWith("only=") && !around(anchor)?.contains(figures.get(id).element)) anchor = "";
    clearTimeout(timer);
    timer = setTimeout(remember, 250);
  };

  // The parts of a text that follow one of these names and a sign, as pairs. Names tell parts apart, not separators alone, since
  // a value may hold any sign.
  const parts = (text, before, names, sign) => {
    if (!names.length) return [];
    const [, ...found] = text.split(new RegExp(`(?:^|${before})(${names.join("|")})${sign}`, "u"));
    return found.flatMap((name, k) => (k % 2 ? [] : [[name, found[k + 1]]]));
  };
  const restoreAll = () => {
    const hash = plain(location.hash.slice(1));
    const states = parts(hash, ";", [...figures.keys()], ":");
    for (const [id, values] of states) {
      const { names, restore } = figures.get(id);
      restore(new Map(parts(values, ",", names, "=")));
    }
    const [first] = hash.split(";");
    alone(first);
    if (!states.length) {
      anchor = location.hash.slice(1); // a link of the page's contents: the figures keep what they show, and the address says it
      if (whole() !== anchor) remember();
      return;
    }
    order = states.map(([id]) => id);
    const section = document.getElementById(first);
    anchor = section || only ? encodeURIComponent(first).replace("%3D", "=") : "";
    if (!only) (section ?? figures.get(order[0]).element).scrollIntoView();
  };

  // One figure alone in the window, for a lecture or a frame: #only=figure. Its controls have keys.
  let only;
  const alone = (first) => {
    only?.element.classList.remove("explore-only");
    only = first.startsWith("only=") ? figures.get(first.slice(5)) : undefined;
    document.documentElement.classList.toggle("explore-alone", Boolean(only));
    if (!only) return;
    only.element.classList.add("explore-only");
    only.load();
  };
  const KEYS = {
    " ": () => only.play(),
    r: () => only.reset.click(),
    Escape: () => {
      const [, ...states] = location.hash.slice(1).split(";");
      location.hash = states.join(";") || only.element.id;
    },
  };
  addEventListener("keydown", (event) => {
    if (!only || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const wanted = only.controls[Number(event.key) - 1];
    if (wanted) (wanted.inputs.find((input) => input.checked) ?? wanted.inputs[0]).focus();
    else if (!KEYS[event.key] || (event.key === " " && event.target.closest("button, select, summary, [type=radio], [type=checkbox]"))) return;
    else KEYS[event.key]();
    event.preventDefault();
  });

  // A figure unpacks its drawings when it comes near the view, so that a page opens at once.
  const watch = () => {
    if (!window.IntersectionObserver) {
      for (const { load } of figures.values()) load();
      return;
    }
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          seen.unobserve(target);
          figures.get(target.id).load();
        }
      },
      { rootMargin: "50%" },
    );
    for (const { element } of figures.values()) seen.observe(element);
  };

  const begin = () => {
    for (const element of document.querySelectorAll("figure.explore")) {
      if (!element.querySelector(".explore-tools")) continue;
      try {
        prepare(element);
      } catch {
        giveUp(element, [], DAMAGED); // the others go on
      }
    }
    document.documentElement.classList.remove("explore-runs");
    watch();
    restoreAll();
    addEventListener("hashchange", restoreAll);
    // Some time after it has gone back to a page that it kept, WebKit puts its elements at their first values: they are the last ones.
    addEventListener("pagehide", () => {
      for (const input of document.querySelectorAll("input")) {
        if (input.type === "radio" || input.type === "checkbox") input.defaultChecked = input.checked;
        else input.defaultValue = input.value;
      }
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
