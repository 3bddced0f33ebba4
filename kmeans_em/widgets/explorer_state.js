// The explorer's state is one plain object; each function here makes the next one of it, and nothing else does.
//
//   X, radius       the data, and their root-mean-square radius
//   sigma, weights  of the mixture; no weights: all are equal
//   start           where the means were last put: EM and k-means both set out from here
//   means, lloyd    where EM and k-means have brought them
//   held            memberships, where E-step and M-step are taken apart (at first nothing is known); otherwise null
//   past            the states of this run before this one: one for each step
//   before          the numbers of the last state of the run before, to compare with; or null
//   moving          whether another step would move the means
//   follow, twins   the switches
//   learn           on the explorer's page: what else the M-step learns, "sigma" and "weights"
//   shown           there, after an M-step taken alone: the mixture whose shares are still shown; otherwise null

const NUDGE = 1e-4; // coincident means sit on a saddle that no step leaves: part them by so many radii
const REST = 1e-8; // the means rest when none moves by more than so many radii

export function begin({ X, means, sigma, weights = [], follow = false, twins = true, halves = false }) {
  const held = halves ? new Float64Array(X.n * means.length).fill(1 / means.length) : null;
  const radius = rmsRadius(X) || 1;
  return place({ X, radius, sigma, weights, held, past: [], before: null, follow, twins }, means);
}

// The means are put somewhere.
export const place = (state, means) => restart({ ...forget(state), start: means, means });

// A mean is under way, until the reader lets it go.
export function drag(state, j, point) {
  const means = state.means.map((mean, l) => (l === j ? point : mean));
  return { ...forget(state), start: means, means, lloyd: means, moving: false };
}

export const setFollow = (state, follow) => restart({ ...forget(state), follow, start: follow ? state.start : state.means });
export const setTwins = (state, twins) => ({ ...state, twins });
export const setSigma = (state, sigma) => (sigma === state.sigma ? state : changed(state, { sigma }));
export const setWeights = (state, weights) => (String(weights) === String(state.weights) ? state : changed(state, { weights }));

// One weight, while the others keep their proportions.
export function setWeight(state, j, share) {
  const rest = 1 - state.weights[j];
  const other = (w) => (rest > 0 ? w / rest : 1 / (state.weights.length - 1)) * (1 - share);
  return setWeights(state, state.weights.map((w, l) => (l === j ? share : other(w))));
}

// Another objective: the means follow EM to its new rest, or a new run begins where they are.
const changed = (state, parts) =>
  state.follow ? relax({ ...state, ...parts }) : restart({ ...forget(state), ...parts, start: state.means });

// k-means takes as many steps from the start as EM; but goes to its rest where the means follow EM to theirs.
const restart = (state) =>
  state.follow ? relax({ ...state, lloyd: fit(state.X, state.start, 0, 0) }) : { ...state, lloyd: state.start, moving: false };

const forget = (state) => ({ ...state, past: [], shown: null, before: state.past.length > 0 ? numbersOf(state) : state.before });

const relax = (state) => ({ ...state, means: parted(state), moving: true });

// A step of EM; beside it one of k-means, unless k-means is at rest already; or half a step of EM.
export function advance(state, em = emStep) {
  const { X, means, lloyd, sigma, held, follow, past } = state;
  if (held) return halfStep(state);
  const next = { ...em(state), lloyd: follow ? lloyd : step(X, lloyd, 0) };
  const moved = Math.max(largestMove(means, next.means), largestMove(lloyd, next.lloyd));
  return { ...state, ...next, past: follow ? past : [...past, state], moving: moved > (sigma > 0 ? REST * state.radius : 0) };
}

// One pass over the data a state: what its numbers took is enough for the step to the next.
const passes = new WeakMap();
const statsOf = (state) => passes.get(state) ?? pass(state.X, state.means, state.sigma, null, logOf(state.weights));
const emStep = (state) => ({ means: update(statsOf(state), state.means) });

