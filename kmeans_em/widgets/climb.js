// EM on one mean m, the others held: a lower bound touches log L at m (E), and m goes to the bound's top (M).

const DURATION = 600; // milliseconds of a step
const SLIDE = 0.65; // the part of an M-step on the way to the top; in the rest the dot jumps up to log L
const TRACES = 2; // earlier bounds that stay

const SKELETON = `
  <div class="stage"><svg aria-hidden="true"></svg><div class="handles"></div></div>
  <div class="controls"><div class="buttons">
    <button type="button" data-do="step"></button>
    <button type="button" data-do="reset">Reset</button>
  </div></div>
  <div class="formula">
    <span class="term curve"><span>log L</span><output data-is="before"></output></span>
    <span>=</span>
    <span class="term bound"><span>B</span><output data-is="touch"></output></span>
    <span>≤</span>
    <span class="term bound"><span>B<sup>+</sup></span><output data-is="top"></output></span>
    <span>≤</span>
    <span class="term curve"><span>log L<sup>+</sup></span><output data-is="after"></output></span>
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
const next = ({ bound, climbed }) => (bound && !climbed ? "M-step" : "E-step");

// In every moment of an E-step the parabola is a lower bound: that of memberships on the way from the former ones to the
// responsibilities, or, where there were none, the new bound itself, at first so much lower.
export function rising(problem, before, bound, t, lower) {
  if (!before) return { ...bound, height: bound.height - (1 - t) * lower };
  const between = before.map((w, i) => (1 - t) * w + t * bound.memberships[i]);
  return boundOf(problem, between, bound.from);
}

const gapOf = (logL, { height }) => Math.max(0, logL - height).toFixed(2);

function summary(problem, { m, bound, climbed }) {
  const here = logLAt(problem, m);
  if (!bound) return `log L is ${decimals(here)} at m = ${short(m)}. The E-step looks for a bound that touches it there.`;
  if (!climbed) return `B touches log L at m = ${short(m)} and is nowhere above it. The M-step goes to its top.`;
  if (here - bound.touch < 5e-4) return `At m = ${short(m)} the bound touches log L with its top: here the climb rests.`;
  return `The top of B is at m = ${short(m)}. There log L is higher still, by KL = ${gapOf(here, bound)}.`;
}

function render({ model, el }) {
  const root = frameIn(el, "climb", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg] = [find(".stage"), find(".stage svg")];
  const X = readData(model.get("X"));
  const first = model.get("m");
  let problem, state, box, xs, curve, across, up;
  let shown; // what moves: the dot at x, on the curve where y is null, and the bound
  let endMotion = () => {};
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => { find(".summary").textContent = summary(problem, state); });

  const handle = document.createElement("button");
  handle.type = "button";
  handle.className = "handle";
  handle.style.backgroundColor = colourOf(0);
  handle.setAttribute("role", "slider");
  handle.setAttribute("aria-label", "the mean m");
  find(".handles").append(handle);

  function tell() {
    model.set("m", state.m);
    model.save_changes();
  }
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
  // Along the bound to its top, and from there straight up to the curve.
  function onTheWay(bound, t) {
    const x = bound.from + (bound.top - bound.from) * Math.min(1, t / SLIDE);
    const jump = Math.max(0, (t - SLIDE) / (1 - SLIDE));
    return { x, y: onBound(bound, x) + jump * (logLAt(problem, bound.top) - bound.height), bound };
  }

  find("[data-do=step]").addEventListener("click", step);
  find("[data-do=reset]").addEventListener("click", () => startFrom(first));
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) startFrom(across.from(event.clientX - stage.getBoundingClientRect().left));
  });
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
    state = startAt(m);
    settle();
    layout();
  }
  const follow = () => { if (model.get("m") !== state.m) begin(model.get("m")); };
  const anew = () => begin(state.m);
  model.on("change:m", follow);
  for (const name of ["others", "sigma"]) model.on(`change:${name}`, anew);

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
      ${frameMarks([across, up], box, [`mean m (held: ${others.map((mean) => +mean.toPrecision(3)).join(", ")})`, "log L"])}
      ${[...X.values].map((x) => `<circle class="point" cx="${across.at(x)}" cy="${box.bottom}" r="3.5"/>`).join("")}
      ${others.map((x) => `<path d="M${across.at(x)} ${box.bottom - 7}l7 7l-7 7l-7 -7z" fill="${colourOf(1)}"/>`).join("")}
      <g class="bounds"></g>
      ${path(curve.map(([m, value]) => [across.at(m), up.at(value)]), "curve")}
      <g class="gap-to-curve"></g>`;
    draw();
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
    svg.querySelector(".gap-to-curve").innerHTML = state.climbed ? divergence(bound, dot[1], y === null) : "";
    handle.style.transform = `translate(${dot[0]}px, ${dot[1]}px)`;

    const here = logLAt(problem, state.m);
    const known = {
      before: state.bound?.touch ?? here,
      touch: state.bound?.touch,
      top: state.climbed ? state.bound.height : undefined,
      after: state.climbed && y === null ? here : undefined,
    };
    for (const [name, value] of Object.entries(known)) {
      find(`[data-is=${name}]`).textContent = value === undefined ? "·" : decimals(value);
    }
    find("[data-do=step]").textContent = next(state);
    handle.ariaValueMin = xs[0];
    handle.ariaValueMax = xs[1];
    handle.ariaValueNow = state.m;
    handle.ariaValueText = `m = ${short(state.m)}, log L = ${decimals(here)}`;
    summarise();
  }

  // The upright from the bound's top to the dot; its names come when the dot has arrived, above the curve where that falls.
  function divergence(bound, y, arrived) {
    const { top, height } = bound;
    const [x, low] = [across.at(top), up.at(height)];
    if (low - y < 1) return "";
    const falls = logLAt(problem, top + span(xs) / 50) < logLAt(problem, top);
    const [shift, anchor] = falls ? [11, "start"] : [-11, "end"];
    const upright = `<path class="upright" d="M${x} ${low}V${y}M${x - 5} ${low}h10"/>`;
    if (!arrived) return upright;
    return `${upright}
      <text class="name divergence" x="${x + shift}" y="${y - 4}" text-anchor="${anchor}">KL ${gapOf(up.from(y), bound)}</text>
      <text class="name bound" x="${x}" y="${low + 17}" text-anchor="middle">B<tspan dy="-5" font-size="10">+</tspan></text>`;
  }

  begin(first);
  const stopWatching = watch(root, layout);
  return () => {
    stopWatching();
    endMotion();
    draw.end();
    summarise.end();
    model.off("change:m", follow);
    for (const name of ["others", "sigma"]) model.off(`change:${name}`, anew);
  };
}

export default { render };
