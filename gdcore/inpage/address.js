// The state of the playground as an address, and back: #landscape=canyon&start=-0.5,2&steps=60&method=adam(learning_rate=0.1).
// Code is packed. What an address holds is data, whoever sent it: it is read part by part, and what is not known is left out.
(() => {
  window.exploreParts ??= {};
  const LONGEST = 20_000; // characters of a code
  const MOST = 8; // methods

  const base64 = (bytes) =>
    btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));

  const packed = async (text) => {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    return base64(new Uint8Array(await new Response(stream).arrayBuffer()));
  };
  // A text that was packed; undefined if it is none, or too long.
  const unpacked = async (text) => {
    try {
      const reader = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
      const decoder = new TextDecoder();
      let found = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return found;
        found += decoder.decode(value, { stream: true });
        if (found.length > LONGEST) return undefined;
      }
    } catch {
      return undefined;
    }
  };

  const plain = (text) => {
    try {
      return decodeURIComponent(text.replaceAll("&amp;", "&"));
    } catch {
      return text;
    }
  };
  const numbers = (text, count) => {
    const found = text.split(",").map((each) => (each.trim() ? Number(each) : Number.NaN));
    return found.length === count && found.every((each) => Math.abs(each) < 1e12) ? found : undefined;
  };
  const value = (text) => {
    if (text === "true" || text === "false") return text === "true";
    return text.trim() && Number.isFinite(Number(text)) ? Number(text) : text;
  };

  // The arguments of a quadratic as five numbers: two eigenvalues, the angle, the centre.
  const quadraticText = ({ eigenvalues, angle = 0, centre = [0, 0] }) => [...eigenvalues, angle, ...centre].join();
  const quadraticOf = ([first, second, angle, x, y]) => ({ eigenvalues: [first, second], angle, centre: [x, y] });

  const methodText = ({ method, name, hyperparameters, schedule }) => {
    const settings = Object.entries(hyperparameters).map(([key, each]) => `${key}=${each}`);
    if (schedule) settings.push(`schedule=${schedule}`);
    return `${method ?? `own:${encodeURIComponent(name)}`}(${settings})`;
  };
  // What is between the brackets of a method; own names of hyperparameters may be in any script.
  const methodOf = (text) => {
    const found = /^(own:)?([^()]+)\(([^()]*)\)$/.exec(text) ?? /^(own:)?([^()]+)()$/.exec(text);
    if (!found) return undefined;
    const [, own, name, inner] = found;
    const racer = { method: own ? null : name, name, hyperparameters: {} };
    for (const part of inner.split(",")) {
      const [key, given] = part.split("=");
      if (!key || given === undefined) continue;
      if (key === "schedule") racer.schedule = given;
      else racer.hyperparameters[key] = value(given);
    }
    return racer;
  };

  const racerOf = ({ method, hyperparameters = {} }) => {
    const racer = typeof method === "string" ? { method } : { method: method.from ?? null, name: method.name ?? "mine", code: method.code };
    const { learning_rate: rate, ...rest } = structuredClone(hyperparameters);
    if (rate?.schedule) Object.assign(racer, { schedule: rate.schedule, hyperparameters: { ...rest, learning_rate: rate.arguments.first } });
    else racer.hyperparameters = structuredClone(hyperparameters);
    return racer;
  };
  // The state that asks a request of gdcore.inpage.answer.
  const stateOf = ({ landscape, noise, penalty, runs }) => ({
    landscape: structuredClone(landscape),
    noise: { scale: noise?.scale ?? 0, seed: noise?.seed ?? 0 },
    penalty: { l1: penalty?.l1 ?? 0, l2: penalty?.l2 ?? 0 },
    start: [...runs[0].start],
    steps: runs[0].steps,
    racers: runs.map((each) => ({ ...racerOf(each), armed: true })),
  });

  const write = async ({ landscape, start, steps, noise, penalty, racers, challenge }) => {
    const parts = [`landscape=${landscape.name ?? "own"}`];
    if (landscape.arguments) parts.push(`quadratic=${quadraticText(landscape.arguments)}`);
    if (landscape.code !== undefined) parts.push(`surface=${await packed(landscape.code)}`, `box=${landscape.box.flat()}`);
    parts.push(`start=${start}`, `steps=${steps}`);
    if (noise.scale) parts.push(`noise=${noise.scale},${noise.seed}`);
    if (penalty.l1 || penalty.l2) parts.push(`penalty=${penalty.l1},${penalty.l2}`);
    for (const racer of racers) {
      parts.push(`method=${methodText(racer)}`);
      if (racer.code !== undefined) parts.push(`code=${await packed(racer.code)}`);
    }
    if (challenge) parts.push(`challenge=${challenge}`);
    return parts.join("&");
  };

  // What an address says, as far as it says it: each part may be missing.
  const read = async (hash) => {
    const found = { racers: [] };
    for (const part of plain(hash.replace(/^#/, "")).split("&")) {
      const place = part.indexOf("=");
      const [name, text] = [part.slice(0, place), part.slice(place + 1)];
      if (name === "landscape" && text !== "own") found.landscape = { name: text };
      if (name === "surface") found.surface = await unpacked(text);
      if (name === "quadratic" && numbers(text, 5)) found.quadratic = quadraticOf(numbers(text, 5));
      if (name === "box") found.box = numbers(text, 4);
      if (name === "start") found.start = numbers(text, 2);
      if (name === "steps" && numbers(text, 1)) found.steps = Math.round(Number(text));
      if (name === "noise") found.noise = numbers(text, 2);
      if (name === "penalty") found.penalty = numbers(text, 2);
      if (name === "method" && methodOf(text) && found.racers.length < MOST) found.racers.push(methodOf(text));
      if (name === "code" && found.racers.length) found.racers.at(-1).code = await unpacked(text);
      if (name === "challenge") found.challenge = text;
    }
    return found;
  };
  window.exploreParts.playgroundAddress = { write, read, stateOf, MOST };
})();
