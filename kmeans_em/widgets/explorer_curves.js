// What is drawn of a run beside the figure: its curves, the trail of a falling sigma, and lines from the points to the means.

const NEXT_TO = 14; // positions of the slider between two rests that a trail joins
const MOST_LINES = 3000; // points; more lines would hide the points

// The curves of a run, a stair for each step: J and F_sigma on one scale, log L below on its own.
function drawCurves(svg, width, run) {
  const count = Math.max(6, run.length);
  const across = linear([0, count], 8, width - 8);
  const every = Math.max(1, roundStep((24 * count) / width)); // so that the numbers do not touch
  const stair = (values, up) => values.flatMap((value, t) => [[across.at(t), up.at(value)], [across.at(t + 1), up.at(value)]]);
  const ends = (values, up, name) => {
    const [first, last] = [values[0], values.at(-1)];
    const write = name === "log-likelihood" ? decimals : short;
    return `<text class="tick" x="8" y="${up.at(first) - 4}">${write(first)}</text>${
      values.length > 1 ? `<text class="tick" x="${across.at(values.length)}" y="${up.at(last) - 4}" text-anchor="end">${write(last)}</text>` : ""}`;
  };
  // lists of one kind share a scale, between its own least and largest number
  const plot = (names, top, floor) => {
    const lists = names.map((name) => run.map((now) => now[name])).filter((list) => list.every(Number.isFinite));
    if (lists.length === 0) return "";
    const all = lists.flat();
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const up = linear([low - 0.06 * (high - low || 1), high + 0.02 * (high - low || 1)], floor, top + 16);
    return `<line class="axis" x1="8" x2="${width - 8}" y1="${floor}" y2="${floor}"/>
      ${lists.map((list, l) => path(stair(list, up), `curve-${names[l]}`) + ends(list, up, names[l])).join("")}`;
  };
  const key = (x, y, name, words) => `<path class="curve-${name}" d="M${x} ${y - 4}h18"/><text x="${x + 23}" y="${y}">${words}</text>`;
  svg.innerHTML = `
    ${key(8, 13, "inertia", "J")}${key(64, 13, "free-energy", "F")}
    ${plot(["inertia", "free-energy"], 16, 116)}
    ${key(8, 143, "log-likelihood", Number.isFinite(run.at(-1)["log-likelihood"]) ? "log L" : "log L: none at σ = 0")}
    ${plot(["log-likelihood"], 146, 222)}
    ${run.map((_, t) => (t % every ? "" : `<text class="tick" x="${across.at(t + 0.5)}" y="236" text-anchor="middle">${t}</text>`)).join("")}
    <text class="axis-label" x="${width / 2}" y="254">steps</text>`;
  svg.setAttribute("aria-label", `After ${run.length - 1} steps: J from ${short(run[0].inertia)} to ${short(run.at(-1).inertia)}.`);
}

// Where the means have rested while sigma went down and up.
function drawTrail(svg, width, { runs, sigmaC, placeOf, ends, range, means, sigma }) {
  const box = { left: 40, right: width - 8, top: 22, bottom: 226 };
  const across = linear([0, Math.max(range[1], 1.2 * sigmaC)], box.left + 6, box.right);
  const up = linear(ends, box.bottom, box.top);
  const x = across.at(sigmaC);
  svg.innerHTML = `${frameMarks([across, up], box, ["σ", "place of the means"])}
    <path class="critical" d="M${x} ${box.top}V${box.bottom}"/><text x="${x}" y="${box.top - 7}" text-anchor="middle">σ<tspan dy="4" font-size="10">c</tspan><tspan dy="-4"> = ${short(sigmaC)}</tspan></text>
    ${inside(box, `<g class="trails">${trails(runs, means.length, across, up)}</g>${means.map((mean, j) => `<circle class="rests" style="--colour: ${colourOf(j)}" cx="${across.at(sigma)}" cy="${up.at(placeOf(mean))}" r="5"/>`).join("")}`)}`;
  svg.setAttribute("aria-label", `Places of the means, σ from 0 to ${short(across.max)}; at σ = ${short(sigma)} they rest at ${means.map((mean) => short(placeOf(mean))).join(", ")}. Merged means part below σ = ${short(sigmaC)}.`);
}

// The trail of one and the same data and k: where the means rest at each sigma that they have been to.
function trailOfMeans() {
  let trail = { runs: [] };
  function begin({ X, start }) {
    const { ways: [along], spreads: [sigmaC] } = widest(X);
    const placeOf = (point) => point.reduce((sum, x, a) => sum + x * along[a], 0);
    const places = Array.from({ length: X.n }, (_, i) => placeOf(X.values.subarray(i * X.d, (i + 1) * X.d)));
    trail = { X, start, runs: [], sigmaC, placeOf, ends: range({ d: 1, values: places }, 0) };
  }
  function leave(state, positionOf) {
    const { X, means, sigma, follow, start } = state;
    if (!follow || X.n === 0 || X.d > 2) return;
    if (trail.X !== X || trail.start !== start) begin(state);
    const last = trail.runs.at(-1)?.at.at(-1);
    if (last?.[0] === sigma) return;
    const joined = last && Math.abs(positionOf(sigma) - positionOf(last[0])) <= NEXT_TO;
    if (!joined) trail.runs.push({ rising: false, at: [] }); // nobody knows where the means were in between
    remember(trail.runs, last ? sigma > last[0] : false, [sigma, ...means.map(trail.placeOf)]);
  }
  return { leave, of: (X) => (trail.X === X ? trail : null) };
}

// From each point to the means that share it: the paler, the smaller the share.
function drawLines(context, { palette }, { X, means, resp, x, y, toScreen }) {
  if (X.n > MOST_LINES) return;
  const k = means.length;
  const ends = means.map(toScreen);
  context.save();
  context.lineWidth = 1;
  for (let j = 0; j < k; j++) {
    context.strokeStyle = css(palette[j]);
    for (let i = 0; i < X.n; i++) {
      const share = resp[i * k + j];
      if (share < 0.02) continue;
      context.globalAlpha = 0.45 * share;
      context.beginPath();
      context.moveTo(x(i), y(i));
      context.lineTo(...ends[j]);
      context.stroke();
    }
  }
  context.restore();
}
