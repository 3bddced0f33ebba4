// One point shared between two centres: what a share costs, and how sigma moves the cheapest one.

const SHARES = Array.from({ length: 121 }, (_, i) => (1 - Math.cos((Math.PI * i) / 120)) / 2); // close at both ends
const NAME = 160; // pixels that "average squared distance" takes

const SKELETON = `
  <div class="stage"><svg aria-hidden="true"></svg></div>
  <div class="controls">
    <div class="slider">
      <button type="button" data-do="play"></button>
      <span aria-hidden="true">σ</span><input type="range" min="0" aria-label="σ">
    </div>
    <div class="slider-ends" aria-hidden="true"><span>0: k-means</span><span class="sigma-readout"></span><span>more shared</span></div>
  </div>
  <div class="formula">
    <span class="term cost">cost<output data-is="cost"></output></span>
    <span>=</span>
    <span class="term distance">average squared distance<output data-is="distance"></output></span>
    <span>−</span>
    <span class="term entropy">2σ² × entropy<output data-is="price"></output></span>
  </div>
  <p class="summary" role="status"></p>`;

// The share w in the second centre: its squared distance on average, the entropy 2 sigma^2 times, and their difference.
function costOf(first, w, [far, near], sigma) {
  const plogp = (share) => (share > 0 ? share * Math.log(share) : 0);
  const distance = first * far + w * near;
  const price = -2 * sigma * sigma * (plogp(first) + plogp(w));
  return { distance, price, cost: distance - price };
}
export const shared = (w, sqDists, sigma) => costOf(1 - w, w, sqDists, sigma);
// The softmax, the one share with the least cost; at sigma = 0 the nearer centre has it all.
export function lowest(sqDists, sigma) {
  const shares = [...sqDists];
  soften(shares, sigma);
  const [first, w] = shares;
  return { first, w, ...costOf(first, w, sqDists, sigma) };
}
// Where the slider ends, a round number: there the farther centre has a share of about 0.45.
export const hottest = ([a, b]) => +Math.sqrt(2.5 * Math.abs(a - b) || a || 1).toPrecision(1);

const share = (w, rest) => shareFromLog(Math.log(w), Math.log(rest));
const part = (w, rest) => share(w, rest).replace("1 − ", "all but ");

// Rounded so that they add up in print, too.
export function printed({ distance, cost }) {
  const size = Math.max(Math.abs(distance), Math.abs(cost));
  const places = size < 100 ? 2 : size < 1000 ? 1 : 0;
  const rounded = (value) => (size < 1e6 ? +value.toFixed(places) : +value.toPrecision(3));
  const amount = (value) => (size < 1e6 ? value.toFixed(places).replace("-", "−") : short(value));
  const price = rounded(distance) - rounded(cost);
  return { cost: amount(cost), distance: amount(distance), price: amount(price) };
}

function summary([a, b], sigma, { w, first }) {
  if (a === b) return "Both centres are equally far: every share has the same distance, and half and half the most entropy.";
  const [name, most] = b < a ? ["second", part(w, first)] : ["first", part(first, w)];
  if (sigma === 0) return `At σ = 0 entropy counts for nothing: the ${name} centre, the nearer one, has the whole point, as in k-means.`;
  return `At σ = ${short(sigma)} it is cheapest to give the ${name} centre, the nearer one, ${most} of the point.`;
}

