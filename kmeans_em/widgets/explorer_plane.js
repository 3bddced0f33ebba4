// Data in the plane: the points, the shares of every place behind them, and around each mean a circle of radius sigma.

const CELL = 5; // pixels a side, of the shaded field
const UNSEEN = 9; // a share e^-9 as large as another changes no colour

// Colours of the shares on a grid of places, written to out[at] and on, row by row; far from sqDists and soften, for speed.
function shader(means, logWeights, palette) {
  const k = means.length;
  const [xs, ys] = [0, 1].map((a) => Float64Array.from(means, (mean) => mean[a]));
  const shift = Float64Array.from(means, (_, j) => logWeights?.[j] ?? 0);
  const D = new Float64Array(k);
  return (out, at, stride, [columns, rows], [left, top], [right, down], sigma) => {
    for (let row = 0; row < rows; row++) {
      const y = top + row * down;
      for (let column = 0; column < columns; column++) {
        const x = left + column * right;
        let best = -1;
        for (let j = 0; j < k; j++) {
          D[j] = (xs[j] - x) * (xs[j] - x) + (ys[j] - y) * (ys[j] - y);
          if (shift[j] > -Infinity && (best < 0 || D[j] < D[best])) best = j;
        }
        const least = D[best];
        let highest = -Infinity;
        for (let j = 0; j < k; j++) {
          D[j] = sigma > 0 ? (least - D[j]) / sigma / (2 * sigma) + shift[j] : j === best ? 0 : -Infinity;
          highest = Math.max(highest, D[j]);
        }
        let total = 0;
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let j = 0; j < k; j++) {
          if (D[j] < highest - UNSEEN) continue;
          const share = Math.exp(D[j] - highest);
          const colour = palette[j];
          total += share;
          red += share * colour[0];
          green += share * colour[1];
          blue += share * colour[2];
        }
        const byte = (sum) => Math.round(sum / total);
        out[at + stride * row + column] = 0xff000000 | (byte(blue) << 16) | (byte(green) << 8) | byte(red);
      }
    }
  };
}

const far = (a, b, bits) => Math.abs(((a >> bits) & 255) - ((b >> bits) & 255)) > 40;
const differ = (a, b) => far(a, b, 0) || far(a, b, 8) || far(a, b, 16);

