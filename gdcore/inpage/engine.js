// The engine: gdcore itself in a worker, inside a frame without an origin that may load and reach nothing. What a reader wrote,
// or was sent, runs there and nowhere else. The page asks, the worker answers; an answer is data, never markup.
(() => {
  window.downhill ??= {};
  if (window.downhill.engine) return;

  const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:";
  const FRAME = `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>
    let worker;
    addEventListener("message", ({ data }) => {
      if (!data.text) return worker.postMessage(data);
      worker = new Worker(URL.createObjectURL(new Blob([data.text], { type: "text/javascript" })));
      worker.onmessage = (told) => parent.postMessage(told.data, "*");
      worker.onerror = (error) => parent.postMessage({ broken: error.message }, "*");
    });
    parent.postMessage({ frame: true }, "*");
  </${"script"}>`; // in pieces: this script stands in a page itself

  const ABSENT = "This page came without the part that computes in it. The picture shows where it starts.";
  const SILENT = "The run was ended: it gave no answer for two seconds. An endless loop does that.";

  const trouble = (kind, says) => Object.assign(new Error(says), { kind, says });

  // The text of the worker, packed in a script of the book: a page that was opened from disk may load scripts and nothing else.
  let text;
  const load = () => {
    text ??= new Promise((resolve, reject) => {
      const unpack = async () => {
        try {
          const bytes = Uint8Array.from(atob(window.downhill.engineText), (character) => character.charCodeAt(0));
          window.downhill.engineText = undefined;
          const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
          resolve(await new Response(stream).text());
        } catch {
          reject(trouble("LoadError", ABSENT));
        }
      };
      if (window.downhill.engineText) return unpack(); // a notebook brings it along
      const script = document.createElement("script");
      const root = document.documentElement.dataset.content_root ?? "";
      script.src = `${root}_static/inpage/engine.js`;
      script.onload = unpack;
      script.onerror = () => reject(trouble("LoadError", ABSENT));
      document.head.append(script);
    });
    return text;
  };

  let started; // a promise of the frame whose worker is ready
  let end = () => {};
  let inFlight; // the request that the worker has
  const waiting = new Map(); // by key the newest request that it does not have yet

  const begin = async () => {
    const source = await load();
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.hidden = true;
    frame.title = "the engine of this page";
    frame.srcdoc = FRAME;
    return new Promise((resolve, reject) => {
      const hear = ({ source: from, data }) => {
        if (from !== frame.contentWindow) return;
        if (data.frame) frame.contentWindow.postMessage({ text: source }, "*");
        else if (data.ready) resolve(frame.contentWindow);
        else if (data.broken) reject(trouble("LoadError", ABSENT));
        else if (data.id === inFlight?.id) settle(data);
      };
      addEventListener("message", hear);
      end = () => {
        removeEventListener("message", hear);
        frame.remove();
        started = undefined;
        end = () => {};
      };
      document.body.append(frame);
    });
  };
  const ready = () => {
    started ??= begin();
    return started;
  };

  const settle = ({ answer, failed }) => {
    const { resolve, reject, timer } = inFlight;
    clearTimeout(timer);
    inFlight = undefined;
    if (failed === undefined) resolve(answer);
    else reject(trouble("EngineError", `The engine failed: ${failed.trim().split("\n").at(-1)}`));
    next();
  };

  let count = 0;
  const next = async () => {
    if (inFlight || !waiting.size) return;
    const [[key, asked]] = waiting;
    waiting.delete(key);
    count += 1;
    inFlight = { id: count, ...asked };
    try {
      const frame = await ready();
      const { reject } = inFlight;
      inFlight.timer = setTimeout(() => {
        end(); // with the frame ends its worker, whatever it does
        inFlight = undefined;
        reject(trouble("TimeoutError", SILENT));
        next();
      }, window.downhill.engine.silence);
      frame.postMessage({ id: inFlight.id, request: asked.request }, "*");
    } catch (error) {
      const { reject } = inFlight;
      inFlight = undefined;
      end();
      reject(error);
      next();
    }
  };

  window.downhill.engine = {
    silence: 2_000, // milliseconds without an answer after which a run is ended
    // The answer of gdcore.inpage.answer; null if a newer request of the same key came before the worker could take this one.
    ask: (request, { key = "" } = {}) =>
      new Promise((resolve, reject) => {
        waiting.get(key)?.resolve(null);
        waiting.set(key, { request, resolve, reject });
        next();
      }),
    ready: () => ready().then(() => true),
    stop: () => end(),
  };
})();
