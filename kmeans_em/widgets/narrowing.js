// A Gaussian on the line that narrows towards the point mass at its mean.

const REACH = 3; // the axis runs from mu - 3 to mu + 3
const CEILING = 2; // of the drawing of the density
const NEAR = 0.1; // the distance in P(|X - mu| <= 0.1)
const SIGMAS = [0.01, 2]; // the slider's, above 0
const THINNEST = 1e-300; // halving stops here: however often halved, sigma is not 0

const SKELETON = `<div class="layout">
  <div class="stage"><svg aria-hidden="true"></svg></div>
  <div class="controls">
    <label class="slider"><span>σ</span><input type="range" min="0" max="${POSITIONS}" step="1"></label>
    <div class="slider-ends" aria-hidden="true"><span>0: the point mass</span><span class="sigma-readout"></span><span>wider</span></div>
    <div class="buttons">
      <button type="button" data-do="halve">Halve σ</button>
      <button type="button" data-do="reset">Reset</button>
    </div>
  </div>
  <div class="side">
    <dl class="numbers">
      <div><dt>W₂</dt><dd data-is="transport"></dd></div>
      <div><dt>total variation</dt><dd data-is="variation"></dd></div>
      <div><dt>height of the density</dt><dd data-is="height"></dd></div>
      <div><dt>P(|X − μ| ≤ ${NEAR})</dt><dd data-is="near"></dd></div>
      <div><dt>mean of cos(X − μ)</dt><dd data-is="cosine"></dd></div>
      <div><dt>P(X = μ)</dt><dd data-is="atom"></dd></div>
    </dl>
    <p class="summary" role="status"></p>
  </div></div>`;

// By the series of Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6: no term is negative.
export function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x); // to the last digit of a float
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

// N(0, sigma^2) against the point mass at 0; at sigma = 0 it is the point mass.
export const density = (x, sigma) => Math.exp(-((x / sigma) ** 2) / 2) / sigma / Math.sqrt(2 * Math.PI);
export const cdf = (x, sigma) => (sigma > 0 ? (1 + erf(x / sigma / Math.SQRT2)) / 2 : +(x >= 0));
export const readings = (sigma) => ({
  transport: sigma,
  variation: sigma > 0 ? 1 : 0,
  height: sigma > 0 ? density(0, sigma) : NaN,
  near: erf(NEAR / sigma / Math.SQRT2),
  cosine: Math.exp((-sigma * sigma) / 2),
  atom: sigma > 0 ? 0 : 1,
});

function words({ transport, variation, height, near, cosine, atom }) {
  // six places, so that 0.999950 is not yet 1
  const places = (value) => (atom === 1 ? String(value) : value.toFixed(6));
  return {
    transport: short(transport),
    variation,
    height: Number.isNaN(height) ? "none" : height < Infinity ? short(height) : "over 1e308",
    near: places(near),
    cosine: places(cosine),
    atom,
  };
}

const summary = (sigma) =>
  sigma === 0
    ? "This is the point mass: all the mass lies at μ, and there is no density."
    : `To carry the mass to μ it goes W₂\u00a0=\u00a0${short(sigma)} far in root mean square, and the shaded area, ` +
      `${short(sigma * Math.sqrt(2 / Math.PI))}, on average. None lies at μ itself: total variation is 1.`;

