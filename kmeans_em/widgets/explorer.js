// The explorer: a slider for sigma, means to drag, and k-means at the slider's left end.

const BUDGET = 4; // milliseconds of EM steps a frame, so that sigma answers within the frame

const SKELETON = `<div class="layout">
  <div class="stage"><canvas></canvas><svg aria-hidden="true"></svg><div class="handles"></div></div>
  <div class="controls">
    <div class="slider">
      <span aria-hidden="true">σ</span><input type="range" min="0" max="${POSITIONS}" step="1" aria-label="σ">
      <button type="button" data-do="play"></button>
      <button type="button" data-do="enlarge">Full screen</button>
      <div class="slider-ends" aria-hidden="true"><span>0: k-means</span><span class="sigma-readout"></span><span>softer</span></div>
    </div>
    <div class="weights"></div>
    <div class="buttons">
      <button type="button" data-do="step">Step</button>
      <button type="button" data-do="back">Back</button>
      <button type="button" data-do="run">Run</button>
      <button type="button" data-do="reset">Reset</button>
      <label class="box"><input type="checkbox" role="switch" data-is="follow"> means follow EM as σ changes</label>
      <label class="box"><input type="checkbox" role="switch" data-is="twins"> <span class="twin-key"></span> k-means centres</label>
    </div>
    <p class="why"></p>
  </div>
  <div class="side">
    <dl class="numbers"></dl>
    <svg class="panel" aria-hidden="true"></svg>
    <p class="summary" role="status"></p>
    <p class="large" hidden><a>Open large</a></p>
  </div></div>`;

