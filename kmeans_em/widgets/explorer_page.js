// The explorer page: the figure of the chapters, with data, starts, switches and links around it. Its parts are in the
// modules explorer_*.js; what they share is here: what is shown, and the one way to change it.
//
//   here    what undo brings back: the data, how the means were found, and the explorer's state
//   data    { name, title, columns, frame }; the points are those of the state. The frame is the picture that they were
//           first drawn in, { view, range }: it stays while points are added, moved and deleted
//   how     { start, seed }
//   look    what undo leaves alone: the chosen tab, and whether lines lead to the means

const BUDGET = 4; // milliseconds of EM steps a frame, so that sigma answers within the frame
const MOST_UNDONE = 100; // steps back, and so many numbers kept for them
const MOST_KEPT = 5e6;
const SPEEDS = ["very slow", "slow", "middle", "fast", "very fast"];

function openPage(root, menu, scripts, tools = document.createElement("div")) {
  root.innerHTML = PAGE;
  tools.innerHTML = TOOLBAR;
  const find = (selector) => root.querySelector(selector);
  const is = (name) => find(`[data-is="${name}"]`);
  const does = (name) => find(`[data-do="${name}"]`) ?? tools.querySelector(`[data-do="${name}"]`);
  const [stage, slider] = [find(".stage"), is("sigma")];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const wide = matchMedia("(min-width: 60rem) and (min-height: 36rem)");
  const look = { tab: "data", lines: false };
  let here, figure, sigmas, handles, weightSliders;
  let undone = []; // what Undo brings back, the last at the end
  let running = null; // the clock of Run
  let panelWidth = 0;
  let [numbers, onScreen] = [null, null]; // what is said of the state, and what is drawn of it
  const draw = onceAFrame(frame);
  const linked = gathered(() => share.noteLink(), (done) => setTimeout(done, 300));
  const summarise = unhurried(() => { find(".summary").textContent = inWords(); });
  const state = () => here.state;
  const isPhoto = () => state().X.d === 3;
  const say = (words) => { find(".hint").textContent = words; };

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

  // Data, and where the means start on them.

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
  // What other data take over from these.
  function settings() {
    const { means, learn, follow, twins } = state();
    return { k: means.length, ...here.how, start: bySeed(here.how.start), learn, follow, twins };
  }
  function choose(name, more = {}) {
    const entry = menu.find((one) => one.name === name);
    if (!entry) return;
    pause();
    if (here) keep();
    load({ name, title: entry.title, columns: entry.columns }, unpack(entry), { ...(here ? settings() : {}), ...more });
  }

  function findMeans(X, k, start, seed) {
    if (X.n >= k) return startMeans(X, k, bySeed(start), seed);
    return Array.from({ length: k }, (_, j) => middle(j, k));
  }
  // Where means stand while there are no points for them.
  function middle(j, k) {
    const turn = (2 * Math.PI * j) / k;
    const view = figure?.view ?? [[-1, 1], [-1, 1]];
    return view.map(([low, high], a) => (low + high) / 2 + (k > 1 ? (high - low) / 4 : 0) * (a ? Math.sin(turn) : Math.cos(turn)));
  }
  const isAsFound = (means) => here.data.name !== "own" && !state().follow && here.how.start !== "hand"
    && sameMeans(means, findMeans(state().X, means.length, here.how.start, here.how.seed));
  function startAnew(how, k = state().means.length, means = findMeans(state().X, k, how.start, how.seed)) {
    pause();
    keep();
    const old = state();
    const first = old.past[0] ?? old; // what was learned is forgotten
    const learned = old.learn.includes("weights");
    const weights = learned ? Array(k).fill(1 / k) : k === old.means.length ? first.weights : [];
    here = { ...here, how, state: place({ ...old, sigma: first.sigma, weights }, means) };
    handAnew();
    draw();
  }
  const startFromSeed = (seed) => startAnew({ start: bySeed(here.how.start), seed });
  function setK(k) {
    const { means, X } = state();
    if (k === means.length) return;
    if (here.how.start !== "hand") return startAnew(here.how, k);
    const kept = means.slice(0, k);
    while (kept.length < k) kept.push(X.n > 0 ? farthestFrom(X, kept) : middle(kept.length, k));
    startAnew(here.how, k, kept);
  }

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

  // The loop.

  const relaxing = () => state().follow && state().moving;
  function frame() {
    const until = performance.now() + BUDGET;
    if (relaxing()) {
      do here = { ...here, state: advance(state()) };
      while (relaxing() && performance.now() < until);
      if (relaxing()) draw();
    }
    if (!relaxing()) trail.leave(state(), sigmas.positionOf);
    if (!relaxing() || !calm.matches) paint();
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
  const slideTo = (position) => change(setSigma(state(), sigmas.sigmaAt(Math.min(POSITIONS, Math.max(0, position)))));
  const slideBy = (far) => slideTo(sigmas.positionOf(state().sigma) + far);

  // A link that somebody opens.
  function openLink(text) {
    const { state: asked, problems } = decodeState(text);
    const { data, X, columns, on, panels, ...rest } = asked;
    const has = (word) => on?.includes(word) ?? false;
    if (here) keep();
    look.lines = has("lines");
    const view = rest.view && Array.from({ length: rest.view.length / 2 }, (_, a) => rest.view.slice(2 * a, 2 * a + 2));
    const set = { ...rest, view, follow: has("follow"), twins: has("twins") };
    const entry = menu.find((one) => one.name === data) ?? menu[0];
    if (data === "own" && X) load({ name: "own", title: "Own points", columns }, X, set);
    else load({ name: entry.name, title: entry.title, columns: entry.columns }, unpack(entry), set);
    if (has("halves") && set.step > 0) become(half(stepsOf(state())[set.step - 1]));
    if (panels?.[0] in TABS) pickTab(panels[0]);
    room.project(rest.projector);
    say(problems.join(" "));
  }

  // The parts, and the buttons.

  const trail = trailOfMeans();
  const room = dressing({ find, does, layout });
  const page = {
    root, find, is, does, stage, menu, look, say, isPhoto, isAsFound,
    here: () => here, state, figure: () => figure, onScreen: () => onScreen, words: inWords, projecting: room.projecting,
    show, keep, pause, draw, load, settings, startAnew, slideBy,
  };
  const points = editingPoints(page);
  const tables = openingTables(page, scripts.papaparse);
  openingPhotographs({ ...page, pickTool: points.pickTool });
  const share = sharing(page);
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
    clear: () => (isPhoto() ? choose("blobs") : points.clear()),
    again: () => startFromSeed((here.how.seed + 1) % 2 ** 32),
    runs: seedsToTry(page),
    paste: tables.paste,
    read: tables.read,
    ...share.doing,
    ...room.doing,
  };
  for (const name in doing) does(name).addEventListener("click", doing[name]);
  playButton(
    root,
    does("play"),
    () => 1 - sigmas.positionOf(state().sigma) / POSITIONS,
    // means that follow are waited for, so that their trail has no gap
    (way) => { if (!relaxing() || way === 1) slideTo(Math.round(POSITIONS * (1 - way))); },
  );

  // The other controls.

  const answers = {
    sigma: ({ value }) => slideTo(+value),
    data: ({ value }) => choose(value),
    k: ({ value }) => setK(+value),
    start({ value }) {
      if (value === "hand") show({ ...here, how: { ...here.how, start: value } });
      else startAnew({ ...here.how, start: value });
    },
    seed: ({ value }) => startFromSeed(Math.min(2 ** 32 - 1, Math.max(0, Math.round(+value) || 0))),
    speed: (input) => input.setAttribute("aria-valuetext", SPEEDS[+input.value]),
    twins: ({ checked }) => become(setTwins(state(), checked)),
    lines({ checked }) {
      look.lines = checked;
      draw();
    },
    follow({ checked }) {
      change(setFollow({ ...state(), ...(checked && { learn: [], weights: [] }) }, checked));
      handAnew();
    },
    "learn-sigma": ({ checked }) => setLearn("sigma", checked, state().weights),
    "learn-weights": ({ checked }) => setLearn("weights", checked, checked ? state().means.map(() => 1 / state().means.length) : []),
  };
  for (const name in answers) is(name).addEventListener(is(name).type === "range" ? "input" : "change", () => answers[name](is(name)));
  function setLearn(name, wanted, weights) {
    const { learn, follow } = state();
    const free = follow ? setFollow(state(), false) : state();
    const anew = { ...free, past: [], shown: null, start: free.means, lloyd: free.means, moving: true };
    change({ ...setWeights(anew, weights), learn: wanted ? [...learn, name] : learn.filter((one) => one !== name) });
  }
  function pickTab(name) {
    look.tab = name;
    layout();
  }
  chooseByArrows(find("[role=tablist]"), "[data-tab]", (one) => pickTab(one.dataset.tab));
  find(".hint").addEventListener("click", () => say(""));

  // What is drawn.

  function inWords() {
    const { X, means } = state();
    if (X.n === 0) return "No points yet. Choose Add, and click in the picture.";
    if (X.n < means.length) return `${X.n} ${X.n === 1 ? "point" : "points"} for ${means.length} means: some means have nothing to do.`;
    return summary({ ...state(), past: stepsOf(state()).slice(1), held: null }, numbers);
  }
  function paint() {
    if (!figure?.ready()) return;
    const now = state();
    numbers = readings(now);
    paintFigure(now);
    paintCurves(now);
    sayNumbers(now);
    sayControls(now);
    points.paintCross();
    summarise();
    linked();
  }
  function paintFigure(now) {
    const { X, means, weights, shown } = now;
    const resp = shown ? responsibilities(X, shown.means, shown.sigma, logOf(shown.weights)) : numbers.resp;
    const more = (context, colours, x, y) => look.lines && drawLines(context, colours, { X, means, resp, x, y, toScreen: figure.toScreen });
    paintPictures(page, here.data.photo, now);
    onScreen = { ...now, logWeights: logOf(weights), resp, lloyd: now.twins ? now.lloyd : null, more };
    figure.draw(onScreen);
    handles.forEach((handle, j) => {
      putHandle(handle, j, now, figure);
      if (isPhoto()) handle.style.background = asColour(means[j]);
    });
    weightSliders.forEach((one, j) => weights.length && putWeight(one, weights[j]));
    find(".weights").hidden = weights.length === 0;
  }
  function paintCurves(now) {
    if (panelWidth <= SMALLEST_WIDTH) return;
    const { X, means, sigma, follow } = now;
    const left = follow && trail.of(X);
    if (left) drawTrail(find(".history"), panelWidth, { ...left, range: here.data.frame.range, means, sigma });
    else drawCurves(find(".history"), panelWidth, stepsOf(now).map((each) => numbersOf(each)));
  }
  function sayNumbers(now) {
    const { sigma } = now;
    for (const name in READINGS) {
      const write = LOGARITHMS.includes(name) ? decimals : short;
      is(name).textContent = name === "steps" ? String(stepsOf(now).length - 1) : write(numbers[name]);
    }
    const reading = sigma === 0 ? "σ = 0: k-means" : `σ = ${short(sigma)}`;
    find(".sigma-readout").textContent = sigma === 0 ? "σ = 0" : reading;
    slider.value = sigmas.positionOf(sigma);
    slider.setAttribute("aria-valuetext", reading);
  }
  function sayControls({ means, sigma, shown, past, follow, learn, twins }) {
    for (const name of ["step", "half", "back", "run"]) {
      does(name).setAttribute("aria-disabled", follow || (name === "back" && past.length === 0));
      does(name).setAttribute("aria-describedby", follow ? "why" : "");
    }
    does("half").textContent = shown ? "E-step" : "M-step";
    does("undo").setAttribute("aria-disabled", undone.length === 0);
    const { data, how } = here;
    is("data").value = data.name;
    is("data").querySelector("[value=own]").textContent = data.name === "own" ? data.title : "Own points";
    is("k").value = means.length;
    is("k-says").textContent = means.length;
    is("start").value = how.start;
    if (document.activeElement !== is("seed")) is("seed").value = how.seed;
    const on = { follow, twins, lines: look.lines, "learn-sigma": learn.includes("sigma"), "learn-weights": learn.includes("weights") };
    for (const name in SWITCHES) is(name).checked = on[name];
    find("#why").textContent = follow
      ? "The means go to rest by themselves; switch this off to step by hand."
      : learn.includes("sigma") && sigma === 0 ? "At σ = 0 there is no σ to learn: move the slider to the right first." : "";
  }

  // Everything that asks the page for sizes and styles is here, not in the frames.
  function measure() {
    const shownTab = wide.matches && look.tab === "numbers" ? "data" : look.tab;
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
  }
  function layout() {
    measure();
    draw();
  }

  is("data").innerHTML = option(Object.fromEntries(menu.map(({ name, title }) => [name, title]))) + OTHER_DATA;
  points.pickTool("move");
  openLink(location.hash);
  addEventListener("hashchange", () => openLink(location.hash));
  wide.addEventListener("change", layout);
  watch(root, () => { measure(); frame(); }); // before the emptied canvas is seen
  document.fonts.ready.then(layout);
  return {
    now: () => here,
    link: () => ({ ...share.linkState(), X: null, means: (state().past[0] ?? state()).means }),
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

// What a page loads once it is needed.
const fetched = (address) => {
  let loading;
  return () => (loading ??= new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
    document.head.append(script);
  }));
};

// Where a page of the site waits for it; what it gives back is for the console, and for tests.
function boot() {
  globalThis.explorerPage = openPage(document.getElementById("explorer"), explorerMenu, { papaparse: fetched("_static/explorer/papaparse.js") }, document.getElementById("tools"));
}

export { boot, half, onward, openPage, stepsOf, widest };