function render({ model, el }) {
  const root = frameIn(el, "narrowing", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider] = [find(".stage"), find(".stage svg"), find("input")];
  const { sigmaAt, positionOf } = sigmaSlider(SIGMAS);
  const first = model.get("sigma");
  let axis, upper, lower; // the drawings: each a box, and `up`, its axis
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => {
    find(".summary").textContent = summary(model.get("sigma"));
  });

  const tell = telling(model);
  const move = (sigma) => tell("sigma", sigma);
  slider.addEventListener("input", () => move(sigmaAt(+slider.value)));
  find("[data-do=halve]").addEventListener("click", () => {
    if (model.get("sigma") > THINNEST) move(model.get("sigma") / 2);
  });
  find("[data-do=reset]").addEventListener("click", () => move(first));

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = Math.max(340, Math.min(440, 0.9 * width));
    stage.style.height = `${height}px`;
    const [left, right, half] = [42, width - 8, (height - 70) / 2];
    const drawing = (top, ceiling) => ({
      left, right, top, bottom: top + half,
      up: linear([0, ceiling], top + half, top),
    });
    [upper, lower] = [drawing(6, CEILING), drawing(34 + half, 1)];
    const mu = model.get("mu");
    axis = linear([mu - REACH, mu + REACH], left, right);
    const middle = axis.at(mu);
    svg.innerHTML = `
      ${frameMarks([axis, upper.up], upper, ["", "density"], [0, 1, CEILING], [])}
      ${frameMarks([axis, lower.up], lower, ["x", "cdf"], [0, 0.5, 1])}
      <text class="tick" x="${middle}" y="${upper.bottom + 15}" text-anchor="middle">μ</text>
      <g class="moving"></g>
      <path class="delta" d="M${middle} ${upper.bottom}V${upper.top + 9}"/>
      <path class="tip" d="M${middle} ${upper.top}l5 11h-10z"/>
      <text x="${middle + 18}" y="${upper.top + 13}">point mass</text>
      <text class="note top" x="${middle - 18}" y="${upper.top + 13}" style="text-anchor: end"></text>
      <path class="delta" d="M${left} ${lower.bottom}H${middle}V${lower.top}H${right}"/>
      <circle class="open" cx="${middle}" cy="${lower.bottom}" r="4"/>
      <circle class="dot" cx="${middle}" cy="${lower.top}" r="4"/>
      <circle class="half" cx="${middle}" r="5"/>`;
    paint();
  }

  function paint() {
    if (!axis) return;
    const [mu, sigma] = [model.get("mu"), model.get("sigma")];
    const places = grid(sigma);
    // what lies far above the box is cut off at the box, and need not be drawn to scale
    const bell = () => places.map((x) => [axis.at(mu + x), upper.up.at(Math.min(density(x, sigma), 2 * CEILING))]);
    const climb = places.map((x) => [axis.at(mu + x), lower.up.at(cdf(x, sigma))]);
    const [middle, floor, roof] = [axis.at(mu), lower.bottom, lower.top];
    const between = `M${lower.left} ${floor}H${middle}V${roof}H${lower.right}L${[...climb].reverse().join("L")}Z`;
    svg.querySelector(".moving").innerHTML = `
      ${sigma > 0 ? inside(upper, path(bell(), "thick")) : ""}
      <path class="between" fill-rule="evenodd" d="${between}"/>
      ${path(climb, "thick")}`;
    svg.querySelector(".half").setAttribute("cy", lower.up.at(cdf(0, sigma)));

    const values = words(readings(sigma));
    for (const [name, value] of Object.entries(values)) find(`[data-is=${name}]`).textContent = value;
    find(".top").textContent =
      sigma === 0 ? "no density" : density(0, sigma) > CEILING ? `↑ top at ${values.height}` : "";
    const reading = `σ = ${short(sigma)}`;
    find(".sigma-readout").textContent = reading;
    slider.value = positionOf(sigma);
    slider.setAttribute("aria-valuetext", sigma === 0 ? `${reading}: the point mass` : reading);
    summarise();
  }

  // Both edges, and between them places that are close near the top and reach out to where the density is 0 in floats.
  function grid(sigma) {
    if (sigma === 0) return [-REACH, -Number.MIN_VALUE, 0, REACH]; // an upright step
    const steps = Array.from({ length: 321 }, (_, i) => sigma * 40 * ((i - 160) / 160) ** 3);
    return [-REACH, ...steps.filter((x) => Math.abs(x) < REACH), REACH];
  }

  return live(root, model, layout, { sigma: draw, mu: layout }, draw.end, summarise.end);
}

export default { render };
