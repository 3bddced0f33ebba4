// Which delta lives where: prior, posterior and component of one point, on labels and on places, as sigma goes to 0.

const STEPS = 80; // of the slider, from sigma = 0 to WIDEST
const WIDEST = 0.4; // sigma at the slider's right end, in distances between the means
const REACH = 1.25; // of the line to either side of the middle, in distances between the means
const FAR = 1e5; // pixels: no drawing needs a place beyond
const LOW = 0.22; // the height of the component at WIDEST, in heights of the panel

const panel = (name, top = "") => `<div class="panel ${name}">${top}<svg aria-hidden="true"></svg></div>`;
const SHARES = `<div class="shares"><span></span><span></span></div>`;
const SKELETON = `
  <div class="cells">
    <b>on labels {1, 2}</b><b>on places</b>
    <span class="row">prior: stays</span>
    ${panel("prior labels")}${panel("prior places")}
    <span class="row posterior"></span>
    ${panel("posterior labels", SHARES)}${panel("posterior places", SHARES)}
    <div class="formula">
      <span class="r">r<sub data-is="label"></sub> <span data-is="fraction">=
        <span class="fraction"><span>1</span><span>1 + e<sup>−<span data-is="lead"></span>/2σ²</sup></span></span></span></span>
      <span class="r" data-is="share"></span>
    </div>
    ${panel("component", '<span class="quiet"></span>')}
  </div>
  <div class="slider"><input type="range" min="0" max="${STEPS}" step="1" aria-label="σ"><output></output></div>
  <div class="buttons">
    <button type="button" data-do="play"></button>
    <button type="button" data-do="limit">σ = 0: the limit</button>
  </div>
  <p class="summary" role="status"></p>`;

// D1 - D2: how much nearer the point is to the second mean, in squared distances.
export const lead = (point, [a, b]) => (b - a) * (2 * point - a - b);

// The logarithms of the two responsibilities; sigma = 0 is their limit, in which a tie stays a tie.
export function logPosterior(point, means, sigma) {
  const ahead = lead(point, means);
  const excess = ahead === 0 ? 0 : ahead / 2 / sigma / sigma;
  const minusLog = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))); // of 1 / (1 + e^x)
  return [-minusLog(excess), -minusLog(-excess)];
}

// So small a share has no digits that would tell anything.
const tiny = (log) => log > -Infinity && log < -300 * Math.LN10;
const inPanel = ([log, rest]) => (rest > -Infinity && log > -5e-4 ? "> 0.999" : tiny(log) ? "< 10⁻³⁰⁰" : fromLog(log));
const shareOf = (logs, j) => (tiny(logs[1 - j]) ? "> 1 − 10⁻³⁰⁰" : tiny(logs[j]) ? "< 10⁻³⁰⁰" : shareFromLog(logs[j], logs[1 - j]));

function summary(point, tie, winner, sigma, share) {
  if (tie) return `A tie: ${plain(point)} is midway. The posterior stays at ½ and ½ for every σ, and in the limit.`;
  if (sigma > 0) return `σ = ${plain(sigma, 3)}: label ${winner} has the share ${share}. No prior has moved.`;
  return `The posterior is “certainly ${winner}”: the delta that makes k-means. No prior has moved.`;
}

