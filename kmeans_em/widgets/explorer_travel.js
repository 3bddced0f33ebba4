// Sigma along the slider's way from 0 to 1: where it changes the shares much, it goes slowly; nowhere does it stand still.
// Means that follow EM go with it, from where k-means rests.
export function travel(X, [low, high], means, follow, logWeights) {
  const some = thinned(X, Math.ceil(X.n / 200));
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
