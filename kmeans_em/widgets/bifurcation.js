// Means that follow EM to rest while sigma falls or rises. Each sigma on the way leaves a place in the trail.

const STRIDES = 400; // from one end of the slider to the other, trail and slider alike
const NUDGE = 1e-4; // in critical sigmas, before each sigma: merged means would stay together by symmetry
const RESTS = 1e-8; // a largest move, in critical sigmas, that counts as rest
const MOST_STEPS = 4000;
const FRAME = 10; // milliseconds of work before the page may draw
const TOGETHER = 1e-2; // means as near as this, in critical sigmas, are one group

const SKELETON = `
  <div class="buttons cases" role="radiogroup" aria-label="data"></div>
  <div class="stage"><svg aria-hidden="true"></svg></div>
  <div class="controls">
    <div class="slider"><span>σ</span><input type="range" min="0" max="${STRIDES}" step="1" aria-label="σ"></div>
    <div class="slider-ends" aria-hidden="true"><span>cold</span><span class="sigma-readout"></span><span>hot</span></div>
    <div class="buttons">
      <button type="button" data-do="play"></button>
      <button type="button" data-do="wipe">Wipe</button>
      <label><input type="checkbox" data-do="predictions"> predictions</label>
    </div>
  </div>
  <p class="summary" role="status"></p>`;

export function problemOf({ X, k, centre, u, sigma_c, kurtosis, ends, both, name }) {
  const d = centre.length;
  const data = { n: X.length, d, values: Float64Array.from(X.flat()) };
  const place = (point) => point.reduce((sum, x, a) => sum + x * u[a], 0);
  return { data, k, centre, u, place, sigmaC: sigma_c, kurtosis, ends, both, name };
}

export const merged = ({ centre, k }) => Array.from({ length: k }, () => [...centre]);

// Where EM rests at sigma, from these means, each a little aside.
export function restOf({ data, sigmaC }, means, sigma) {
  const aside = means.map((mean, j) => mean.map((m, a) => m + NUDGE * sigmaC * Math.cos(1 + 2.4 * j + 1.7 * a)));
  return fit(data, aside, sigma, RESTS * sigmaC, MOST_STEPS);
}

// The next sigma on the way to `target`.
export function strideTo({ ends: [low, high] }, sigma, target) {
  const stride = (high - low) / STRIDES;
  return Math.abs(target - sigma) <= stride ? target : sigma + Math.sign(target - sigma) * stride;
}

// Indices of means that are together, the groups in the order of their places.
export function groupsOf({ place, sigmaC }, means) {
  const near = (a, b) => Math.hypot(...a.map((x, i) => x - b[i])) < TOGETHER * sigmaC;
  const groups = [];
  for (let j = 0; j < means.length; j++) {
    const mine = groups.find(([first]) => near(means[first], means[j]));
    if (mine) mine.push(j);
    else groups.push([j]);
  }
  return groups.sort(([a], [b]) => place(means[a]) - place(means[b]));
}

// The sigma below which a group splits: the root of the largest eigenvalue of its weighted covariance.
export function splitsAt({ data }, means, sigma, group) {
  const { n, d, values } = data;
  const resp = responsibilities(data, means, sigma);
  const share = Array.from({ length: n }, (_, i) => group.reduce((sum, j) => sum + resp[i * means.length + j], 0));
  const total = share.reduce((a, b) => a + b);
  const middle = Array.from({ length: d }, (_, a) => share.reduce((sum, r, i) => sum + r * values[i * d + a], 0) / total);
  const C = Array.from({ length: d }, (_, a) => Array.from({ length: d }, (_, b) =>
    share.reduce((sum, r, i) => sum + r * (values[i * d + a] - middle[a]) * (values[i * d + b] - middle[b]), 0) / total));
  let v = C.map((_, a) => 1 + a / 7);
  let size = 0;
  for (let round = 0; round < (d > 1 ? 200 : 1); round++) {
    const image = C.map((row) => row.reduce((sum, c, b) => sum + c * v[b], 0));
    size = Math.hypot(...image) / Math.hypot(...v);
    if (size === 0) break;
    v = image.map((x) => x / Math.hypot(...image));
  }
  return Math.sqrt(size);
}

