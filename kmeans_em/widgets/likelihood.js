// One Gaussian on the line: drag mu and sigma over the log-likelihood.

const LADDER = [0.01, 0.05, 0.15, 0.4, 1]; // contours of log L this far, per point, below the top

const SKELETON = `<div class="layout">
  <div class="stage"><svg aria-hidden="true"></svg><div class="handles"></div></div>
  <div class="controls">
    <label class="slider"><span>μ</span><input type="range" data-is="mu" step="any"></label>
    <label class="slider"><span>σ</span><input type="range" data-is="sigma" step="any"></label>
    <div class="buttons">
      <button type="button" data-do="best-mu">Best μ for this σ</button>
      <button type="button" data-do="best-sigma">Best σ for this μ</button>
      <button type="button" data-do="reset">Reset</button>
    </div>
  </div>
  <div class="side">
    <dl class="numbers">
      <div><dt>μ</dt><dd data-is="mu-number"></dd></div>
      <div><dt>σ</dt><dd data-is="sigma-number"></dd></div>
      <div><dt>Σ(x − μ)²</dt><dd data-is="squares"></dd></div>
      <div><dt>log L</dt><dd data-is="log-likelihood"></dd></div>
    </dl>
    <p class="summary" role="status"></p>
  </div></div>`;

function render({ model, el }) {
  const X = readData(model.get("X"));
  const n = X.n;
  const mean = X.values.reduce((a, b) => a + b) / n;
  const scatter = X.values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const best = Math.sqrt(scatter / n);
  const squares = (m) => scatter + n * (m - mean) ** 2; // the weighted-mean identity
  const logL = (m, s) => -squares(m) / (2 * s * s) - n * (Math.log(s) + Math.log(2 * Math.PI) / 2);

  const root = frameIn(el, "likelihood", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg] = [find(".stage"), find(".stage svg")];
  const xs = range(X, 0);
  const sigmas = [best / 4, 2.4 * best];

  let mu = model.get("mu");
  let sigma = model.get("sigma");
  const first = [mu, sigma];
  let box, axis, up, middle;
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => {
    const missing = logL(mean, best) - logL(mu, sigma);
    find(".summary").textContent =
      missing < 5e-4
        ? "This is the top: no μ and σ give more."
        : `log L is ${short(missing)} below its top at μ = ${short(mean)}, σ = ${short(best)} (the plus on the map).`;
  });

  const handle = document.createElement("button");
  handle.type = "button";
  handle.className = "handle";
  handle.style.background = colourOf(0);
  handle.setAttribute("aria-description", "Drag it, or press the arrow keys: left and right move μ, up and down σ.");
  find(".handles").append(handle);

  const within = (value, [low, high]) => Math.min(high, Math.max(low, value));
  function move(m, s) {
    mu = within(m, xs);
    sigma = within(s, sigmas);
    tell();
    draw();
  }
  function tell() {
    const [m, s] = [mu, sigma]; // setting the one calls `follow`, which reads both
    model.set("mu", m);
    model.set("sigma", s);
    model.save_changes();
  }

  for (const [name, bounds] of [["mu", xs], ["sigma", sigmas]]) {
    const slider = find(`input[data-is=${name}]`);
    [slider.min, slider.max] = bounds;
    slider.step = (bounds[1] - bounds[0]) / 400;
    slider.addEventListener("input", () => (name === "mu" ? move(+slider.value, sigma) : move(mu, +slider.value)));
  }
  find("[data-do=best-mu]").addEventListener("click", () => move(mean, sigma));
  find("[data-do=best-sigma]").addEventListener("click", () => move(mu, Math.sqrt(squares(mu) / n)));
  find("[data-do=reset]").addEventListener("click", () => move(...first));
  draggable(handle, stage, (x, y) => move(axis.from(x), up.from(y)));
  handle.addEventListener("keydown", (event) => {
    const way = arrow(event);
    if (!way) return;
    event.preventDefault();
    move(mu + (way[0] * span(xs)) / 60, sigma + (way[1] * span(sigmas)) / 60);
  });

  const follow = () => {
    if (model.get("mu") !== mu || model.get("sigma") !== sigma) [mu, sigma] = [model.get("mu"), model.get("sigma")];
    draw();
  };

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = Math.max(360, Math.min(480, 0.95 * width));
    stage.style.height = `${height}px`;
    box = { left: 38, right: width - 8, top: 8, bottom: height - 36 };
    middle = box.top + 0.4 * (box.bottom - box.top);
    axis = linear(xs, box.left, box.right);
    up = linear(sigmas, box.bottom, middle + 14);
    svg.innerHTML = `
      ${frameMarks([axis, up], { ...box, top: middle + 14 }, [`${model.get("axis_label")}, and μ`, "σ"])}
      <text class="axis-label" transform="translate(12 ${(box.top + middle) / 2}) rotate(-90)">density</text>
      <line class="axis" x1="${box.left}" x2="${box.right}" y1="${middle}" y2="${middle}"/>
      ${inside({ ...box, top: middle + 14 }, LADDER.map(contour).join(""))}
      <path class="j" d="M${axis.at(mean) - 5} ${up.at(best)}h10m-5 -5v10"/>
      <g class="moving"></g>`;
    paint();
  }

  // Where log L lies n * depth below its top: for each sigma, both solutions in mu.
  function contour(depth) {
    const level = logL(mean, best) - n * depth;
    const [bottom, top] = [tip(level, best / 50), tip(level, 50 * best)];
    const right = [];
    for (let i = 0; i <= 120; i++) {
      const s = bottom + ((top - bottom) * (1 - Math.cos((Math.PI * i) / 120))) / 2;
      right.push([Math.sqrt(Math.max(0, (2 * s * s * (logL(mean, s) - level)) / n)), s]);
    }
    const around = [...right.map(([r, s]) => [mean - r, s]), ...right.reverse().map(([r, s]) => [mean + r, s])];
    return path(around.map(([m, s]) => [axis.at(m), up.at(s)]), "contour");
  }

  // The sigma between `outside` and the best one at which log L(mean, sigma) = level, by bisection.
  function tip(level, outside) {
    let inside = best;
    for (let i = 0; i < 50; i++) {
      const s = (inside + outside) / 2;
      if (logL(mean, s) > level) inside = s;
      else outside = s;
    }
    return inside;
  }

  function paint() {
    if (!box) return;
    const density = (x) => Math.exp((-(x - mu) * (x - mu)) / (2 * sigma * sigma)) / sigma;
    const top = 1.05 / sigmas[0]; // one scale for all sigma: a wide bell is a low one
    const at = (x) => middle - (density(x) / top) * (middle - box.top);
    const bell = [];
    for (let pixel = box.left; pixel <= box.right; pixel += 2) bell.push([pixel, at(axis.from(pixel))]);
    const sticks = [...X.values].map((x) => `M${axis.at(x).toFixed(2)} ${middle}V${at(x).toFixed(2)}`).join("");
    const [x, y] = [axis.at(mu), up.at(sigma)];
    svg.querySelector(".moving").innerHTML = `
      <path class="stick" d="${sticks}" ${n > 40 ? 'opacity="0.25"' : ""}/>
      ${path(bell, "part", 0)}
      ${n > 40 ? "" : [...X.values].map((value) => `<circle cx="${axis.at(value)}" cy="${middle}" r="4" fill="currentColor"/>`).join("")}
      <path class="cross" d="M${x} ${box.top}V${box.bottom}M${box.left} ${y}H${box.right}"/>`;
    handle.style.transform = `translate(${x}px, ${y}px)`;
    handle.setAttribute("aria-label", `μ = ${short(mu)}, σ = ${short(sigma)}`);
    for (const [name, value] of [["mu", mu], ["sigma", sigma]]) {
      const slider = find(`input[data-is=${name}]`);
      slider.value = value;
      slider.setAttribute("aria-valuetext", short(value));
      find(`[data-is=${name}-number]`).textContent = short(value);
    }
    find("[data-is=squares]").textContent = short(squares(mu));
    find("[data-is=log-likelihood]").textContent = decimals(logL(mu, sigma));
    summarise();
  }

  return live(root, model, layout, { mu: follow, sigma: follow }, draw.end, summarise.end);
}

export default { render };
