// A point's means as a tower of blocks, e^{-(D - D_min) / 2 sigma^2} tall: as sigma falls, all but the nearest melt.

const LINE = 46; // the height of the strip with the line, the point and the means
const LABEL = 17; // the least distance of two numbers below that line

const SKELETON = `<div class="stage"><svg aria-hidden="true"></svg></div>
  <div class="controls">
    <div class="buttons">
      <label class="slider"><span>σ</span><input type="range" min="0" max="${POSITIONS}" step="1"></label>
      <button type="button" data-do="play"></button>
    </div>
    <div class="slider-ends" aria-hidden="true"><span>0: k-means</span><span class="sigma-readout"></span><span>wide</span></div>
  </div>
  <p class="formula sum"></p>
  <p class="formula"><span class="share"></span></p>
  <p class="summary" role="status"></p>`;

// The blocks from the nearest mean up, what those above it add to its 1, and what follows from the total.
export function melt(point, means, sigma) {
  const D = means.map((mean) => (mean - point) ** 2);
  const order = [...D.keys()].sort((a, b) => D[a] - D[b]);
  const least = D[order[0]];
  const logs = order.map((j) => (D[j] === least ? 0 : (D[j] - least) / sigma / (-2 * sigma)));
  const rest = logs.slice(1).reduce((sum, log) => sum + Math.exp(log), 0);
  const logTotal = Math.log1p(rest);
  // far down, where the largest of the rest is 0 in floats, its logarithm is as good as theirs
  const logRest = rest > 0 ? Math.log(rest) : logs[1];
  return {
    D, order, least, logs, rest, logRest, logTotal,
    nearest: D.filter((d) => d === least).length,
    squeeze: 2 * sigma * sigma * logTotal,
    room: 2 * sigma * sigma * Math.log(means.length),
  };
}

export function summary({ nearest, rest, logRest, logTotal, D }, sigma) {
  const k = D.length;
  if (nearest === k) return `All ${k} means are equally near: no block melts, and the total is ${k} at every σ.`;
  if (nearest > 1) {
    return sigma === 0
      ? `${nearest} means are equally near: ${nearest} blocks are left. k-means must choose; the shares do not.`
      : `${nearest} means are equally near: as σ falls, the total tends to ${nearest}, not to 1.`;
  }
  if (sigma === 0) return "k-means: one block is left, and the nearest mean has all of x.";
  return rest < 5e-4
    ? `The others have melted: the nearest mean has all but ${fromLog(logRest - logTotal)} of x.`
    : `The blocks add up to ${fromLog(logTotal)}, between 1 and ${k}: the nearest mean has ${fromLog(-logTotal)} of x.`;
}

// Places moved apart, as little as it takes, until they are `gap` from each other; sorted ones stay sorted.
export function spread(places, gap, [left, right]) {
  const fits = Math.min(gap, (right - left) / Math.max(1, places.length - 1));
  const apart = [];
  for (const place of places) apart.push(Math.max(place, (apart.at(-1) ?? left - fits) + fits));
  for (let i = apart.length - 1; i >= 0; i--) apart[i] = Math.min(apart[i], i === apart.length - 1 ? right : apart[i + 1] - fits);
  return apart;
}

