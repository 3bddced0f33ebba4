// Two equal bells and the centres of k-means, which stand outside their means; the unit is the width s of a bell.

const [FARTHEST, SIDE, GRAIN] = [4, 7.2, 0.01]; // FARTHEST as in bias.py; how far the drawing goes to each side

const SKELETON = `<div class="stage"><svg aria-hidden="true"></svg></div>
  <div class="buttons">
    <label class="slider"><span>m/s</span><input type="range" min="0" max="${FARTHEST}" step="${GRAIN}"><output></output></label>
    <button type="button" data-do="play"></button>
  </div>
  <p class="key" aria-hidden="true"><span><i class="ring"></i> means of the bells, ±m</span> <span><i class="disc"></i> centres of k-means, ±c</span></p>
  <p class="chain" role="math"></p>
  <p class="summary" role="status"></p>`;

const phi = (t) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);

// 2Φ(t) − 1 for t from 0 on, by a series of positive terms.
export function within(t) {
  let [term, sum] = [t, t];
  for (let odd = 3; term > 1e-17 * sum; odd += 2) {
    term *= (t * t) / odd;
    sum += term;
  }
  return 2 * phi(t) * sum;
}

// The right centre, if the right bell has the mean m and the width 1.
export const centre = (m) => m * within(m) + 2 * phi(m);

export function summary(m) {
  const lost = (1 - within(m)) / 2;
  const share = lost < 0.0005 ? "Less than 0.1%" : `${(100 * lost).toFixed(1)}%`;
  if (m === 0) return "One bell only. k-means cuts it in two all the same.";
  return `${share} of each bell lies beyond the border, and is counted by the neighbour.`;
}

function render({ model, el }) {
  const root = frameIn(el, "bias", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider] = [".stage", "svg", "input"].map(find);
  const set = telling(model);
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => { find(".summary").textContent = summary(model.get("separation")); });
  let line, height, across, up, upper, lower;

  slider.addEventListener("input", () => set("separation", +slider.value));
  const travel = (way) => set("separation", +(FARTHEST * (1 - way)).toFixed(2));
  const pause = playButton(root, find("[data-do=play]"), () => 1 - model.get("separation") / FARTHEST, travel);

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const whole = Math.max(270, Math.min(360, 0.56 * width));
    stage.style.height = `${whole}px`;
    const [left, right] = [46, width - 12];
    upper = { left: 0, right: width, top: 8, bottom: 0.42 * whole };
    lower = { left, right, top: upper.bottom + 44, bottom: whole - 36 };
    line = linear([-SIDE, SIDE], upper.left, upper.right);
    height = linear([0, 1.1 * phi(0)], upper.bottom, upper.top);
    across = linear([0, FARTHEST], lower.left, lower.right);
    up = linear([0, 0.9], lower.bottom, lower.top);
    const grid = Array.from({ length: 161 }, (_, i) => (FARTHEST * i) / 160);
    svg.innerHTML = `
      ${frameMarks([across, up], lower, ["m/s", "(c − m)/s"], [0, 0.4, 0.8], [0, 1, 2, 3, 4])}
      ${path(grid.map((m) => [across.at(m), up.at(centre(m) - m)]), "curve")}
      <path class="axis" d="M${upper.left} ${upper.bottom}H${upper.right}"/>
      <path class="cross" d="M${line.at(0)} ${upper.top}V${upper.bottom + 14}"/>
      <text class="tick" x="${line.at(0)}" y="${upper.bottom + 27}" text-anchor="middle">border</text>
      <g class="moving"></g>`;
    paint();
  }

  // The bell of side −1 or 1 from one place to another, as corners.
  function bell(side, m, from, to) {
    return Array.from({ length: 121 }, (_, i) => from + ((to - from) * i) / 120)
      .map((x) => [line.at(x), height.at(phi(x - side * m))]);
  }
  function tail(side, m, j) {
    const corners = bell(side, m, 0, -side * SIDE);
    return path([...corners, [corners.at(-1)[0], upper.bottom], [line.at(0), upper.bottom]], "tail", j);
  }

  function paint() {
    if (!line) return;
    const m = model.get("separation");
    const c = centre(m);
    const mark = (side, j) => `
      <circle class="centre" style="--colour: ${colourOf(j)}" cx="${line.at(side * c)}" cy="${upper.bottom}" r="6"/>
      <circle class="mean" cx="${line.at(side * m)}" cy="${upper.bottom}" r="9"/>`;
    svg.querySelector(".moving").innerHTML = `
      ${tail(-1, m, 0)}${tail(1, m, 1)}
      ${path(bell(-1, m, -SIDE, SIDE), "part", 0)}${path(bell(1, m, -SIDE, SIDE), "part", 1)}
      ${mark(-1, 0)}${mark(1, 1)}
      <path class="cross" d="M${across.at(m)} ${lower.top}V${lower.bottom}"/>
      <circle class="now" cx="${across.at(m)}" cy="${up.at(c - m)}" r="6"/>`;
    slider.value = m;
    slider.setAttribute("aria-valuetext", `m/s = ${m.toFixed(2)}: the centres stand at ±${c.toFixed(4)} s`);
    find("output").textContent = m.toFixed(2);
    const off = c - m;
    find(".chain").innerHTML = `<span>m = ${m.toFixed(2)} s</span> <span>c = <b>${c.toFixed(4)} s</b></span>
      <span>c − m = ${off < 1e-4 ? "less than 0.0001" : off.toFixed(4)} s</span>`;
    summarise();
  }

  return live(root, model, layout, { separation: draw }, pause, draw.end, summarise.end);
}

export default { render };
