// A racer of the playground: a method with a slider for each of its numbers, and its code, which the reader may change.
(() => {
  window.exploreParts ??= {};
  const PER_DECADE = 20;
  const SHARES = 4; // a share goes from 0 to 1 − 10⁻⁴
  const SCHEDULES = {
    "": "the same at every step",
    cosine: "falls to 0 along a cosine",
    linear: "falls to 0 along a line",
    power_law: "falls as 1/√t",
  };
  const YOURS = `def step(objective, w, state=0.0, *, learning_rate=0.01):
    # objective.gradient(w) is the slope at w, an array as long as w.
    # state is what you returned last time. Each number after the * gets a slider.
    # Return the new w and the new state.
    return w - learning_rate * objective.gradient(w), state
`;
  let count = 0;

  const html = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // A name that an address and a line of Python can hold.
  const cleanName = (text) => text.trim().replace(/[^\p{L}\p{N}_ -]/gu, "").slice(0, 24);

  // How a kind of number stands on its track: positions, the value of one, and the position of a value.
  const trackOf = ({ kind, least, most, zero }) => {
    if (kind === "whole") return { most: most - least, value: (k) => least + k, place: (x) => Math.round(x) - least };
    if (kind === "share") {
      const value = (k) => (k ? Number((1 - 10 ** (-k / 50)).toPrecision(4)) : 0);
      return { most: 50 * SHARES, value, place: (x) => Math.round(-50 * Math.log10(1 - Math.min(Math.max(x, 0), 0.9999))) };
    }
    const first = zero ? 1 : 0; // position 0 is the number 0, then
    const low = Math.round(PER_DECADE * Math.log10(least));
    const value = (k) => (k < first ? 0 : Number((10 ** ((low + k - first) / PER_DECADE)).toPrecision(3)));
    const place = (x) => (x > 0 ? Math.round(PER_DECADE * Math.log10(x)) - low + first : 0);
    return { most: Math.round(PER_DECADE * Math.log10(most)) - low + first, value, place };
  };
  const shown = (x) => (x && Math.abs(x) < 1e-4 ? x.toExponential() : String(x)).replaceAll("-", "−");
  const numberOf = (text) => (text.trim() ? Number(text.trim().replaceAll("−", "-").replace(",", ".")) : Number.NaN);
  const allowed = ({ kind }, x) => Number.isFinite(x) && x >= 0 && (kind !== "share" || x < 1) && (kind !== "whole" || x % 1 === 0);

  // A number: a track, and beside it the number itself, which may be typed.
  const numberControl = (id, spec, given, changed) => {
    const track = trackOf(spec);
    const range = html("input", { id, type: "range", min: 0, max: track.most, step: 1, autocomplete: "off" });
    const exact = html("input", { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false });
    exact.setAttribute("aria-label", `${spec.label}, as a number`);
    let now = given;
    const show = () => {
      range.value = track.place(now);
      range.setAttribute("aria-valuetext", shown(now));
      exact.value = shown(now);
      exact.removeAttribute("aria-invalid");
    };
    range.addEventListener("input", () => {
      now = track.value(Number(range.value));
      show();
      changed(now);
    });
    exact.addEventListener("change", () => {
      const typed = numberOf(exact.value);
      if (!allowed(spec, typed)) return exact.setAttribute("aria-invalid", "true");
      now = typed;
      show();
      changed(now);
    });
    show();
    return html("div", { className: "racer-number" }, html("label", { htmlFor: id, textContent: spec.label }), exact, range);
  };
  const flagControl = (id, spec, given, changed) => {
    const box = html("input", { id, type: "checkbox", checked: given, autocomplete: "off" });
    box.addEventListener("change", () => changed(box.checked));
    return html("div", { className: "racer-flag" }, box, html("label", { htmlFor: id, textContent: spec.label }));
  };
  const choiceControl = (id, spec, given, changed) => {
    const options = spec.values.map((each) => html("option", { value: each, textContent: each || "none", selected: each === given }));
    const select = html("select", { id, autocomplete: "off" }, ...options);
    select.addEventListener("change", () => changed(select.value));
    return html("div", { className: "racer-choice" }, html("label", { htmlFor: id, textContent: spec.label }), select);
  };
  const CONTROLS = { flag: flagControl, choice: choiceControl };
  const controlOf = (spec, given, changed) => {
    count += 1;
    return (CONTROLS[spec.kind] ?? numberControl)(`racer-${count}`, spec, given, changed);
  };

  // How a number of the reader's own code is set: as the book's methods set one of that name, else by its default.
  const specOf = (name, given, known) => {
    const label = name.replaceAll("_", " ");
    if (typeof given === "boolean") return { name, label, kind: "flag", default: given };
    if (typeof given !== "number") return undefined;
    const kin = known.find((each) => each.name === name);
    if (kin) return { ...kin, default: given };
    return { name, label, kind: "log", least: 1e-4, most: 1e2, zero: true, default: given };
  };

  // What `data` says of the method; `racer` is the state, changed here; `look` is how it is drawn.
  window.exploreParts.racer = (data, racer, { look, title, changed, run, removed }) => {
    const known = data.methods.find(({ name }) => name === racer.method);
    const every = data.methods.flatMap(({ sliders }) => sliders);
    const original = known?.code ?? YOURS;
    let specs = known?.sliders ?? [specOf("learning_rate", 0.01, every)];
    const controls = html("div", { className: "racer-controls" });
    const note = html("p", { className: "racer-note" });
    note.setAttribute("role", "status");

    const showControls = () => {
      const made = specs.map((spec) => {
        const given = racer.hyperparameters[spec.name] ?? spec.default;
        return controlOf(spec, given, (value) => {
          racer.hyperparameters[spec.name] = value;
          changed();
        });
      });
      if (specs.some(({ name }) => name === "learning_rate")) {
        count += 1;
        const spec = { label: "the rate over time", values: Object.keys(SCHEDULES) };
        const control = choiceControl(`racer-${count}`, spec, racer.schedule ?? "", (value) => {
          racer.schedule = value || undefined;
          changed();
        });
        for (const option of control.querySelectorAll("option")) option.textContent = SCHEDULES[option.value];
        made.push(control);
      }
      controls.replaceChildren(...made);
    };
    // The numbers of the code as it is now: those that are gone are forgotten.
    const signature = (hyperparameters) => {
      specs = Object.entries(hyperparameters).flatMap(([name, given]) => specOf(name, given, every) ?? []);
      for (const name of Object.keys(racer.hyperparameters)) if (!(name in hyperparameters)) delete racer.hyperparameters[name];
      showControls();
    };

    const details = html("details", { className: "racer-code" });
    const runButton = html("button", { type: "button", className: "playground-run", textContent: "Run" });
    const summary = html("summary", { textContent: known ? "Show the step" : "The code" });
    const host = html("div");
    details.append(summary, host, html("div", { className: "racer-run" }, runButton, note));
    let editor;
    const start = () => {
      if (editor) return;
      const go = (text) => {
        racer.code = known && text === original ? undefined : text;
        racer.armed = true;
        note.textContent = "";
        run();
      };
      editor = window.exploreParts.editor(host, {
        text: racer.code ?? original,
        original,
        label: known ? `${known.title}, one step` : `${racer.name}, one step`,
        onRun: go,
        onChange: (text) => {
          racer.draft = text;
          changed({ draft: true });
        },
      });
      runButton.addEventListener("click", () => go(editor.text()));
    };
    details.addEventListener("toggle", start);
    if (racer.code !== undefined || !known) {
      start();
      details.open = true;
    }
    if (racer.code !== undefined && !racer.armed) note.textContent = "This code came with a link or a draft. Read it, then press Run.";

    const remove = html("button", { type: "button", className: "racer-remove", textContent: "Remove" });
    remove.setAttribute("aria-label", `Remove ${title}`);
    remove.addEventListener("click", removed);
    const heading = html("div", { className: "racer-title" });
    heading.innerHTML = look.key; // the book's own drawing
    if (known) heading.append(title);
    else {
      const name = html("input", { type: "text", value: racer.name, maxLength: 24, autocomplete: "off", spellcheck: false });
      name.setAttribute("aria-label", "name of your method");
      name.addEventListener("change", () => {
        racer.name = cleanName(name.value) || racer.name;
        name.value = racer.name;
        changed();
      });
      heading.append(name);
    }
    const element = html("section", { className: "racer" }, html("header", {}, heading, remove), controls, details);
    element.setAttribute("aria-label", title);
    showControls();
    return {
      element,
      signature,
      mark(error) {
        if (!error) return editor?.clear();
        start();
        details.open = true;
        editor.mark(error.line, error.says);
      },
      say(text) {
        start();
        details.open = true;
        note.textContent = text;
      },
      focus: () => editor?.focus(),
    };
  };
  Object.assign(window.exploreParts.racer, { YOURS, html, controlOf, cleanName });
})();
