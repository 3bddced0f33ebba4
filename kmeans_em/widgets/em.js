// The loop of em.py, in the page: the same formulas in the same order, so that ties break alike.
// Data are { n, d, values } with values row by row; means are arrays of arrays.

export function sqDists(x, means) {
  return means.map((mean) => {
    let sum = 0;
    for (let a = 0; a < mean.length; a++) sum += (mean[a] - x[a]) * (mean[a] - x[a]);
    return sum;
  });
}

// Turns squared distances into responsibilities, in place.
// Returns the nearest squared distance and log sum_j exp(-(D_j - nearest) / 2 sigma^2).
export function soften(D, sigma) {
  const k = D.length;
  let nearest = 0;
  for (let j = 1; j < k; j++) if (D[j] < D[nearest]) nearest = j;
  const least = D[nearest];
  if (sigma === 0) {
    for (let j = 0; j < k; j++) D[j] = j === nearest ? 1 : 0;
    return { least, logSum: 0 };
  }
  let total = 0;
  for (let j = 0; j < k; j++) {
    D[j] = Math.exp((D[j] - least) / sigma / (-2 * sigma));
    total += D[j];
  }
  for (let j = 0; j < k; j++) D[j] /= total;
  return { least, logSum: Math.log(total) };
}

// One pass over the data: responsibilities row by row, and what the M-step and the read-outs need.
export function pass(X, means, sigma, resp = null) {
  const k = means.length;
  const counts = new Float64Array(k);
  const sums = means.map(() => new Float64Array(X.d));
  const origin = X.values.subarray(0, X.d);
  let inertia = 0;
  let logSum = 0;
  for (let i = 0; i < X.n; i++) {
    const x = X.values.subarray(i * X.d, (i + 1) * X.d);
    const r = sqDists(x, means);
    const row = soften(r, sigma);
    inertia += row.least;
    logSum += row.logSum;
    for (let j = 0; j < k; j++) {
      counts[j] += r[j];
      for (let a = 0; a < X.d; a++) sums[j][a] += r[j] * (x[a] - origin[a]);
    }
    if (resp) resp.set(r, i * k);
  }
  return { counts, sums, origin, inertia, freeEnergy: inertia - 2 * sigma * sigma * logSum };
}

// The M-step; an empty cluster keeps its mean.
export function update(stats, means) {
  return means.map((mean, j) =>
    mean.map((m, a) => (stats.counts[j] > 0 ? stats.origin[a] + stats.sums[j][a] / stats.counts[j] : m)),
  );
}

export function step(X, means, sigma) {
  return update(pass(X, means, sigma), means);
}

export function responsibilities(X, means, sigma) {
  const resp = new Float64Array(X.n * means.length);
  pass(X, means, sigma, resp);
  return resp;
}

export function largestMove(old, fresh) {
  return Math.max(...old.map((mean, j) => Math.hypot(...mean.map((m, a) => fresh[j][a] - m))));
}

// Steps until no mean moves by more than `rest` (at sigma = 0: until none moves at all).
export function fit(X, means, sigma, rest, maxSteps = 300) {
  for (let steps = 1; steps <= maxSteps; steps++) {
    const fresh = step(X, means, sigma);
    const moved = largestMove(means, fresh);
    means = fresh;
    if (moved <= (sigma > 0 ? rest : 0)) break;
  }
  return means;
}

export function rmsRadius(X) {
  const mean = step(X, [Array(X.d).fill(0)], 1);
  return Math.sqrt(pass(X, mean, 1).inertia / X.n);
}
