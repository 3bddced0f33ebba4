// Two bells of one sigma and a point: the sticks that stand on the point, and the shares in their ratio.

const HEADROOM = 1.15; // above what the box is made for
const ZOOM = 700; // milliseconds from one scale to the other
const [STICK, BAR, HANDLE] = [12, 24, 15]; // the widths of the first two, and the radius of the third

const SKELETON = `<div class="stage"><svg aria-hidden="true"></svg>
    <div class="handles"><div class="handle" role="slider" tabindex="0" aria-label="the point x">x</div></div></div>
  <div class="controls">
    <div class="buttons">
      <label class="slider"><span>σ</span><input type="range"></label>
      <button type="button" data-do="play"></button>
    </div>
    <div class="slider-ends" aria-hidden="true"><span>narrow</span><span class="sigma-readout"></span><span>wide</span></div>
    <div class="buttons switch" role="group" aria-label="Scale of the heights">
      <button type="button" data-relative="false">heights as they are</button>
      <button type="button" data-relative="true">taller stick = 1</button>
    </div>
  </div>
  <p class="formula" role="math"></p>
  <p class="summary" role="status"></p>`;

// Logarithms all through: a height of 10^-1000 is a height.
export const logHeight = (x, mean, sigma) =>
  -(((x - mean) / sigma) ** 2) / 2 - Math.log(sigma) - Math.log(2 * Math.PI) / 2;
export const logHeights = (x, means, sigma) => means.map((mean) => logHeight(x, mean, sigma));
export function logShares(x, means, sigma) {
  // how far the first bell is ahead of the second; a difference of squares is a product, which loses no digits
  const lead = (((means[1] - means[0]) / sigma) * ((means[0] + means[1]) / 2 - x)) / sigma;
  const share = (behind) => (behind > 0 ? -behind - Math.log1p(Math.exp(-behind)) : -Math.log1p(Math.exp(behind)));
  return [share(-lead), share(lead)];
}

export function summary(x, means, sigma, relative) {
  const logs = logHeights(x, means, sigma);
  const [ahead, apart] = [logs[1] > logs[0] ? 1 : 0, Math.abs(logs[1] - logs[0])];
  if (apart < 1e-9) return "The border: both sticks are equally tall at every σ, and the shares are ½ and ½.";
  if (relative) return `The tall stick is 1, the other ${fromLog(-apart)}. Drag σ to the left: the tall stick stays 1, the other melts.`;
  const side = means[ahead] > means[1 - ahead] ? "right" : "left";
  return `At x the ${side} bell is ${fromLog(apart)} times as high as the other. Only this ratio makes the shares.`;
}

