// The explorer page: the figure of the chapters, with data, starts, switches and links around it.
//
//   here    what undo brings back: the data, how the means were found, and the explorer's state
//   data    { name, title, columns, frame }; the points are those of the state. The frame is the picture that they were
//           first drawn in, { view, range }: it stays while points are added, moved and deleted
//   how     { start, seed }

const BUDGET = 4; // milliseconds of EM steps a frame, so that sigma answers within the frame
const MOST_UNDONE = 100; // steps back, and so many numbers kept for them
const MOST_KEPT = 5e6;
const NEAR = 16; // pixels from the pointer to a point that it takes hold of
const NEXT_TO = 14; // positions of the slider between two rests that a trail joins
const PAUSES = [1200, 700, 350, 160, 40]; // milliseconds between two steps of Run
const MOST_LINES = 3000; // points; more lines would hide the points
const MOST_IN_RUNS = 5000; // points that several starts are tried on
const HOW_MANY_RUNS = 10;
const STARTS = { hand: "by hand", random: "random points", farthest: "farthest point", plusplus: "k-means++" };
const TOOLS = { move: "Move", add: "Add", remove: "Delete" };
const TABS = { data: "Data", start: "Start", look: "Options", numbers: "Curves", share: "Share" };
const READINGS = { inertia: "J", "free-energy": "F<sub>σ</sub>", "log-likelihood": "log L", steps: "steps" };
const SWITCHES = {
  twins: '<span class="twin-key"></span> k-means from the same start',
  lines: "lines to the means",
  follow: "means follow EM as σ changes",
  "learn-sigma": "EM learns σ, too",
  "learn-weights": "EM learns the weights, too",
};

const KEYS = {
  s: "Step", h: "half a step", b: "Back", r: "Run, or pause", u: "Undo", "[ and ]": "σ down and up",
  "m, a, d": "move, add, delete points", arrows: "move the cross, or the mean that has the focus; with Shift further",
  Enter: "use the tool at the cross; with Move, take the point there and let it go", Esc: "put the cross away",
};

const option = (names) => Object.entries(names).map(([name, words]) => `<option value="${name}">${words}</option>`).join("");
const button = (name, words, more = "") => `<button type="button" data-do="${name}"${more}>${words}</button>`;

const PAGE = `<div class="layout">
  <div class="stage" tabindex="0" role="application" aria-describedby="summary">
    <canvas></canvas><svg aria-hidden="true"></svg><div class="handles"></div><div class="cross" hidden></div>
    <p class="hint" role="status"></p>
  </div>
  <div class="controls deck">
    <dl class="numbers"></dl>
    <div class="buttons">
      ${button("step", "Step")}${button("half", "M-step")}${button("back", "Back")}${button("run", "Run")}${button("reset", "Reset")}
    </div>
    <div class="slider">
      <span aria-hidden="true">σ</span><input type="range" min="0" max="${POSITIONS}" step="1" aria-label="σ" data-is="sigma">
      ${button("play", "")}
      <div class="slider-ends" aria-hidden="true"><span>0: k-means</span><span class="sigma-readout"></span><span>softer</span></div>
    </div>
    <p class="summary" role="status" id="summary"></p>
  </div>
  <div class="side">
    <div class="tabs" role="tablist" aria-label="Controls">
      ${Object.entries(TABS).map(([name, words]) => `<button type="button" role="tab" id="tab-${name}" aria-controls="panel-${name}" data-tab="${name}">${words}</button>`).join("")}
    </div>
    ${panelOf("data", `
      <label class="field">Data <select data-is="data"></select></label>
      <div class="buttons" role="radiogroup" aria-label="What a click in the picture does">
        ${Object.entries(TOOLS).map(([name, words]) => `<button type="button" role="radio" data-tool="${name}">${words}</button>`).join("")}
        ${button("undo", "Undo")}${button("clear", "Clear")}
      </div>
      <p class="note" data-is="tool"></p>
      <div class="buttons"><label class="file">Open a table (CSV) <input type="file" accept=".csv,.tsv,.txt,text/*" data-is="file"></label>${button("paste", "Paste a table", ' aria-expanded="false"')}</div>
      <div class="paste" hidden>
        <textarea rows="5" data-is="pasted" aria-label="A table: a row a line, one or two columns of numbers" spellcheck="false"></textarea>
        <div class="buttons">${button("read", "Read it")}</div>
      </div>
      <div class="table"></div>
      <div class="buttons"><label class="file">Open a photograph <input type="file" accept="image/*" data-is="photograph"></label></div>
      <div class="pictures" hidden>
        <figure><canvas data-is="hard" role="img"></canvas><figcaption></figcaption></figure>
        <figure><canvas data-is="soft" role="img"></canvas><figcaption></figcaption></figure>
      </div>`)}
    ${panelOf("start", `
      <label class="field">k, the number of means <input type="range" min="1" max="${MOST_MEANS}" step="1" data-is="k"><output data-is="k-says"></output></label>
      <label class="field">Start <select data-is="start">${option(STARTS)}</select></label>
      <label class="field">Seed <input type="number" min="0" max="4294967295" step="1" inputmode="numeric" data-is="seed">${button("again", "Next seed")}</label>
      <div class="buttons">${button("runs", `Try ${HOW_MANY_RUNS} seeds`)}</div>
      <div class="runs"></div>`)}
    ${panelOf("look", `
      <label class="field">Speed of Run <input type="range" min="0" max="${PAUSES.length - 1}" step="1" value="2" data-is="speed" aria-valuetext="middle"></label>
      <div class="switches">${Object.entries(SWITCHES).map(([name, words]) => `<label class="box"><input type="checkbox" role="switch" data-is="${name}"> ${words}</label>`).join("")}</div>
      <p class="note why" id="why"></p>
      <div class="weights"></div>`)}
    ${panelOf("share", `
      <label class="field">Link <input type="text" readonly data-is="link">${button("copy-link", "Copy")}</label>
      <p class="note" data-is="link-says"></p>
      <div class="buttons">${button("python", "Copy as Python")}${button("svg", "Save SVG")}${button("png", "Save PNG")}${button("embed", "Copy embed code")}</div>
      <textarea class="copied" readonly rows="8" aria-label="What was copied" spellcheck="false" hidden></textarea>`)}
    ${panelOf("numbers", `<svg class="panel history" height="268" role="img"></svg>`)}
  </div></div>
  <dialog aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2>
    <p>They work while the picture or a mean has the focus: click it, or press Tab.</p>
    <dl>${Object.entries(KEYS).map(([key, words]) => `<div><dt><kbd>${key}</kbd></dt><dd>${words}</dd></div>`).join("")}</dl>
    <form method="dialog"><button>Close</button></form></dialog>`;

