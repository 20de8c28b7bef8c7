// The state of the playground: a landscape, noise, a start, a number of steps, racers. Where it comes from, and what it asks.
(() => {
  window.exploreParts ??= {};
  const OWN_BOX = [[-2, 2], [-2, 2]];
  const MOST_STEPS = 1000;
  const clamp = (x, least, most) => Math.min(most, Math.max(least, x));
  // A number as people type it; NaN for what is none.
  const typed = (text) => (text.trim() ? Number(text.trim().replaceAll("−", "-").replace(",", ".")) : Number.NaN);

  window.exploreParts.playgroundState = (data) => {
    const { playgroundAddress, racer: makeRacer } = window.exploreParts;
    const { stateOf } = playgroundAddress;
    const methods = new Map(data.methods.map((each) => [each.name, each]));
    const grounds = new Map(data.landscapes.map((each) => [each.name, each]));

    // From an address

    const known = ({ method, hyperparameters }) => {
      if (method === null) return true;
      if (!methods.has(method) || methods.get(method).refused) return false;
      const names = methods.get(method).sliders.map(({ name }) => name);
      for (const name of Object.keys(hyperparameters)) if (!names.includes(name)) delete hyperparameters[name];
      return true;
    };
    // What is missing or unknown in an address stays as it is at the beginning. Code that it holds waits for Run.
    const stateFrom = async (hash) => {
      const said = await playgroundAddress.read(hash);
      const state = stateOf(data.start);
      const racers = said.racers.filter((each) => known(each) && (each.method !== null || each.code !== undefined));
      for (const each of racers) each.name = makeRacer.cleanName(each.name) || "mine";
      if (racers.length) state.racers = racers.map((each) => ({ ...each, armed: each.code === undefined }));
      if (said.surface !== undefined) {
        const [left, right, bottom, top] = said.box ?? [];
        const box = left < right && bottom < top ? [[left, right], [bottom, top]] : structuredClone(OWN_BOX);
        state.landscape = { code: said.surface, box, armed: false };
      } else if (grounds.has(said.landscape?.name)) {
        state.landscape = said.landscape;
        if (said.quadratic && said.landscape.name === "quadratic") state.landscape.arguments = said.quadratic;
      }
      state.start = said.start ?? [...(grounds.get(said.landscape?.name)?.start ?? state.start)];
      if (said.steps) state.steps = clamp(said.steps, 1, MOST_STEPS);
      if (said.penalty) state.penalty = { l1: clamp(said.penalty[0], 0, 100), l2: clamp(said.penalty[1], 0, 100) };
      if (said.noise) state.noise = { scale: clamp(said.noise[0], 0, 100), seed: Math.round(clamp(said.noise[1], 0, 999)) };
      return Object.assign(state, { challenge: said.challenge });
    };

    // What a state asks; with it, for each run, its look and whose it is

    const rateOf = ({ hyperparameters, schedule, method }, steps) => {
      const rate = hyperparameters.learning_rate ?? methods.get(method)?.sliders.find(({ name }) => name === "learning_rate")?.default ?? 0.01;
      if (!schedule) return rate;
      const arguments_ = {
        cosine: { first: rate, steps },
        linear: { first: rate, last: 0, steps },
        power_law: { first: rate, scale: 1, power: -0.5 },
      };
      return { schedule, arguments: arguments_[schedule] };
    };
    const settingsOf = (racer, steps) => {
      const settings = { ...racer.hyperparameters };
      for (const { name, default: given } of methods.get(racer.method)?.sliders ?? []) {
        if (name === "learning_rate") settings[name] ??= given;
      }
      if (racer.schedule) settings.learning_rate = rateOf(racer, steps);
      return settings;
    };
    // Names that tell racers apart, and their looks: a second racer of a method gets another one.
    const named = ({ racers }) => {
      const seen = new Map();
      let spare = 0;
      const nextLook = () => data.spare[spare++ % data.spare.length];
      return racers.map((racer) => {
        const title = racer.method === null ? racer.name : methods.get(racer.method).title;
        const times = (seen.get(title) ?? 0) + 1;
        seen.set(title, times);
        const label = times === 1 ? title : `${title} (${times})`;
        const look = racer.method !== null && times === 1 ? methods.get(racer.method).look : nextLook();
        const edited = racer.method !== null && racer.code !== undefined;
        return { racer, label, look, edited: edited ? { label: `${label}, edited`, look: nextLook() } : undefined };
      });
    };
    const requestOf = (state, steps = state.steps) => {
      const [runs, looks, owners] = [[], [], []];
      const add = (owner, method, label, look, hyperparameters) => {
        runs.push({ method, label, start: state.start, steps, hyperparameters });
        looks.push(look);
        owners.push(owner);
      };
      for (const { racer, label, look, edited } of named(state)) {
        const settings = settingsOf(racer, state.steps);
        const names = new Set(methods.get(racer.method)?.sliders.map(({ name }) => name));
        const plain = Object.fromEntries(Object.entries(settings).filter(([name]) => names.has(name)));
        if (racer.method !== null) add({ racer }, racer.method, label, look, plain);
        if (racer.code === undefined || !racer.armed) continue;
        const code = { code: racer.code, name: racer.name ?? label, ...(racer.method ? { from: racer.method } : {}) };
        const own = edited ?? { label, look };
        add({ racer, written: true }, code, own.label, own.look, settings);
      }
      const { armed: _, ...landscape } = state.landscape;
      const request = { landscape, runs };
      if (state.noise.scale) request.noise = { ...state.noise };
      if (state.penalty.l1 || state.penalty.l2) request.penalty = { ...state.penalty };
      return { request, looks, owners };
    };

    // The state as it is kept: with what stands in the editors, run or not.
    const saved = (state) => ({
      ...state,
      landscape: state.landscape.code === undefined ? state.landscape : { ...state.landscape, code: state.landscape.draft ?? state.landscape.code },
      racers: state.racers.map((racer) => {
        const code = racer.draft ?? racer.code;
        return { ...racer, code: code === methods.get(racer.method)?.code ? undefined : code };
      }),
    });
    return { methods, grounds, stateOf, stateFrom, named, requestOf, saved };
  };
  Object.assign(window.exploreParts.playgroundState, { OWN_BOX, MOST_STEPS, clamp, typed });
})();
