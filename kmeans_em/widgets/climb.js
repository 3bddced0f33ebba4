// EM on one mean m, the others held: a lower bound touches log L at m (E), and m goes to the bound's top (M).

const DURATION = 600; // milliseconds of a step
const SLIDE = 0.65; // the part of an M-step on the way to the top; in the rest the dot jumps up to log L
const NEAR = 8; // pixels within which a dragged dot snaps to the top of log L
const TRACES = 2; // earlier bounds that stay

const column = (name, words, value, sign) => `<span data-from="${value}">${sign}</span><span class="term ${name}" data-from="${value}"><span>${words}</span><output data-is="${value}"></output></span>`;
const SKELETON = `
  <div class="stage"><svg aria-hidden="true"></svg><div class="handles">
    <button type="button" class="handle" role="slider" aria-label="the mean m" style="background-color: ${colourOf(0)}"></button></div></div>
  <div class="controls"><div class="buttons">
    <button type="button" data-do="step"></button>
    <button type="button" data-do="reset">Reset</button>
  </div></div>
  <div class="formula">
    ${column("curve", "log L", "before", "")}
    ${column("bound", "B before", "touch", "=")}
    ${column("bound", "B after M", "top", "≤")}
    ${column("curve", "log L after M", "after", "≤")}
  </div>
  <p class="summary" role="status"></p>`;

// The problem: { X, others, sigma }. log L as a function of m, the first mean.
export function logLAt({ X, others, sigma }, m) {
  const means = [[m], ...others];
  return logLikelihood(X, pass(X, means, sigma), sigma, means.length);
}

// The lower bound B(w, .) for memberships w is a parabola in m: B(x) = height - steepness (x - top)^2.
export function boundOf({ X, others, sigma }, memberships, m) {
  const means = [[m], ...others];
  const stats = gather(X, memberships, means.length);
  const [[top]] = update(stats, means);
  const height = lowerBound(X, [[top], ...others], sigma, memberships);
  return { top, height, steepness: stats.counts[0] / sigma / (2 * sigma) };
}
export const onBound = ({ top, height, steepness }, x) => height - steepness * (x - top) ** 2;

// Where the climb stands: at m, with the bound that touches log L there (after E), at its top (after M), or with none.
const startAt = (m) => ({ m, bound: null, climbed: false, traces: [] });
export function eStep(problem, { m, bound, traces }) {
  const memberships = responsibilities(problem.X, [[m], ...problem.others], problem.sigma);
  const fresh = { ...boundOf(problem, memberships, m), memberships, from: m, touch: logLAt(problem, m) };
  return { m, bound: fresh, climbed: false, traces: [...traces, bound].filter(Boolean).slice(-TRACES) };
}
export const mStep = (state) => ({ ...state, m: state.bound.top, climbed: true });
// From the curve's highest corner EM climbs to its top.
export function topOf(problem, corners) {
  let [m] = corners.reduce((a, b) => (b[1] > a[1] ? b : a));
  for (let t = 0; t < 500; t++) m = mStep(eStep(problem, startAt(m))).m;
  return m;
}
const next = ({ bound, climbed }) => (bound && !climbed ? "M-step" : "E-step");

// In every moment of an E-step the parabola is a lower bound: that of memberships on the way from the former ones to the
// responsibilities, or, where there were none, the new bound itself, at first so much lower.
export function rising(problem, before, bound, t, lower) {
  if (!before) return { ...bound, height: bound.height - (1 - t) * lower };
  const between = before.map((w, i) => (1 - t) * w + t * bound.memberships[i]);
  return boundOf(problem, between, bound.from);
}

export const gapOf = (logL, { height }) => (logL - height < 0.005 ? "less than 0.005" : (logL - height).toFixed(2));