function panelOf(name, content) {
  return `<div class="tab-panel" role="tabpanel" tabindex="0" id="panel-${name}" aria-labelledby="tab-${name}" data-panel="${name}">${content}</div>`;
}

// The curves of a run, a stair for each step: J and F_sigma on one scale, log L below on its own.
function drawCurves(svg, width, run) {
  const count = Math.max(6, run.length);
  const across = linear([0, count], 8, width - 8);
  const every = Math.max(1, roundStep((24 * count) / width)); // so that the numbers do not touch
  const stair = (values, up) => values.flatMap((value, t) => [[across.at(t), up.at(value)], [across.at(t + 1), up.at(value)]]);
  const ends = (values, up, name) => {
    const [first, last] = [values[0], values.at(-1)];
    const write = name === "log-likelihood" ? decimals : short;
    return `<text class="tick" x="8" y="${up.at(first) - 4}">${write(first)}</text>${
      values.length > 1 ? `<text class="tick" x="${across.at(values.length)}" y="${up.at(last) - 4}" text-anchor="end">${write(last)}</text>` : ""}`;
  };
  // lists of one kind share a scale, between its own least and largest number
  const plot = (names, top, floor) => {
    const lists = names.map((name) => run.map((now) => now[name])).filter((list) => list.every(Number.isFinite));
    if (lists.length === 0) return "";
    const all = lists.flat();
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const up = linear([low - 0.06 * (high - low || 1), high + 0.02 * (high - low || 1)], floor, top + 16);
    return `<line class="axis" x1="8" x2="${width - 8}" y1="${floor}" y2="${floor}"/>
      ${lists.map((list, l) => path(stair(list, up), `curve-${names[l]}`) + ends(list, up, names[l])).join("")}`;
  };
  const key = (x, y, name, words) => `<path class="curve-${name}" d="M${x} ${y - 4}h18"/><text x="${x + 23}" y="${y}">${words}</text>`;
  svg.innerHTML = `
    ${key(8, 13, "inertia", "J")}${key(64, 13, "free-energy", "F")}
    ${plot(["inertia", "free-energy"], 16, 116)}
    ${key(8, 143, "log-likelihood", Number.isFinite(run.at(-1)["log-likelihood"]) ? "log L" : "log L: none at σ = 0")}
    ${plot(["log-likelihood"], 146, 222)}
    ${run.map((_, t) => (t % every ? "" : `<text class="tick" x="${across.at(t + 0.5)}" y="236" text-anchor="middle">${t}</text>`)).join("")}
    <text class="axis-label" x="${width / 2}" y="254">steps</text>`;
  svg.setAttribute("aria-label", `After ${run.length - 1} steps: J from ${short(run[0].inertia)} to ${short(run.at(-1).inertia)}.`);
}

// Where the means have rested while sigma went down and up.
function drawTrail(svg, width, { runs, sigmaC, placeOf, ends, range, means, sigma }) {
  const box = { left: 40, right: width - 8, top: 22, bottom: 226 };
  const across = linear([0, Math.max(range[1], 1.2 * sigmaC)], box.left + 6, box.right);
  const up = linear(ends, box.bottom, box.top);
  const x = across.at(sigmaC);
  svg.innerHTML = `${frameMarks([across, up], box, ["σ", "place of the means"])}
    <path class="critical" d="M${x} ${box.top}V${box.bottom}"/><text x="${x}" y="${box.top - 7}" text-anchor="middle">σ<tspan dy="4" font-size="10">c</tspan><tspan dy="-4"> = ${short(sigmaC)}</tspan></text>
    ${inside(box, `<g class="trails">${trails(runs, means.length, across, up)}</g>${means.map((mean, j) => `<circle class="rests" style="--colour: ${colourOf(j)}" cx="${across.at(sigma)}" cy="${up.at(placeOf(mean))}" r="5"/>`).join("")}`)}`;
  svg.setAttribute("aria-label", `Places of the means, σ from 0 to ${short(across.max)}; at σ = ${short(sigma)} they rest at ${means.map((mean) => short(placeOf(mean))).join(", ")}. Merged means part below σ = ${short(sigmaC)}.`);
}

// From each point to the means that share it: the paler, the smaller the share.
function drawLines(context, { palette }, { X, means, resp, x, y, toScreen }) {
  if (X.n > MOST_LINES) return;
  const k = means.length;
  const ends = means.map(toScreen);
  context.save();
  context.lineWidth = 1;
  for (let j = 0; j < k; j++) {
    context.strokeStyle = css(palette[j]);
    for (let i = 0; i < X.n; i++) {
      const share = resp[i * k + j];
      if (share < 0.02) continue;
      context.globalAlpha = 0.45 * share;
      context.beginPath();
      context.moveTo(x(i), y(i));
      context.lineTo(...ends[j]);
      context.stroke();
    }
  }
  context.restore();
}