function render({ model, el }) {
  const root = frameIn(el, "deltas", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const slider = find("input");
  const widest = () => WIDEST * Math.abs(model.get("means")[1] - model.get("means")[0]);
  let width, height, floor, roof; // of a panel's drawing
  let drawn = {};
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => {
    const { point, tie, winner, sigma, logs } = state();
    find(".summary").textContent = summary(point, tie, winner + 1, sigma, shareOf(logs, winner));
  });

  function state() {
    const [point, means, sigma] = ["point", "means", "sigma"].map((name) => model.get(name));
    const ahead = lead(point, means);
    return { point, means, sigma, ahead, tie: ahead === 0, winner: ahead < 0 ? 0 : 1, logs: logPosterior(point, means, sigma) };
  }

  const tell = telling(model);
  const move = (sigma) => tell("sigma", +sigma.toPrecision(12));
  slider.addEventListener("input", () => move((slider.value / STEPS) * widest()));
  find("[data-do=limit]").addEventListener("click", () => move(0));
  const pause = playButton(
    root,
    find("[data-do=play]"),
    () => 1 - Math.min(1, model.get("sigma") / widest()),
    (way) => move((1 - way) * widest()),
  );

  function layout() {
    width = find("svg").clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    height = Math.max(70, Math.min(110, 0.36 * width));
    [floor, roof] = [height - 18, 6];
    for (const svg of root.querySelectorAll(".panel > svg")) svg.style.height = `${height}px`;
    paint();
  }

  const middles = [0.3, 0.7]; // of the two labels, and of the two means if the first is the left one
  const halvesAt = (right, down) =>
    middles.map((x) => `<text class="half-share" x="${x * width + right}" y="${up(0.5) + down}">½</text>`).join("");
  const up = (share) => floor - share * (floor - roof);
  const base = () => `<path class="axis" d="M0 ${floor}H${width}"/>`;
  const tick = (x, text) => `<text class="tick" x="${x}" y="${floor + 15}" text-anchor="middle">${text}</text>`;
  const note = (x, ...lines) =>
    lines.map((line, i) => `<text class="note" x="${x * width}" y="${roof + 10 + 13 * i}">${line}</text>`).join("");
  // Beside the outline of what the posterior tends to, over the lower of the two shares.
  const limitNote = ({ winner, logs }) =>
    note(winner ? 0.3 : 0.7, ...(logs[1 - winner] < Math.log(0.3) ? ["dashed:", "the limit"] : ["dashed: limit"]));

  // Labels: a bar each, and the outline of the point mass.
  function bars(shares) {
    const bar = (share, j) => box(`share mean-${j}`, j, share) + tick(middles[j] * width, j + 1);
    return shares.map(bar).join("") + base();
  }
  const box = (name, j, share) =>
    `<rect class="${name}" x="${(middles[j] - 0.1) * width}" y="${up(share)}" width="${0.2 * width}" height="${floor - up(share)}"/>`;

  // Places: the line, with a spike on each mean.
  function line({ means: [a, b] }) {
    const [middle, reach] = [(a + b) / 2, REACH * Math.abs(b - a)];
    return linear([middle - reach, middle + reach], 0, width);
  }
  function places({ means }, axis) {
    return base() + means.map((mean) => tick(axis.at(mean), plain(mean, 4))).join("");
  }
  const heads = [
    (x, y) => `<circle class="head mean-0" cx="${x}" cy="${y}" r="4.5"/>`,
    (x, y) => `<rect class="head mean-1" x="${x - 4}" y="${y - 4}" width="8" height="8"/>`,
  ];
  const upright = (name, x, top) => `<path class="${name}" d="M${x} ${floor}V${top}"/>`;
  function spikes(here, shares) {
    const axis = line(here);
    const spike = (share, j) => {
      const [x, y] = [axis.at(here.means[j]), up(share)];
      return upright(`spike mean-${j}`, x, y) + heads[j](x, y);
    };
    return places(here, axis) + shares.map(spike).join("");
  }
  function cross(here) {
    const axis = line(here);
    const x = Math.min(width - 8, Math.max(8, axis.at(here.point)));
    const nearest = axis.at(here.means[here.winner]); // its spike stands on the other side of the name
    const [shift, anchor] = x < 9 || (nearest <= x && x < width - 9) ? [-4, "start"] : [4, "end"];
    return `<path class="point" d="M${x - 4} ${floor - 4}l8 8m0 -8l-8 8"/>
      <text class="tick" x="${x + shift}" y="${floor - 7}" text-anchor="${anchor}">x = ${plain(here.point, 4)}</text>`;
  }
  function component(here) {
    const [axis, mean] = [line(here), here.means[here.winner]];
    const zs = Array.from({ length: 161 }, (_, i) => 8 * ((i - 80) / 80) ** 3);
    const heightAt = (z) => Math.min(2, ((LOW * widest()) / here.sigma) * Math.exp((-z * z) / 2));
    const onScreen = (x) => Math.min(FAR, Math.max(-FAR, x));
    const curve = zs.map((z) => [onScreen(axis.at(mean + here.sigma * z)), up(heightAt(z))]);
    const bell = here.sigma > 0 ? inside({ left: 0, right: width, top: 0, bottom: floor }, path(curve, "bell-curve", here.winner)) : "";
    const x = axis.at(mean);
    return `${places(here, axis)}${bell}${heads[here.winner](x, floor)}
      ${upright("limit", x, roof + 6)}<path class="tip" d="M${x} ${roof - 4}l5 11h-10z"/>`;
  }

  function paint() {
    if (!height) return;
    const here = state();
    const { tie, winner, sigma, logs } = here;
    const [halves, shares] = [[0.5, 0.5], logs.map(Math.exp)];
    const aims = tie ? ["", ""] : [
      box("limit", winner, 1) + limitNote(here),
      upright("limit", line(here).at(here.means[winner]), roof) + limitNote(here),
    ];
    const drawings = {
      "prior.labels": bars(halves) + halvesAt(0, -5),
      "prior.places": spikes(here, halves) + halvesAt(15, 8) + note(0.5, "weight ½ each"),
      "posterior.labels": bars(shares) + aims[0],
      "posterior.places": aims[1] + spikes(here, shares) + cross(here),
      component: component(here),
    };
    for (const [name, drawing] of Object.entries(drawings)) {
      if (drawn[name] !== drawing) find(`.panel.${name} svg`).innerHTML = drawing; // the priors need it once
    }
    drawn = drawings;
    find(".row.posterior").textContent = tie ? "posterior: a tie stays" : sigma > 0 ? "posterior: hardens" : "posterior: hard";
    find(".component .quiet").textContent = `component ${winner + 1} ${sigma > 0 ? "narrows" : "is a delta"}`;
    const numbers = [inPanel(logs), inPanel([...logs].reverse())];
    for (const row of root.querySelectorAll(".shares")) [...row.children].forEach((span, j) => { span.textContent = numbers[j]; });
    root.style.setProperty("--winner", `var(--mean-${winner})`);
    for (const label of root.querySelectorAll("[data-is=label]")) label.textContent = winner + 1;
    find("[data-is=lead]").textContent = plain(Math.abs(here.ahead));
    find("[data-is=fraction]").hidden = sigma === 0; // nobody divides by 0
    find("[data-is=share]").textContent = sigma === 0 && !tie ? "→ 1" : numbers[winner].replace(/^(?=\d)/, "= ");
    find("output").textContent = `σ = ${plain(sigma, 3)}`;
    slider.value = Math.round((sigma / widest()) * STEPS);
    slider.setAttribute("aria-valuetext", `σ = ${plain(sigma, 3)}${sigma === 0 ? ": the limit" : ""}, share ${shareOf(logs, winner)}`);
    summarise();
  }

  return live(root, model, layout, { point: draw, means: draw, sigma: draw }, pause, draw.end, summarise.end);
}

export default { render };
