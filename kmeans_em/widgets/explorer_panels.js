// What stands beside the explorer's figure: numbers, one picture of the objective, and the words.
//
// `boxes`: follow and twins are shown; `still`: the reader alone moves the means; `bare`: there is no button but Play;
// `hard`: without a slider, if sigma is 0 at first; `halves`: E-step and M-step are taken apart, with the memberships held between them.

const BOUNDS = { inertia: "J", "free-energy": "F<sub>σ</sub>", bound: "J − 2σ²n log k" };
const LOGARITHMS = ["log-likelihood", "lower-bound", "divergence"];
const PANELS = {
  none: { still: true, bare: true },
  range: { readings: BOUNDS, height: 58, draw: drawRange, boxes: true },
  staircase: { readings: { inertia: "J" }, height: 104, draw: drawStaircase, hard: true },
  likelihood: { readings: { "log-likelihood": "log L", inertia: "J" }, still: true },
  bound: {
    readings: { "log-likelihood": "log L", "lower-bound": "lower bound", divergence: "divergence" },
    height: 190,
    draw: drawBounds,
    halves: true,
  },
  terms: {
    readings: { energy: "naive loss Σ r D", entropy: "entropy Σ H", "free-energy": "F<sub>σ</sub>" },
    more: ({ X, means }, { resp }) => terms(X, means, resp),
    height: 118,
    draw: drawTerms,
    still: true,
  },
};

export function summary(state, { resp }) {
  const { X, means, lloyd, sigma, past, follow, radius } = state;
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
  const places = means.filter((mean, j) => !means.slice(0, j).some((other) => largestMove([other], [mean]) < 1e-3 * radius));
  if (places.length === 1 && k > 1) said.push("The means have merged into one.");
  else if (places.length < k) said.push(`The ${k} means stand in ${places.length} places.`);
  const [steps, halves] = [past.length, state.held !== null];
  if (state.twins && (steps > 0 || follow)) {
    const apart = largestMove(means, lloyd);
    const after = follow ? "The" : `After ${steps} ${steps === 1 ? "step" : "steps"} each, the`;
    said.push(
      apart <= 1e-6 * radius
        ? `${after} means stand on the k-means centres (dashed).`
        : `${after} farthest mean is ${short(apart)} from its k-means centre (dashed).`,
    );
  }
  if (!state.twins && steps > 0) said.push(`${halves ? "Half-steps" : "Steps"}: ${steps}${state.moving ? "" : "; the means rest"}.`);
  return said.join(" ");
}

// The objective, a stair for each step.
function drawStaircase(svg, width, { run }, { follow }) {
  if (follow) return svg.replaceChildren();
  const descent = run.map((now) => now["free-energy"]);
  const floor = 70;
  const [top, low] = [Math.max(...descent), Math.min(...descent)];
  const across = linear([0, Math.max(6, descent.length)], 8, width - 8);
  const every = Math.max(1, roundStep((24 * descent.length) / width)); // so that the numbers do not touch
  const up = linear([low > 0 ? 0 : low - 0.15 * (top - low || 1), top || 1], floor, 16);
  const corners = descent.flatMap((value, t) => [[across.at(t), up.at(value)], [across.at(t + 1), up.at(value)]]);
  svg.innerHTML = `
    <line class="axis" x1="8" x2="${width - 8}" y1="${floor}" y2="${floor}"/>
    ${path(corners, "stairs")}
    ${descent.map((_, t) => (t % every ? "" : `<text class="tick" x="${across.at(t + 0.5)}" y="${floor + 14}" text-anchor="middle">${t}</text>`)).join("")}
    <text class="tick" x="${across.at(0) + 2}" y="11">${short(descent[0])}</text>
    ${descent.length > 1 ? `<text class="tick" x="${across.at(descent.length)}" y="${up.at(descent.at(-1)) - 5}" text-anchor="end">${short(descent.at(-1))}</text>` : ""}
    <text class="axis-label" x="${width / 2}" y="${floor + 30}">steps</text>`;
}

// After each half-step: the lower bound as a bar, and on it the divergence, up to log L.
function drawBounds(svg, width, { run }, { before }) {
  const bounds = (before ? [before, ...run] : run).map((now) => ({ bound: now["lower-bound"], logL: now["log-likelihood"] }));
  // the first half-steps, which do the most, and the last
  const places = bounds.map((_, t) => t).filter((t) => t < 6 || t >= bounds.length - 4);
  const shown = places.map((t) => bounds[t]);
  const name = (t) => (before ? ["before", "now"][t] : t === 0 ? "–" : t % 2 ? "E" : "M");
  const finite = shown.filter(({ bound, logL }) => Number.isFinite(bound) && Number.isFinite(logL));
  if (finite.length === 0) return svg.replaceChildren();
  const [low, top] = [Math.min(...finite.map(({ bound }) => bound)), Math.max(...finite.map(({ logL }) => logL))];
  const room = Math.max(top - low, 1e-3 * Math.abs(top)) || 1;
  const [floor, ceiling] = [140, 18];
  const up = linear([low - 0.25 * room, top], floor, ceiling);
  const across = linear([0, Math.max(before ? 4 : 8, shown.length)], 0, width);
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

// The two terms of the objective, each between its values at sigma = 0 and for equal shares.
function drawTerms(svg, width, { energy, entropy, inertia, even }, { X, means }) {
  const most = X.n * Math.log(means.length); // where all shares are equal
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
function drawRange(svg, width, values, { X, radius }) {
  const scatter = radius * radius * X.n;
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
