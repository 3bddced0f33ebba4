// What the book's moving figures share: axes, ticks, marks, numbers in short, colours.

const SMALLEST_WIDTH = 80;
const POSITIONS = 400; // slider positions above sigma = 0, evenly spaced in log sigma unless said otherwise

function frameIn(el, name, label, skeleton) {
  const root = document.createElement("div");
  root.className = `kmeans-em ${name}`;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", label);
  root.addEventListener("keydown", (event) => event.stopPropagation()); // JupyterLab has other uses for arrow keys
  root.innerHTML = skeleton;
  el.replaceChildren(root);
  return root;
}

function readData({ shape: [n, d], data }) {
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return { n, d, values: new Float64Array(bytes) };
}

// The first of every so many points.
const thinned = ({ n, d, values }, every) =>
  ({ n: Math.ceil(n / every), d, values: values.filter((_, at) => Math.floor(at / d) % every === 0) });

function watch(root, redraw) {
  const size = new ResizeObserver(redraw);
  for (const node of [root, ...root.querySelectorAll(".side")]) size.observe(node);
  const theme = new MutationObserver(redraw);
  for (const node of [document.documentElement, document.body]) {
    theme.observe(node, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "theme", "class"] });
  }
  return () => { size.disconnect(); theme.disconnect(); };
}

// Sets a figure going. `follows` has the answer to a change of each trait; what comes back takes the figure down.
function live(root, model, layout, follows, ...ends) {
  for (const [name, answer] of Object.entries(follows)) model.on(`change:${name}`, answer);
  const stopWatching = watch(root, layout);
  layout();
  return () => {
    stopWatching();
    for (const end of ends) end();
    for (const [name, answer] of Object.entries(follows)) model.off(`change:${name}`, answer);
  };
}

// What the reader does, told to Python and to other views.
const telling = (model) => (name, value) => {
  model.set(name, value);
  model.save_changes();
};

// Where the pointer is on the stage, in its own pixels: in full screen all is larger.
function placeOn(stage, { clientX, clientY }) {
  const box = stage.getBoundingClientRect();
  const scale = box.width / stage.clientWidth;
  return [(clientX - box.left) / scale, (clientY - box.top) / scale];
}

// Calls `move` with the pointer's place on the stage while a part is dragged, and `release` when it is let go.
function draggable(part, stage, move, release = () => {}) {
  let moved = false;
  part.addEventListener("pointerdown", (event) => part.setPointerCapture(event.pointerId));
  part.addEventListener("pointermove", (event) => {
    if (!part.hasPointerCapture(event.pointerId)) return;
    moved = true;
    move(...placeOn(stage, event));
  });
  part.addEventListener("lostpointercapture", () => {
    if (moved) release();
    moved = false;
  });
}

// Which way an arrow key points: [right, up].
const arrow = ({ key }) => ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] })[key];

// How high a drawing may be, so that the slider and its reading stay on the screen on which the figure begins; in full
// screen, and in what is marked `data-holds-figures` (a slide, say), so that all of the figure does. A frame of its own,
// as Colab has, grows with the figure and sets no bound.
// Measured when the width, the screen or the fonts have changed, so that nothing moves while one reads.
function heightOf(root, stage, least, wish) {
  const last = [".slider-ends", ".buttons"].map((part) => root.querySelector(part));
  let [measured, height] = ["", 0];
  function measure(width, screen, { full, holder }) {
    const box = stage.getBoundingClientRect();
    const scale = box.width / width;
    const most = full ? Infinity : wish(width);
    if (full || holder) {
      const others = root.firstElementChild.getBoundingClientRect().height - box.height;
      return Math.max(least, Math.min(most, (screen - others - 24) / scale));
    }
    const reading = last.find((part) => part.offsetHeight > 0) ?? stage;
    const below = reading.getBoundingClientRect().bottom - box.bottom;
    const room = (screen - box.top - scrollY - below) / scale;
    return Math.max(least, Math.min(most, room < least ? screen - below : room));
  }
  return (width) => {
    const full = document.fullscreenElement === root;
    const holder = full ? null : root.closest("[data-holds-figures]");
    const view = full || self === top ? document.documentElement.clientHeight : Infinity;
    const screen = holder ? Math.round(holder.getBoundingClientRect().height) : view;
    const now = [width, screen, full, document.fonts.status].join();
    if (now !== measured) [measured, height] = [now, Math.floor(measure(width, screen, { full, holder }))];
    return height;
  };
}