function render({ model, el }) {
  const root = frameIn(el, "two-bells", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, handle, slider] = [".stage", "svg", ".handle", "input"].map(find);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const distance = (j) => Math.abs(model.get("point") - model.get("means")[j]);
  const mine = distance(1) < distance(0) ? 1 : 0; // whose share the formula tells: that of the mean that is nearer at first
  let box, plot, axis, grain; // the plot is wider than the axis is long: a stick at either end stands in it, too
  let zoom = +model.get("relative"); // 0: as they are; 1: the tallest stick is 1; between: on the way
  let lastFrame = 0;
  const draw = onceAFrame(paint);
  const state = () => ["point", "means", "sigma", "relative"].map((name) => model.get(name));
  const summarise = unhurried(() => { find(".summary").textContent = summary(...state()); });

  const set = telling(model);
  const moveTo = (x) => set("point", Math.min(axis.max, Math.max(axis.min, +(Math.round(x / grain) * grain).toPrecision(12))));

  slider.addEventListener("input", () => set("sigma", +slider.value));
  for (const button of root.querySelectorAll("[data-relative]")) {
    button.addEventListener("click", () => set("relative", button.dataset.relative === "true"));
  }
  draggable(handle, stage, (pixel) => moveTo(axis.from(pixel)));
  handle.addEventListener("keydown", (event) => {
    const x = model.get("point");
    const to = {
      ArrowLeft: x - grain, ArrowDown: x - grain, ArrowRight: x + grain, ArrowUp: x + grain,
      PageDown: x - 10 * grain, PageUp: x + 10 * grain, Home: axis.min, End: axis.max,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  });
  const pause = playButton(root, find("[data-do=play]"), travelled, (way) => {
    const [low, high] = model.get("sigma_range");
    set("sigma", Math.max(low, high + (low - high) * way));
  });
  function travelled() {
    const [low, high] = model.get("sigma_range");
    return (high - model.get("sigma")) / (high - low);
  }

  const follow = () => (axis && model.get("point") >= axis.min && model.get("point") <= axis.max ? draw() : layout());

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const [x, means] = state();
    const height = Math.max(120, Math.min(190, 0.36 * width));
    box = { left: HANDLE, right: width - HANDLE, top: 20, bottom: 20 + height };
    plot = { ...box, left: 0, right: width };
    stage.style.height = `${box.bottom + 98}px`;
    const [low, high] = [Math.min(x, ...means), Math.max(x, ...means)];
    grain = roundStep((high - low) / 150);
    const margin = Math.ceil((0.4 * (high - low)) / grain) * grain;
    axis = linear([low - margin, high + margin], box.left, box.right);
    const range = model.get("sigma_range");
    slider.step = roundStep(span(range) / 100);
    [slider.min, slider.max] = range;

    const [first, second] = means[0] < means[1] ? [0, 1] : [1, 0];
    const name = (j, anchor, shift) => `
      <path class="part dash-${j}" style="--colour: ${colourOf(j)}" d="M${axis.at(means[j])} ${box.bottom}v34"/>
      <text x="${axis.at(means[j]) + shift}" y="${box.bottom + 44}" text-anchor="${anchor}">μ${below(j)} = ${plain(means[j])}</text>`;
    const border = (means[0] + means[1]) / 2;
    const apart = axis.at(means[second]) - axis.at(means[first]);
    const shift = Math.min(22, apart / 2 - 4); // outwards, if the two would touch
    svg.innerHTML = `
      <path class="axis" d="M${plot.left} ${box.bottom}H${plot.right}"/>
      <path class="cross" d="M${axis.at(border)} ${box.top}V${box.bottom + 30}"/>
      <text class="tick" x="${axis.at(border)}" y="${box.bottom + 44}" text-anchor="middle">${apart > 170 ? `border ${plain(border)}` : apart > 130 ? "border" : ""}</text>
      ${name(first, "end", shift)}${name(second, "start", -shift)}
      <g class="moving"></g>`;
    paint();
  }

  const swatch = (j, content = "") => `<span class="term line-${j}" style="--colour: ${colourOf(j)}">${content}</span>`;

  function paint() {
    if (!box) return;
    const [x, means, sigma, relative] = state();
    advanceZoom(+relative);
    const sticks = logHeights(x, means, sigma);
    const tallest = Math.max(...sticks);
    const whole = logHeight(0, 0, model.get("sigma_range")[1]); // as high as the widest bell
    const ceiling = Math.log(HEADROOM) + whole + zoom * (tallest - whole);
    // what lies far above the box is cut off at the box, and need not be drawn to scale
    const up = (log) => box.bottom - Math.min(3, Math.exp(log - ceiling)) * (box.bottom - box.top);

    const bell = (j) => {
      const corners = [];
      for (let pixel = plot.left; pixel <= plot.right; pixel += 2) corners.push([pixel, up(logHeight(axis.from(pixel), means[j], sigma))]);
      return `<g style="--colour: ${colourOf(j)}">${path(corners, "part", j)}</g>`;
    };
    const [first, second] = means[0] < means[1] ? [0, 1] : [1, 0];
    const foot = axis.at(x);
    const stick = (j, left) => `<g style="--colour: ${colourOf(j)}">${block(j, left, up(sticks[j]), STICK, box.bottom - up(sticks[j]), true)}</g>`;
    const shares = logShares(x, means, sigma);
    const cut = box.left + Math.exp(shares[first]) * (box.right - box.left);
    const bar = box.bottom + 54;
    const segment = (j, from, to) => `<g style="--colour: ${colourOf(j)}">${block(j, from, bar, to - from, BAR)}</g>`;
    const share = (j) => `r${below(j)} = ${shareFromLog(shares[j], shares[1 - j])}`;
    const level = zoom === 1 ? 1 : ticks({ min: 0, max: Math.exp(ceiling) }).at(-1);
    const levelAt = up(zoom === 1 ? tallest : Math.log(level));
    const top = logHeight(0, 0, sigma);
    svg.querySelector(".moving").innerHTML = `
      ${zoom % 1 ? "" : `<path class="level" d="M${plot.left} ${levelAt}H${plot.right}"/>
      <text class="tick" x="${plot.left}" y="${levelAt - 4}">${plain(level)}</text>`}
      ${inside(plot, bell(0) + bell(1) + stick(first, foot - STICK - 0.5) + stick(second, foot + 0.5))}
      <text class="note" x="${axis.at((means[0] + means[1]) / 2)}" y="13">${top > ceiling ? `↑ tops at ${fromLog(relative ? top - tallest : top)} ↑` : ""}</text>
      ${segment(first, box.left, cut)}${segment(second, cut, box.right)}
      <text x="${box.left}" y="${bar + BAR + 16}">${share(first)}</text>
      <text x="${box.right}" y="${bar + BAR + 16}" text-anchor="end">${share(second)}</text>`;

    handle.style.transform = `translate(${foot}px, ${box.bottom + HANDLE}px)`;
    const values = { min: axis.min, max: axis.max, now: x, text: `x = ${plain(x)}: ${share(0)}, ${share(1)}` };
    for (const [name, value] of Object.entries(values)) handle.setAttribute(`aria-value${name}`, value);
    slider.value = sigma;
    slider.setAttribute("aria-valuetext", `σ = ${short(sigma)}: ${share(0)}, ${share(1)}`);
    find(".sigma-readout").textContent = `σ = ${short(sigma)}, x = ${plain(x)}`;
    for (const button of root.querySelectorAll("[data-relative]")) {
      button.setAttribute("aria-pressed", button.dataset.relative === String(relative));
    }
    const heights = sticks.map((log) => fromLog(relative ? log - tallest : log));
    const fraction = (term) => `<span class="fraction"><span>${term(mine)}</span><span>${term(0)} + ${term(1)}</span></span>`;
    find(".formula").innerHTML = `<span><i>r${below(mine)}</i> = ${fraction((j) => swatch(j))}</span>
      <span>= ${fraction((j) => swatch(j, heights[j]))}</span>
      <span>= ${shareFromLog(shares[mine], shares[1 - mine])}</span>`;
    find(".formula").setAttribute("aria-label", `${share(mine)} = ${heights[mine]} / (${heights[0]} + ${heights[1]})`);
    summarise();
  }

  function advanceZoom(target) {
    const now = performance.now();
    const step = still.matches ? 1 : Math.min(50, now - lastFrame) / ZOOM;
    lastFrame = now;
    zoom = target > zoom ? Math.min(target, zoom + step) : Math.max(target, zoom - step);
    if (zoom !== target) draw();
  }

  // A filled part of the drawing; the second mean's has a dashed line along it, as its bell is dashed.
  function block(j, left, top, width, height, upright = false) {
    const middle = upright ? `M${left + width / 2} ${top + height}V${top}` : `M${left} ${top + height / 2}h${width}`;
    return `<rect class="block" x="${left}" y="${top}" width="${width}" height="${height}"/>${j ? `<path class="seam" d="${middle}"/>` : ""}`;
  }

  const follows = { point: follow, means: layout, sigma: draw, sigma_range: layout, relative: draw };
  return live(root, model, layout, follows, pause, draw.end, summarise.end);
}

export default { render };