// Half the distance of two means just below the critical sigma.
export const law = ({ sigmaC, kurtosis }, sigma) => Math.sqrt((3 * (sigmaC - sigma) * (sigmaC + sigma)) / kurtosis);

export function summary(problem, means, sigma) {
  const groups = groupsOf(problem, means);
  const { k, sigmaC, both } = problem;
  if (groups.length === 1) {
    const side = sigma > sigmaC ? "σ is above" : "σ is below";
    const also = sigma > sigmaC && sigma < 0.998 * both ? " Parted means could be at rest here, too." : "";
    return `All ${k} means are together; ${side} the critical ${short(sigmaC)}.${also}`;
  }
  const largest = groups.reduce((a, b) => (b.length > a.length ? b : a));
  if (largest.length === 1) return `The ${k} means are all apart.`;
  const own = short(splitsAt(problem, means, sigma, largest));
  return `${k} means at ${groups.length} places. The ${largest.length} at ${short(problem.place(means[largest[0]]))} stay together as long as σ is above their own critical σ, here ${own}.`;
}

function render({ model, el }) {
  const root = frameIn(el, "bifurcation", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider, wish] = [".stage", "svg", "[type=range]", "[data-do=predictions]"].map(find);
  let problem, means, told, sigma, runs, box, across, up;
  let way = 0; // of a loop that plays: down until a half, then up
  const draw = onceAFrame(paint);
  const go = onceAFrame(walk);
  const summarise = unhurried(() => { find(".summary").textContent = summary(problem, means, sigma); });

  const buttons = model.get("cases").map(({ name }, i) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: name, ariaChecked: "false" });
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => {
      const { start, centre, k } = model.get("cases")[i];
      model.set("case", i);
      model.set("sigma", start);
      model.set("means", Array.from({ length: k }, () => [...centre]));
      model.save_changes();
      begin();
    });
    find(".cases").append(button);
    return button;
  });
  find(".cases").hidden = buttons.length < 2;

  const sigmaAt = (position) => {
    const at = (p) => problem.ends[0] + ((problem.ends[1] - problem.ends[0]) * p) / STRIDES;
    return roundest(at(position - 0.5), at(position + 0.5));
  };
  function move(target) {
    model.set("sigma", target);
    model.save_changes();
  }
  slider.addEventListener("input", () => { way = 0; move(sigmaAt(+slider.value)); });
  const pause = playButton(root, find("[data-do=play]"), () => (way < 1 ? way : 0), (t) => {
    way = t;
    move(sigmaAt(Math.round(STRIDES * Math.abs(1 - 2 * t))));
  }, 16);
  find("[data-do=wipe]").addEventListener("click", wipe);
  wish.addEventListener("change", () => { model.set("predictions", wish.checked); model.save_changes(); });

  const leave = (rising) => remember(runs, rising, [sigma, ...means.map(problem.place)]);
  function wipe() {
    runs = [];
    leave(false);
    draw();
  }
  // Towards the model's sigma, stride by stride; the page draws in between.
  function walk() {
    const target = model.get("sigma");
    for (const began = performance.now(); sigma !== target && performance.now() - began < FRAME; ) {
      const next = strideTo(problem, sigma, target);
      const rising = next > sigma;
      means = restOf(problem, means, next);
      sigma = next;
      leave(rising);
    }
    draw();
    if (sigma !== target) go();
    else tell();
  }
  function tell() {
    told = copy(means);
    model.set("means", told);
    model.save_changes();
  }
  function begin() {
    problem = problemOf(model.get("cases")[model.get("case")]);
    buttons.forEach((button, i) => button.setAttribute("aria-checked", String(i === model.get("case"))));
    [sigma, means, way] = [model.get("sigma"), merged(problem), 0];
    told = model.get("means");
    if (told.length === problem.k && told[0].length === problem.data.d) means = copy(told);
    wipe();
    layout();
  }
  function adopt() {
    const given = model.get("means");
    if (given === told || given.length !== problem.k || sameMeans(given, means)) return;
    means = restOf(problem, given, sigma);
    runs.push({ rising: false, at: [] });
    leave(false);
    tell();
    draw();
  }
  const follows = { case: begin, sigma: go, means: adopt, predictions: draw };
  for (const [name, listener] of Object.entries(follows)) model.on(`change:${name}`, listener);

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = Math.max(240, Math.min(340, 0.5 * width));
    stage.style.height = `${height}px`;
    box = { left: 46, right: width - 8, top: 18, bottom: height - 38 };
    across = linear(problem.ends, box.left + 12, box.right);
    const { n, d, values } = problem.data;
    const places = Array.from({ length: n }, (_, i) => problem.place([...values.subarray(i * d, i * d + d)]));
    up = linear(range({ d: 1, values: places }, 0), box.bottom, box.top);
    const rug = places.map((y) => `M${box.left} ${up.at(y).toFixed(1)}h8`).join("");
    svg.innerHTML = `${frameMarks([across, up], box, ["σ", "place of the means"])}
      <path class="rug" d="${rug}"/><g class="predicted"></g><g class="trails"></g><g class="here"></g>`;
    paint();
  }

  const line = (corners) => `M${corners.map(([s, y]) => `${across.at(s).toFixed(1)} ${up.at(y).toFixed(1)}`).join("L")}`;

  function predicted() {
    const { sigmaC, both, k, ends, place, centre } = problem;
    const [x, far, middle] = [across.at(sigmaC), across.at(both), place(centre)];
    const halves = Array.from({ length: 61 }, (_, i) => Math.max(ends[0], sigmaC * (1 - 0.2 * (i / 60) ** 2)));
    const curve = (sign) => `<path class="law" d="${line(halves.map((s) => [s, middle + sign * law(problem, s)]))}"/>`;
    const band = far - x < 2 ? "" : `<rect class="both" x="${x}" y="${box.top}" width="${far - x}" height="${box.bottom - box.top}"/>
      <text class="tick" x="${(x + far) / 2}" y="${box.top - 5}" text-anchor="middle">both rest</text>`;
    return `${band}<path class="critical" d="M${x} ${box.top}V${box.bottom}"/>
      <text x="${x - 5}" y="${box.bottom - 6}" text-anchor="end">σ<tspan dy="4" font-size="10">c</tspan><tspan dy="-4"> = ${short(sigmaC)}</tspan></text>${k === 2 ? inside(box, curve(1) + curve(-1)) : ""}`;
  }

  function paint() {
    if (!box) return;
    svg.querySelector(".trails").innerHTML = trails(runs, means.length, across, up);
    svg.querySelector(".predicted").innerHTML = model.get("predictions") ? predicted() : "";
    const groups = groupsOf(problem, means);
    const side = across.at(sigma) > (box.left + box.right) / 2 ? ["end", -12] : ["start", 12];
    svg.querySelector(".here").innerHTML = groups.map((group) => {
      const [x, y] = [across.at(sigma), up.at(problem.place(means[group[0]]))];
      const name = group.length > 1 ? `<text x="${x + side[1]}" y="${y - 7}" text-anchor="${side[0]}">${group.length} together</text>` : "";
      return `<circle class="mean" style="--colour: ${colourOf(group[0])}" cx="${x}" cy="${y}" r="7"/>${name}`;
    }).join("");
    wish.checked = model.get("predictions");
    find(".sigma-readout").textContent = `σ = ${short(sigma)}`;
    if (sigma === model.get("sigma")) {
      const [low, high] = problem.ends;
      slider.value = Math.round((STRIDES * (sigma - low)) / (high - low));
      slider.setAttribute("aria-valuetext", `σ = ${short(sigma)}: means at ${groups.map(([j]) => short(problem.place(means[j]))).join(", ")}`);
    }
    summarise();
  }

  begin();
  const stopWatching = watch(root, layout);
  return () => {
    stopWatching();
    pause();
    for (const work of [draw, go, summarise]) work.end();
    for (const [name, listener] of Object.entries(follows)) model.off(`change:${name}`, listener);
  };
}

export default { render };