// `work`, done once however often it is asked for before `later` calls back.
function gathered(work, later) {
  let [asked, ended] = [false, false];
  const ask = () => {
    if (asked) return;
    asked = true;
    later(() => {
      asked = false;
      if (!ended) work();
    });
  };
  ask.end = () => { ended = true; };
  return ask;
}

const onceAFrame = (work) => gathered(work, (done) => requestAnimationFrame(done));
// For words that a screen reader speaks: at most every 400 ms, and always the last state of a movement.
const unhurried = (work) => gathered(work, (done) => setTimeout(done, 400));

// From 0 to 1 in so many milliseconds, gently; at once where motion is not wanted. What it returns ends it early.
function glide(milliseconds, show) {
  let request = 0;
  let began;
  function frame(now) {
    began ??= now;
    const t = Math.min(1, (now - began) / milliseconds);
    show(t * t * (3 - 2 * t));
    if (t < 1) request = requestAnimationFrame(frame);
  }
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) show(1);
  else {
    show(0);
    request = requestAnimationFrame(frame);
  }
  return () => cancelAnimationFrame(request);
}

function sharp(canvas, width, height) {
  const ratio = (devicePixelRatio || 1) * (canvas.getBoundingClientRect().width / width || 1);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
}

// All of it, also where a pixel of the figure is less than one of the screen.
function blank(context) {
  const ratio = context.getTransform().a;
  context.clearRect(0, 0, context.canvas.width / ratio, context.canvas.height / ratio);
}

const average = (list) => list.reduce((a, b) => a + b) / list.length;
const copy = (means) => means.map((mean) => [...mean]);
const sameMeans = (a, b) => a.length === b.length && a.every((mean, j) => mean.every((m, c) => m === b[j][c]));
const span = ([low, high]) => high - low || 1;
const css = ([r, g, b]) => `rgb(${r}, ${g}, ${b})`;

// The clusters' colours, which widget.css has for light and dark: by name, and by number for a canvas to mix.
const colourOf = (j) => `var(--cluster-${j + 1})`;
function coloursOn(root) {
  const style = getComputedStyle(root);
  const hex = (name) => style.getPropertyValue(name).trim();
  const rgb = (j) => [1, 3, 5].map((i) => parseInt(hex(`--cluster-${j + 1}`).slice(i, i + 2), 16));
  return { paper: hex("--paper"), palette: Array.from(MARKS, (_, j) => rgb(j)) };
}

// The palette's colours mixed by the k shares at r[from], written to out[at], out[at + 1], out[at + 2].
function mix(r, from, palette, out, at, k = r.length) {
  for (let c = 0; c < 3; c++) {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += r[from + j] * palette[j][c];
    out[at + c] = Math.round(sum);
  }
}

const logOf = (weights) => (weights.length > 0 ? weights.map(Math.log) : null);

// A logarithm matters by its differences: so many places after the point, whatever its size.
const decimals = (value) => (Number.isNaN(value) ? "none" : value.toFixed(3).replace("-", "−"));

function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-3 ? value.toExponential(2) : size >= 1000 ? value.toFixed(0) : value.toPrecision(3);
  return text.replace("-", "−");
}

// A positive number in short, from its logarithm: it may be as large or as small as it likes.
function fromLog(log) {
  if (log === -Infinity || log === 0) return log === 0 ? "1" : "0";
  const value = Math.exp(log);
  if (value >= 9.995e-4 && value < 9999.5) return value >= 999.5 ? value.toFixed(0) : value.toPrecision(3);
  const places = log / Math.LN10;
  let power = Math.floor(places);
  let digits = (10 ** (places - power)).toPrecision(2);
  if (digits === "10") [digits, power] = ["1.0", power + 1];
  return `${digits}·10${[...String(power)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻").join("")}`;
}

// A share, from its logarithm and that of the rest: never a 1 that is not one.
const shareFromLog = (log, rest) => (rest > -Infinity && log > -5e-4 ? `1 − ${fromLog(rest)}` : fromLog(log));

// A number as one would write it: no zeros at its end, and a power of ten if it is far from 1.
function plain(value, digits = 6) {
  const size = Math.abs(value);
  const text = size > 0 && (size < 1e-3 || size >= 1e6) ? fromLog(Math.log(size)) : String(+size.toPrecision(digits));
  return value < 0 ? `−${text}` : text;
}

