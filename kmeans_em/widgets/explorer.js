// The explorer: a slider for sigma, means to drag, and k-means at the slider's left end.

const BUDGET = 4; // milliseconds of EM steps a frame, so that sigma answers within the frame
const CELL = 5; // pixels a side, of the shaded field
const NUDGE = 1e-4; // coincident means sit on a saddle that no step leaves: part them by so many radii
const REST = 1e-8; // the means rest when none moves by more than so many radii

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
  </div></div>`;

// What stands beside the figure: numbers, and one picture of the objective.
// `boxes`: follow and twins are shown; `still`: the reader alone moves the means; `bare`: there is no button but Play;
// `halves`: E-step and M-step are taken apart, with the memberships held between them.
const BOUNDS = { inertia: "J", "free-energy": "F<sub>σ</sub>", bound: "J − 2σ²n log k" };
const LOGARITHMS = ["log-likelihood", "lower-bound", "divergence"];
const PANELS = {
  none: { readings: {}, height: 0, draw: () => {}, still: true, bare: true },
  range: { readings: BOUNDS, height: 58, draw: drawRange, boxes: true },
  staircase: { readings: { inertia: "J" }, height: 104, draw: drawStaircase },
  likelihood: { readings: { "log-likelihood": "log L", inertia: "J" }, height: 0, draw: () => {}, still: true },
  bound: {
    readings: { "log-likelihood": "log L", "lower-bound": "lower bound", divergence: "divergence" },
    height: 190,
    draw: drawBounds,
    halves: true,
  },
  terms: { readings: { energy: "naive loss Σ r D", entropy: "entropy Σ H", "free-energy": "F<sub>σ</sub>" }, height: 118, draw: drawTerms, still: true },
};

function render({ model, el }) {
  const X = readData(model.get("X"));
  const radius = rmsRadius(X) || 1;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const root = frameIn(el, "explorer", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const slider = find("input[type=range]");
  const runButton = find("[data-do=run]");
  const panel = PANELS[model.get("panel")];
  find(".numbers").innerHTML = Object.entries(panel.readings)
    .map(([name, symbol]) => `<div><dt>${symbol}</dt><dd data-is="${name}"></dd></div>`)
    .join("");
  find(".panel").setAttribute("height", panel.height);
  for (const box of root.querySelectorAll(".box")) box.toggleAttribute("hidden", !panel.boxes);
  for (const name of ["step", "run"]) find(`[data-do=${name}]`).toggleAttribute("hidden", Boolean(panel.still));
  find("[data-do=reset]").toggleAttribute("hidden", Boolean(panel.bare));
  const why = find(".why"); // Step and Run do nothing while the means follow EM
  why.id = `why-${Math.random().toString(36).slice(2)}`;
  why.hidden = panel.still || !(panel.boxes || model.get("follow"));
  why.textContent = `The means follow EM to rest by themselves${panel.boxes ? "; untick the box to step by hand" : ""}.`;
  let panelWidth = 0;
  let descent = []; // the objective after each step since the means were last placed

  let sigma = model.get("sigma");
  let means = copy(model.get("means"));
  let weights = [...model.get("weights")]; // none: a plain sum over the clusters
  let logWeights = logOf(weights);
  const first = { sigma, means: copy(means), weights }; // where Reset goes
  const sigmaOf = travel(X, model.get("sigma_range"), means, model.get("follow"), logWeights);
  const { sigmaAt, positionOf } = sigmaSlider(model.get("sigma_range"), sigmaOf);
  let start = copy(means); // where the reader last put the means: EM and k-means both start here
  let lloyd = copy(means);
  let steps = 0;
  // memberships, where E-step and M-step are taken apart: at first nothing is known
  const equalShares = () => (panel.halves ? new Float64Array(X.n * means.length).fill(1 / means.length) : null);
  let held = equalShares();
  let bounds = []; // the lower bound and log L after each half-step
  let before = null; // the last of them before the reader moved something
  let playing = null;
  let relaxing = false;
  let dragging = false;
  let shown = null; // the shares on the screen
  const draw = onceAFrame(advance);
  const summarise = unhurried(() => {
    find(".summary").textContent = summary(shown);
  });

  const figure = (X.d === 1 ? lineFigure : planeFigure)({ X, root, axisLabels: model.get("axis_labels") });
  const handles = means.map((_, j) => makeHandle(j));
  const weightSliders = weights.map((_, j) => makeWeightSlider(j));
  find(".weights").append(...weightSliders.map(({ label }) => label));
  find(".handles").append(...handles);

  // what the reader does

  slider.addEventListener("input", () => setSigma(sigmaAt(+slider.value)));
  find("[data-do=step]").addEventListener("click", () => { pause(); if (!model.get("follow")) stepOnce(); });
  find("[data-do=reset]").addEventListener("click", reset);
  runButton.addEventListener("click", () => { if (playing) pause(); else if (!model.get("follow")) run(); });
  const stopPlaying = playButton(
    root,
    find("[data-do=play]"),
    () => 1 - positionOf(sigma) / POSITIONS,
    (way) => setSigma(sigmaAt(Math.round(POSITIONS * (1 - way)))),
  );
  const enlarge = find("[data-do=enlarge]");
  enlarge.hidden = !document.fullscreenEnabled;
  enlarge.addEventListener("click", () => (document.fullscreenElement === root ? document.exitFullscreen() : root.requestFullscreen()));
  root.addEventListener("fullscreenchange", () => {
    enlarge.setAttribute("aria-pressed", document.fullscreenElement === root);
    layout();
  });
  for (const name of ["follow", "twins"]) {
    const box = find(`[data-is=${name}]`);
    box.addEventListener("change", () => { model.set(name, box.checked); model.save_changes(); });
  }

  // what Python, or another view, does

  const listeners = {
    "change:sigma": () => { if (model.get("sigma") !== sigma) setSigma(model.get("sigma")); },
    "change:means": () => { if (!sameMeans(model.get("means"), means)) place(copy(model.get("means"))); },
    "change:weights": () => { if (String(model.get("weights")) !== String(weights)) setWeights(model.get("weights")); },
    "change:follow": () => {
      pause();
      if (!model.get("follow")) start = copy(means); // from here on the two loops go side by side
      restart();
    },
    "change:twins": () => draw(),
  };
  for (const [name, listener] of Object.entries(listeners)) model.on(name, listener);

  function setWeights(list) {
    weights = [...list];
    logWeights = logOf(weights);
    changeObjective();
  }

  function setSigma(value) {
    if (value === sigma) return;
    sigma = value;
    changeObjective();
  }

  function changeObjective() {
    pause();
    if (model.get("follow")) relax();
    else {
      [start, lloyd] = [copy(means), copy(means)]; // another objective, another run
      forget();
    }
    draw();
    tell();
  }

  function place(fresh) {
    pause();
    if (fresh.length !== means.length) return;
    means = fresh;
    start = copy(fresh);
    restart();
    tell();
  }

  function reset() {
    sigma = first.sigma;
    [weights, logWeights] = [[...first.weights], logOf(first.weights)];
    [held, bounds, before] = [equalShares(), [], null];
    place(copy(first.means));
  }

  // k-means' own centres go the way from `start`: as many steps as the means, or to rest when they follow EM.
  function restart() {
    forget();
    const following = model.get("follow");
    lloyd = following ? fit(X, start, 0, 0) : copy(start);
    if (following) relax();
    why.style.visibility = following ? "visible" : "hidden";
    for (const button of [find("[data-do=step]"), runButton]) {
      button.setAttribute("aria-disabled", following);
      button.setAttribute("aria-describedby", following ? why.id : "");
    }
    draw();
  }

  // A new run; but the place where the last one stood stays, to compare with.
  function forget() {
    if (steps > 0) before = bounds[steps] ?? null;
    [steps, descent, bounds] = [0, [], []];
  }

  // E-step: hold the posterior. M-step: move the means to what is held.
  function halfStep() {
    const [oldMeans, oldHeld] = [means, held];
    if (steps % 2 === 0) held = responsibilities(X, means, sigma, logWeights);
    else means = update(gather(X, held, means.length), means);
    steps += 1;
    draw();
    tell();
    const farthest = held.reduce((most, w, i) => Math.max(most, Math.abs(w - oldHeld[i])), 0);
    return Math.max(largestMove(oldMeans, means) / radius, farthest) > REST;
  }

  function stepOnce() {
    if (panel.halves) return halfStep();
    const fresh = step(X, means, sigma, logWeights);
    const freshLloyd = step(X, lloyd, 0);
    const moved = Math.max(largestMove(means, fresh), largestMove(lloyd, freshLloyd));
    means = fresh;
    lloyd = freshLloyd;
    steps += 1;
    draw();
    tell();
    return moved > (sigma > 0 ? REST * radius : 0);
  }

  function run() {
    if (calm.matches) {
      for (let i = 0; i < 1000 && stepOnce(); i++);
      return;
    }
    runButton.textContent = "Pause";
    playing = setInterval(() => { if (!stepOnce()) pause(); }, panel.halves ? 450 : 220);
  }

  function pause() {
    clearInterval(playing);
    playing = null;
    relaxing = false;
    runButton.textContent = "Run";
  }

  // Follow EM to rest, a frame's worth of steps at a time.
  function relax() {
    means = parted(means);
    relaxing = true;
  }

  function relaxForAFrame() {
    const until = performance.now() + BUDGET;
    while (relaxing && performance.now() < until) {
      const fresh = step(X, means, sigma, logWeights);
      relaxing = largestMove(means, fresh) > (sigma > 0 ? REST * radius : 0);
      means = fresh;
    }
    if (!relaxing) tell();
  }

  // Coincident means are parted a little, each towards its own k-means centre: so none changes places.
  function parted(list) {
    return list.map((mean, j) => {
      const group = list.flatMap((other, l) => (largestMove([mean], [other]) < NUDGE * radius ? [l] : []));
      if (group.length === 1) return mean;
      const [middle, target] = [list, lloyd].map((all) => mean.map((_, a) => average(group.map((l) => all[l][a]))));
      let towards = lloyd[j].map((c, a) => c - target[a]);
      const length = Math.hypot(...towards);
      const turn = [Math.cos(2.4 * j), Math.sin(2.4 * j)]; // where k-means has merged them too
      towards = towards.map((c, a) => (length > 0 ? c / length : turn[a]));
      return middle.map((m, a) => m + NUDGE * radius * towards[a]);
    });
  }

  function tell() {
    const sameWeights = String(model.get("weights")) === String(weights);
    if (model.get("sigma") === sigma && sameMeans(model.get("means"), means) && sameWeights) return;
    model.set("sigma", sigma);
    model.set("weights", [...weights]);
    model.set("means", copy(means));
    model.save_changes();
  }

  function advance() {
    if (relaxing) relaxForAFrame();
    if (relaxing) draw();
    if (!relaxing || !calm.matches) paint();
  }

  function paint() {
    if (!figure.ready()) return;
    const resp = new Float64Array(X.n * means.length);
    const now = pass(X, means, sigma, resp, logWeights);
    if (!relaxing && !model.get("follow")) descent[steps] = now.freeEnergy;
    const logL = logLikelihood(X, now, sigma, means.length, logWeights);
    if (panel.halves) {
      bounds[steps] = { bound: sigma > 0 ? lowerBound(X, means, sigma, held, logWeights) : NaN, logL };
      bounds.length = steps + 1;
      if (steps > 0) before = null;
      find("[data-do=step]").textContent = steps % 2 === 0 ? "E-step" : "M-step";
    }
    const most = X.n * Math.log(means.length); // entropy, where all shares are equal
    const values = {
      ...(panel === PANELS.terms && terms(X, means, resp)),
      most,
      inertia: now.inertia,
      "free-energy": now.freeEnergy,
      "log-likelihood": logL,
      "lower-bound": bounds[steps]?.bound,
      divergence: Math.max(0, logL - bounds[steps]?.bound),
      bounds: before ? [before, ...bounds] : bounds,
      moved: before !== null,
      bound: now.inertia - 2 * sigma * sigma * most,
      scatter: radius * radius * X.n,
      descent,
    };
    for (const name of Object.keys(panel.readings)) {
      find(`[data-is=${name}]`).textContent = (LOGARITHMS.includes(name) ? decimals : short)(values[name]);
    }
    if (panelWidth > SMALLEST_WIDTH) panel.draw(find(".panel"), panelWidth, values);

    const reading = sigma === 0 ? "σ = 0: k-means" : `σ = ${short(sigma)}`;
    find(".sigma-readout").textContent = reading;
    slider.value = positionOf(sigma);
    slider.setAttribute("aria-valuetext", reading);
    for (const name of ["follow", "twins"]) find(`[data-is=${name}]`).checked = model.get(name);

    weightSliders.forEach(({ input, output }, j) => {
      input.value = Math.round(100 * weights[j]);
      output.textContent = weights[j].toFixed(2);
    });
    shown = held ?? resp;
    figure.draw({ means, sigma, logWeights, resp: shown, lloyd: model.get("twins") ? lloyd : null });
    handles.forEach((handle, j) => {
      const [x, y] = figure.toScreen(means[j]);
      handle.style.transform = `translate(${x}px, ${y}px)`;
      const here = means.flatMap((other, l) => (largestMove([other], [means[j]]) < 1e-3 * radius ? [l + 1] : []));
      handle.textContent = here.join(","); // means in one place share their numbers
      handle.setAttribute("aria-label", `mean ${j + 1}, at ${means[j].map(short).join(", ")}`);
    });
    summarise();
  }

  function summary(resp) {
    const k = means.length;
    let shared = 0;
    for (let i = 0; i < X.n; i++) if (resp[i * k + likeliest(resp, i, k)] < 0.99) shared += 1;
    const said = [
      sigma === 0
        ? "Each point belongs to its nearest centre."
        : shared === 0
          ? "Each point belongs to one cluster by more than 99%."
          : `${shared} of ${X.n} points are shared: their largest share is below 99%.`,
    ];
    const groups = mergedGroups(means, 1e-3 * radius);
    if (groups.length < k) {
      said.push(groups.length === 1 ? "The means have merged into one." : `The ${k} means stand in ${groups.length} places.`);
    }
    if (model.get("twins") && (steps > 0 || model.get("follow"))) {
      const apart = largestMove(means, lloyd);
      const after = model.get("follow") ? "" : `After ${steps} ${steps === 1 ? "step" : "steps"} each, `;
      said.push(
        apart <= 1e-6 * radius
          ? `${after || "T"}${after && "t"}he means stand on the k-means centres.`
          : `${after || "T"}${after && "t"}he farthest mean is ${short(apart)} from its k-means centre.`,
      );
    }
    if (!model.get("twins") && steps > 0) said.push(`${panel.halves ? "Half-steps" : "Steps"}: ${steps}.`);
    return said.join(" ");
  }

  // a mean's handle: drag it, or move it with the arrow keys

  function makeHandle(j) {
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = "handle";
    handle.textContent = j + 1;
    handle.style.background = colourOf(j);
    handle.setAttribute("aria-description", "Drag, or press the arrow keys, to move it.");
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      pause();
      dragging = true;
    });
    handle.addEventListener("pointermove", (event) => {
      if (!dragging || !handle.hasPointerCapture(event.pointerId)) return;
      const [stage, box] = [find(".stage"), find(".stage").getBoundingClientRect()];
      const scale = box.width / stage.clientWidth; // in full screen all is larger
      drag(j, figure.toData([(event.clientX - box.left) / scale, (event.clientY - box.top) / scale]));
    });
    const release = () => { if (dragging) { dragging = false; place(copy(means)); } };
    handle.addEventListener("pointerup", release);
    handle.addEventListener("pointercancel", release);
    handle.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way) return;
      event.preventDefault();
      const size = figure.keyStep.map((length) => length * (event.shiftKey ? 5 : 1));
      drag(j, means[j].map((m, a) => m + way[a] * size[a]));
      place(copy(means));
    });
    return handle;
  }

  // A weight's slider: the others keep their proportions.
  function makeWeightSlider(j) {
    const label = document.createElement("label");
    label.className = "slider";
    label.innerHTML = `<span>π<sub>${j + 1}</sub></span><input type="range" min="0" max="100" step="1"><output></output>`;
    const [input, output] = [label.querySelector("input"), label.querySelector("output")];
    input.setAttribute("aria-label", `weight of cluster ${j + 1}`);
    input.style.accentColor = colourOf(j);
    input.addEventListener("input", () => {
      const share = +input.value / 100;
      const rest = 1 - weights[j];
      setWeights(weights.map((w, l) => (l === j ? share : ((rest > 0 ? w / rest : 1 / (means.length - 1)) * (1 - share)))));
    });
    return { label, input, output };
  }

  function drag(j, point) {
    means = means.map((mean, l) => (l === j ? figure.clamp(point.slice(0, X.d)) : mean));
    lloyd = copy(means);
    forget();
    draw();
  }

  // Everything that asks the page for sizes and styles is here, not in the frames.
  function layout() {
    figure.resize();
    panelWidth = find(".side").clientWidth;
    draw();
  }
  const stopWatching = watch(root, layout);
  layout();
  document.fonts.ready.then(layout);
  restart();

  return () => {
    pause();
    stopPlaying();
    stopWatching();
    draw.end();
    summarise.end();
    for (const [name, listener] of Object.entries(listeners)) model.off(name, listener);
  };
}

// Sigma along the slider's way from 0 to 1: where it changes the shares much, it goes slowly; nowhere does it stand still.
// Means that follow EM go with it, from where k-means rests.
export function travel({ n, d, values }, [low, high], means, follow, logWeights) {
  const every = Math.ceil(n / 200); // so many points tell enough
  const some = { n: Math.ceil(n / every), d, values: values.filter((_, at) => Math.floor(at / d) % every === 0) };
  const small = 1e-4 * rmsRadius(some);
  const sigmas = Array.from({ length: 97 }, (_, s) => low * (high / low) ** (s / 96));
  if (follow) means = fit(some, means, 0, 0);
  const shares = sigmas.map((sigma) => {
    if (follow) means = fit(some, means, sigma, small, 200);
    return responsibilities(some, means, sigma, logWeights);
  });
  const changes = shares.slice(1).map((now, s) => now.reduce((sum, r, i) => sum + Math.abs(r - shares[s][i]), 0));
  const usual = average(changes) || 1;
  const ways = [0];
  for (const change of changes) ways.push(ways.at(-1) + Math.min(6, Math.max(0.06, change / usual)));
  return (way) => {
    const s = Math.max(1, ways.findIndex((end) => way * ways.at(-1) <= end));
    const part = (way * ways.at(-1) - ways[s - 1]) / (ways[s] - ways[s - 1]);
    return sigmas[s - 1] * (sigmas[s] / sigmas[s - 1]) ** part;
  };
}

// the plane

function planeFigure({ X, root, axisLabels }) {
  const stage = root.querySelector(".stage");
  const canvas = root.querySelector("canvas");
  const svg = root.querySelector(".stage svg");
  const [coarse, field] = [document.createElement("canvas"), document.createElement("canvas")];
  const [xs, ys] = [range(X, 0), range(X, 1)];
  // equal scales where that leaves a readable picture: then spheres are circles
  const equal = span(xs) < 4 * span(ys) && span(ys) < 4 * span(xs);
  const heightAt = heightOf(root, stage, 200, (width) => (equal ? 0.75 : 0.7) * width);
  let box, axes, colours;

  function resize() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = heightAt(width);
    stage.style.height = `${height}px`;
    colours = coloursOn(root);
    sharp(canvas, width, height);
    const named = axisLabels.some(Boolean);
    box = { left: named ? 38 : 24, right: width - 8, top: 8, bottom: height - (named ? 36 : 20) };
    axes = equal ? equalAxes(xs, ys, box) : [linear(xs, box.left, box.right), linear(ys, box.bottom, box.top)];
    svg.innerHTML = frameMarks(axes, box, axisLabels) + inside(box, '<g class="rings"></g>');
    // one cell more on each side, for the smoothing at the edges
    coarse.width = Math.ceil((box.right - box.left) / CELL) + 2;
    coarse.height = Math.ceil((box.bottom - box.top) / CELL) + 2;
    [field.width, field.height] = [coarse.width * CELL, coarse.height * CELL];
  }

  function draw({ means, sigma, logWeights, resp, lloyd }) {
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    drawField(context, means, sigma, logWeights);
    drawPoints(context, X, resp, colours, (i) => axes[0].at(X.values[2 * i]), (i) => axes[1].at(X.values[2 * i + 1]));
    const [rx, ry] = axes.map((axis) => Math.abs(axis.at(sigma) - axis.at(0)));
    svg.querySelector(".rings").innerHTML =
      means.map((mean, j) => ellipse(toScreen(mean), rx, ry, "ring", j)).join("") + twins(lloyd, toScreen);
  }

  // The responsibilities of every place in the picture: clouds for large sigma, Voronoi cells at 0.
  // Smooth between places CELL apart, but pixel by pixel where a border runs between them.
  function drawField(context, means, sigma, logWeights) {
    const r = new Float64Array(means.length);
    function shade(left, top, step, columns, rows, sigma) {
      const image = new ImageData(columns, rows);
      for (let row = 0, at = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, at += 4) {
          sqDists([axes[0].from(left + step * column), axes[1].from(top + step * row)], 0, means, r);
          soften(r, sigma, logWeights);
          mix(r, 0, colours.palette, image.data, at);
          image.data[at + 3] = 46;
        }
      }
      return image;
    }
    const [left, top] = [box.left - CELL, box.top - CELL];
    const places = shade(left + CELL / 2, top + CELL / 2, CELL, coarse.width, coarse.height, sigma);
    coarse.getContext("2d").putImageData(places, 0, 0);
    const fine = field.getContext("2d", { willReadFrequently: true });
    fine.clearRect(0, 0, field.width, field.height);
    fine.drawImage(coarse, 0, 0, field.width, field.height);
    // from one side of a border to the other it is a pixel at least
    const pixel = Math.abs(axes[0].from(1) - axes[0].from(0));
    const apart = means.flatMap((mean, j) => means.slice(0, j).map((other) => largestMove([mean], [other])));
    const narrow = Math.max(sigma, Math.sqrt((pixel * Math.min(...apart, 1 / 0)) / 4) || 0);
    const differs = (at, to) => [0, 1, 2].some((c) => Math.abs(places.data[at + c] - places.data[to + c]) > 40);
    for (let row = 0; row < coarse.height - 1; row++) {
      for (let column = 0; column < coarse.width - 1; column++) {
        const at = 4 * (coarse.width * row + column);
        const down = at + 4 * coarse.width;
        if (!differs(at, at + 4) && !differs(at, down) && !differs(at, down + 4) && !differs(at + 4, down)) continue;
        const [x, y] = [CELL * column + 3, CELL * row + 3];
        fine.putImageData(shade(left + x + 0.5, top + y + 0.5, 1, CELL, CELL, narrow), x, y);
      }
    }
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    context.drawImage(field, left, top);
    context.restore();
  }

  const toScreen = ([x, y]) => [axes[0].at(x), axes[1].at(y)];
  const toData = ([x, y]) => [axes[0].from(x), axes[1].from(y)];
  const clamp = (point) => point.map((value, a) => Math.min(axes[a].max, Math.max(axes[a].min, value)));
  return { ready: () => box, resize, draw, toScreen, toData, clamp, keyStep: [span(xs) / 60, span(ys) / 60] };
}

// the line: densities above, the points and the means, responsibilities below

function lineFigure({ X, root, axisLabels }) {
  const stage = root.querySelector(".stage");
  const canvas = root.querySelector("canvas");
  const svg = root.querySelector(".stage svg");
  const xs = range(X, 0);
  const heightAt = heightOf(root, stage, 300, (width) => Math.max(340, 0.7 * width));
  let box, axis, middle, colours;

  function resize() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = heightAt(width);
    stage.style.height = `${height}px`;
    colours = coloursOn(root);
    sharp(canvas, width, height);
    box = { left: 38, right: width - 8, top: 8, bottom: height - 36 };
    middle = { top: box.top + 0.44 * (box.bottom - box.top), bottom: box.top + 0.62 * (box.bottom - box.top) };
    axis = linear(xs, box.left, box.right);
    const shares = { at: (r) => box.bottom - r * (box.bottom - middle.bottom), min: 0, max: 1 };
    svg.innerHTML = `
      ${frameMarks([axis, shares], { ...box, top: middle.bottom }, [axisLabels[0], "responsibility"], [0, 0.5, 1])}
      <text class="axis-label" transform="translate(12 ${(box.top + middle.top) / 2}) rotate(-90)">density</text>
      <line class="axis" x1="${box.left}" x2="${box.right}" y1="${middle.top}" y2="${middle.top}"/>
      <text class="tick height" x="${box.left - 5}" text-anchor="end"></text>
      <text class="note" x="${(box.left + box.right) / 2}" y="${(box.top + middle.top) / 2}"></text>
      <g class="curves"></g><g class="rings"></g>`;
  }

  function draw({ means, sigma, logWeights, resp, lloyd }) {
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    drawPoints(context, X, resp, colours, (i) => axis.at(X.values[i]), () => middle.bottom - 11);
    svg.querySelector(".height").textContent = "";
    svg.querySelector(".note").textContent = sigma === 0 ? "no density at σ = 0" : "";
    svg.querySelector(".curves").innerHTML = densities(means, sigma, logWeights) + shares(means, sigma, logWeights);
    svg.querySelector(".rings").innerHTML = twins(lloyd, toScreen);
  }

  // Each component's share of the mixture density, and their sum, scaled to the highest point shown.
  function densities(means, sigma, logWeights) {
    if (sigma === 0) return "";
    const grid = gridOf(means);
    const factor = (j) => (logWeights ? means.length * Math.exp(logWeights[j]) : 1);
    const parts = means.map(([m], j) => grid.map((x) => factor(j) * Math.exp((-(x - m) * (x - m)) / sigma / (2 * sigma))));
    const total = grid.map((_, g) => parts.reduce((sum, part) => sum + part[g], 0));
    const top = Math.max(1, ...total);
    const up = (value) => middle.top - (value / top) * 0.94 * (middle.top - box.top);
    const height = svg.querySelector(".height");
    height.setAttribute("y", up(Math.max(...total)) + 4);
    const highest = Math.max(...total) / (means.length * sigma * Math.sqrt(2 * Math.PI));
    height.textContent = String(+highest.toPrecision(2)); // as much as fits beside the axis
    return curves(grid, [total, ...parts], up, 1);
  }

  function shares(means, sigma, logWeights) {
    const grid = gridOf(means);
    const r = new Float64Array(means.length);
    const parts = means.map(() => []);
    for (const x of grid) {
      sqDists([x], 0, means, r);
      soften(r, sigma, logWeights);
      parts.forEach((part, j) => part.push(r[j]));
    }
    return curves(grid, parts, (value) => box.bottom - value * (box.bottom - middle.bottom), 0);
  }

  // One path a list of values; the first `sums` of them are sums over the clusters.
  function curves(grid, lists, up, sums) {
    return lists
      .map((list, l) => {
        const corners = grid.map((x, g) => [axis.at(x), up(list[g])]);
        const j = l - sums;
        return j < 0 ? path(corners, "sum") : path(corners, "part", j);
      })
      .join("");
  }

  // Pixels, the means, and both sides of each boundary between neighbours, so that steps are upright.
  function gridOf(means) {
    const grid = [];
    for (let pixel = box.left; pixel <= box.right; pixel += 1.5) grid.push(axis.from(pixel));
    const sorted = means.map(([m]) => m).sort((a, b) => a - b);
    const edge = 1e-7 * (axis.max - axis.min);
    sorted.forEach((m, j) => {
      grid.push(m);
      if (j > 0) grid.push((m + sorted[j - 1]) / 2 - edge, (m + sorted[j - 1]) / 2 + edge);
    });
    return grid.filter((x) => x >= axis.min && x <= axis.max).sort((a, b) => a - b);
  }

  // the means stand above the points, so that neither hides the other
  const toScreen = ([x]) => [axis.at(x), middle.top + 19];
  const toData = ([x]) => [axis.from(x)];
  const clamp = ([x]) => [Math.min(axis.max, Math.max(axis.min, x))];
  return { ready: () => box, resize, draw, toScreen, toData, clamp, keyStep: [span(xs) / 60] };
}

// The objective, a stair for each step.
function drawStaircase(svg, width, { descent }) {
  if (descent.length === 0) return svg.replaceChildren();
  const floor = 70;
  const [top, low] = [Math.max(...descent), Math.min(...descent)];
  const across = linear([0, Math.max(6, descent.length)], 8, width - 8);
  const up = linear([low - 0.15 * (top - low) - 1e-9, top + 1e-9], floor, 16);
  const corners = descent.flatMap((value, t) => [[across.at(t), up.at(value)], [across.at(t + 1), up.at(value)]]);
  svg.innerHTML = `
    <line class="axis" x1="8" x2="${width - 8}" y1="${floor}" y2="${floor}"/>
    ${path(corners, "stairs")}
    ${descent.map((_, t) => `<text class="tick" x="${across.at(t + 0.5)}" y="${floor + 14}" text-anchor="middle">${t}</text>`).join("")}
    <text class="tick" x="${across.at(0) + 2}" y="11">${short(descent[0])}</text>
    <text class="axis-label" x="${width / 2}" y="${floor + 30}">steps</text>`;
}

// After each half-step: the lower bound as a bar, and on it the divergence, up to log L.
function drawBounds(svg, width, { bounds, moved }) {
  // the first half-steps, which do the most, and the last
  const places = bounds.map((_, t) => t).filter((t) => t < 6 || t >= bounds.length - 4);
  const shown = places.map((t) => bounds[t]);
  const name = (t) => (moved ? ["before", "now"][t] : t === 0 ? "–" : t % 2 ? "E" : "M");
  const finite = shown.filter(({ bound, logL }) => Number.isFinite(bound) && Number.isFinite(logL));
  if (finite.length === 0) return svg.replaceChildren();
  const [low, top] = [Math.min(...finite.map(({ bound }) => bound)), Math.max(...finite.map(({ logL }) => logL))];
  const room = Math.max(top - low, 1e-3 * Math.abs(top)) || 1;
  const [floor, ceiling] = [140, 18];
  const up = linear([low - 0.25 * room, top], floor, ceiling);
  const across = linear([0, Math.max(moved ? 4 : 8, shown.length)], 0, width);
  const bar = ({ bound, logL }, t) => {
    const [x, wide] = [across.at(t) + 2, across.at(1) - across.at(0) - 4];
    const [y, roof] = [up.at(Math.max(bound, low - 0.25 * room)), up.at(logL)];
    return `
      <rect class="gap" x="${x}" width="${wide}" y="${y}" height="${Math.max(0, floor - y)}"/>
      <rect class="divergence" x="${x}" width="${wide}" y="${roof}" height="${Math.max(0, y - roof)}"/>
      <line class="j" x1="${x}" x2="${x + wide}" y1="${roof}" y2="${roof}"/>
      <text class="tick" x="${x + wide / 2}" y="${floor + 14}" text-anchor="middle">${name(places[t])}</text>`;
  };
  svg.innerHTML = `
    <line class="axis" x1="0" x2="${width}" y1="${floor}" y2="${floor}"/>
    ${shown.map(bar).join("")}
    <rect class="gap" x="0" y="${floor + 26}" width="11" height="11"/><text class="tick" x="16" y="${floor + 36}">lower bound</text>
    <rect class="divergence" x="100" y="${floor + 26}" width="11" height="11"/><text class="tick" x="116" y="${floor + 36}">divergence</text>
    <text class="tick" x="0" y="10">— log L</text>`;
}

// Each point in the mixture of colours and with the mark of its likeliest cluster.
function drawPoints(context, X, resp, { palette, paper }, x, y) {
  const k = resp.length / X.n;
  const colour = [0, 0, 0];
  for (let i = 0; i < X.n; i++) {
    mix(resp, i * k, palette, colour, 0, k);
    mark(context, undecided(resp, i, k) ? -1 : likeliest(resp, i, k), x(i), y(i), css(colour), paper);
  }
}

function likeliest(resp, i, k) {
  let best = 0;
  for (let j = 1; j < k; j++) if (resp[i * k + j] > resp[i * k + best]) best = j;
  return best;
}

// Whether the two largest shares are as good as equal.
function undecided(resp, i, k) {
  const best = likeliest(resp, i, k);
  for (let j = 0; j < k; j++) if (j !== best && resp[i * k + best] - resp[i * k + j] < 1e-3) return true;
  return false;
}

// The two terms of the objective, each between its values at sigma = 0 and for equal shares.
function drawTerms(svg, width, { energy, entropy, inertia, even, most }) {
  const row = (y, name, value, [low, high], [lowLabel, highLabel]) => {
    const filled = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
    return `
      <text x="0" y="${y}">${name}</text>
      <rect class="gap" x="0.5" y="${y + 7}" width="${(width - 1) * filled}" height="14"/>
      <rect class="axis" x="0.5" y="${y + 7}" width="${width - 1}" height="14"/>
      <text class="tick" x="0" y="${y + 34}">${lowLabel}</text>
      <text class="tick" x="${width}" y="${y + 34}" text-anchor="end">${highLabel}</text>`;
  };
  svg.innerHTML =
    row(13, "naive loss Σ r D", energy, [inertia, even], ["J", `Σ D / k = ${short(even)}`]) +
    row(72, "entropy Σ H", entropy, [0, most], ["0", `n log k = ${short(most)}`]);
}

// From J - 2 sigma^2 n log k up to J, with F_sigma between them.
function drawRange(svg, width, { scatter, ...values }) {
  const [low, high] = [-0.5 * scatter, 1.5 * scatter];
  const at = (value) => 8 + ((width - 16) * (Math.min(high, Math.max(low, value)) - low)) / (high - low);
  const [bound, free, inertia] = [at(values.bound), at(values["free-energy"]), at(values.inertia)];
  const side = (x) => (x > width - 16 ? "end" : x < 16 ? "start" : "middle");
  svg.innerHTML = `
    <line class="axis" x1="8" x2="${width - 8}" y1="29" y2="29"/>
    <line class="axis" x1="${at(0)}" x2="${at(0)}" y1="25" y2="33"/>
    <text class="tick" x="${at(0)}" y="13" text-anchor="middle">${Math.abs(inertia - at(0)) > 14 ? 0 : ""}</text>
    <rect class="gap" x="${bound}" width="${Math.max(0, inertia - bound)}" y="22" height="14"/>
    ${values.bound < low ? `<path class="beyond" d="M${bound + 1} 29l7 -7v14z"/>` : ""}
    <line class="j" x1="${inertia}" x2="${inertia}" y1="18" y2="40"/>
    <text x="${inertia}" y="13" text-anchor="${side(inertia)}">J</text>
    <line class="f" x1="${free}" x2="${free}" y1="18" y2="40"/>
    <text class="f-label" x="${free}" y="54" text-anchor="${side(free)}">F</text>`;
}

// Hollow rings, on a halo so that they show among points of their own colour.
function twins(lloyd, toScreen) {
  const rings = (mean, j) => ["halo", "twin"].map((name) => ellipse(toScreen(mean), 17, 17, name, j)).join("");
  return (lloyd ?? []).map(rings).join("");
}

function mergedGroups(means, near) {
  const places = [];
  for (const mean of means) if (!places.some((place) => largestMove([place], [mean]) < near)) places.push(mean);
  return places;
}

export default { render };