function planeFigure({ X, means, root, axisLabels, heightFor = heightOf, view }) {
  const stage = root.querySelector(".stage");
  const canvas = root.querySelector("canvas");
  const svg = root.querySelector(".stage svg");
  const [coarse, edges, field] = Array.from({ length: 3 }, () => document.createElement("canvas"));
  const [xs, ys] = view ?? [0, 1].map((a) => rangeWith(X, means, a));
  // equal scales where that leaves a readable picture: then spheres are circles
  const equal = span(xs) < 4 * span(ys) && span(ys) < 4 * span(xs);
  const heightAt = heightFor(root, stage, 200, (width) => (equal ? 0.75 : 0.7) * width);
  let box, axes, colours;

  function resize() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = heightAt(width);
    stage.style.height = `${height}px`;
    colours = coloursOn(root);
    sharp(canvas, width, height);
    const named = axisLabels.some(Boolean);
    box = { left: named ? 38 : 24, right: width - 8, top: 8, bottom: height - (named ? 36 : 20) };
    axes = equal ? equalAxes(xs, ys, box) : [linear(xs, box.left, box.right), linear(ys, box.bottom, box.top)];
    svg.innerHTML = frameMarks(axes, box, axisLabels) + inside(box, '<g class="rings"></g>');
    // one cell more on each side, for the smoothing at the edges
    coarse.width = Math.ceil((box.right - box.left) / CELL) + 2;
    coarse.height = Math.ceil((box.bottom - box.top) / CELL) + 2;
    for (const canvas of [edges, field]) [canvas.width, canvas.height] = [coarse.width * CELL, coarse.height * CELL];
  }

  function marks(context, { X, resp, more }) {
    const place = [(i) => axes[0].at(X.values[2 * i]), (i) => axes[1].at(X.values[2 * i + 1])];
    more?.(context, colours, ...place);
    drawPoints(context, X, resp, colours, ...place);
  }

  function draw(drawn) {
    const { means, sigma, logWeights, lloyd } = drawn;
    const context = canvas.getContext("2d");
    blank(context);
    drawField(context, { means, sigma, logWeights });
    marks(context, drawn);
    const [rx, ry] = axes.map((axis) => Math.abs(axis.at(sigma) - axis.at(0)));
    svg.querySelector(".rings").innerHTML =
      means.map((mean, j) => ellipse(toScreen(mean), rx, ry, "ring", j)).join("") + twins(lloyd, toScreen);
  }

  // The responsibilities of every place in the picture: clouds for large sigma, Voronoi cells at 0.
  // Smooth between places CELL apart, but pixel by pixel where a border runs between them.
  function drawField(context, { means, sigma, logWeights }) {
    const shade = shader(means, logWeights, colours.palette);
    const [left, top] = [box.left - CELL, box.top - CELL];
    const cell = axes.map((axis) => axis.from(CELL) - axis.from(0));
    const pixel = cell.map((length) => length / CELL);
    const [columns, rows] = [coarse.width, coarse.height];
    const image = new ImageData(columns, rows);
    const places = new Uint32Array(image.data.buffer);
    shade(places, 0, columns, [columns, rows], [axes[0].from(left + CELL / 2), axes[1].from(top + CELL / 2)], cell, sigma);
    coarse.getContext("2d").putImageData(image, 0, 0);
    const fine = new ImageData(field.width, field.height);
    const pixels = new Uint32Array(fine.data.buffer);
    // from one side of a border to the other it is a pixel at least
    const apart = means.flatMap((mean, j) => means.slice(0, j).map((other) => largestMove([mean], [other])));
    const narrow = Math.max(sigma, Math.sqrt((Math.abs(pixel[0]) * Math.min(...apart, 1 / 0)) / 4) || 0);
    for (let row = 0; row < rows - 1; row++) {
      for (let column = 0; column < columns - 1; column++) {
        const at = columns * row + column;
        const here = places[at];
        const [right, below, across] = [places[at + 1], places[at + columns], places[at + columns + 1]];
        if (here === right && here === below && here === across) continue;
        if (!differ(here, right) && !differ(here, below) && !differ(here, across) && !differ(right, across)) continue;
        const [x, y] = [CELL * column + 3, CELL * row + 3];
        const corner = [axes[0].from(left + x + 0.5), axes[1].from(top + y + 0.5)];
        shade(pixels, field.width * y + x, field.width, [CELL, CELL], corner, pixel, narrow);
      }
    }
    const [borders, whole] = [edges, field].map((canvas) => canvas.getContext("2d"));
    borders.putImageData(fine, 0, 0);
    whole.drawImage(coarse, 0, 0, field.width, field.height);
    whole.drawImage(edges, 0, 0);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    context.globalAlpha = 0.18;
    context.drawImage(field, left, top);
    context.restore();
  }

  const shaded = () => ({ canvas: field, left: box.left - CELL, top: box.top - CELL, box });
  const pointAt = (X, i) => [axes[0].at(X.values[2 * i]), axes[1].at(X.values[2 * i + 1])];
  const toScreen = ([x, y]) => [axes[0].at(x), axes[1].at(y)];
  const toData = ([x, y]) => [axes[0].from(x), axes[1].from(y)];
  const clamp = (point) => point.map((value, a) => Math.min(axes[a].max, Math.max(axes[a].min, value)));
  return { ready: () => box, view: [xs, ys], resize, draw, marks, field: shaded, pointAt, toScreen, toData, clamp, keyStep: [span(xs) / 60, span(ys) / 60] };
}
