// A photograph: its colours are points of three numbers, red, green, blue; a palette of k colours is k means.

const LONGEST_SIDE = 160; // pixels of the small copy that is kept
const MOST_COLOURS = 4000; // pixels that are points, evenly taken
const LIGHTEST = 255;
const DOT = 3; // pixels a side

// { width, height, pixels } of a small copy of a file; pixels is red, green, blue for each, row by row.
async function readPhotograph(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, pixels: Float64Array.from({ length: 3 * width * height }, (_, at) => data[4 * Math.floor(at / 3) + (at % 3)]) };
}

function coloursOf({ pixels }) {
  const all = pixels.length / 3;
  return thinned({ n: all, d: 3, values: pixels }, Math.ceil(all / MOST_COLOURS));
}

// The picture with the palette of the means: each pixel the nearest colour (sigma = 0), or the blend of its shares.
function quantised({ pixels }, means, sigma, logWeights) {
  const out = new Float64Array(pixels.length);
  const r = new Float64Array(means.length);
  for (let at = 0; at < pixels.length; at += 3) {
    sqDists(pixels, at, means, r);
    soften(r, sigma, logWeights);
    for (let j = 0; j < r.length; j++) for (let a = 0; a < 3; a++) out[at + a] += r[j] * means[j][a];
  }
  return out;
}

function paintPicture(canvas, { width, height }, colours) {
  [canvas.width, canvas.height] = [width, height];
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let a = 0; a < 3; a++) image.data[4 * i + a] = Math.round(colours[3 * i + a]);
    image.data[4 * i + 3] = LIGHTEST;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// How many levels a picture is off: the root of the mean squared error of a pixel.
const levelsOff = ({ pixels }, colours) =>
  Math.sqrt(pixels.reduce((sum, x, at) => sum + (x - colours[at]) * (x - colours[at]), 0) / (pixels.length / 3));

const asColour = (mean) => `rgb(${mean.map((x) => Math.round(Math.min(LIGHTEST, Math.max(0, x)))).join(", ")})`;

// The colours seen from the side on which they spread most: sideways and upwards their two widest directions.
function colourFigure({ X, root, view }) {
  const stage = root.querySelector(".stage");
  const [canvas, svg] = [root.querySelector("canvas"), root.querySelector(".stage svg")];
  const { middle, ways } = widest(X);
  const along = (point, a) => ways[a].reduce((sum, u, b) => sum + u * (point[b] - middle[b]), 0);
  const flat = { n: X.n, d: 2, values: Float64Array.from({ length: 2 * X.n }, (_, at) => along(X.values.subarray(3 * Math.floor(at / 2)), at % 2)) };
  const [xs, ys] = view ?? [0, 1].map((a) => range(flat, a));
  let box, axes;

  function resize() {
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    sharp(canvas, width, height);
    box = { left: 42, right: width - 8, top: 8, bottom: height - 36 };
    axes = equalAxes(xs, ys, box);
    svg.innerHTML = frameMarks(axes, box, ["colours, in the two directions in which they spread most", ""]) + inside(box, '<g class="rings"></g>');
  }
  function marks(context, { X, more }) {
    const place = [(i) => pointAt(X, i)[0], (i) => pointAt(X, i)[1]];
    more?.(context, coloursOn(root), ...place);
    for (let i = 0; i < X.n; i++) {
      context.fillStyle = asColour([...X.values.subarray(3 * i, 3 * i + 3)]);
      context.beginPath();
      context.rect(place[0](i) - DOT / 2, place[1](i) - DOT / 2, DOT, DOT);
      context.fill();
    }
  }
  function draw(drawn) {
    const context = canvas.getContext("2d");
    blank(context);
    marks(context, drawn);
    svg.querySelector(".rings").innerHTML = twins(drawn.lloyd, toScreen);
  }
  const toScreen = (point) => [axes[0].at(along(point, 0)), axes[1].at(along(point, 1))];
  const pointAt = ({ values }, i) => toScreen(values.subarray(3 * i, 3 * i + 3));
  const toData = ([x, y]) => [axes[0].from(x), axes[1].from(y)];
  // a colour moved within the picture keeps how far it is in front of it, and stays a colour
  const moved = (mean, far) => mean.map((m, b) => Math.min(LIGHTEST, Math.max(0, m + far[0] * ways[0][b] + far[1] * ways[1][b])));
  const clamp = (point, mean) => moved(mean, [0, 1].map((a) => point[a] - along(mean, a)));
  return { ready: () => box, view: [xs, ys], resize, draw, marks, pointAt, toScreen, toData, clamp, isFlat: true, keyStep: [span(xs) / 60, span(ys) / 60] };
}