function render({ model, el }) {
  const root = frameIn(el, "blocks", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider] = [".stage", "svg", "input"].map(find);
  let box, slide;
  const draw = onceAFrame(paint);
  const now = () => melt(model.get("point"), model.get("means"), model.get("sigma"));
  const summarise = unhurried(() => { find(".summary").textContent = summary(now(), model.get("sigma")); });

  const tell = telling(model);
  const move = (sigma) => tell("sigma", sigma);
  slider.addEventListener("input", () => move(slide.sigmaAt(+slider.value)));
  const pause = playButton(
    root,
    find("[data-do=play]"),
    () => 1 - slide.positionOf(model.get("sigma")) / POSITIONS,
    (way) => move(slide.sigmaAt(Math.round(POSITIONS * (1 - way)))),
  );

  const colour = (j) => `--colour: ${colourOf(j)}`;

  function layout() {
    slide = sigmaSlider(model.get("sigma_range"));
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const [point, means] = [model.get("point"), model.get("means")];
    const k = means.length;
    const height = Math.max(160, Math.min(230, 0.45 * width));
    box = { left: 102, right: 0.56 * width, top: LINE + 14, bottom: LINE + 14 + height, rows: Math.min(0.8 * width, width - 106) };
    stage.style.height = `${box.bottom + 8}px`;
    find(".sum").style.minHeight = `${1.9 * Math.ceil(((k + 1.5) * 64) / width)}em`; // its terms grow and shrink
    const up = linear([0, k], box.bottom, box.top);
    box.up = up;

    const [low, high] = [Math.min(point, ...means), Math.max(point, ...means)];
    const axis = linear([low, high > low ? high : low + 1], 40, width - 20);
    const { order, D } = now();
    const along = [...means.keys()].sort((a, b) => means[a] - means[b]);
    const labels = spread(along.map((j) => axis.at(means[j])), LABEL, [16, width - 8]);
    const marks = along.map((j, i) => `
      <path class="part" style="${colour(j)}" d="M${axis.at(means[j])} 18v8L${labels[i]} 31"/>
      <text class="tick" x="${labels[i]}" y="42" text-anchor="middle">μ${below(j)}</text>`);
    const rows = order.map((j, i) => `<text class="row" x="${box.rows + 6}" y="${up.at(i + 0.5) + 4}">D${below(j)} = ${plain(D[j], 4)}</text>`);
    const level = (value, name) => `<path class="axis" d="M38 ${up.at(value)}h6"/><text class="tick" x="34" y="${up.at(value) + 4}" text-anchor="end">${name}</text>`;
    const here = axis.at(point);
    const [anchor, name] = here < 60 ? ["start", 4] : here > width - 60 ? ["end", width - 4] : ["middle", here];
    svg.innerHTML = `
      <path class="axis" d="M8 18H${width - 4}"/>
      ${marks.join("")}
      <circle class="point" cx="${here}" cy="18" r="5"/><text x="${name}" y="10" text-anchor="${anchor}">x = ${plain(point, 4)}</text>
      <path class="axis" d="M41 ${up.at(0)}V${up.at(k)}"/>
      ${level(0, "0")}${level(1, "1")}${level(k, `k = ${k}`)}
      <path class="room" d="M${box.left} ${box.bottom}V${box.top}H${box.right}V${box.bottom}M${box.left} ${up.at(1)}H${box.right}"/>
      <text class="tick" x="${width - 2}" y="${box.top - 4}" text-anchor="end">D = squared distance</text>
      ${rows.join("")}
      <g class="moving"></g>
      <path class="axis" d="M${box.left} ${box.bottom}H${box.right}"/>`;
    paint();
  }

  function paint() {
    if (!box) return;
    const sigma = model.get("sigma");
    const { order, logs, rest, logRest, logTotal } = now();
    const k = order.length;
    let level = 0;
    const parts = order.map((j, i) => {
      const [foot, top] = [box.up.at(level), box.up.at((level += Math.exp(logs[i])))];
      const middle = box.up.at(i + 0.5);
      return `<g style="${colour(j)}"><path class="ribbon" d="M${box.right} ${foot}V${top}L${box.rows} ${middle - 3}v6Z"/>
        <rect class="block" x="${box.left}" y="${top}" width="${box.right - box.left}" height="${foot - top}"/></g>`;
    });
    const top = box.up.at(level);
    const whole = Number.isInteger(1 + rest) ? String(1 + rest) : fromLog(logTotal);
    const total = rest < 5e-4 && sigma > 0 ? `1 + ${fromLog(logRest)}` : whole;
    svg.querySelector(".moving").innerHTML = `${parts.join("")}
      <path class="total" d="M44 ${top}H${box.left}"/>
      <text class="total-label" x="73" y="${top - 4}" text-anchor="middle">S = ${(1 + rest).toFixed(2)}</text>`;

    const nearest = order[0];
    const term = (i) => `<span class="term line-${order[i] % 4}" style="${colour(order[i])}">${fromLog(logs[i])}</span>`;
    const share = shareFromLog(-logTotal, logRest - logTotal);
    find(".sum").innerHTML = `<span class="terms"><i>S</i> = ${order.map((_, i) => term(i)).join(" + ")} = ${total}</span>`;
    find(".share").innerHTML = `<i>r${below(nearest)}</i> = 1 / <i>S</i> = ${share}`;
    find(".sigma-readout").textContent = `σ = ${short(sigma)}`;
    slider.value = slide.positionOf(sigma);
    slider.setAttribute("aria-valuetext", `σ = ${short(sigma)}: total ${total}, share of the nearest ${share}`);
    summarise();
  }

  const follows = { point: layout, means: layout, sigma: draw, sigma_range: layout };
  return live(root, model, layout, follows, pause, draw.end, summarise.end);
}

export default { render };