function summary(problem, { m, bound, climbed }) {
  const here = logLAt(problem, m);
  if (!bound) return `log L is ${decimals(here)} at m = ${short(m)}. The E-step looks for a bound that touches it there.`;
  if (!climbed) return `B touches log L at m = ${short(m)} and is nowhere above it. The M-step goes to its top.`;
  if (here - bound.touch < 5e-4) return `At m = ${short(m)} the bound touches log L with its top: here the climb rests.`;
  return `The top of B is at m = ${short(m)}. There log L is higher still; the gap (KL) is ${gapOf(here, bound)}.`;
}

function render({ model, el }) {
  const root = frameIn(el, "climb", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, handle] = [".stage", ".stage svg", ".handle"].map(find);
  const X = readData(model.get("X"));
  const first = model.get("m");
  let problem, state, box, xs, curve, summit, across, up;
  let shown; // what moves: the dot at x, on the curve where y is null, and the bound
  let endMotion = () => {};
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => { find(".summary").textContent = summary(problem, state); });

  const set = telling(model);
  const tell = () => set("m", state.m);
  function settle() {
    endMotion();
    shown = { x: state.m, y: null, bound: state.bound };
    draw();
  }
  function startFrom(m) {
    state = startAt(Math.min(xs[1], Math.max(xs[0], m)));
    settle();
    tell();
  }
  function step() {
    settle(); // what is still under way is there at once
    const before = state.bound;
    const rises = next(state) === "E-step";
    state = rises ? eStep(problem, state) : mStep(state);
    tell();
    const show = rises
      ? (t) => ({ ...shown, bound: rising(problem, before?.memberships, state.bound, t, state.bound.height - up.min) })
      : (t) => onTheWay(state.bound, t);
    endMotion = glide(DURATION, (t) => {
      shown = t < 1 ? show(t) : { x: state.m, y: null, bound: state.bound };
      draw();
    });
  }
  function onTheWay(bound, t) {
    const x = bound.from + (bound.top - bound.from) * Math.min(1, t / SLIDE);
    const jump = Math.max(0, (t - SLIDE) / (1 - SLIDE));
    return { x, y: onBound(bound, x) + jump * (logLAt(problem, bound.top) - bound.height), bound };
  }

  find("[data-do=step]").addEventListener("click", step);
  find("[data-do=reset]").addEventListener("click", () => startFrom(first));
  draggable(handle, stage, (pixel) => startFrom(Math.abs(pixel - across.at(summit)) <= NEAR ? summit : across.from(pixel)));
  handle.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const m = { Home: xs[0], End: xs[1] }[event.key] ?? state.m + (way * span(xs)) / 100;
    if (Number.isNaN(m)) return; // another key
    event.preventDefault();
    startFrom(m);
  });

  function begin(m) {
    problem = { X, others: model.get("others").map((mean) => [mean]), sigma: model.get("sigma") };
    xs = range({ d: 1, values: [...X.values, ...model.get("others"), first, m] }, 0);
    curve = Array.from({ length: 201 }, (_, i) => xs[0] + (span(xs) * i) / 200).map((x) => [x, logLAt(problem, x)]);
    summit = topOf(problem, curve);
    state = startAt(m);
    settle();
    layout();
  }
  const follow = () => { if (model.get("m") !== state.m) begin(model.get("m")); };
  const anew = () => begin(state.m);

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = Math.max(300, Math.min(400, 0.6 * width));
    stage.style.height = `${height}px`;
    box = { left: 50, right: width - 12, top: 20, bottom: height - 40 };
    across = linear(xs, box.left, box.right);
    const heights = curve.map(([, y]) => y);
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    up = linear([low - 0.35 * (high - low || 1), high], box.bottom, box.top); // room for bounds below the curve
    const others = model.get("others");
    svg.innerHTML = `
      ${frameMarks([across, up], box, ["mean m", "log L"])}
      ${[...X.values].map((x) => `<circle class="point" cx="${across.at(x)}" cy="${box.bottom}" r="3.5"/>`).join("")}
      ${others.map((x) => `<path d="M${across.at(x)} ${box.bottom - 7}l7 7l-7 7l-7 -7z" fill="${colourOf(1)}"/>`).join("")}
      <text class="tick" x="${across.at(others[0])}" y="${box.bottom - 11}" text-anchor="middle">other mean, held</text>
      <path class="summit" d="M${across.at(summit)} ${up.at(logLAt(problem, summit)) - 14}v8"/>
      <g class="bounds"></g>
      ${path(curve.map(([m, value]) => [across.at(m), up.at(value)]), "curve")}
      <g class="gap-to-curve"></g>`;
    paint();
  }

  // A parabola is a Bézier curve: its control points are values of (a, b) -> height - steepness (a - top)(b - top).
  function parabola(bound, name) {
    const { top, height, steepness } = bound;
    const reach = Math.sqrt(Math.max(0, height - up.min) / steepness); // as far as the floor
    const [a, b] = [Math.max(xs[0], top - reach), Math.min(xs[1], top + reach)];
    if (!(a < b)) return "";
    const at = (p, q) => `${across.at((p + q) / 2).toFixed(2)} ${up.at(height - steepness * (p - top) * (q - top)).toFixed(2)}`;
    return `<path class="${name}" d="M${at(a, a)}Q${at(a, b)} ${at(b, b)}"/>`;
  }

  function paint() {
    if (!box) return;
    const { x, y, bound } = shown;
    const dot = [across.at(x), up.at(y ?? logLAt(problem, x))];
    const parabolas = state.traces.map((trace) => parabola(trace, "trace")).join("") + (bound ? parabola(bound, "bound") : "");
    svg.querySelector(".bounds").innerHTML = inside(box, parabolas);
    svg.querySelector(".gap-to-curve").innerHTML = state.climbed ? divergence(bound, dot[1], y === null) : bound ? nameOf(bound) : "";
    handle.style.transform = `translate(${dot[0]}px, ${dot[1]}px)`;

    const here = logLAt(problem, state.m);
    const known = {
      before: state.bound?.touch ?? here,
      touch: state.bound?.touch,
      top: state.climbed ? state.bound.height : undefined,
      after: state.climbed && y === null ? here : undefined,
    };
    for (const part of root.querySelectorAll("[data-from]")) part.hidden = known[part.dataset.from] === undefined;
    for (const name in known) find(`[data-is=${name}]`).textContent = known[name] === undefined ? "" : decimals(known[name]);
    find(".curve span").textContent = state.bound ? "log L before" : "log L";
    find("[data-do=step]").textContent = next(state);
    const text = `m = ${short(state.m)}, log L = ${decimals(here)}`;
    Object.assign(handle, { ariaValueMin: xs[0], ariaValueMax: xs[1], ariaValueNow: state.m, ariaValueText: text });
    summarise();
  }

  const nameOf = ({ top, height }) =>
    `<text class="name bound" x="${across.at(top)}" y="${up.at(height) + 17}" text-anchor="middle">B</text>`;

  // The upright from the bound's top to the dot, named once the dot has arrived.
  function divergence(bound, y, arrived) {
    const { top, height } = bound;
    const [x, low] = [across.at(top), up.at(height)];
    if (low - y < 1) return "";
    const falls = logLAt(problem, top + span(xs) / 50) < logLAt(problem, top);
    const [shift, anchor] = falls ? [11, "start"] : [-11, "end"];
    const upright = `<path class="upright" d="M${x} ${low}V${y}M${x - 5} ${low}h10"/>`;
    if (!arrived) return upright;
    return `${upright}
      <text class="name divergence" x="${x + shift}" y="${y - 18}" text-anchor="${anchor}">gap (KL)<tspan x="${x + shift}" dy="14"> ${gapOf(up.from(y), bound)}</tspan></text>
      ${nameOf(bound)}`;
  }

  begin(first);
  return live(root, model, layout, { m: follow, others: anew, sigma: anew }, () => endMotion(), draw.end, summarise.end);
}

export default { render };