// A step that learns sigma and the weights too, where the state says so. At sigma = 0 there is none to learn.
function onward(state) {
  const whole = state.shown ? { ...state, shown: null } : state;
  if (state.learn.length === 0 || state.X.n === 0) return advance(whole);
  const next = advance(whole, learningStep);
  const moved = Math.max(Math.abs(next.sigma - state.sigma) / state.radius, ...next.weights.map((w, j) => Math.abs(w - state.weights[j])));
  return { ...next, moving: next.moving || moved > REST };
}

function learningStep(state) {
  const { X, means, sigma, weights, learn } = state;
  const stats = statsOf(state);
  const fresh = update(stats, means);
  return {
    means: fresh,
    sigma: learn.includes("sigma") && sigma > 0 ? learnedSigma(X, means, fresh, sigma, logOf(weights)) : sigma,
    weights: learn.includes("weights") ? Array.from(stats.counts, (count) => count / X.n) : weights,
  };
}

// Half a step that one sees: the means move to the shares that are shown; then the shares follow the means.
function half(state) {
  if (state.shown) return { ...state, shown: null, past: [...state.past, state] };
  const { means, sigma, weights } = state;
  return { ...onward(state), shown: { means, sigma, weights } };
}

// Where each step of the run led, the start first.
const stepsOf = (state) => [...state.past.filter(({ shown }) => !shown), state];

// Other points, with the means where they are.
const putData = (state, X) =>
  restart({ ...forget(state), X, radius: rmsRadius(X) || 1, start: state.means, before: null });

// E-step: hold the posterior. M-step: move the means to what is held.
function halfStep(state) {
  const { X, means, sigma, weights, held, past } = state;
  const next = past.length % 2 === 0
    ? { means, held: responsibilities(X, means, sigma, logOf(weights)) }
    : { means: update(gather(X, held, means.length), means), held };
  const moved = held.reduce((most, w, i) => Math.max(most, Math.abs(w - next.held[i])), largestMove(means, next.means) / state.radius);
  return { ...state, ...next, past: [...past, state], before: null, moving: moved > REST };
}

// The last step is taken back.
export const back = (state) => ({ ...(state.past.at(-1) ?? state), twins: state.twins });

// Coincident means are parted a little, each towards its own k-means centre: so none changes places.
function parted({ means, lloyd, radius }) {
  return means.map((mean, j) => {
    const group = means.flatMap((other, l) => (largestMove([mean], [other]) < NUDGE * radius ? [l] : []));
    if (group.length === 1) return mean;
    const [middle, target] = [means, lloyd].map((all) => mean.map((_, a) => average(group.map((l) => all[l][a]))));
    let towards = lloyd[j].map((c, a) => c - target[a]);
    const length = Math.hypot(...towards);
    const turn = [Math.cos(2.4 * j), Math.sin(2.4 * j)]; // where k-means has merged them too
    towards = towards.map((c, a) => (length > 0 ? c / length : turn[a]));
    return middle.map((m, a) => m + NUDGE * radius * towards[a]);
  });
}

// What a state is measured by. A run shows the numbers of all its states: each is computed once.
const known = new WeakMap();
export function numbersOf(state, resp = null) {
  if (known.has(state) && !resp) return known.get(state);
  const { X, means, sigma, weights, held } = state;
  const logWeights = logOf(weights);
  const now = pass(X, means, sigma, resp, logWeights);
  passes.set(state, now);
  const logL = logLikelihood(X, now, sigma, means.length, logWeights);
  const bound = held && sigma > 0 ? lowerBound(X, means, sigma, held, logWeights) : NaN;
  const numbers = {
    inertia: now.inertia,
    "free-energy": now.freeEnergy,
    bound: now.inertia - 2 * sigma * sigma * X.n * Math.log(means.length),
    "log-likelihood": logL,
    "lower-bound": bound,
    divergence: Math.max(0, logL - bound),
  };
  known.set(state, numbers);
  return numbers;
}

// All that the explorer says: the shares that it shows, its numbers, and those of the run.
export function readings(state) {
  const resp = new Float64Array(state.X.n * state.means.length);
  const run = [...state.past, state];
  const numbers = numbersOf(state, resp);
  return { ...numbers, resp: state.held ?? resp, posterior: resp, run: run.map((each) => numbersOf(each)) };
}
