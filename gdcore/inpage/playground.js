// The playground put together: settings, board, racers, tools and challenges around one state, and the engine that answers it.
(() => {
  window.exploreParts ??= {};
  const DRAFT = "downhill:playground";
  const OWN_SURFACE = "def L(x, y):\n    return x**2 + 3 * y**2 + np.sin(3 * x)\n";
  const OWN_START = [-1.2, 1.4];
  const QUICK = 90; // milliseconds: a race that takes longer is shortened while the start is dragged
  const STOPPED = "Your code was stopped: it gave no answer for two seconds. An endless loop does that. Mend it, then press Run.";
  const TOO_LONG = "The race was ended: it gave no answer for two seconds. Fewer steps may do.";
  const NO_ENGINE = "This page came without the part that computes in it.";

  const inBook = document.documentElement.dataset.content_root !== undefined; // not in a notebook, whose address is not ours

  const ask = async (request, key) => {
    if (!window.downhill?.engine) throw Object.assign(new Error(NO_ENGINE), { kind: "LoadError", says: NO_ENGINE });
    return window.downhill.engine.ask(request, { key });
  };

  // What a browser keeps for this page, where it keeps anything.
  const stored = {
    get() {
      try {
        return localStorage.getItem(DRAFT);
      } catch {
        return null;
      }
    },
    set(address) {
      try {
        localStorage.setItem(DRAFT, address);
      } catch {
        // no storage, no draft
      }
    },
  };

  // Landscape, start, steps, noise: `changed(ground)` follows, with whether the ground is another one.
  const makeSettings = (data, grounds, state, changed) => {
    const { ground, racer, playgroundState } = window.exploreParts;
    const { html, controlOf } = racer;
    const { OWN_BOX, MOST_STEPS, clamp, typed } = playgroundState;
    const field = (label, input) => {
      input.id = `playground-${label.replace(/\W/g, "-")}`;
      input.autocomplete = "off";
      return html("div", { className: "playground-field" }, html("label", { htmlFor: input.id, textContent: label }), input);
    };
    const select = html("select", {}, ...data.landscapes.map(({ name, title }) => html("option", { value: name, textContent: title })));
    select.append(html("option", { value: "", textContent: "your own L(x, y)" }));
    const start = [0, 1].map(() => html("input", { type: "text", inputMode: "decimal" }));
    const steps = html("input", { type: "number", min: 1, max: MOST_STEPS, step: 1 });
    const seed = html("input", { type: "number", min: 0, max: 999, step: 1 });
    const seedField = field("seed of the noise", seed);
    const numbers = html("div", { className: "playground-settings" });
    const more = html("details", { className: "playground-more" }, html("summary", { textContent: "Noise and penalty" }), numbers);
    const plain = [field("landscape", select), field("start x", start[0]), field("start y", start[1]), field("steps", steps)];
    const element = html("div", {}, html("div", { className: "playground-settings" }, ...plain), more);
    const number = (label, of, name, other) => {
      const spec = { label, kind: "log", least: 0.001, most: 100, zero: true };
      return controlOf(spec, of[name], (value) => {
        of[name] = value;
        seedField.hidden = !state.noise.scale;
        changed(other);
      });
    };
    const showStart = () => {
      start.forEach((input, k) => {
        input.value = ground.written(Number(state.start[k].toPrecision(6)));
        input.removeAttribute("aria-invalid");
      });
    };
    const show = () => {
      select.value = state.landscape.name ?? "";
      showStart();
      steps.value = state.steps;
      seed.value = state.noise.seed;
      seedField.hidden = !state.noise.scale;
      more.open ||= Boolean(state.noise.scale || state.penalty.l1 || state.penalty.l2);
      numbers.replaceChildren(
        number("noise of the gradient", state.noise, "scale", false),
        seedField,
        number("L1 penalty", state.penalty, "l1", true),
        number("L2 penalty", state.penalty, "l2", true),
      );
    };
    start.forEach((input, k) => {
      input.addEventListener("change", () => {
        const given = typed(input.value);
        if (!(Math.abs(given) < 1e6)) return input.setAttribute("aria-invalid", "true");
        state.start[k] = given;
        showStart();
        changed(false);
      });
    });
    const whole = (input, least, most, take) => {
      input.addEventListener("change", () => {
        input.value = clamp(Math.round(Number(input.value)) || least, least, most);
        take(Number(input.value));
        changed(false);
      });
    };
    whole(steps, 1, MOST_STEPS, (value) => {
      state.steps = value;
    });
    whole(seed, 0, 999, (value) => {
      state.noise.seed = value;
    });
    select.addEventListener("change", () => {
      const chosen = grounds.get(select.value);
      if (chosen) Object.assign(state, { landscape: { name: chosen.name }, start: [...chosen.start] });
      else Object.assign(state, { landscape: { code: OWN_SURFACE, box: structuredClone(OWN_BOX), armed: true }, start: [...OWN_START] });
      showStart();
      changed(true);
    });
    return { element, show, showStart };
  };

  // What became of each run: a sentence with its look, and its height at the step that is read.
  const makeSays = () => {
    const { html } = window.exploreParts.racer;
    const element = html("ul", { className: "playground-says" });
    element.setAttribute("aria-live", "polite");
    let readings = new Map();
    return {
      element,
      show({ request, looks, answer }) {
        readings = new Map();
        const items = answer.runs.map((run, k) => {
          const { label } = request.runs[k];
          const item = html("li", {});
          item.innerHTML = looks[k].key; // the book's own drawing
          const reading = html("span", { className: "playground-reading" });
          item.append(run.error ? `${label}: ${run.error.says}` : run.says, " ", reading);
          if (!run.error) readings.set(label, reading);
          return item;
        });
        element.replaceChildren(...items);
      },
      read(step, texts) {
        for (const [label, reading] of readings) reading.textContent = texts.has(label) ? `At step ${step}: ${texts.get(label)}.` : "";
      },
    };
  };

  // Hands a text over: to the clipboard where there is one, and in a box to copy from.
  const makeTools = () => {
    const { html } = window.exploreParts.racer;
    const element = html("div", { className: "playground-tools" });
    const text = html("div", { className: "playground-text", hidden: true });
    const add = (label, deed) => {
      const made = html("button", { type: "button", textContent: label });
      made.addEventListener("click", () => deed(made, label));
      element.append(made);
      return made;
    };
    const hand = async (button, label, words) => {
      const rows = Math.min(14, words.split("\n").length + 1);
      const area = html("textarea", { readOnly: true, value: words, rows, spellcheck: false });
      area.setAttribute("aria-label", label);
      text.hidden = false;
      text.replaceChildren(area);
      try {
        await navigator.clipboard.writeText(words);
        button.textContent = "Copied";
        setTimeout(() => {
          button.textContent = label;
        }, 2000);
      } catch {
        area.focus();
        area.select();
      }
    };
    return { element, text, add, hand };
  };

  // The racers' cards, and what adds another.
  const makeRacers = (data, state, named, { changed, ran }) => {
    const { racer: makeRacer, playgroundAddress } = window.exploreParts;
    const { html, YOURS } = makeRacer;
    const list = html("div", { className: "playground-racers" });
    const choice = html("select", { autocomplete: "off", id: "playground-method" });
    const write = html("button", { type: "button", textContent: "Write your own" });
    const adding = html("div", { className: "playground-add" });
    let cards = new Map();
    const show = () => {
      const made = named(state).map(({ racer, label, look, edited }) => {
        const removed = () => {
          state.racers.splice(state.racers.indexOf(racer), 1);
          show();
          changed();
          choice.focus({ preventScroll: true });
        };
        const deeds = { changed, run: () => ran(racer), removed };
        return [racer, makeRacer(data, racer, { look: edited?.look ?? look, title: label, ...deeds })];
      });
      cards = new Map(made);
      list.replaceChildren(...made.map(([, card]) => card.element));
      choice.disabled = state.racers.length >= playgroundAddress.MOST;
      write.disabled = choice.disabled;
    };
    choice.append(html("option", { value: "", textContent: "choose a method …" }));
    for (const { name, title, refused } of data.methods) {
      choice.append(html("option", { value: name, textContent: refused ? `${title}: ${refused}` : title, disabled: Boolean(refused) }));
    }
    choice.addEventListener("change", () => {
      if (!choice.value) return;
      state.racers.push({ method: choice.value, hyperparameters: {}, armed: true });
      choice.value = "";
      show();
      changed();
    });
    write.addEventListener("click", () => {
      const taken = new Set(state.racers.map(({ name }) => name));
      let [name, number] = ["mine", 1];
      while (taken.has(name)) {
        number += 1;
        name = `mine ${number}`;
      }
      const own = { method: null, name, code: YOURS, hyperparameters: {}, armed: true };
      state.racers.push(own);
      show();
      changed();
      cards.get(own).focus();
    });
    adding.append(html("label", { htmlFor: choice.id, textContent: "Add a method" }), choice, write);
    return { list, adding, show, card: (racer) => cards.get(racer) };
  };

  const begin = (element, data) => {
    const { playgroundAddress, playgroundState, challenges: makeChallenges, board: makeBoard, surface: makeSurface, racer } = window.exploreParts;
    const { html } = racer;
    const { grounds, stateOf, stateFrom, named, requestOf, saved } = playgroundState(data);
    const state = stateOf(data.start);
    const says = makeSays();
    const word = html("p", { className: "playground-word" });
    word.setAttribute("role", "alert");
    const fail = (sentence) => {
      word.textContent = sentence;
    };

    const board = makeBoard(data, {
      told: says.read,
      dragged(start, dragging) {
        state.start = start;
        settings.showStart();
        changed({ dragging });
      },
    });
    const settings = makeSettings(data, grounds, state, (other) => {
      if (!other) return changed();
      board.forget();
      surface.show();
      surface.draw().then(() => changed());
    });
    const surface = makeSurface(data, grounds, state, {
      ask,
      drawn: board.setGround,
      failed: fail,
      ran: () => changed(),
      edited: () => keep(),
    });
    const racers = makeRacers(data, state, named, {
      changed: ({ draft = false } = {}) => (draft ? keep() : changed()),
      ran: (each) => runCode(each),
    });
    const challengeList = html("div", {});
    const challenges = makeChallenges(challengeList, data.challenges, {
      begin: (each) => set({ ...stateOf(each.begin), challenge: each.name }, true),
      show: (each) => set({ ...stateOf(each.solution), challenge: each.name }, true),
      leave() {
        state.challenge = undefined;
        challenges.set(undefined);
        keep();
      },
    });

    // Asking

    const stopped = (guilty) => {
      for (const each of guilty) {
        each.armed = false;
        racers.card(each)?.say(STOPPED);
      }
      fail(guilty.length ? STOPPED : TOO_LONG);
    };
    let took = 0; // milliseconds that the last whole race took
    let [newest, shownNumber] = [0, 0]; // races: the newest asked, and the one that is shown
    // Each run is a request of its own, so that each has its two seconds, and the one that fails is known.
    const race = async (dragging) => {
      newest += 1;
      const number = newest;
      const steps = dragging && took > QUICK ? Math.max(10, Math.round((state.steps * QUICK) / took)) : state.steps;
      const asked = requestOf(state, steps);
      const { runs, ...rest } = asked.request;
      if (state.landscape.armed === false || !runs.length) return shown({ ...asked, request: { runs: [] }, answer: { runs: [], lowest: null } });
      element.setAttribute("aria-busy", "true");
      const from = performance.now();
      const answers = await Promise.all(runs.map((run, k) => ask({ ...rest, runs: [run] }, `run ${k}`).catch((error) => ({ failed: error }))));
      if (number === newest) element.removeAttribute("aria-busy");
      if (answers.includes(null) || number < shownNumber) return; // a newer race is on its way, or was shown
      const failed = answers.map((each) => each.failed);
      if (failed.some(Boolean)) return broken(asked, failed);
      shownNumber = number;
      if (steps === state.steps) took = performance.now() - from;
      const error = answers.map((each) => each.error).find(Boolean);
      shown({ ...asked, answer: { runs: answers.flatMap((each) => each.runs), lowest: answers[0].lowest, error } });
      if (!dragging) check(asked.request);
    };
    // Runs that gave no answer: the code of those that took too long waits for Run again, the others go on.
    const broken = (asked, failed) => {
      const late = asked.owners.filter((_, k) => failed[k]?.kind === "TimeoutError");
      if (!late.length) return fail(failed.find(Boolean).says ?? String(failed.find(Boolean)));
      const guilty = late.filter(({ written }) => written).map((each) => each.racer);
      if (!guilty.length && state.landscape.code !== undefined) state.landscape.armed = false;
      stopped(guilty);
      if (guilty.length) race(false);
    };
    const shown = ({ answer, owners, ...asked }) => {
      if (answer.error) return answer.error.of === "landscape" && state.landscape.code !== undefined ? surface.mark(answer.error) : fail(answer.error.says);
      word.textContent = "";
      says.show({ ...asked, answer });
      board.setStart(state.start);
      board.setRuns({ ...asked, answer });
      answer.runs.forEach(({ error }, k) => {
        if (!owners[k].written) return;
        if (error?.of === "landscape") surface.mark(error);
        else racers.card(owners[k].racer)?.mark(error ?? undefined);
      });
    };
    const check = async (request) => {
      const challenge = challenges.current();
      if (!challenge) return;
      const told = await ask({ challenge, request }, "challenge").catch(({ says: sentence }) => ({ says: sentence ?? "", solved: false }));
      if (told && challenge === challenges.current()) challenges.told(told);
    };
    // A step that was written: its numbers get sliders, then it races.
    const runCode = async (each) => {
      word.textContent = "";
      if (each.code !== undefined) {
        const asked = { code: each.code, name: each.name ?? "step", ...(each.method ? { from: each.method } : {}) };
        const told = await ask({ signature: asked }, "signature").catch((error) => ({ error }));
        if (told?.error?.kind === "TimeoutError") return stopped([each]);
        if (told && !told.error) racers.card(each)?.signature(told.hyperparameters);
      }
      racers.card(each)?.mark(undefined);
      changed();
    };
    const changed = ({ dragging = false } = {}) => {
      race(dragging);
      if (!dragging) keep();
    };

    // Keeping: the address and the draft

    let timer;
    const keep = () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const now = saved(state);
        const address = await playgroundAddress.write(now);
        if (now.landscape.code !== undefined || now.racers.some(({ code }) => code !== undefined)) stored.set(address);
        try {
          if (inBook) history.replaceState(history.state, "", `#${address}`);
        } catch {
          // Browsers limit how often an address may change.
        }
      }, 300);
    };
    const show = () => {
      challenges.set(state.challenge);
      surface.show();
      settings.show();
      racers.show();
    };
    const set = async (next, look = false) => {
      board.player.stop();
      Object.assign(state, { challenge: undefined }, next);
      board.forget();
      word.textContent = "";
      show();
      if (look) element.scrollIntoView({ block: "start" });
      await surface.draw();
      changed();
      board.player.to(state.steps, false);
    };

    const tools = makeTools();
    tools.add("Reset", () => set(stateOf(data.start)));
    tools.add("Copy link", async (button, label) => {
      const address = await playgroundAddress.write(saved(state));
      tools.hand(button, label, `${inBook ? location.href.split("#")[0] : "playground.html"}#${address}`);
    });
    tools.add("Copy as Python", async (button, label) => {
      const told = await ask({ script: requestOf(state).request }, "script").catch((error) => ({ error }));
      if (told?.error) fail(told.error.says);
      else if (told) tools.hand(button, label, told.text);
    });
    const draft = stored.get();
    if (draft) {
      const again = tools.add("Continue my last draft", async () => {
        again.remove();
        await set(await stateFrom(draft));
      });
    }

    board.element.prepend(challenges.bar, settings.element, surface.element);
    board.element.append(says.element, word, racers.list, racers.adding, tools.element, tools.text);
    board.element.classList.add("explore-card");
    element.replaceChildren(board.element);
    // Their list has a place of its own, which a notebook may make later.
    window.exploreParts.placeChallenges = () => document.getElementById("playground-tasks")?.replaceChildren(challengeList);
    window.exploreParts.placeChallenges();

    const fromAddress = async () => {
      if (inBook && location.hash.includes("=")) await set(await stateFrom(location.hash), true);
    };
    const first = async () => {
      show();
      board.setStart(state.start);
      await surface.draw();
      shown({ ...requestOf(state), answer: data.answer });
      board.player.to(state.steps, false);
      await fromAddress();
      addEventListener("hashchange", fromAddress);
      element.dataset.ready = "";
    };
    first();
  };

  const element = document.getElementById("playground-host");
  const store = document.getElementById("playground-data");
  if (element && store && window.DecompressionStream && !element.dataset.begun) {
    element.dataset.begun = "";
    begin(element, JSON.parse(store.textContent));
  }
})();