const below = (j) => "₁₂₃₄₅₆₇₈"[j];

// A button that plays: `travel(t)` takes the figure from where it stands, at `travelled()` of the way from 0 to 1, to the
// end, or all the way from its start. Any other touch of the figure pauses it. Without motion it goes in eight steps.
function playButton(root, button, travelled, travel, seconds = 10) {
  let frame = 0;
  function show(playing) {
    button.textContent = playing ? "Pause" : "Play";
  }
  function pause() {
    cancelAnimationFrame(frame);
    frame = 0;
    show(false);
  }
  function play() {
    const steps = matchMedia("(prefers-reduced-motion: reduce)").matches ? 8 : Infinity;
    const start = travelled() < 0.999 ? travelled() : 0;
    let began;
    const go = (now) => {
      began ??= now;
      const way = Math.min(1, start + (now - began) / 1000 / seconds);
      travel(steps < Infinity ? Math.floor(way * steps + 1e-9) / steps : way);
      if (way < 1) frame = requestAnimationFrame(go);
      else pause();
    };
    frame = requestAnimationFrame(go);
    show(true);
  }
  button.addEventListener("click", () => (frame ? pause() : play()));
  for (const touch of ["pointerdown", "keydown"]) {
    root.addEventListener(touch, (event) => { if (frame && !button.contains(event.target)) pause(); });
  }
  show(false);
  return pause;
}

// A slider's positions for sigma: 0 is sigma = 0, the others go from low to high, each over a part of sigmaOf's way.
function sigmaSlider([low, high], sigmaOf = (way) => low * (high / low) ** way) {
  const ends = Array.from({ length: POSITIONS + 1 }, (_, p) => sigmaOf(p / POSITIONS));
  ends[0] *= 1 - 1e-9; // so that the first position can be the lower end itself
  return {
    sigmaAt: (position) => (position === 0 ? 0 : roundest(ends[position - 1], ends[position])),
    positionOf(sigma) {
      if (sigma === 0) return 0;
      const position = ends.findIndex((end) => sigma <= end);
      return position < 0 ? POSITIONS : Math.max(1, position);
    },
  };
}

// The number above low, up to high, with the fewest digits: so that the reader can find those that the text names.
function roundest(low, high) {
  for (let power = 10 ** Math.floor(Math.log10(high)); power > 1e-14 * high; power /= 10) {
    for (const grain of [power, power / 2, power / 5]) {
      const value = +(Math.round((low + high) / 2 / grain) * grain).toPrecision(12);
      if (low < value && value <= high) return value;
    }
  }
  return high;
}

// The mean of points, the one or two directions in which they spread most, and their standard deviation along each; by
// the power method.
function widest({ n, d, values }) {
  const mean = (of) => average(Array.from({ length: n }, (_, i) => of(values.subarray(i * d, (i + 1) * d))));
  const middle = Array.from({ length: d }, (_, a) => mean((point) => point[a]));
  const C = middle.map((_, a) => middle.map((_, b) => mean((point) => (point[a] - middle[a]) * (point[b] - middle[b]))));
  const whole = C.reduce((sum, row, a) => sum + row[a], 0) || 1;
  const times = (u) => C.map((row) => row.reduce((sum, c, b) => sum + (c / whole) * u[b], 0));
  const dot = (u, v) => u.reduce((sum, x, a) => sum + x * v[a], 0);
  const ways = [];
  for (const first of [[1, 0.9, 0.8], [-0.3, 1, 0.5]].slice(0, d)) {
    let u = first.slice(0, d);
    for (let round = 0; round < 200; round++) {
      const image = round === 0 ? u : times(u);
      const apart = ways.reduce((rest, w) => rest.map((x, a) => x - w[a] * dot(rest, w)), image);
      const length = Math.hypot(...apart);
      if (length < 1e-12) break; // no spread is left
      u = apart.map((x) => x / length);
    }
    ways.push(u);
  }
  return { middle, ways, spreads: ways.map((u) => Math.sqrt(whole * dot(u, times(u)))) };
}

function range(X, a) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = a; i < X.values.length; i += X.d) {
    low = Math.min(low, X.values[i]);
    high = Math.max(high, X.values[i]);
  }
  const margin = 0.07 * (high - low) || 1;
  return [low - margin, high + margin];
}

function linear([min, max], from, to) {
  const scale = (to - from) / (max - min);
  return { min, max, at: (x) => from + (x - min) * scale, from: (pixel) => min + (pixel - from) / scale };
}

