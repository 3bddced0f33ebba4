// What is taken away from the page: a link that holds it all, a cell of Python, a picture, and code to embed it.

const COPIED_FOR = 1600; // milliseconds that a button says so

function sharing({ root, find, is, does, menu, here, state, figure, look, isPhoto, isAsFound, projecting, say, words, onScreen }) {
  // Where the run began.
  const first = () => state().past[0] ?? state();
  const stepsTaken = () => stepsOf(state()).length - 1;

  function linkState() {
    const { X, means, learn, follow, twins, shown, start } = state();
    const { data: { name, columns, frame }, how } = here();
    const own = name === "own";
    const from = follow ? start : first().means; // means that follow EM rest where sigma's way led them
    const on = Object.entries({ follow, twins, lines: look.lines, halves: shown !== null }).filter(([, is]) => is).map(([word]) => word);
    return {
      data: name, X: own ? X : null, columns: own ? columns : [], k: means.length, means: isAsFound(from) ? null : from,
      ...how, sigma: first().sigma, weights: first().weights, learn, step: Math.min(1000, stepsTaken()),
      view: own ? frame.view.flat() : null, on, panels: [look.tab], projector: projecting(),
    };
  }

  let atFirst = null; // what the page opened with, which needs no link
  function noteLink() {
    if (isPhoto()) {
      is("link").value = location.href.split("#")[0];
      is("link-says").textContent = "A photograph stays on your machine: no link holds it.";
      return;
    }
    const now = linkState();
    const fragment = encodeState(now);
    atFirst ??= fragment;
    const link = new URL(location.href);
    link.hash = fragment;
    is("link").value = link.href;
    is("link-says").textContent = linkSays(now);
    if (fragment === location.hash.slice(1) || (fragment === atFirst && !location.hash)) return;
    try { history.replaceState(null, "", `#${fragment}`); } catch (refused) { /* the field has it */ }
  }

  async function copyOut(text, button) {
    const box = find(".copied");
    box.value = text;
    box.hidden = button.dataset.do === "copy-link";
    try {
      await navigator.clipboard.writeText(text);
    } catch (refused) {
      const field = box.hidden ? is("link") : box;
      field.select();
      document.execCommand("copy");
    }
    const usual = button.dataset.says ??= button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = usual; }, COPIED_FOR);
  }
  function pythonCode() {
    const { X, learn, follow } = state();
    const python = menu.find(({ name }) => name === here().data.name)?.python ?? null;
    return asPython({ ...first(), python, X, file: here().data.file, learn, step: follow ? null : stepsTaken() });
  }
  function embedCode() {
    noteLink();
    const link = new URL(is("link").value);
    link.search = "?embed";
    return `<iframe src="${escaped(link.href)}" title="k-means and EM: an explorer" width="100%" height="640" style="border: 0"></iframe>`;
  }
  const drawing = () => drawingOf(root, figure(), onScreen(), {
    title: `${here().data.title}, ${state().means.length} means`, words: `σ = ${short(state().sigma)}. ${words()}`,
  });

  const doing = {
    "copy-link"() { noteLink(); copyOut(is("link").value, does("copy-link")); },
    python() {
      const { X, means } = state();
      if (X.n < means.length) return say("Python's fit wants at least as many points as means: add points, or lower k.");
      copyOut(pythonCode(), does("python"));
    },
    embed: () => copyOut(embedCode(), does("embed")),
    svg: () => download(asBlob(drawing()), "explorer.svg"),
    async png() { download(await pixelsOf(drawing()), "explorer.png"); },
  };
  return { doing, linkState, noteLink };
}
