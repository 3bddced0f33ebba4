// A bell, and below it its logarithm, a parabola: twice as far from the middle is four times as deep.

const REACH = 5; // the axis runs from mu - 5 sigma to mu + 5 sigma, or as far as Python has put x
const RULER = [["σ", "½"], ["2σ", "2"], ["3σ", "4½"], ["4σ", "8"], ["5σ", "12½"]];
const STEP = 0.05; // of the slider, in sigma
const NEAR = 7; // pixels within which a dragged x snaps to a point
const PAD = 8; // pixels from the ends of the axis to those of the curves
const [SHALLOW, BESIDE] = [16, 14]; // pixels: a drop that the dot would hide, and how far from the dot it is drawn
const THUMB = 16; // the width of the slider's thumb
const LETTER = 6.5; // the width of a digit of the axis, in pixels

const SKELETON = `
  <div class="stage"><svg aria-hidden="true"></svg></div>
  <label class="slider"><span>x</span><input type="range" step="${STEP}"></label>
  <div class="formula">
    <span class="log-p">log p</span><span>=</span><span class="constant">constant</span><span>−</span>
    <span class="drop fraction"><span>(x − μ)²</span><span>2σ²</span></span>
    <span data-is="logDensity"></span><span>=</span><span data-is="constant"></span><span>−</span><span data-is="drop"></span>
  </div>
  <p class="summary" role="status"></p>`;

export function readings(x, mu, sigma) {
  const drop = ((x - mu) / sigma) ** 2 / 2;
  const constant = -Math.log(sigma) - Math.log(2 * Math.PI) / 2;
  return { constant, drop, logDensity: constant - drop, density: Math.exp(constant - drop) };
}

// The point within `near` of z, or else z to the slider's step.
export function snapped(z, points, near) {
  const point = points.find((each) => Math.abs(each - z) <= near);
  return point ?? Math.round(z / STEP) * STEP;
}

const trimmed = (value) => plain(+value.toFixed(3));

// Labels at their pixels, without those that would touch the one before.
function spaced(labels) {
  let end = -Infinity;
  return labels.filter(([pixel, text]) => {
    const half = (text.length * LETTER) / 2;
    if (pixel - half < end + 2) return false;
    end = pixel + half;
    return true;
  });
}

function summary(z, drop) {
  if (z === 0) return "At μ itself nothing is lost: log p is the constant.";
  const far = trimmed(Math.abs(z));
  return `${far} σ from μ the drop is ${trimmed(drop)}. Twice as far: ${trimmed(4 * drop)}, four times as deep.`;
}

