// The points: each in the mixture of its clusters' colours, and with the mark of its likeliest one.

const MANY = 3000; // so many points leave no room for marks

function drawPoints(context, X, resp, { palette, paper }, x, y) {
  const k = resp.length / X.n;
  if (X.n > MANY) return drawDots(context, X, resp, k, palette, x, y);
  const colour = [0, 0, 0];
  for (let i = 0; i < X.n; i++) {
    mix(resp, i * k, palette, colour, 0, k);
    mark(context, undecided(resp, i, k) ? -1 : likeliest(resp, i, k), x(i), y(i), css(colour), paper);
  }
}

// Squares of two pixels, written into a picture of their own: a frame has no time for a path each.
let layer;
function drawDots(context, X, resp, k, palette, x, y) {
  const { width, height } = context.canvas;
  const ratio = context.getTransform().a;
  const side = Math.round(2 * ratio);
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = Float64Array.from(palette.flat());
  for (let i = 0; i < X.n; i++) {
    let red = 0.5;
    let green = 0.5;
    let blue = 0.5; // so that what is cut off is rounded
    for (let j = 0; j < k; j++) {
      const share = resp[i * k + j];
      red += share * colours[3 * j];
      green += share * colours[3 * j + 1];
      blue += share * colours[3 * j + 2];
    }
    const colour = 0xff000000 | (blue << 16) | (green << 8) | red;
    let at = width * Math.round(y(i) * ratio - side / 2) + Math.round(x(i) * ratio - side / 2);
    for (let row = 0; row < side; row++, at += width) for (let p = at; p < at + side; p++) pixels[p] = colour;
  }
  layer ??= document.createElement("canvas");
  [layer.width, layer.height] = [width, height];
  layer.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(layer, 0, 0, width / ratio, height / ratio);
}

function likeliest(resp, i, k) {
  let best = 0;
  for (let j = 1; j < k; j++) if (resp[i * k + j] > resp[i * k + best]) best = j;
  return best;
}

// Whether the two largest shares are as good as equal.
function undecided(resp, i, k) {
  const best = likeliest(resp, i, k);
  for (let j = 0; j < k; j++) if (j !== best && resp[i * k + best] - resp[i * k + j] < 1e-3) return true;
  return false;
}

// What an axis must show: the points, and the means where they start.
const rangeWith = ({ d, values }, means, a) => range({ d, values: [...values, ...means.flat()] }, a);

// k-means' centres: hollow rings, on a halo so that they show among points of their own colour.
function twins(lloyd, toScreen) {
  const rings = (mean, j) => ["halo", "twin"].map((name) => ellipse(toScreen(mean), 17, 17, name, j)).join("");
  return (lloyd ?? []).map(rings).join("");
}
