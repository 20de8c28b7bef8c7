// The worker's own part, around Brython and the modules: what Brython asks of a page before it loads, and the answers after.
// Brython asks for its own address, which a Blob has not, and for a language, which WebKit may call "C".
(() => {
  const address = new URL("http://localhost/page/brython.js");
  const names = ["href", "origin", "pathname", "protocol", "host", "hostname", "search", "hash"];
  Object.defineProperty(self, "location", { value: Object.fromEntries(names.map((name) => [name, address[name]])) });
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en" });
  }
})();
// --- Brython and the modules stand here ---
(() => {
  // The frame's policy keeps the network out and its missing origin the storage. What WebKit leaves open is taken away as well.
  const REACHES = ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "importScripts", "Worker", "SharedWorker"];
  for (const name of [...REACHES, "indexedDB", "caches", "BroadcastChannel"]) {
    for (let holder = self; holder; holder = Object.getPrototypeOf(holder)) delete holder[name];
    Object.defineProperty(self, name, { value: undefined });
  }

  const $B = __BRYTHON__;
  const _b_ = $B.builtins;

  // What was sent, as Python has it. Numbers that were written as whole numbers are whole.
  const toPython = (value) => {
    if (value === null || value === undefined) return _b_.None;
    if (typeof value === "number") return Number.isSafeInteger(value) ? value : $B.fast_float(value);
    if (typeof value === "string") return $B.String(value);
    if (typeof value === "boolean") return value;
    if (Array.isArray(value)) return $B.$list(value.map(toPython));
    const made = $B.empty_dict();
    for (const [name, each] of Object.entries(value)) _b_.dict.$setitem(made, name, toPython(each));
    return made;
  };

  const toPage = (value) => {
    if (value === _b_.None) return null;
    if (typeof value === "boolean" || typeof value === "number") return value;
    if (typeof value === "bigint") return Number(value);
    if (typeof value === "string" || value instanceof String) return String(value);
    if (Array.isArray(value)) return value.map(toPage);
    if (typeof value.value === "number") return value.value;
    const made = {};
    for (const { key, value: each } of _b_.dict.$iter_items(value)) made[String(key)] = toPage(each);
    return made;
  };

  const traceback = (error) => {
    try {
      return $B.error_trace($B.exception(error));
    } catch {
      return String(error?.stack ?? error);
    }
  };

  const load = () => {
    const name = "inpage_begins";
    $B.runPythonSource("from gdcore.inpage.answer import answer", name);
    return $B.module_getattr($B.imported[name], "answer");
  };

  self.onmessage = ({ data: { id, request } }) => {
    try {
      postMessage({ id, answer: toPage($B.$call(answer, toPython(request))) });
    } catch (error) {
      postMessage({ id, failed: traceback(error) });
    }
  };
  const answer = load();
  postMessage({ ready: true });
})();