// What a page loads once it is needed.
const fetched = (address) => {
  let loading;
  return () => (loading ??= new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
    document.head.append(script);
  }));
};

function openPage(root, menu, scripts, tools = document.createElement("div")) {
  const page = document.documentElement;
  root.innerHTML = PAGE;
  tools.innerHTML = `${button("keys", "Keys", ' class="tool"')}${button("projector", "Projector", ' class="tool" aria-pressed="false"')}${button("theme", "Theme", ' class="tool"')}`;
  const find = (selector) => root.querySelector(selector);
  const is = (name) => find(`[data-is="${name}"]`);
  const does = (name) => find(`[data-do="${name}"]`) ?? tools.querySelector(`[data-do="${name}"]`);
  const [stage, slider] = [find(".stage"), is("sigma")];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const wide = matchMedia("(min-width: 60rem) and (min-height: 36rem)");
  let here, figure, sigmas, handles, weightSliders;
  let undone = []; // what Undo brings back, the last at the end
  let running = null; // the clock of Run
  let [tool, tab] = ["move", "data"];
  let lines = false;
  let cross = null; // where the keyboard is in the picture, in pixels
  let held = null; // the point under the pointer
  let panelWidth = 0;
  const draw = onceAFrame(frame);
  const linked = gathered(noteLink, (done) => setTimeout(done, 300));
  const state = () => here.state;
  const summarise = unhurried(() => { find(".summary").textContent = inWords(); });

  // The one place where what is here changes. What undo is to bring back is kept before.
  function show(next) {
    here = next;
    draw();
  }
  const become = (next) => show({ ...here, state: next });
  function change(next) {
    if (next === here.state) return;
    pause();
    become(next);
  }
  function keep() {
    const most = Math.max(2, Math.min(MOST_UNDONE, Math.floor(MOST_KEPT / (state().X.values.length + 1))));
    undone = [...undone, here].slice(-most);
  }
  function undo() {
    const last = undone.pop();
    if (!last) return;
    pause();
    const [frame, k] = [here.data.frame, state().means.length];
    here = last;
    if (here.data.frame !== frame) frameAnew();
    else if (state().means.length !== k) handAnew();
    layout();
  }

  // Data.

  function load(data, X, { k = 3, start = "plusplus", seed = 0, sigma = null, weights = [], learn = [], means = null, step = 0, follow = false, twins = false, view = null } = {}) {
    const radius = rmsRadius(X) || 1;
    k = Math.min(k, Math.max(1, X.n));
    const range = [radius / 100, 2 * radius];
    const placed = means ?? findMeans(X, k, start, seed);
    const begun = begin({ X, means: placed, sigma: sigma ?? roundest(0.45 * radius, 0.55 * radius), weights, follow, twins });
    let now = { ...begun, learn, shown: null };
    for (let t = 0; t < step; t++) now = onward(now);
    here = { data: { ...data, frame: { view, range } }, how: { start, seed }, state: now };
    frameAnew();
    layout();
  }
  const settings = () => ({ k: state().means.length, ...here.how, start: here.how.start === "hand" ? "plusplus" : here.how.start, learn: state().learn, follow: state().follow, twins: state().twins });

  // Another picture: axes, the way of the slider, and the discs.
  function frameAnew() {
    const { X, means } = state();
    const { frame, columns } = here.data;
    const make = [lineFigure, planeFigure, colourFigure][X.d - 1];
    figure = make({ X, means, root, axisLabels: columns, heightFor: () => () => stage.clientHeight, view: frame.view });
    frame.view = figure.view;
    handAnew();
  }
  function handAnew() {
    const { X, means, weights, follow } = state();
    const some = X.n > 0 ? X : { n: 1, d: X.d, values: new Float64Array(X.d) };
    sigmas = sigmaSlider(here.data.frame.range, travel(some, here.data.frame.range, means, follow, logOf(weights)));
    const now = { figure: () => figure, state, show: become, change: placeByHand, pause };
    handles = means.map((_, j) => makeHandle(j, stage, now));
    for (const handle of handles) handle.addEventListener("pointerdown", keep);
    find(".handles").replaceChildren(...handles);
    weightSliders = means.map((_, j) => makeWeightSlider(j, (share) => change(setWeight(state(), j, share))));
    find(".weights").replaceChildren(...weightSliders.map(({ label }) => label));
  }
  function placeByHand(next) {
    pause();
    show({ ...here, how: { ...here.how, start: "hand" }, state: next });
  }

  // A table of the reader's own. Nothing on the page changes until columns of it are chosen.

  let [table, text, fileName] = [null, "", "points.csv"];
  const refused = (sentence) => ({ columns: [], rows: 0, reading: "", problems: [sentence], questions: [] });
  async function readText(words, choices = {}) {
    text = words;
    try {
      await scripts.papaparse();
      table = readTable(words, choices);
    } catch (broken) {
      table = refused("This cannot be read as a table.");
    }
    const fit = table.columns.filter(({ numbers }) => numbers).map(({ name }) => name);
    showTable(fit);
    if (fit.length > 0) takeColumns(fit.slice(0, 2));
  }
  function showTable(fit) {
    const box = find(".table");
    box.replaceChildren();
    const line = (words, name = "note") => {
      const p = Object.assign(document.createElement("p"), { className: name, textContent: words });
      box.append(p);
      return p;
    };
    if (table.reading) line(table.reading);
    for (const problem of table.problems) line(problem, "note problem");
    for (const { said, offer, choices } of table.questions) {
      const other = Object.assign(document.createElement("button"), { type: "button", textContent: offer });
      other.addEventListener("click", () => readText(text, choices));
      line(`${said} `).append(other);
    }
    for (const { name, numbers, says } of table.columns) if (says) line(`${name}: ${says}.`);
    if (fit.length === 0) return;
    const pick = (words, chosen, none) => {
      const label = Object.assign(document.createElement("label"), { className: "field", textContent: words });
      const select = document.createElement("select");
      if (none) select.append(new Option("none: a line", ""));
      for (const name of fit) select.append(new Option(name, name));
      select.value = chosen ?? "";
      label.append(select);
      box.append(label);
      return select;
    };
    const [across, up] = [pick("Across", fit[0]), pick("Up", fit[1], true)];
    for (const select of [across, up]) select.addEventListener("change", () => takeColumns([across.value, up.value].filter(Boolean)));
    line("", "note said").setAttribute("role", "status");
  }
  function takeColumns(names) {
    const { X, columns, keys, said } = chooseColumns(table, names);
    find(".table .said").textContent = said;
    if (!X) return;
    pause();
    keep();
    load({ name: "own", title: "Own table", columns, file: { name: fileName, columns: keys, form: table.form } }, X, settings());
  }
  async function readFile(file) {
    if (!file) return;
    fileName = file.name;
    if (file.size <= LONGEST_TEXT) return readText(await file.text());
    table = refused(`The file has more than ${LONGEST_TEXT / 1e6} million letters; it is not read.`);
    showTable([]);
  }
  is("file").addEventListener("change", () => { readFile(is("file").files[0]); is("file").value = ""; });
  for (const name of ["dragover", "drop"]) {
    root.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (name === "drop") readFile(event.dataTransfer.files[0]);
    });
  }
  function paste() {
    const box = find(".paste");
    box.hidden = !box.hidden;
    does("paste").setAttribute("aria-expanded", !box.hidden);
    if (!box.hidden) is("pasted").focus();
  }

  // A photograph. Its colours are the points; the pictures follow the means.

  async function openPhotograph(file) {
    if (!file) return;
    try {
      const photo = await readPhotograph(file);
      pause();
      keep();
      load({ name: "photograph", title: "A photograph", columns: ["red", "green", "blue"], photo }, coloursOf(photo), { ...settings(), k: Math.max(4, state().means.length), learn: [] });
      pickTool("move");
    } catch (broken) {
      say("This file is no picture that the browser can read; JPEG, PNG and WebP work.");
    }
  }
  is("photograph").addEventListener("change", () => { openPhotograph(is("photograph").files[0]); is("photograph").value = ""; });
  function paintPictures({ means, sigma, weights }) {
    const { photo } = here.data;
    find(".pictures").hidden = !photo;
    if (!photo) return;
    for (const [name, at, words] of [["hard", 0, "nearest colour"], ["soft", sigma, "blend of the shares"]]) {
      const colours = quantised(photo, means, at, logOf(weights));
      paintPicture(is(name), photo, colours);
      const says = `${name}: ${words}, ${levelsOff(photo, colours).toFixed(1)} levels off`;
      is(name).nextElementSibling.textContent = says;
      is(name).setAttribute("aria-label", `The photograph with ${means.length} colours, ${says}`);
    }
  }
  const isPhoto = () => state().X.d === 3;

  // Starts.

  function findMeans(X, k, start, seed) {
    const means = X.n >= k ? startMeans(X, k, start === "hand" ? "plusplus" : start, seed) : null;
    return means ?? Array.from({ length: k }, (_, j) => middle(j, k));
  }
  // Where means stand while there are no points for them.
  function middle(j, k) {
    const turn = (2 * Math.PI * j) / k;
    return (figure?.view ?? [[-1, 1], [-1, 1]]).map(([low, high], a) => (low + high) / 2 + (k > 1 ? (high - low) / 4 : 0) * (a ? Math.sin(turn) : Math.cos(turn)));
  }
  function startAnew(how, k = state().means.length, means = findMeans(state().X, k, how.start, how.seed)) {
    pause();
    keep();
    const old = state();
    const first = old.past[0] ?? old; // what was learned is forgotten
    const weights = k === old.means.length && !old.learn.includes("weights") ? first.weights : [];
    const next = place({ ...old, sigma: first.sigma, weights: old.learn.includes("weights") ? Array(k).fill(1 / k) : weights }, means);
    here = { ...here, how, state: next };
    handAnew();
    draw();
  }
  function setK(k) {
    const { means, X } = state();
    if (k === means.length) return;
    if (here.how.start !== "hand") return startAnew(here.how, k);
    const kept = means.slice(0, k);
    while (kept.length < k) kept.push(X.n > 0 ? farthestFrom(X, kept) : middle(kept.length, k));
    startAnew(here.how, k, kept);
  }
  function farthestFrom(X, means) {
    const D = new Float64Array(means.length);
    let [best, most] = [0, -1];
    for (let i = 0; i < X.n; i++) {
      sqDists(X.values, i * X.d, means, D);
      const least = Math.min(...D);
      if (least > most) [best, most] = [i, least];
    }
    return [...X.values.subarray(best * X.d, (best + 1) * X.d)];
  }

  // Several starts beside each other: k-means to rest from each seed, so many milliseconds at a time.
  let trying = 0;
  function tryRuns() {
    const { X, means } = state();
    const [mine, k] = [++trying, means.length];
    if (X.n < k) return void (find(".runs").textContent = `There are fewer points than means: add points, or lower k.`);
    const start = here.how.start === "hand" ? "plusplus" : here.how.start;
    const every = Math.ceil(X.n / MOST_IN_RUNS);
    const some = thinned(X, every);
    const found = [];
    const seeds = Array.from({ length: HOW_MANY_RUNS }, (_, t) => (here.how.seed + t) >>> 0);
    const work = eachRun(some, k, start, seeds);
    const go = () => {
      if (mine !== trying) return;
      for (const until = performance.now() + 2 * BUDGET; performance.now() < until; ) {
        const { done, value } = work.next();
        if (done) return;
        if (value) writeRuns([...found, value], start, every, found.push(value) < HOW_MANY_RUNS);
      }
      setTimeout(go);
    };
    go();
  }
  function writeRuns(found, start, every, more) {
    const best = Math.min(...found.map(({ J }) => J));
    const box = find(".runs");
    const rows = found.map(({ seed, J }) => `<tr${J <= best * (1 + 1e-9) ? ' class="best"' : ""}><th scope="row">${seed}</th><td>${short(J)}</td><td>${button("take", "Show", ` data-seed="${seed}"`)}</td></tr>`);
    box.innerHTML = `<table><caption>k-means to rest, from ${STARTS[start]}${every > 1 ? `, on one point of ${every}` : ""}${more ? " …" : ""}</caption>
      <thead><tr><th scope="col">seed</th><th scope="col">J</th><th scope="col"><span class="unseen">show it</span></th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
    for (const take of box.querySelectorAll("[data-do=take]")) {
      take.setAttribute("aria-label", `Show seed ${take.dataset.seed}`);
      take.addEventListener("click", () => startAnew({ start, seed: +take.dataset.seed }));
    }
  }

  // The loop.

  const relaxing = () => state().follow && state().moving;
  function frame() {
    const until = performance.now() + BUDGET;
    if (relaxing()) {
      do here = { ...here, state: advance(state()) };
      while (relaxing() && performance.now() < until);
      if (relaxing()) draw();
    }
    if (!relaxing()) leaveTrail();
    if (!relaxing() || !calm.matches) paint();
  }
  // The bifurcation's trail, of one and the same data and k.
  let trail = { runs: [] };
  function leaveTrail() {
    const { X, means, sigma, follow, start } = state();
    if (!follow || X.n === 0 || X.d > 2) return;
    if (trail.X !== X || trail.start !== start) {
      const { ways: [along], spreads: [sigmaC] } = widest(X);
      const placeOf = (point) => point.reduce((sum, x, a) => sum + x * along[a], 0);
      const places = Array.from({ length: X.n }, (_, i) => placeOf(X.values.subarray(i * X.d, (i + 1) * X.d)));
      trail = { X, start, runs: [], sigmaC, placeOf, ends: range({ d: 1, values: places }, 0) };
    }
    const last = trail.runs.at(-1)?.at.at(-1);
    if (last?.[0] === sigma) return;
    const { positionOf } = sigmas;
    const joined = last && Math.abs(positionOf(sigma) - positionOf(last[0])) <= NEXT_TO;
    if (!joined) trail.runs.push({ rising: false, at: [] }); // nobody knows where the means were in between
    const row = [sigma, ...means.map(trail.placeOf)];
    remember(trail.runs, last ? sigma > last[0] : false, row);
  }
  function stepOnce() {
    become(onward(state()));
    return state().moving;
  }
  function run() {
    if (calm.matches) {
      for (let i = 0; i < 1000 && stepOnce(); i++);
      return;
    }
    does("run").textContent = "Pause";
    const tick = () => { running = stepOnce() ? setTimeout(tick, PAUSES[+is("speed").value]) : null; if (!running) pause(); };
    running = setTimeout(tick);
  }
  function pause() {
    clearTimeout(running);
    running = null;
    does("run").textContent = "Run";
  }
  const doing = {
    step() { pause(); if (!state().follow) stepOnce(); },
    half() { pause(); if (!state().follow) become(half(state())); },
    back: () => change(state().follow ? state() : { ...back(state()), learn: state().learn }),
    run() { if (running) pause(); else if (!state().follow) run(); },
    reset() {
      const { learn, twins, follow, past, start } = state();
      pause();
      become(follow || past.length === 0 ? place(state(), start) : { ...past[0], learn, twins });
    },
    undo,
    clear() {
      if (isPhoto()) return choose("blobs");
      keep();
      ownPoints(state().X.values.subarray(0, 0));
    },
    again: () => startAnew({ start: here.how.start === "hand" ? "plusplus" : here.how.start, seed: (here.how.seed + 1) % 2 ** 32 }),
    runs: tryRuns,
    paste,
    read: () => readText(is("pasted").value),
  };
  // The points, by pointer and by keyboard.

  function ownPoints(values) {
    pause();
    const { d } = state().X;
    const X = { n: values.length / d, d, values: Float64Array.from(values) };
    const title = here.data.name === "own" ? here.data.title : "Own points";
    show({ ...here, data: { ...here.data, name: "own", title, file: null }, state: putData(state(), X) });
  }
  const edited = (i, gone, ...put) => {
    const { X } = state();
    return [...X.values.subarray(0, i * X.d), ...put, ...X.values.subarray((i + gone) * X.d)];
  };
  function nearestPoint([x, y]) {
    const { X } = state();
    let [best, least] = [-1, NEAR * NEAR];
    for (let i = 0; i < X.n; i++) {
      const [px, py] = figure.pointAt(X, i);
      const D = (px - x) * (px - x) + (X.d > 1 ? (py - y) * (py - y) : 0);
      if (D < least) [best, least] = [i, D];
    }
    return best;
  }
  const pointHere = (place) => figure.clamp(figure.toData(place)).map((x) => +x.toPrecision(5));
  function press(place) {
    if (isPhoto()) return say("The colours are those of the photograph: they can be neither moved nor added.");
    if (tool === "add") {
      keep();
      ownPoints(edited(state().X.n, 0, ...pointHere(place)));
      return;
    }
    const i = nearestPoint(place);
    if (i < 0) return;
    keep();
    if (tool === "remove") ownPoints(edited(i, 1));
    else held = i;
  }
  function dragTo(place) {
    if (held !== null) ownPoints(edited(held, 1, ...pointHere(place)));
  }
  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest(".handle") || event.button > 0) return;
    press(placeOn(stage, event));
    if (held !== null) stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => dragTo(placeOn(stage, event)));
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => { held = null; });

  const keys = {
    s: "step", h: "half", b: "back", r: "run", u: "undo",
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (keys[event.key]) return void does(keys[event.key]).click();
    if (event.key === "[" || event.key === "]") return void slideBy(event.key === "]" ? 4 : -4);
    const tools = { m: "move", a: "add", d: "remove" };
    if (tools[event.key]) return void pickTool(tools[event.key]);
    if (event.target !== stage) return;
    const way = arrow(event);
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    if (way) {
      const far = event.shiftKey ? 40 : 8;
      const [x, y] = cross ?? [width / 2, height / 2];
      cross = [Math.min(width, Math.max(0, x + far * way[0])), Math.min(height, Math.max(0, y - far * way[1]))];
      dragTo(cross);
    } else if (event.key === "Enter" || event.key === " ") {
      cross ??= [width / 2, height / 2];
      if (held === null) press(cross);
      else held = null;
    } else if (event.key === "Escape") [cross, held] = [null, null];
    else return;
    event.preventDefault();
    draw();
  });
  stage.addEventListener("blur", () => { [cross, held] = [null, null]; draw(); });

  const slideBy = (far) => {
    const position = Math.min(POSITIONS, Math.max(0, sigmas.positionOf(state().sigma) + far));
    change(setSigma(state(), sigmas.sigmaAt(position)));
  };

  // The controls.

  slider.addEventListener("input", () => change(setSigma(state(), sigmas.sigmaAt(+slider.value))));
  const stopPlaying = playButton(
    root,
    does("play"),
    () => 1 - sigmas.positionOf(state().sigma) / POSITIONS,
    // means that follow are waited for, so that their trail has no gap
    (way) => { if (!relaxing() || way === 1) change(setSigma(state(), sigmas.sigmaAt(Math.round(POSITIONS * (1 - way))))); },
  );
  is("data").innerHTML = option(Object.fromEntries(menu.map(({ name, title }) => [name, title]))) + '<option value="own" hidden>Own points</option><option value="photograph" hidden>A photograph</option>';
  is("data").addEventListener("change", () => choose(is("data").value));
  function choose(name, more = {}) {
    const entry = menu.find((one) => one.name === name);
    if (!entry) return;
    pause();
    if (here) keep();
    load({ name, title: entry.title, columns: entry.columns }, unpack(entry), { ...(here ? settings() : {}), ...more });
  }
  is("k").addEventListener("input", () => setK(+is("k").value));
  is("start").addEventListener("change", () => {
    const start = is("start").value;
    if (start === "hand") show({ ...here, how: { ...here.how, start } });
    else startAnew({ ...here.how, start });
  });
  is("seed").addEventListener("change", () => {
    const seed = Math.min(2 ** 32 - 1, Math.max(0, Math.round(+is("seed").value) || 0));
    startAnew({ start: here.how.start === "hand" ? "plusplus" : here.how.start, seed });
  });
  is("speed").addEventListener("input", () => {
    is("speed").setAttribute("aria-valuetext", ["very slow", "slow", "middle", "fast", "very fast"][+is("speed").value]);
  });
  is("twins").addEventListener("change", () => become(setTwins(state(), is("twins").checked)));
  is("lines").addEventListener("change", () => { lines = is("lines").checked; draw(); });
  is("follow").addEventListener("change", () => {
    const follow = is("follow").checked;
    change(setFollow({ ...state(), learn: follow ? [] : state().learn, weights: follow ? [] : state().weights }, follow));
    handAnew();
  });
  for (const name of ["sigma", "weights"]) {
    is(`learn-${name}`).addEventListener("change", () => {
      const { learn, means, weights, follow } = state();
      const wanted = is(`learn-${name}`).checked ? [...learn, name] : learn.filter((one) => one !== name);
      const even = name === "weights" ? (is("learn-weights").checked ? means.map(() => 1 / means.length) : []) : weights;
      const free = follow ? setFollow(state(), false) : state();
      change({ ...setWeights({ ...free, past: [], shown: null, start: free.means, lloyd: free.means, moving: true }, even), learn: wanted });
    });
  }
  function pickTool(name) {
    tool = name;
    stage.dataset.tool = name;
    for (const one of root.querySelectorAll("[data-tool][role=radio]")) {
      one.setAttribute("aria-checked", one.dataset.tool === name);
      one.tabIndex = one.dataset.tool === name ? 0 : -1;
    }
    is("tool").textContent = {
      move: "Drag points and means where you want them.",
      add: "A click in the picture adds a point.",
      remove: "A click on a point deletes it.",
    }[name];
  }
  function pickTab(name) {
    tab = name;
    layout();
  }
  chooseByArrows(find("[role=radiogroup]"), "[data-tool]", (one) => pickTool(one.dataset.tool));
  chooseByArrows(find("[role=tablist]"), "[data-tab]", (one) => pickTab(one.dataset.tab));

  // The link, and what is made of it.

  function linkState() {
    const { X, means, weights, sigma, past, learn, follow, twins, shown, start } = state();
    const { name, columns, frame } = here.data;
    const first = past[0] ?? { means: follow ? start : means, sigma, weights };
    const own = name === "own";
    const asFound = !own && !follow && here.how.start !== "hand" && sameMeans(first.means, findMeans(X, means.length, here.how.start, here.how.seed));
    const on = Object.entries({ follow, twins, lines, halves: shown !== null }).filter(([, is]) => is).map(([word]) => word);
    return {
      data: name, X: own ? X : null, columns: own ? columns : [], k: means.length, means: asFound ? null : first.means,
      ...here.how, sigma: first.sigma, weights: first.weights, learn, step: Math.min(1000, stepsOf(state()).length - 1),
      view: own ? frame.view.flat() : null, on, panels: [tab], projector: projecting(),
    };
  }
  let atFirst = null; // what the page opened with, which needs no link
  let fragment = "";
  function noteLink() {
    if (isPhoto()) {
      is("link").value = location.href.split("#")[0];
      is("link-says").textContent = "A photograph stays on your machine: no link holds it.";
      return;
    }
    const now = linkState();
    fragment = encodeState(now);
    atFirst ??= fragment;
    const link = new URL(location.href);
    link.hash = fragment;
    is("link").value = link.href;
    is("link-says").textContent = linkSays(now);
    if (fragment === location.hash.slice(1) || (fragment === atFirst && !location.hash)) return;
    try { history.replaceState(null, "", `#${fragment}`); } catch (refused) { /* the field has it */ }
  }
  function openLink(text) {
    const { state: asked, problems } = decodeState(text);
    const { data, X, columns, on, panels, ...rest } = asked;
    const entry = menu.find((one) => one.name === data) ?? menu[0];
    const has = (word, usual) => on?.includes(word) ?? usual;
    if (here) keep();
    lines = has("lines", false);
    const view = rest.view && Array.from({ length: rest.view.length / 2 }, (_, a) => rest.view.slice(2 * a, 2 * a + 2));
    const set = { ...rest, view, follow: has("follow", false), twins: has("twins", false) };
    if (data === "own" && X) load({ name: "own", title: "Own points", columns }, X, set);
    else load({ name: entry.name, title: entry.title, columns: entry.columns }, unpack(entry), set);
    if (has("halves", false) && set.step > 0) become(half(begun(set.step - 1)));
    if (panels?.[0] in TABS) pickTab(panels[0]);
    project(rest.projector);
    say(problems.join(" "));
  }
  // The run that is here, as it was after so many steps.
  const begun = (steps) => stepsOf(state())[steps];

  // For a room: all larger, and black on white or white on black.
  const projecting = () => page.classList.contains("projector");
  function project(on) {
    page.classList.toggle("projector", on);
    does("projector").setAttribute("aria-pressed", on);
    layout();
  }
  const MODES = ["auto", "light", "dark"];
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  function dress(mode) {
    page.dataset.mode = mode;
    page.dataset.theme = mode === "auto" ? (systemDark.matches ? "dark" : "light") : mode;
    does("theme").textContent = `Theme: ${mode}`;
  }
  dress(page.dataset.mode ?? "auto");
  systemDark.addEventListener("change", () => dress(page.dataset.mode));

  function say(words) {
    find(".hint").textContent = words;
  }
  async function copy(words, button) {
    const box = find(".copied");
    box.value = words;
    box.hidden = button.dataset.do === "copy-link";
    try {
      await navigator.clipboard.writeText(words);
    } catch (refused) {
      const field = box.hidden ? is("link") : box;
      field.select();
      document.execCommand("copy");
    }
    const usual = button.dataset.says ??= button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = usual; }, 1600);
  }
  function pythonCode() {
    const { X, means, sigma, weights, past, learn, follow } = state();
    const first = past[0] ?? { means, sigma, weights }; // means that follow EM rest where sigma's way led them
    const python = menu.find(({ name }) => name === here.data.name)?.python ?? null;
    return asPython({ ...first, python, X, file: here.data.file, learn, step: follow ? null : stepsOf(state()).length - 1 });
  }
  const drawing = () => drawingOf(root, figure, onScreen, { title: `${here.data.title}, ${state().means.length} means`, words: `σ = ${short(state().sigma)}. ${inWords()}` });
  function embedCode() {
    noteLink();
    const link = new URL(is("link").value);
    link.search = "?embed";
    return `<iframe src="${escaped(link.href)}" title="k-means and EM: an explorer" width="100%" height="640" style="border: 0"></iframe>`;
  }
  Object.assign(doing, {
    "copy-link"() { noteLink(); copy(is("link").value, does("copy-link")); },
    python() {
      const { X, means } = state();
      if (X.n < means.length) return say("Python's fit wants at least as many points as means: add points, or lower k.");
      copy(pythonCode(), does("python"));
    },
    svg: () => download(asBlob(drawing()), "explorer.svg"),
    async png() { download(await pixelsOf(drawing()), "explorer.png"); },
    projector: () => project(!projecting()),
    theme() {
      const mode = MODES[(MODES.indexOf(page.dataset.mode) + 1) % 3];
      dress(mode);
      try { localStorage.setItem("mode", mode); } catch (blocked) { /* the choice lasts for this page */ }
    },
    keys: () => find("dialog").showModal(),
    embed: () => copy(embedCode(), does("embed")),
  });

  // What is drawn.

  function inWords() {
    const { X, means } = state();
    if (X.n === 0) return "No points yet. Choose Add, and click in the picture.";
    if (X.n < means.length) return `${X.n} ${X.n === 1 ? "point" : "points"} for ${means.length} means: some means have nothing to do.`;
    return summary({ ...state(), past: stepsOf(state()).slice(1), held: null }, drawn);
  }
  let [drawn, onScreen] = [null, null]; // what is said of the state, and what is drawn of it
  function paint() {
    if (!figure?.ready()) return;
    const now = state();
    const { X, means, sigma, weights, shown, past, follow, learn } = now;
    drawn = readings(now);
    const resp = shown ? responsibilities(X, shown.means, shown.sigma, logOf(shown.weights)) : drawn.resp;
    const run = stepsOf(now);
    const values = { ...drawn, steps: run.length - 1 };
    for (const name in READINGS) {
      is(name).textContent = name === "steps" ? String(values.steps) : (LOGARITHMS.includes(name) ? decimals : short)(values[name]);
    }
    const reading = sigma === 0 ? "σ = 0: k-means" : `σ = ${short(sigma)}`;
    find(".sigma-readout").textContent = sigma === 0 ? "σ = 0" : reading;
    slider.value = sigmas.positionOf(sigma);
    slider.setAttribute("aria-valuetext", reading);
    const more = (context, colours, x, y) => lines && drawLines(context, colours, { X, means, resp, x, y, toScreen: figure.toScreen });
    paintPictures(now);
    onScreen = { ...now, logWeights: logOf(weights), resp, lloyd: now.twins ? now.lloyd : null, more };
    figure.draw(onScreen);
    handles.forEach((handle, j) => {
      putHandle(handle, j, now, figure);
      if (isPhoto()) handle.style.background = asColour(means[j]);
    });
    weightSliders.forEach((one, j) => weights.length && putWeight(one, weights[j]));
    find(".weights").hidden = weights.length === 0;
    if (panelWidth > SMALLEST_WIDTH) {
      if (follow && trail.X === X) drawTrail(find(".history"), panelWidth, { ...trail, range: here.data.frame.range, means, sigma });
      else drawCurves(find(".history"), panelWidth, run.map((each) => numbersOf(each)));
    }
    sayControls(past.length, follow, learn);
    summarise();
    linked();
  }
  function sayControls(steps, follow, learn) {
    const { X, means, shown, sigma } = state();
    for (const name of ["step", "half", "back", "run"]) {
      does(name).setAttribute("aria-disabled", follow || (name === "back" && steps === 0));
      does(name).setAttribute("aria-describedby", follow ? "why" : "");
    }
    does("half").textContent = shown ? "E-step" : "M-step";
    does("undo").setAttribute("aria-disabled", undone.length === 0);
    is("data").value = here.data.name;
    is("data").querySelector("[value=own]").textContent = here.data.name === "own" ? here.data.title : "Own points";
    is("k").value = means.length;
    is("k-says").textContent = means.length;
    is("start").value = here.how.start;
    if (document.activeElement !== is("seed")) is("seed").value = here.how.seed;
    const on = { ...state(), lines, "learn-sigma": learn.includes("sigma"), "learn-weights": learn.includes("weights") };
    for (const name in SWITCHES) is(name).checked = on[name];
    find("#why").textContent = follow
      ? "The means go to rest by themselves; switch this off to step by hand."
      : learn.includes("sigma") && sigma === 0 ? "At σ = 0 there is no σ to learn: move the slider to the right first." : "";
    find(".cross").hidden = !cross;
    if (cross) find(".cross").style.transform = `translate(${cross[0]}px, ${cross[1]}px)`;
    stage.setAttribute("aria-label", `Picture of ${X.n} points and ${means.length} means. Arrow keys move a cross, Enter uses the tool there: ${TOOLS[tool]}.`);
  }

  // Everything that asks the page for sizes and styles is here, not in the frames.
  function layout() {
    const shownTab = wide.matches && tab === "numbers" ? "data" : tab;
    for (const one of root.querySelectorAll("[data-tab]")) {
      const chosen = one.dataset.tab === shownTab;
      one.setAttribute("aria-selected", chosen);
      one.tabIndex = chosen ? 0 : -1;
    }
    for (const one of root.querySelectorAll("[data-panel]")) {
      one.hidden = one.dataset.panel !== shownTab && !(wide.matches && one.dataset.panel === "numbers");
    }
    if (!figure) return;
    stage.style.height = "";
    figure.resize();
    stage.style.height = "";
    panelWidth = find(".history").clientWidth;
    draw();
  }
  for (const name in doing) does(name).addEventListener("click", doing[name]);
  find(".hint").addEventListener("click", () => say(""));
  addEventListener("hashchange", () => openLink(location.hash));
  wide.addEventListener("change", layout);
  find(".numbers").innerHTML = Object.entries(READINGS).map(([name, symbol]) => `<div><dt>${symbol}</dt><dd data-is="${name}"></dd></div>`).join("");
  pickTool("move");
  openLink(location.hash);
  watch(root, layout);
  document.fonts.ready.then(layout);
  return {
    now: () => here,
    link: () => ({ ...linkState(), X: null, means: (state().past[0] ?? state()).means }),
    numbers() {
      const all = { ...numbersOf(state()), steps: stepsOf(state()).length - 1 };
      return Object.fromEntries(Object.keys(READINGS).map((name) => [name, all[name]]));
    },
    pointOnScreen(i) {
      const [box, place] = [stage.getBoundingClientRect(), figure.pointAt(state().X, i)];
      return [box.left, box.top].map((from, a) => from + (place[a] * box.width) / stage.clientWidth);
    },
  };
}

// A group of which one is chosen, by click or by arrow key.
function chooseByArrows(group, parts, choose) {
  const all = () => [...group.querySelectorAll(parts)].filter((one) => one.checkVisibility());
  for (const one of group.querySelectorAll(parts)) one.addEventListener("click", () => choose(one));
  group.addEventListener("keydown", (event) => {
    const way = arrow(event);
    const at = all().indexOf(event.target);
    if (!way || at < 0) return;
    event.preventDefault();
    const next = all()[(at + (way[0] || -way[1]) + all().length) % all().length];
    choose(next);
    next.focus();
  });
}

// Where a page of the site waits for it; what it gives back is for the console, and for tests.
function boot() {
  globalThis.explorerPage = openPage(document.getElementById("explorer"), explorerMenu, { papaparse: fetched("_static/explorer/papaparse.js") }, document.getElementById("tools"));
}

export { boot, half, onward, openPage, stepsOf, widest };
