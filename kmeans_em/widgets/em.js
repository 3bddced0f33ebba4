// The loop of em.py, in the page: the same formulas in the same order, so that ties break alike.
// Data are { n, d, values } with values row by row; means are arrays of arrays;
// logWeights is an array of k numbers, or null for a plain sum over j.

// Squared distances from the point that starts at values[at], written into D.
export function sqDists(values, at, means, D) {
  for (let j = 0; j < means.length; j++) {
    const mean = means[j];
    let sum = 0;
    for (let a = 0; a < mean.length; a++) sum += (mean[a] - values[at + a]) * (mean[a] - values[at + a]);
    D[j] = sum;
  }
}

const alive = (logWeights, j) => logWeights === null || logWeights[j] > -Infinity;

// The nearest cluster of positive weight.
export function nearest(D, logWeights = null) {
  let best = -1;
  for (let j = 0; j < D.length; j++) if (alive(logWeights, j) && (best < 0 || D[j] < D[best])) best = j;
  return best;
}

// Turns squared distances into responsibilities, in place.
// Returns log sum_j w_j exp(-(D_j - min D) / 2 sigma^2).
export function soften(D, sigma, logWeights = null) {
  const closest = nearest(D, logWeights);
  const least = D[closest];
  if (sigma === 0) {
    for (let j = 0; j < D.length; j++) D[j] = j === closest ? 1 : 0;
    return 0;
  }
  let top = -Infinity;
  for (let j = 0; j < D.length; j++) {
    D[j] = alive(logWeights, j) ? (D[j] - least) / sigma / (-2 * sigma) + (logWeights?.[j] ?? 0) : -Infinity;
    top = Math.max(top, D[j]);
  }
  let total = 0;
  for (let j = 0; j < D.length; j++) {
    D[j] = Math.exp(D[j] - top);
    total += D[j];
  }
  for (let j = 0; j < D.length; j++) D[j] /= total;
  return top + Math.log(total);
}

// What the M-step needs: sums over the points, relative to the first of them.
function nothingYet(X, k) {
  const sums = Array.from({ length: k }, () => new Float64Array(X.d));
  return { counts: new Float64Array(k), sums, origin: X.values.subarray(0, X.d) };
}

// Adds point i, with the k shares that start at shares[at].
function add({ counts, sums, origin }, X, i, shares, at) {
  for (let j = 0; j < counts.length; j++) {
    const share = shares[at + j];
    counts[j] += share;
    for (let a = 0; a < X.d; a++) sums[j][a] += share * (X.values[i * X.d + a] - origin[a]);
  }
}

// One pass over the data: responsibilities, if `resp` is there to take them, and what the M-step and
// the read-outs need.
export function pass(X, means, sigma, resp = null, logWeights = null) {
  const k = means.length;
  const stats = nothingYet(X, k);
  const r = new Float64Array(k);
  let inertia = 0;
  let logSum = 0;
  for (let i = 0; i < X.n; i++) {
    sqDists(X.values, i * X.d, means, r);
    inertia += r[nearest(r, logWeights)];
    logSum += soften(r, sigma, logWeights);
    add(stats, X, i, r, 0);
    if (resp) resp.set(r, i * k);
  }
  return { ...stats, inertia, logSum, freeEnergy: inertia - 2 * sigma * sigma * logSum };
}

// log L of the mixture with these weights, equal ones where they are left out; none at sigma = 0.
export function logLikelihood(X, { inertia, logSum }, sigma, k, logWeights = null) {
  if (sigma === 0) return NaN;
  const even = logWeights === null ? Math.log(k) : 0;
  return logSum - X.n * even - inertia / sigma / (2 * sigma) - X.n * X.d * (Math.log(sigma) + Math.log(2 * Math.PI) / 2);
}

// The two terms of soft k-means, naive loss and entropy; and the loss that equal shares would have.
export function terms(X, means, resp) {
  const k = means.length;
  const D = new Float64Array(k);
  let [energy, entropy, even] = [0, 0, 0];
  for (let i = 0; i < X.n; i++) {
    sqDists(X.values, i * X.d, means, D);
    for (let j = 0; j < k; j++) {
      const r = resp[i * k + j];
      energy += r * D[j];
      even += D[j] / k;
      if (r > 0) entropy -= r * Math.log(r); // 0 log 0 = 0
    }
  }
  return { energy, entropy, even };
}

// sum_ij w_ij log(w_j p_ij / w_ij), below log L by sum_i KL(w_i, r_i): -Infinity where a w_ij > 0 has r_ij = 0.
export function lowerBound(X, means, sigma, memberships, logWeights = null) {
  const k = means.length;
  const D = new Float64Array(k);
  const constant = X.d * (Math.log(sigma) + Math.log(2 * Math.PI) / 2);
  let sum = 0;
  for (let i = 0; i < X.n; i++) {
    sqDists(X.values, i * X.d, means, D);
    for (let j = 0; j < k; j++) {
      const w = memberships[i * k + j];
      if (w > 0) sum += w * ((logWeights?.[j] ?? -Math.log(k)) - D[j] / sigma / (2 * sigma) - constant - Math.log(w));
    }
  }
  return sum;
}

// The statistics that any memberships leave for the M-step.
export function gather(X, memberships, k) {
  const stats = nothingYet(X, k);
  for (let i = 0; i < X.n; i++) add(stats, X, i, memberships, i * k);
  return stats;
}

// The M-step; an empty cluster keeps its mean.
export function update(stats, means) {
  return means.map((mean, j) =>
    mean.map((m, a) => (stats.counts[j] > 0 ? stats.origin[a] + stats.sums[j][a] / stats.counts[j] : m)),
  );
}

export function step(X, means, sigma, logWeights = null) {
  return update(pass(X, means, sigma, null, logWeights), means);
}

// The shared sigma that the M-step learns: sigma^2 = sum_ij r_ij |x_i - fresh mean_j|^2 / (n d), by differences.
function learnedSigma(X, means, fresh, sigma, logWeights = null) {
  const [r, D] = [new Float64Array(means.length), new Float64Array(means.length)];
  let scatter = 0;
  for (let i = 0; i < X.n; i++) {
    sqDists(X.values, i * X.d, means, r);
    soften(r, sigma, logWeights);
    sqDists(X.values, i * X.d, fresh, D);
    for (let j = 0; j < r.length; j++) if (r[j] > 0) scatter += r[j] * D[j];
  }
  return Math.sqrt(scatter / (X.n * X.d));
}

export function responsibilities(X, means, sigma, logWeights = null) {
  const resp = new Float64Array(X.n * means.length);
  pass(X, means, sigma, resp, logWeights);
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
