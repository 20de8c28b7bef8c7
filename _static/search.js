// The search page, over Sphinx's index of sections (book/_ext/downhill/search.py): which hit comes first, how it is shown,
// and the words that its link asks the page to mark (_static/marks.js).
(() => {
  const stemmer = new Stemmer();
  const split = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const stems = (text) => split(text).map((word) => stemmer.stemWord(word));
  const joined = (text) => split(text).join(""); // "warm-up", "warm up" and "warmup" are one
  const asked = (query) => {
    const words = split(query).filter((word) => !stopwords.includes(word));
    return words.length ? words : split(query);
  };

  // How well a heading or an entry of the index answers: in the same words, in words among others, in all of the words
  // somewhere; or not at all.
  const fit = (text, query, words) => {
    if (joined(text) === joined(query)) return 3;
    if (` ${split(text).join(" ")} `.includes(` ${split(query).join(" ")} `)) return 2;
    const found = stems(text);
    return words.length && words.every((word) => found.includes(stemmer.stemWord(word))) ? 1 : 0;
  };

  const find = (query) => {
    const { docnames, titles, leads, indexentries } = Search._index;
    const words = asked(query);
    const places = new Map();
    const offer = (name, score, anchor) => {
      const [page, section] = name.split("#");
      const last = Boolean(section?.startsWith("ex-") || page.endsWith("/errata")); // exercises, and what other books print
      const later = page.endsWith("/notation") || page.includes("/api"); // where a chapter says the same, it comes first
      const rank = score - 1000 * last - later;
      if (rank <= (places.get(name)?.rank ?? Number.NEGATIVE_INFINITY)) return;
      const number = docnames.indexOf(name);
      const chapter = section ? titles[docnames.indexOf(page)] : "";
      places.set(name, { page, anchor: anchor ?? section, rank, title: titles[number], chapter, lead: leads[number] });
    };
    const text = new DOMParser();
    const plain = (html) => text.parseFromString(html, "text/html").body.textContent;
    for (const [name, , , , score] of Search.performTermsSearch(new Set(words.map((word) => stemmer.stemWord(word))), new Set()))
      offer(name, score);
    docnames.forEach((name, number) => {
      const how = fit(plain(titles[number]), query, words);
      if (how) offer(name, 100 * how + (name.includes("#") ? 0 : 1));
    });
    for (const [entry, found] of Object.entries(indexentries)) {
      const how = fit(entry, query, words);
      if (how) for (const [number, anchor] of found) offer(docnames[number], 100 * how - 50, anchor);
    }
    return [...places.values()].sort((a, b) => b.rank - a.rank || a.title.localeCompare(b.title));
  };

  const show = (place, marks) => {
    const item = document.createElement("li");
    const link = item.appendChild(document.createElement("a"));
    const address = `${document.documentElement.dataset.content_root}${place.page}${DOCUMENTATION_OPTIONS.LINK_SUFFIX}`;
    link.href = `${address}?highlight=${encodeURIComponent(marks)}${place.anchor ? `#${place.anchor}` : ""}`;
    link.innerHTML = place.title;
    if (place.chapter) item.append(" ", Object.assign(document.createElement("span"), { innerHTML: place.chapter, className: "search-chapter" }));
    if (place.lead) item.appendChild(document.createElement("p")).innerHTML = place.lead;
    return item;
  };

  Search.query = (query) => {
    const found = find(query);
    const words = asked(query);
    const marks = [...new Set(words.flatMap((word) => [word, stemmer.stemWord(word)]))].join(" ");
    Search.stopPulse();
    Search.title.textContent = `Where the book speaks of “${query}”`;
    Search.status.textContent = found.length
      ? `${found.length} ${found.length === 1 ? "place" : "places"}`
      : "Nothing found. Try another word, or a shorter form of it.";
    Search.output.append(...found.map((place) => show(place, marks)));
  };
})();
