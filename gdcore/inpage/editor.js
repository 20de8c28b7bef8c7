// An editor for Python: a textarea, so that keyboards, undo and screen readers meet what they know, over the same text in
// colours. Code comes from readers and from addresses that they were sent: each piece of it is a text, never markup.
(() => {
  window.exploreParts ??= {};
  const WIDTH = 4; // of an indentation, in blanks
  let count = 0;

  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // Python as tokens, in the kinds that the book's code has colours for

  const words = (text) => new Set(text.split(" "));
  const KEYWORDS = words(
    "False None True and as assert async await break class continue def del elif else except finally for from global if import " +
      "in is lambda nonlocal not or pass raise return try while with yield",
  );
  const BUILTINS = words(
    "abs all any bool callable dict divmod enumerate filter float frozenset getattr hasattr int isinstance issubclass iter len " +
      "list map max min next object pow print property range repr reversed round set setattr slice sorted staticmethod str sum " +
      "super tuple type zip",
  );
  const SOFT = words("match case"); // keywords at the begin of a line that goes on like a statement, names elsewhere
  const GOES_ON = /^ +[^ =.,)\]:][^\n]*:/;

  // A string ends with its quotes, with the text, or, in single quotes, with its line. No pattern can fail once it has begun, so
  // that a long text takes no longer than its length.
  const short = (quote) => String.raw`${quote}[^${quote}\\\n]*(?:\\[^]?[^${quote}\\\n]*)*${quote}?`;
  const long = (quote) => {
    const three = quote.repeat(3);
    return String.raw`${three}[^${quote}\\]*(?:(?:\\[^]?|${quote}(?!${quote}{2}))[^${quote}\\]*)*(?:${three}|(?![^]))`;
  };
  const LEXEME = new RegExp(
    [
      String.raw`(?<comment>#[^\n]*)`,
      `(?<string>(?:[bfrtu]|[bft]r|r[bft])?(?:${['"', "'"].flatMap((quote) => [long(quote), short(quote)]).join("|")}))`,
      String.raw`(?<number>0[box][\da-f_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[-+]?\d[\d_]*)?j?)`,
      String.raw`(?<name>[\p{ID_Start}_][\p{ID_Continue}\p{No}]*)`, // σ, β1, and w₁ until Python refuses it
      String.raw`(?<decorator>(?<=(?:^|\n)[^\S\n]*)@ *[\p{ID_Start}_][\p{ID_Continue}.]*)`, // elsewhere a product of matrices
      "(?<operator>[-+*/%&|^~<>=!@]+)",
      String.raw`(?:[^\S\n]|\\\n)+`,
      "[^]",
    ].join("|"),
    "giu",
  );

  // The pieces of a text, each with its kind ("" for what has none); together they are the text.
  const tokens = (text) => {
    const found = [];
    let [before, depth, first] = ["", 0, true]; // the piece before, open brackets, at the begin of a logical line
    const named = (name, end) => {
      if (before === "def" || before === "class") return "definition";
      if (KEYWORDS.has(name) || (SOFT.has(name) && first && GOES_ON.test(text.slice(end, end + 200)))) return "keyword";
      return BUILTINS.has(name) && before !== "." ? "builtin" : "";
    };
    for (const { 0: piece, groups, index } of text.matchAll(LEXEME)) {
      let kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? "";
      if (kind === "name") kind = named(piece, index + piece.length);
      if (kind === "string" && first) kind = "doc";
      found.push([kind, piece]);
      if ("([{".includes(piece)) depth += 1;
      if (")]}".includes(piece)) depth = Math.max(0, depth - 1);
      if (piece.trim() && piece !== "\\\n" && kind !== "comment") [before, first] = [piece, false];
      else if (piece === "\n") first ||= !depth;
    }
    return found;
  };

  const byLine = (text) => {
    const lines = [[]];
    for (const [kind, piece] of tokens(text)) {
      for (const [k, part] of piece.split("\n").entries()) {
        if (k) lines.push([]);
        if (part) lines.at(-1).push([kind, part]);
      }
    }
    return lines;
  };

  // Without other line ends, tabs, and signs that turn the order of reading, so that code says what it seems to say.
  const clean = (text) =>
    text
      .replace(/\r\n?|[\u2028\u2029]/g, "\n")
      .replace(/\t/g, " ".repeat(WIDTH))
      .replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

  // Lists side by side

  // How many items two lists share at their begin, and how many of the others at their end.
  const ends = (old, now) => {
    const most = Math.min(old.length, now.length);
    let [head, tail] = [0, 0];
    while (head < most && old[head] === now[head]) head += 1;
    while (tail < most - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
    return [head, tail];
  };

  // The lines of `now` that are not in a longest common part of both, and those before which lines are gone.
  const LARGEST = 1e6;
  const differences = (then, now) => {
    const [head, tail] = ends(then, now);
    const [a, b] = [then, now].map((lines) => lines.slice(head, lines.length - tail));
    const [changed, cut] = [new Set(), new Set()];
    if (a.length * b.length > LARGEST) return [new Set(b.map((_, j) => head + j)), cut];
    const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i -= 1) {
      for (let j = b.length - 1; j >= 0; j -= 1) {
        common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    let [i, j] = [0, 0];
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
      else if (j < b.length && (i === a.length || common[i][j + 1] > common[i + 1][j])) {
        changed.add(head + j);
        j += 1;
      } else {
        cut.add(head + j);
        i += 1;
      }
    }
    return [changed, cut];
  };

  // Keys

  // What a key does to a textarea. Edits go in as if typed, since that alone can be undone like typing.
  const hands = (area) => {
    const replace = (from, to, text) => {
      area.focus({ preventScroll: true });
      area.setSelectionRange(from, to);
      if (from === to && !text) return;
      if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
      area.setRangeText(text, from, to, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const place = () => {
      const { value, selectionStart: from, selectionEnd: to } = area;
      return { value, from, to, start: value.slice(0, from).lastIndexOf("\n") + 1 };
    };
    // The lines that the selection touches; not one of which it holds the begin alone.
    const touched = () => {
      const { value, from, to, start } = place();
      const last = to > from && value[to - 1] === "\n" ? to - 1 : to;
      const stop = (value.indexOf("\n", last) + 1 || value.length + 1) - 1;
      return { from, to, start, stop, lines: value.slice(start, stop).split("\n") };
    };
    // Another text for each of them; the selection stays on what it held.
    const reshape = (change) => {
      const { from, to, start, stop, lines } = touched();
      const now = lines.map(change);
      if (now.join() === lines.join()) return;
      const longer = now.join("\n").length - (stop - start);
      replace(start, stop, now.join("\n"));
      const moved = Math.max(start, from + now[0].length - lines[0].length);
      area.setSelectionRange(from === start && to > from ? start : moved, Math.max(start, to + longer));
    };
    const indent = () => {
      const { from, to } = place();
      if (from === to) replace(from, to, " ".repeat(WIDTH));
      else reshape((line) => line && " ".repeat(WIDTH) + line);
    };
    const outdent = () => reshape((line) => line.replace(/^ {1,4}/, ""));
    const comment = () => {
      const full = touched().lines.filter((line) => line.trim());
      const off = full.length && full.every((line) => /^\s*#/.test(line));
      const column = Math.min(...full.map((line) => line.search(/\S/)));
      if (off) reshape((line) => line.replace(/^(\s*)# ?/, "$1"));
      else reshape((line) => (line.trim() || !full.length ? `${line.slice(0, column)}# ${line.slice(column)}` : line));
    };
    const breakLine = () => {
      const { value, from, to, start } = place();
      const [blanks] = /^ */.exec(value.slice(start, from));
      const said = tokens(value.slice(0, from)).filter(([kind, piece]) => kind !== "comment" && !/^[^\S\n]+$/.test(piece));
      replace(from, to, `\n${blanks}${said.at(-1)?.[1] === ":" ? " ".repeat(WIDTH) : ""}`);
    };
    const backspace = () => {
      const { value, from, to, start } = place();
      const column = from - start;
      if (from !== to || !column || value.slice(start, from).trim()) return false;
      replace(start + WIDTH * Math.floor((column - 1) / WIDTH), from, "");
    };
    const keys = { Tab: indent, "Shift-Tab": outdent, Enter: breakLine, "Shift-Enter": breakLine, Backspace: backspace };
    return { replace, keys, commands: { "/": comment } };
  };

  // The keys of an editor: Escape sets the next Tab free, to leave by it in either direction.
  const listen = (area, keys, commands, leaving) => {
    let free = false;
    const set = (now) => {
      if (free !== now) leaving(now);
      free = now;
    };
    area.addEventListener("keydown", (event) => {
      const { key, shiftKey, altKey } = event;
      if (event.isComposing || key === "Shift" || (key === "Tab" && free)) return;
      set(key === "Escape");
      if (altKey) return;
      const deed = event.ctrlKey || event.metaKey ? commands[key] : keys[shiftKey ? `Shift-${key}` : key];
      if (deed && deed() !== false) event.preventDefault();
    });
    for (const name of ["blur", "pointerdown"]) area.addEventListener(name, () => set(false));
  };

  // The editor

  // A line of the layer gets its pieces. What it has is used anew and nothing taken away: Chromium undoes letter by letter where
  // typing removes a node, wherever that is, and word by word where not.
  const paint = (line, pieces) => {
    const spans = [...line.children];
    while (spans.length < pieces.length) spans.push(line.appendChild(make("span", {}, "")));
    for (const [k, span] of spans.entries()) {
      const [kind, text] = pieces[k] ?? ["", ""];
      [span.className, span.firstChild.data] = [kind && `editor-${kind}`, text];
    }
  };

  const parts = (label, canRun) => {
    count += 1;
    const id = `editor-${count}`;
    const off = { spellcheck: false, autocomplete: "off", autocapitalize: "off", wrap: "off" };
    const area = make("textarea", { id, className: "editor-text", ...off });
    const [said, hint] = ["error", "hint"].map((name) => make("p", { id: `${id}-${name}`, className: `editor-${name}` }));
    const gutter = make("div", { className: "editor-gutter" });
    const layer = make("pre", { className: "editor-layer" });
    const undo = make("button", { type: "button", className: "editor-undo", textContent: "Undo my changes" });
    const box = make("div", { className: "editor-box" }, make("div", { className: "editor-sheet" }, gutter, layer, area));
    for (const each of [gutter, layer]) each.setAttribute("aria-hidden", "true");
    area.setAttribute("autocorrect", "off");
    area.setAttribute("aria-describedby", `${said.id} ${hint.id}`);
    said.setAttribute("role", "alert");
    hint.setAttribute("aria-live", "polite");
    const tell = (leaving) => {
      const keys = `Tab indents; Escape, then Tab leaves the editor.${canRun ? " Ctrl+Enter runs the code." : ""}`;
      hint.textContent = leaving ? "The next Tab leaves the editor." : keys;
    };
    tell(false);
    const head = make("div", { className: "editor-head" }, make("label", { htmlFor: id, textContent: label }), undo);
    const element = make("div", { className: "editor" }, head, box, make("div", { className: "editor-foot" }, said, hint));
    return { element, area, said, gutter, layer, undo, box, tell };
  };

  // Brings a line into the box, and the end of the selection, since not every browser scrolls a box around a textarea; the layer
  // knows where that is.
  const beyond = (low, high, least, most) => Math.min(0, low - least) || Math.max(0, high - most);
  const revealLine = (box, line) => {
    const { top, bottom, height } = line.getBoundingClientRect();
    const view = box.getBoundingClientRect();
    box.scrollTop += beyond(top - height / 2, bottom + height / 2, view.top, view.top + box.clientHeight);
  };
  const reveal = ({ area, box, layer, gutter }) => {
    const end = area.selectionDirection === "backward" ? area.selectionStart : area.selectionEnd;
    const before = area.value.slice(0, end).split("\n");
    const line = layer.children[before.length - 1];
    let rest = before.at(-1).length;
    const texts = [...line.children].map((span) => span.firstChild);
    while (rest > texts[0].length) rest -= texts.shift().length;
    const range = document.createRange();
    range.setStart(line, 0);
    range.setEnd(texts[0], rest);
    const x = before.at(-1) ? range.getBoundingClientRect().right : layer.getBoundingClientRect().left;
    const { left } = box.getBoundingClientRect();
    box.scrollLeft += beyond(x - 12, x + 12, left + gutter.offsetWidth, left + box.clientWidth);
    revealLine(box, line);
  };

  // An editor in `host`. `text` is what it shows and `original` what "Undo my changes" returns to, the same if left out.
  // `onRun(text)` follows Ctrl-Enter and `onChange(text)` whatever the reader changes, not what `set` does.
  window.exploreParts.editor = (host, { text = "", original = text, label = "Python", onRun, onChange } = {}) => {
    const made = parts(label, Boolean(onRun));
    const { element, area, said, gutter, layer, undo } = made;
    let first = clean(original);
    let shown = []; // the lines of the layer, as one text each
    let lines = [];
    let mark; // { line, sentence }, the line NaN if none is to blame

    const showMark = (now) => {
      mark = now;
      for (const column of [layer, gutter]) {
        for (const [k, line] of [...column.children].entries()) line.classList.toggle("editor-wrong", k === mark?.line);
      }
      area.setAttribute("aria-invalid", String(Boolean(mark)));
      const where = mark?.line >= 0 ? `Line ${mark.line + 1}: ` : "";
      if (!mark) said.replaceChildren();
      else if (said.textContent !== where + mark.sentence) said.replaceChildren(make("b", {}, where), mark.sentence);
    };
    // The mark moves with its line and goes when that changes, or, without a line, when anything does.
    const kept = (old, now) => {
      const [head, tail] = ends(old, now);
      if (mark?.line >= old.length - tail) return { ...mark, line: mark.line + now.length - old.length };
      return mark?.line < head ? mark : undefined;
    };
    const showNumbers = () => {
      while (gutter.children.length < lines.length) gutter.append(make("span", { textContent: gutter.children.length + 1 }));
      while (gutter.children.length > lines.length) gutter.lastChild.remove();
      const [changed, cut] = differences(first.split("\n"), lines);
      for (const [k, { classList }] of [...gutter.children].entries()) {
        const untouched = !changed.has(k);
        classList.toggle("editor-changed", !untouched);
        classList.toggle("editor-cut", untouched && cut.has(k) && !changed.has(k - 1));
        classList.toggle("editor-cut-end", untouched && cut.has(k + 1) && k === lines.length - 1);
      }
    };
    const show = () => {
      const rows = byLine(area.value);
      const now = rows.map((row) => JSON.stringify(row));
      const [head, tail] = ends(shown, now);
      const old = [...layer.children].slice(head, shown.length - tail);
      const next = layer.children[shown.length - tail] ?? null;
      for (const row of rows.slice(head, rows.length - tail)) {
        paint(old.shift() ?? layer.insertBefore(make("span", { className: "editor-line" }), next), [...row, ["", "\n"]]);
      }
      for (const gone of old) gone.remove();
      shown = now;
      const before = lines;
      lines = area.value.split("\n");
      showNumbers();
      undo.disabled = area.value === first;
      showMark(kept(before, lines));
    };

    const hand = hands(area);
    listen(area, hand.keys, { ...hand.commands, Enter: onRun && (() => onRun(area.value)) }, made.tell);
    area.addEventListener("input", () => {
      const { value, selectionEnd } = area;
      if (clean(value) !== value) {
        const caret = clean(value.slice(0, selectionEnd)).length; // what was dropped, or came by another way than a paste
        hand.replace(0, value.length, clean(value)); // comes back here
        area.setSelectionRange(caret, caret);
        return;
      }
      show();
      reveal(made);
      onChange?.(area.value);
    });
    area.addEventListener("paste", (event) => {
      event.preventDefault();
      const pasted = event.clipboardData.getData("text/plain").replace(/\u00a0/g, " "); // pages have blanks that Python refuses
      if (pasted) hand.replace(area.selectionStart, area.selectionEnd, clean(pasted));
    });
    undo.addEventListener("click", () => {
      const caret = Math.min(area.selectionEnd, first.length);
      hand.replace(0, area.value.length, first);
      area.setSelectionRange(caret, caret);
    });

    const set = (now, then = first) => {
      [area.value, first, mark] = [clean(now), clean(then), undefined];
      show();
    };
    set(text);
    host.append(element);
    return {
      text: () => area.value,
      set,
      mark(line, sentence) {
        showMark({ sentence, line: Math.min(Math.max(Number.parseInt(line, 10), 1), lines.length) - 1 });
        if (mark.line >= 0) revealLine(made.box, layer.children[mark.line]);
      },
      clear: () => showMark(undefined),
      focus: () => area.focus(),
      changed: () => area.value !== first,
    };
  };
  window.exploreParts.editor.tokens = tokens;
})();