function render({ model, el }) {
  const root = frameIn(el, "temperature", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider] = [find(".stage"), find(".stage svg"), find("input")];
  const sqDists = () => model.get("sq_dists");
  let box, across;
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => {
    const sigma = model.get("sigma");
    find(".summary").textContent = summary(sqDists(), sigma, lowest(sqDists(), sigma));
  });

  const tell = telling(model);
  const move = (sigma) => tell("sigma", sigma);
  slider.addEventListener("input", () => move(+slider.value));
  const travelled = () => Math.min(1, model.get("sigma") / hottest(sqDists()));
  const pause = playButton(root, find("[data-do=play]"), travelled, (way) => move(way * hottest(sqDists())));

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = Math.max(300, Math.min(400, 0.62 * width));
    stage.style.height = `${height}px`;
    box = { left: 34, right: width - 34, top: 22, bottom: height - 84 };
    across = linear([0, 1], box.left, box.right);
    const end = hottest(sqDists());
    slider.max = end;
    slider.step = end / 100;
    paint();
  }

  // Everything fits as far as half the slider's travel; from there on the bowl's depth takes the whole height with it.
  function vertical(sigma) {
    const still = Math.max(sigma, hottest(sqDists()) / 2);
    return linear([-shared(0.5, sqDists(), still).price, Math.max(...sqDists())], box.bottom - 22, box.top);
  }

  function paint() {
    if (!box) return;
    const sigma = model.get("sigma");
    const [a, b] = sqDists();
    const best = lowest([a, b], sigma);
    const [w, numbers] = [share(best.w, best.first), printed(best)];
    const up = vertical(sigma);
    const curve = (value, name) =>
      path(SHARES.map((w) => [across.at(w), up.at(value(shared(w, [a, b], sigma)))]), name);
    const place = (w, value, shift) => `x="${across.at(w)}" y="${up.at(value) + shift}"`;
    // Names stand above the line where it is low, below the bowl, and, if there is room, between cost and bowl.
    const falls = b <= a;
    const [from, onLine, onCost, onBowl] = [1, 1 - NAME / (box.right - box.left), 0.4, 0.36].map((w) => (falls ? w : 1 - w));
    const end = falls ? "end" : "start";
    const at = (w) => shared(w, [a, b], sigma);
    const between = up.at(0) - up.at(at(onCost).distance);
    const [split, low] = [across.at(best.w), up.at(best.cost)];
    const [top, bottom] = [box.bottom + 18, box.bottom + 36];
    const edge = box.right - box.left > 250 ? 0 : 28; // narrow: to the stage's edges
    svg.innerHTML = `
      <path class="axis" d="M${box.left} ${up.at(0)}H${box.right}"/>
      <path class="cross" d="M${across.at(0.5)} ${box.top}V${box.bottom}"/>
      <text class="tick" ${place(0, a, 4)} dx="-6" text-anchor="end">${+a.toPrecision(3)}</text>
      <text class="tick" ${place(1, b, 4)} dx="9">${+b.toPrecision(3)}</text>
      ${up.at(0) - up.at(a) < 14 ? "" : `<text class="tick" ${place(0, 0, 4)} dx="-6" text-anchor="end">0</text>`}
      <path class="plumb" d="M${split} ${low}V${bottom}"/>
      ${curve((point) => point.distance, "distance")}
      ${curve((point) => -point.price, "entropy")}
      ${curve((point) => point.cost, "cost")}
      <text class="name distance" ${place(from, at(onLine).distance, -7)} text-anchor="${end}">average squared distance</text>
      <text class="name entropy" ${place(onBowl, -at(onBowl).price, 20)} text-anchor="${end}">−2σ² × entropy</text>
      ${between < 26 ? "" : `<text class="name cost" ${place(onCost, at(onCost).cost, 18)} text-anchor="middle">cost</text>`}
      <rect x="${box.left}" y="${top}" width="${box.right - box.left}" height="${bottom - top}" fill="${colourOf(0)}"/>
      <rect x="${box.left}" y="${top}" width="${split - box.left}" height="${bottom - top}" fill="${colourOf(1)}"/>
      <path class="split" d="M${split - 1} ${top - 4}V${bottom + 4}"/>
      <circle class="lowest" cx="${split}" cy="${low}" r="6"/>
      ${[[0, "0"], [0.5, "½"], [1, "1"]].map(([w, name]) => `<text class="tick" x="${across.at(w)}" y="${box.bottom + 14}" text-anchor="middle">${name}</text>`).join("")}
      <text class="axis-label" x="${across.at(0.5)}" y="${bottom + 38}">w, share of the second centre</text>
      <text x="${box.left - edge}" y="${bottom + 18}"><tspan fill="${colourOf(1)}">■</tspan> w = ${w}</text>
      <text x="${box.right + edge}" y="${bottom + 18}" text-anchor="end">first ${share(best.first, best.w)} <tspan fill="${colourOf(0)}">●</tspan></text>`;

    for (const name of ["cost", "distance", "price"]) find(`[data-is=${name}]`).textContent = numbers[name];
    find(".sigma-readout").textContent = `σ = ${short(sigma)}`;
    slider.value = sigma;
    slider.setAttribute("aria-valuetext", `σ = ${short(sigma)}: w = ${w}, cost ${numbers.cost}`);
    summarise();
  }

  return live(root, model, layout, { sigma: draw, sq_dists: layout }, pause, draw.end, summarise.end);
}

export default { render };