function render({ model, el }) {
  const root = frameIn(el, "bell", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider] = [find(".stage"), find("svg"), find("input")];
  let axis, upper, lower, points; // the line in sigma from mu; the drawings, each a box and `up`, its axis; the points there
  const here = () => (model.get("x") - model.get("mu")) / model.get("sigma");
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => {
    find(".summary").textContent = summary(here(), here() ** 2 / 2);
  });

  const tell = telling(model);
  function move(z) {
    const inside = Math.min(axis.max, Math.max(axis.min, z));
    tell("x", +(model.get("mu") + model.get("sigma") * inside).toPrecision(12));
  }
  const ticked = () => [...points, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]; // the points and the whole sigmas
  const near = () => NEAR / (axis.at(1) - axis.at(0));
  const drag = (pixel) => move(snapped(axis.from(pixel), ticked(), near()));
  stage.addEventListener("pointerdown", (event) => {
    slider.focus({ preventScroll: true }); // so that the arrow keys go on from there
    event.preventDefault();
    drag(placeOn(stage, event)[0]);
  });
  draggable(stage, stage, drag);
  slider.addEventListener("input", () => {
    const byPointer = slider.matches(":active"); // the arrow keys would not get away from a point
    move(byPointer ? snapped(+slider.value, ticked(), near()) : +slider.value);
  });

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = Math.max(284, Math.min(430, 0.66 * width));
    stage.style.height = `${height}px`;
    const [left, right, above, between, below] = [58, width - 38, 4, 38, 22];
    const room = height - above - between - below;
    const reach = Math.max(REACH, Math.abs(here()));
    const drawing = (top, bottom, range) => ({ left: left - PAD, right: right + PAD, top, bottom, up: linear(range, bottom, top) });
    upper = drawing(above, above + 0.36 * room, [0, 1.06]);
    lower = drawing(upper.bottom + between, height - below, [(-1.04 * reach ** 2) / 2, 0]);
    axis = linear([-reach, reach], left, right);
    const [mu, sigma] = [model.get("mu"), model.get("sigma")];
    points = model.get("points").map((x) => (x - mu) / sigma).filter((z) => Math.abs(z) <= reach);

    const curve = (drawing, height) => path(grid(reach).map((z) => [axis.at(z), drawing.up.at(height(z))]), "thick", 0);
    const marks = lower.up.at(-2) - lower.up.at(-0.5) > 11 ? RULER : []; // or else they would touch
    const distances = marks.flatMap(([distance], i) => [[axis.at(-1 - i), distance], [axis.at(1 + i), distance]]);
    const values = points.map((z) => [axis.at(z), plain(mu + sigma * z)]);
    const texts = (labels, y, name) =>
      spaced(labels).map(([x, text]) => `<text class="${name}" x="${x}" y="${y}">${text}</text>`).join("");
    svg.innerHTML = `
      <path class="axis" d="M${upper.left} ${upper.bottom}H${upper.right}M${lower.left} ${lower.bottom}H${lower.right}"/>
      ${marks.map(([, depth], i) => ruler(1 + i, depth)).join("")}
      <path class="constant" d="M${lower.left} ${lower.top}H${lower.right}"/>
      ${curve(upper, (z) => Math.exp((-z * z) / 2))}${curve(lower, (z) => (-z * z) / 2)}
      ${texts([[axis.at(0), "μ"], ...distances].sort(([a], [b]) => a - b), upper.bottom + 14, "tick distance")}
      <path class="points" d="${points.map((z) => `M${axis.at(z)} ${lower.bottom - 4}v8`).join("")}"/>
      ${texts(values, lower.bottom + 18, "tick value")}
      ${values.length && values[0][0] > 90 ? `<text class="tick" x="0" y="${lower.bottom + 18}">${values.length} points</text>` : ""}
      <text class="depth" x="${width}" y="${lower.bottom + 18}" text-anchor="end">${marks.length ? "drop" : ""}</text>
      <text class="tick" x="${upper.right}" y="${upper.top + 12}" text-anchor="end">μ = ${plain(mu)}, σ = ${plain(sigma)}</text>
      <text class="place" x="${PAD}" y="${upper.top + 12}"></text>
      <text class="density" x="${PAD}" y="${upper.top + 30}"></text>
      <text class="tick constant" x="${lower.left - 4}" y="${lower.top + 4}">${decimals(readings(mu, mu, sigma).constant)}</text>
      <g class="moving"></g>
      <text class="name" x="${axis.at(0)}" y="${lower.bottom - 12}">log p</text>`;
    [slider.min, slider.max] = [-reach, reach];
    slider.style.margin = `0 ${width - right - THUMB / 2}px 0 ${left - THUMB / 2}px`; // so that the thumb stands below x
    paint();
  }

  // A faint drop on either side, and its depth at the right edge.
  function ruler(z, depth) {
    const [right, down] = [axis.at(z), lower.up.at((-z * z) / 2)];
    return `
      <path class="ruler" d="M${axis.at(-z)} ${lower.top}V${down}M${right} ${lower.top}V${down}H${lower.right}"/>
      <text class="depth" x="${lower.right + 3}" y="${down + 4}">${depth}</text>`;
  }

  function paint() {
    if (!axis) return;
    const z = here();
    if (Math.abs(z) > axis.max) return layout(); // Python has put x beyond the axis
    const values = readings(model.get("x"), model.get("mu"), model.get("sigma"));
    const depth = trimmed(values.drop);
    const [x, high, deep] = [axis.at(z), upper.up.at(Math.exp(-values.drop)), lower.up.at(-values.drop)];
    const beside = deep - lower.top < SHALLOW ? x + Math.sign(z) * BESIDE : x; // or the dot would hide the drop
    svg.querySelector(".moving").innerHTML = `
      <path class="height" d="M${x} ${upper.bottom}V${high}"/><circle class="dot" cx="${x}" cy="${high}" r="4"/>
      <path class="down" d="M${x} ${deep}V${lower.bottom}"/>
      <path class="bricks" style="--brick: ${lower.up.at(-0.5) - lower.top}px" d="M${beside} ${lower.top}V${deep}"/>
      <text class="drop" x="${Math.max(beside, lower.left + 4 * depth.length - 2)}" y="${lower.top - 6}">${depth}</text>
      <circle class="dot" cx="${x}" cy="${deep}" r="4"/><circle class="grip" cx="${x}" cy="${lower.bottom}" r="7"/>`;
    const reading = `x = ${plain(model.get("x"))}`;
    svg.querySelector(".place").textContent = reading;
    svg.querySelector(".density").textContent = `p = ${plain(values.density, 3)}`;
    for (const name of ["logDensity", "constant", "drop"]) find(`[data-is=${name}]`).textContent = decimals(values[name]);
    slider.value = z;
    slider.setAttribute("aria-valuetext", `${reading}: drop ${depth}, log p = ${decimals(values.logDensity)}`);
    summarise();
  }

  // Evenly over the axis, and closely where the bell is, however far the axis reaches.
  function grid(reach) {
    const evenly = (end) => Array.from({ length: 201 }, (_, i) => (end * (i - 100)) / 100);
    return [...evenly(REACH), ...evenly(reach)].sort((a, b) => a - b);
  }

  return live(root, model, layout, { x: draw, mu: layout, sigma: layout }, draw.end, summarise.end);
}

export default { render };