function render({ model, el }) {
  const root = frameIn(el, "explorer", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, slider, enlarge, why] = [".stage", "input", "[data-do=enlarge]", ".why"].map(find);
  const steppers = ["step", "back", "run"].map((name) => find(`[data-do=${name}]`));
  const runButton = steppers[2];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const panel = PANELS[model.get("panel")];
  let panelWidth = 0;
  let running = null; // the clock of Run

  const X = readData(model.get("X"));
  const [means, sigma, weights, follow, twins] = ["means", "sigma", "weights", "follow", "twins"].map((name) => model.get(name));
  const first = { X, means: copy(means), sigma, weights: [...weights], halves: panel.halves };
  const { sigmaAt, positionOf } = sigmaSlider(
    model.get("sigma_range"),
    travel(X, model.get("sigma_range"), means, follow, logOf(weights)),
  );
  let state = begin({ ...first, follow, twins });
  let drawn = null; // the state on the screen, and what was said of it
  const draw = onceAFrame(frame);
  const summarise = unhurried(() => { find(".summary").textContent = summary(state, drawn); });

  // The one place where the state changes: what the reader, Python or another view does comes here.
  function show(next) {
    state = next;
    draw();
  }
  function change(next) {
    if (next === state) return;
    pause();
    show(next);
    tell();
  }
  function tell() {
    const told = ["sigma", "weights", "means"].every((name) => String(model.get(name)) === String(state[name]));
    if (told) return;
    model.set("sigma", state.sigma);
    model.set("weights", [...state.weights]);
    model.set("means", copy(state.means));
    model.save_changes();
  }

  // Means that follow EM go to rest, a frame's worth of steps at a time.
  const relaxing = () => state.follow && state.moving;
  function frame() {
    const until = performance.now() + BUDGET;
    if (relaxing()) {
      do state = advance(state);
      while (relaxing() && performance.now() < until);
      if (relaxing()) draw();
      else tell();
    }
    if (!relaxing() || !calm.matches) paint();
  }

  function stepOnce() {
    show(advance(state));
    tell();
    return state.moving;
  }
  function run() {
    if (calm.matches) {
      for (let i = 0; i < 1000 && stepOnce(); i++);
      return;
    }
    runButton.textContent = "Pause";
    running = setInterval(() => { if (!stepOnce()) pause(); }, panel.halves ? 450 : 220);
  }
  function pause() {
    clearInterval(running);
    running = null;
    runButton.textContent = "Run";
  }

  const figure = (X.d === 1 ? lineFigure : planeFigure)({ X, means, root, axisLabels: model.get("axis_labels") });
  find(".numbers").innerHTML = Object.entries(panel.readings ?? {})
    .map(([name, symbol]) => `<div><dt>${symbol}</dt><dd data-is="${name}"></dd></div>`)
    .join("");
  find(".panel").setAttribute("height", panel.height ?? 0);
  root.classList.toggle("hard", Boolean(panel.hard) && sigma === 0);
  for (const box of root.querySelectorAll(".box")) box.hidden = !panel.boxes;
  for (const button of steppers) button.hidden = Boolean(panel.still);
  find("[data-do=reset]").hidden = Boolean(panel.bare);
  why.id = `why-${Math.random().toString(36).slice(2)}`;
  why.hidden = panel.still || !(panel.boxes || follow);
  why.textContent = `The means follow EM to rest by themselves${panel.boxes ? "; untick the box to step by hand" : ""}.`;
  const handles = means.map((_, j) => makeHandle(j, stage, { figure: () => figure, state: () => state, show, change, pause }));
  const weightSliders = weights.map((_, j) => makeWeightSlider(j, (share) => change(setWeight(state, j, share))));
  find(".handles").append(...handles);
  find(".weights").append(...weightSliders.map(({ label }) => label));

  const click = (name, answer) => find(`[data-do=${name}]`).addEventListener("click", answer);
  slider.addEventListener("input", () => change(setSigma(state, sigmaAt(+slider.value))));
  click("step", () => { pause(); if (!state.follow) stepOnce(); });
  click("back", () => change(state.follow ? state : back(state)));
  click("reset", () => change(begin({ ...first, follow: state.follow, twins: state.twins })));
  click("run", () => { if (running) pause(); else if (!state.follow) run(); });
  click("enlarge", () => (document.fullscreenElement === root ? document.exitFullscreen() : root.requestFullscreen()));
  enlarge.hidden = !document.fullscreenEnabled;
  root.addEventListener("fullscreenchange", () => {
    enlarge.setAttribute("aria-pressed", document.fullscreenElement === root);
    layout();
  });
  const [large, page] = [find(".large a"), document.documentElement.dataset.explorer];
  find(".large").hidden = !page || X.n > MOST_CARRIED;
  large.href = page ?? "";
  for (const event of ["pointerdown", "focus", "click"]) {
    large.addEventListener(event, () => { large.href = `${page}#${fragmentOf(state, model.get("axis_labels"))}`; });
  }
  const stopPlaying = playButton(
    root,
    find("[data-do=play]"),
    () => 1 - positionOf(state.sigma) / POSITIONS,
    (way) => change(setSigma(state, sigmaAt(Math.round(POSITIONS * (1 - way))))),
  );
  const tellSwitch = telling(model);
  for (const name of ["follow", "twins"]) {
    const box = find(`[data-is=${name}]`);
    box.addEventListener("change", () => tellSwitch(name, box.checked));
  }

  // Step and Run do nothing while the means follow EM; Back, where nothing has been done.
  function allow() {
    for (const button of steppers) {
      button.setAttribute("aria-disabled", state.follow || (button === steppers[1] && state.past.length === 0));
      button.setAttribute("aria-describedby", state.follow ? why.id : "");
    }
    why.style.visibility = state.follow ? "visible" : "hidden";
  }

  // What is drawn of the state.

  function paint() {
    if (!figure.ready()) return;
    const { means, sigma, weights, past } = state;
    drawn = readings(state);
    const values = { ...drawn, ...panel.more?.(state, drawn) };
    for (const name in panel.readings) {
      find(`[data-is=${name}]`).textContent = (LOGARITHMS.includes(name) ? decimals : short)(values[name]);
    }
    if (panelWidth > SMALLEST_WIDTH) panel.draw?.(find(".panel"), panelWidth, values, state);

    const reading = sigma === 0 ? "σ = 0: k-means" : `σ = ${short(sigma)}`;
    find(".sigma-readout").textContent = sigma === 0 ? "σ = 0" : reading; // the end of the slider says the rest
    slider.value = positionOf(sigma);
    slider.setAttribute("aria-valuetext", reading);
    for (const name of ["follow", "twins"]) find(`[data-is=${name}]`).checked = state[name];
    if (panel.halves) steppers[0].textContent = past.length % 2 === 0 ? "E-step" : "M-step";
    allow();
    weightSliders.forEach((slider, j) => putWeight(slider, weights[j]));
    figure.draw({ ...state, logWeights: logOf(weights), resp: drawn.resp, lloyd: state.twins ? state.lloyd : null });
    handles.forEach((handle, j) => putHandle(handle, j, state, figure));
    summarise();
  }

  // Everything that asks the page for sizes and styles is here, not in the frames.
  function layout() {
    figure.resize();
    panelWidth = find(".side").clientWidth;
    frame();
  }
  document.fonts.ready.then(layout);

  // What Python, or another view, does.
  const follows = {
    sigma: () => change(setSigma(state, model.get("sigma"))),
    weights: () => change(setWeights(state, [...model.get("weights")])),
    means() {
      const means = copy(model.get("means"));
      if (means.length === state.means.length && !sameMeans(means, state.means)) change(place(state, means));
    },
    follow() {
      change(setFollow(state, model.get("follow")));
      allow();
    },
    twins: () => show(setTwins(state, model.get("twins"))),
  };
  return live(root, model, layout, follows, pause, stopPlaying, draw.end, summarise.end);
}

// The state as the fragment that explorer_link.js reads, with the points as they are.
const MOST_CARRIED = 1000;
function fragmentOf({ X, means, start, sigma, weights, past, held, follow, twins }, labels) {
  const rows = (list) => list.map((row) => row.join()).join(";");
  const points = Array.from({ length: X.n }, (_, i) => [...X.values.subarray(i * X.d, (i + 1) * X.d)]);
  const run = held ? { means, steps: 0 } : { means: past[0]?.means ?? (follow ? start : means), steps: past.length };
  const short = X.n > 300 ? points.map((row) => row.map((x) => +x.toPrecision(6))) : points;
  return [
    `v=1&data=own&points=${rows(short)}`,
    labels.every(Boolean) ? `&columns=${labels.map(encodeURIComponent).join()}` : "",
    `&k=${means.length}&means=${rows(run.means)}&sigma=${sigma}`,
    weights.length > 0 ? `&weights=${weights.join()}` : "",
    `&start=hand&step=${Math.min(1000, run.steps)}&on=${[follow && "follow", twins && "twins"].filter(Boolean).join()}`,
  ].join("");
}

export default { render };
