// Search as one types, in the reader's browser: MiniSearch over every section of the book.
// It comes when a search field gets the focus. Results are a list of links under the field; on the search page, all of it.
(() => {
  const root = new URL(document.documentElement.dataset.content_root, location.href);

  // What a word is, in the book and in what people type. "k-means" is one; so is "k-means++".
  const WORD = /\b[kc][-\u2010\u2011 ]means(?:\+\+)?|[\p{L}\p{N}]+(?:\+\+)?/giu;
  const SAYS_NOTHING = new Set(
    ("a am an and are as at be by can could did do does for from had has have how i if in into is it its me my of on or " +
     "should so than that the then there these this those to was what when where which who why will with would you").split(" "),
  );
  const GREEK = { alpha: "α", beta: "β", delta: "δ", epsilon: "ε", lambda: "λ", mu: "μ", pi: "π", sigma: "σ" };

  // One spelling for case, accents, British and American, singular and plural; nothing for a word that says nothing.
  function fold(word) {
    const term = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[-\u2010\u2011 ]/g, "");
    if (SAYS_NOTHING.has(term)) return null;
    return term.replace(/(?<=..)(?<![sui])s$/, "").replace(/z/g, "s").replace(/our/g, "or").replace(/tre$/, "ter");
  }
  const folded = (word) => [fold(word), GREEK[word.toLowerCase()]].filter(Boolean);
  const words = (text) => text.match(WORD) ?? [];

  const script = (name) => new Promise((loaded, failed) => {
    const element = document.createElement("script");
    element.src = new URL(`_static/search/${name}`, root);
    element.onload = loaded;
    element.onerror = () => failed(new Error(`${name} did not load`));
    document.head.append(element);
  });

  async function start() {
    await Promise.all([script("minisearch.js"), script("pages.js")]);
    const sections = bookPages.flatMap(([page, keywords, all]) => all.map(([anchor, heading, text], i) => ({
      id: `${page}#${anchor}`, heading, page: all[0][1], text, above: i ? all[0][1] : keywords,
    })));
    const index = new MiniSearch({
      fields: ["heading", "above", "text"],
      storeFields: ["heading", "page", "text"],
      tokenize: words,
      processTerm: folded,
      searchOptions: {
        boost: { heading: 5, above: 1.5 },
        boostDocument: (id, term, { heading }) => (heading.endsWith("?") ? 1.5 : 1),  // it is what somebody types
        prefix: (term) => term.length > 2,
        fuzzy: (term) => term.length > 5 && 0.2,
        weights: { prefix: 0.5, fuzzy: 0.2 },
      },
    });
    await index.addAllAsync(sections, { chunkSize: 20 });
    return index;
  }

  let started = null;
  const ready = () => (started ??= start().catch(() => (started = null)));

  // The text with the found words marked.
  function marked(text, found) {
    const pieces = [];
    let end = 0;
    for (const { 0: word, index } of text.matchAll(WORD)) {
      if (!folded(word).some((term) => found.has(term))) continue;
      const mark = document.createElement("mark");
      mark.textContent = word;
      pieces.push(text.slice(end, index), mark);
      end = index + word.length;
    }
    return [...pieces, text.slice(end)];
  }

  // Two or three lines around the first of the sentences that hold most of the words not seen in the heading.
  function excerpt({ heading, text, terms }, longest = 170) {
    const seen = new Set(words(heading).flatMap(folded));
    const found = new Set(terms.filter((term) => !seen.has(term)));
    const sentences = text.split(/(?<=[.?!])\s+/);
    const hits = sentences.map((sentence) => new Set(words(sentence).flatMap(folded).filter((term) => found.has(term))).size);
    let first = hits.indexOf(Math.max(...hits));
    while (first && sentences.slice(first - 1).join(" ").length <= longest) first -= 1;
    const rest = sentences.slice(first).join(" ");
    const shown = rest.length > longest ? `${rest.slice(0, rest.lastIndexOf(" ", longest))} …` : rest;
    return first ? `… ${shown}` : shown;
  }

  function element(tag, className, ...content) {
    const made = document.createElement(tag);
    made.className = className;
    made.append(...content);
    return made;
  }

  function entry(result) {
    const found = new Set(result.terms);
    const link = element("a", "", element("strong", "", ...marked(result.heading, found)));
    link.href = new URL(result.id, root);
    if (result.page !== result.heading) link.append(element("span", "where", result.page));
    link.append(element("span", "excerpt", ...marked(excerpt(result), found)));
    return element("li", "", link);
  }

  function attach(form) {
    const field = form.querySelector("input");
    const whole = form.classList.contains("search-page");
    const most = whole ? 30 : 7;
    const status = element("p", "");
    status.role = "status";
    const list = element("ol", "");
    const panel = element("div", "found", status, list);
    panel.hidden = true;
    form.after(panel);

    const show = (yes) => {
      panel.hidden = !yes;
      panel.style.top = `${form.getBoundingClientRect().bottom}px`;
    };

    async function search() {
      const query = field.value.trim();
      show(query !== "");
      if (whole) history.replaceState(null, "", query ? `?${new URLSearchParams({ q: query })}` : location.pathname);
      if (!query) return;
      if (!list.hasChildNodes()) status.textContent = "Loading …";
      const index = await ready();
      if (query !== field.value.trim()) return;  // the reader has typed on
      const results = index ? index.search(query) : [];
      list.replaceChildren(...results.slice(0, most).map(entry));
      status.textContent = index ? summary(results.length) : "The search did not load. Is the connection there?";
    }

    function summary(count) {
      if (!count) return "Nothing found. Try fewer words, or others.";
      if (count <= most) return count === 1 ? "One place" : `${count} places`;
      return `The best ${most} of ${count} places${whole ? "" : "; Enter shows more"}`;
    }

    function move(event) {
      const links = [...list.querySelectorAll("a")];
      const here = links.indexOf(document.activeElement);
      if (event.key === "Escape" && !whole && !panel.hidden) {
        field.focus();
        show(false);
      } else if (event.key === "ArrowDown" && links.length && field.value) {
        show(true);
        links[Math.min(here + 1, links.length - 1)].focus();
      } else if (event.key === "ArrowUp" && here >= 0) {
        (links[here - 1] ?? field).focus();
      } else {
        return;
      }
      event.preventDefault();
    }

    field.addEventListener("input", search);
    [form, panel].forEach((box) => box.addEventListener("keydown", move));
    if (whole) {
      form.addEventListener("submit", (event) => event.preventDefault());
      field.value = new URLSearchParams(location.search).get("q") ?? field.value;
    } else {
      ["focusin", "pointerdown"].forEach((leave) => document.addEventListener(leave, ({ target }) => {
        if (!form.contains(target) && !panel.contains(target)) show(false);
      }));
    }
    if (field.value) search();  // typed before this was here
  }

  document.querySelectorAll("form[role=search]").forEach(attach);
  ready();
})();