function equalAxes(xs, ys, box) {
  const unit = Math.max(span(xs) / (box.right - box.left), span(ys) / (box.bottom - box.top));
  const widen = ([low, high], pixels) => {
    const extra = (unit * pixels - (high - low)) / 2;
    return [low - extra, high + extra];
  };
  return [
    linear(widen(xs, box.right - box.left), box.left, box.right),
    linear(widen(ys, box.bottom - box.top), box.bottom, box.top),
  ];
}

// The next 1, 2 or 5 times a power of ten.
function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return +(power * [1, 2, 5, 10].find((size) => size * power >= rough)).toPrecision(1);
}

function ticks({ min, max }) {
  const step = roundStep((max - min) / 5);
  const list = [];
  for (let i = Math.ceil(min / step); i * step <= max; i++) list.push(+(i * step).toPrecision(12));
  return list;
}

function frameMarks([x, y], box, [xLabel, yLabel], yTicks = ticks(y), xTicks = ticks(x)) {
  const label = (value) => String(value).replace("-", "−");
  return `
    <path class="axis" d="M${box.left} ${box.top}V${box.bottom}H${box.right}"/>
    ${xTicks.map((t) => `<text class="tick" x="${x.at(t)}" y="${box.bottom + 14}" text-anchor="middle">${label(t)}</text>`).join("")}
    ${yTicks.map((t) => `<text class="tick" x="${box.left - 5}" y="${y.at(t) + 4}" text-anchor="end">${label(t)}</text>`).join("")}
    <text class="axis-label" x="${(box.left + box.right) / 2}" y="${box.bottom + 31}">${escaped(xLabel)}</text>
    <text class="axis-label" transform="translate(12 ${(box.top + box.bottom) / 2}) rotate(-90)">${escaped(yLabel)}</text>`;
}

const escaped = (text) => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
const ellipse = ([x, y], rx, ry, name, j) =>
  `<ellipse class="${name}" cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" style="--colour: ${colourOf(j)}"/>`;
// A part of the figure that is cut off at the box.
const inside = ({ left, right, top, bottom }, content) =>
  `<svg x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"
    viewBox="${left} ${top} ${right - left} ${bottom - top}">${content}</svg>`;
// With the colour of cluster j, if one is named; otherwise the class has a colour of its own.
const path = (corners, name, j) =>
  `<path class="${name} dash-${j ?? 0}"${j === undefined ? "" : ` style="--colour: ${colourOf(j)}"`} d="M${corners.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}"/>`;

// The second cue besides colour: each cluster has its own mark (the markers of plots.py).
const MARKS = [
  (c, x, y) => c.arc(x, y, 3.6, 0, 2 * Math.PI),
  (c, x, y) => c.rect(x - 3.2, y - 3.2, 6.4, 6.4),
  (c, x, y) => polygon(c, x, y, 3, 4.4, -Math.PI / 2),
  (c, x, y) => polygon(c, x, y, 4, 4.4, 0),
  (c, x, y) => polygon(c, x, y, 3, 4.4, Math.PI / 2),
  (c, x, y) => star(c, x, y, 4, 4.8, 1.8, 0),
  (c, x, y) => star(c, x, y, 4, 4.8, 1.8, Math.PI / 4),
  (c, x, y) => star(c, x, y, 5, 5, 2.1, -Math.PI / 2),
];

function mark(context, j, x, y, fill, outline) {
  context.beginPath();
  if (j < 0) {
    context.arc(x, y, 2.8, 0, 2 * Math.PI); // an open circle: no cluster is the likeliest
    context.lineWidth = 1.6;
    context.strokeStyle = fill;
    context.stroke();
    return;
  }
  MARKS[j](context, x, y);
  context.closePath();
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 0.8;
  context.strokeStyle = outline;
  context.stroke();
}

function polygon(context, x, y, corners, size, turn) {
  for (let c = 0; c < corners; c++) {
    const angle = turn + (2 * Math.PI * c) / corners;
    context.lineTo(x + size * Math.cos(angle), y + size * Math.sin(angle));
  }
}

function star(context, x, y, arms, outer, inner, turn) {
  for (let c = 0; c < 2 * arms; c++) {
    const angle = turn + (Math.PI * c) / arms;
    const size = c % 2 ? inner : outer;
    context.lineTo(x + size * Math.cos(angle), y + size * Math.sin(angle));
  }
}
