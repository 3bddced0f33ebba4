// Where the means may start: points of the data, drawn with a seed. The same seed gives the same start in every browser.

// Numbers from 0 up to 1, each call the next one (Tommy Ettinger's mulberry32, in the public domain).
export function seeded(seed) {
  let at = seed >>> 0;
  return () => {
    at = (at + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(at ^ (at >>> 15), at | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Where the reader has placed the means by hand, a seed draws as k-means++ does.
const bySeed = (start) => (start === "hand" ? "plusplus" : start);

const whole = (random, n) => Math.floor(random() * n);

// k points as means; `how` is "random", "farthest" or "plusplus".
export function startMeans(X, k, how, seed) {
  if (k > X.n) throw new RangeError(`k: ${k} means for ${X.n} points; use at most as many as points`);
  const random = seeded(seed);
  const next = how === "farthest" ? farthestRow : oddsRow;
  const rows = how === "random" ? someRows(X.n, k, random) : spreadRows(X, k, random, next);
  return rows.map((i) => [...X.values.subarray(i * X.d, (i + 1) * X.d)]);
}

// k different rows of n, each choice as likely as another.
function someRows(n, k, random) {
  const rows = [];
  while (rows.length < k) {
    const row = whole(random, n);
    if (!rows.includes(row)) rows.push(row);
  }
  return rows;
}

// The first row by chance, each further one by the squared distances to the nearest row so far.
function spreadRows(X, k, random, next) {
  const rows = [whole(random, X.n)];
  const gap = new Float64Array(X.n).fill(Infinity);
  const D = [0];
  while (rows.length < k) {
    const last = rows.at(-1);
    const mean = X.values.subarray(last * X.d, (last + 1) * X.d);
    for (let i = 0; i < X.n; i++) {
      sqDists(X.values, i * X.d, [mean], D);
      gap[i] = Math.min(gap[i], D[0]);
    }
    // where every point sits on a centre already, any row not drawn yet is as good as another
    const odds = gap.some((g) => g > 0) ? gap : gap.map((_, i) => (rows.includes(i) ? 0 : 1));
    rows.push(next(odds, random));
  }
  return rows;
}

// The first of the farthest.
const farthestRow = (odds) => odds.reduce((best, odd, i) => (odd > odds[best] ? i : best), 0);

// The point that is farthest from its nearest mean.
function farthestFrom(X, means) {
  const D = new Float64Array(means.length);
  const gap = Array.from({ length: X.n }, (_, i) => {
    sqDists(X.values, i * X.d, means, D);
    return Math.min(...D);
  });
  const row = farthestRow(gap);
  return [...X.values.subarray(row * X.d, (row + 1) * X.d)];
}

// k-means++: a row with probability in proportion to its squared distance.
function oddsRow(odds, random) {
  let left = random() * odds.reduce((sum, odd) => sum + odd, 0);
  let row = -1;
  for (let i = 0; i < odds.length; i++) {
    if (odds[i] === 0) continue;
    row = i;
    left -= odds[i];
    if (left < 0) break;
  }
  return row;
}

// k-means from each of the seeds to its rest. After each step something is given back, so that whoever calls may take a
// breath: null while the run goes on, then the run.
export function* eachRun(X, k, how, seeds, maxSteps = 300) {
  for (const seed of seeds) {
    const start = startMeans(X, k, how, seed);
    let means = start;
    for (let steps = 1, moved = true; moved && steps <= maxSteps; steps++) {
      const fresh = step(X, means, 0);
      moved = largestMove(means, fresh) > 0;
      means = fresh;
      yield null;
    }
    yield { seed, start, means, J: pass(X, means, 0).inertia };
  }
}

export const runs = (...given) => [...eachRun(...given)].filter(Boolean);
