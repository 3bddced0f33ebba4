// Data on the line: densities above, the points and the means, responsibilities below.

function lineFigure({ X, means, root, axisLabels, heightFor = heightOf, view }) {
  const stage = root.querySelector(".stage");
  const canvas = root.querySelector("canvas");
  const svg = root.querySelector(".stage svg");
  const [xs] = view ?? [rangeWith(X, means, 0)];
  const heightAt = heightFor(root, stage, 300, (width) => Math.max(340, 0.7 * width));
  let box, axis, middle, colours;

  function resize() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const height = heightAt(width);
    stage.style.height = `${height}px`;
    colours = coloursOn(root);
    sharp(canvas, width, height);
    box = { left: 38, right: width - 8, top: 8, bottom: height - 36 };
    middle = { top: box.top + 0.44 * (box.bottom - box.top), bottom: box.top + 0.62 * (box.bottom - box.top) };
    axis = linear(xs, box.left, box.right);
    const shares = { at: (r) => box.bottom - r * (box.bottom - middle.bottom), min: 0, max: 1 };
    svg.innerHTML = `
      ${frameMarks([axis, shares], { ...box, top: middle.bottom }, [axisLabels[0], "responsibility"], [0, 0.5, 1])}
      <text class="axis-label" transform="translate(12 ${(box.top + middle.top) / 2}) rotate(-90)">density</text>
      <line class="axis" x1="${box.left}" x2="${box.right}" y1="${middle.top}" y2="${middle.top}"/>
      <text class="tick height" x="${box.left - 5}" text-anchor="end"></text>
      <text class="note" x="${(box.left + box.right) / 2}" y="${(box.top + middle.top) / 2}"></text>
      <g class="curves"></g><g class="rings"></g>`;
  }

  function marks(context, { X, resp, more }) {
    const place = [(i) => axis.at(X.values[i]), () => middle.bottom - 11];
    more?.(context, colours, ...place);
    drawPoints(context, X, resp, colours, ...place);
  }

  function draw(drawn) {
    const { means, sigma, logWeights, lloyd } = drawn;
    const context = canvas.getContext("2d");
    blank(context);
    marks(context, drawn);
    svg.querySelector(".height").textContent = "";
    svg.querySelector(".note").textContent = sigma === 0 ? "no density at σ = 0" : "";
    svg.querySelector(".curves").innerHTML = densities(means, sigma, logWeights) + shares(means, sigma, logWeights);
    svg.querySelector(".rings").innerHTML = twins(lloyd, toScreen);
  }

  // Each component's share of the mixture density, and their sum, scaled to the highest point shown.
  function densities(means, sigma, logWeights) {
    if (sigma === 0) return "";
    const grid = gridOf(means);
    const factor = (j) => (logWeights ? means.length * Math.exp(logWeights[j]) : 1);
    const parts = means.map(([m], j) => grid.map((x) => factor(j) * Math.exp((-(x - m) * (x - m)) / sigma / (2 * sigma))));
    const total = grid.map((_, g) => parts.reduce((sum, part) => sum + part[g], 0));
    const top = Math.max(1, ...total);
    const up = (value) => middle.top - (value / top) * 0.94 * (middle.top - box.top);
    const height = svg.querySelector(".height");
    height.setAttribute("y", up(Math.max(...total)) + 4);
    const highest = Math.max(...total) / (means.length * sigma * Math.sqrt(2 * Math.PI));
    height.textContent = String(+highest.toPrecision(2)); // as much as fits beside the axis
    return curves(grid, [total, ...parts], up, 1);
  }

  function shares(means, sigma, logWeights) {
    const grid = gridOf(means);
    const r = new Float64Array(means.length);
    const parts = means.map(() => []);
    for (const x of grid) {
      sqDists([x], 0, means, r);
      soften(r, sigma, logWeights);
      parts.forEach((part, j) => part.push(r[j]));
    }
    return curves(grid, parts, (value) => box.bottom - value * (box.bottom - middle.bottom), 0);
  }

  // One path a list of values; the first `sums` of them are sums over the clusters.
  function curves(grid, lists, up, sums) {
    return lists
      .map((list, l) => {
        const corners = grid.map((x, g) => [axis.at(x), up(list[g])]);
        const j = l - sums;
        return j < 0 ? path(corners, "sum") : path(corners, "part", j);
      })
      .join("");
  }

  // Pixels, the means, and both sides of each boundary between neighbours, so that steps are upright.
  function gridOf(means) {
    const grid = [];
    for (let pixel = box.left; pixel <= box.right; pixel += 1.5) grid.push(axis.from(pixel));
    const sorted = means.map(([m]) => m).sort((a, b) => a - b);
    const edge = 1e-7 * (axis.max - axis.min);
    sorted.forEach((m, j) => {
      grid.push(m);
      if (j > 0) grid.push((m + sorted[j - 1]) / 2 - edge, (m + sorted[j - 1]) / 2 + edge);
    });
    return grid.filter((x) => x >= axis.min && x <= axis.max).sort((a, b) => a - b);
  }

  // the means stand above the points, so that neither hides the other
  const pointAt = (X, i) => [axis.at(X.values[i]), middle.bottom - 11];
  const toScreen = ([x]) => [axis.at(x), middle.top + 19];
  const toData = ([x]) => [axis.from(x)];
  const clamp = ([x]) => [Math.min(axis.max, Math.max(axis.min, x))];
  return { ready: () => box, view: [xs], resize, draw, marks, pointAt, toScreen, toData, clamp, keyStep: [span(xs) / 60] };
}
