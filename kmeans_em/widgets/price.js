// DP-means on a line of points: the clusters at a price, and for each number of clusters the least J and their prices.

const SKELETON = `<div class="stage"><svg aria-hidden="true"></svg></div>
  <div class="buttons">
    <label class="slider"><span>price Λ</span><input type="range" min="1" max="400" step="1"></label>
    <button type="button" data-do="play"></button>
  </div>
  <div class="slider-ends" aria-hidden="true"><span>cheap</span><span class="sigma-readout"></span><span>dear</span></div>
  <table class="sums">
    <tr><th></th><th scope="col">k</th><th scope="col" class="of-j">J</th><th scope="col" class="of-price">+ Λk</th><th scope="col">sum</th></tr>
    <tr><th scope="row"><i class="key rests"></i>DP-means</th>${'<td class="sum"></td>'.repeat(4)}</tr>
    <tr><th scope="row"><i class="key cheapest"></i>least</th>${'<td class="sum"></td>'.repeat(4)}</tr>
  </table>
  <p class="summary" role="status"></p>`;

const scatter = (values) => values.reduce((sum, x) => sum + (x - average(values)) ** 2, 0);

// Each round: every point to its nearest centre or to a new one, then every centre to the mean of its points.
export function dpMeans(values, price, rounds = 300) {
  let [labels, means] = [values.map(() => 0), [average(values)]];
  for (let round = 0; round < rounds; round++) {
    const before = labels;
    labels = values.map((x) => {
      const distances = means.map((mean) => (x - mean) ** 2);
      const nearest = distances.indexOf(Math.min(...distances));
      return distances[nearest] > price ? means.push(x) - 1 : nearest;
    });
    const used = [...new Set(labels)].sort((a, b) => a - b);
    labels = labels.map((label) => used.indexOf(label));
    means = used.map((_, j) => average(values.filter((_, i) => labels[i] === j)));
    if (labels.every((label, i) => label === before[i])) break;
  }
  return { labels, means, J: values.reduce((sum, x, i) => sum + (x - means[labels[i]]) ** 2, 0) };
}

// The least J for k = 1, 2, ...: on a line the best clusters are stretches of neighbours.
export function leastCosts(values) {
  const centre = average(values);
  const sorted = values.map((x) => x - centre).sort((a, b) => a - b);
  let best = sorted.map((_, end) => scatter(sorted.slice(0, end + 1)));
  const least = [best.at(-1)];
  for (let k = 2; k <= sorted.length; k++) {
    const fewer = best;
    best = sorted.map((_, end) => Math.min(Infinity, ...fewer.slice(0, end).map((cost, a) => cost + scatter(sorted.slice(a + 1, end + 1)))));
    least.push(best.at(-1));
  }
  return least;
}

// [k, J, price k, sum] where DP-means rests, and where the sum is least.
export function readings(values, price) {
  const { means, J } = dpMeans(values, price);
  const row = (k, cost) => [k, cost, price * k, cost + price * k];
  const rows = leastCosts(values).map((cost, i) => row(i + 1, cost));
  return [row(means.length, J), rows.reduce((best, each) => (each[3] < best[3] ? each : best))];
}

const clusters = (k) => `${k} cluster${k === 1 ? "" : "s"}`;

export function summary(values, price) {
  const [[k, , , sum], [best, , , least]] = readings(values, price);
  const rests = `DP-means rests with ${clusters(k)} and the cost ${plain(sum, 4)}`;
  if (sum <= least * (1 + 1e-9)) return `${rests}: the least there is.`;
  return best === k ? `${rests}; the best ${clusters(k)} would cost ${plain(least, 4)}.` : `${rests}; ${clusters(best)} would cost ${plain(least, 4)}.`;
}

function render({ model, el }) {
  const values = [...readData(model.get("X")).values];
  const least = leastCosts(values);
  const root = frameIn(el, "price", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider] = [".stage", "svg", "input"].map(find);
  const radius = 1.35 * Math.max(...values.map((x) => Math.abs(x - average(values))));
  const scale = sigmaSlider([0, radius ** 2], (way) => (radius * way) ** 2); // even steps of the ball's radius
  const tell = telling(model);
  let line, upper, lower, across, up;
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => { find(".summary").textContent = summary(values, model.get("price")); });

  const setAt = (position) => tell("price", scale.sigmaAt(Math.max(1, Math.min(POSITIONS, Math.round(position)))));
  slider.addEventListener("input", () => setAt(+slider.value));
  const pause = playButton(root, find("[data-do=play]"), () => 1 - slider.value / POSITIONS, (way) => setAt((1 - way) * POSITIONS), 12);

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const whole = Math.max(300, Math.min(400, 0.62 * width));
    stage.style.height = `${whole}px`;
    const [left, right] = [50, width - 10];
    upper = { left, right, top: 6, bottom: 0.32 * whole };
    lower = { left, right, top: upper.bottom + 50, bottom: whole - 36 };
    line = linear(range({ values, d: 1 }, 0), left, right);
    across = linear([0.4, values.length + 0.6], left, right);
    svg.innerHTML = `<path class="axis" d="M${left} ${upper.bottom}H${right}"/><g class="moving"></g>`;
    paint();
  }

  // Half of the ball about a centre, as high as it is wide where there is room.
  function ball(mean, reach, j) {
    const height = Math.min(upper.bottom - upper.top, line.at(reach) - line.at(0));
    const arc = Array.from({ length: 61 }, (_, i) => (Math.PI * i) / 60);
    return path(arc.map((angle) => [line.at(mean - reach * Math.cos(angle)), upper.bottom - height * Math.sin(angle)]), "ball", j % 4).replace(colourOf(j % 4), colourOf(j));
  }

  function cluster(labels, mean, j) {
    const mine = values.filter((_, i) => labels[i] === j).map(line.at);
    const y = upper.bottom + 27;
    return `<path class="stretch" style="--colour: ${colourOf(j)}" d="M${Math.min(...mine) - 4} ${y}H${Math.max(...mine) + 4}"/>
      <path class="centre" style="--colour: ${colourOf(j)}" d="M${line.at(mean)} ${upper.bottom + 21}l6 12h-12z"/>`;
  }

  function bar(k, cheapest) {
    const half = Math.min(26, 0.32 * (across.at(2) - across.at(1)));
    const [x, price] = [across.at(k) - half, model.get("price")];
    const piece = (from, to, name) => {
      const [bottom, top] = [up.at(Math.min(from, up.max)), up.at(Math.min(to, up.max))];
      const seam = name === "paid" && bottom - top > 5 ? " seam" : "";
      return bottom - top < 0.05 ? "" : `<rect class="${name}${seam}" x="${x}" y="${top}" width="${2 * half}" height="${bottom - top}"/>`;
    };
    const prices = Array.from({ length: k }, (_, i) => piece(least[k - 1] + i * price, least[k - 1] + (i + 1) * price, "paid"));
    const top = up.at(Math.min(up.max, least[k - 1] + k * price));
    const frame = `<rect class="chosen" x="${x - 4}" y="${top - 4}" width="${2 * half + 8}" height="${lower.bottom - top + 4}"/>`;
    return piece(0, least[k - 1], "error") + prices.join("") + (k === cheapest ? frame : "");
  }

  function paint() {
    if (!line) return;
    const price = model.get("price");
    const { labels, means } = dpMeans(values, price);
    const rows = readings(values, price);
    const [[k, , , sum], [cheapest, , , lowest]] = rows;
    up = linear([0, Math.min(1.8 * least[0], 4 * lowest)], lower.bottom, lower.top); // low bars are seen from nearer
    const marks = ticks(up).filter((tick) => up.at(tick) > lower.top + 6);
    const [x, y] = [across.at(k), up.at(sum)];
    const rests = y < lower.top ? `<path class="rests" d="M${x - 6} ${lower.top + 10}h12l-6 -9z"/>` : `<circle class="rests" cx="${x}" cy="${y}" r="6"/>`;
    const points = values.map((value, i) => `<circle class="point" style="--colour: ${colourOf(labels[i])}" cx="${line.at(value)}" cy="${upper.bottom}" r="5"/>`);
    svg.querySelector(".moving").innerHTML = `
      ${frameMarks([across, up], lower, ["number of clusters k", "J + Λk"], marks, least.map((_, i) => i + 1))}
      ${inside(upper, means.map((mean, j) => ball(mean, Math.sqrt(price), j)).join(""))}
      ${means.map((mean, j) => cluster(labels, mean, j)).join("")}${points.join("")}
      ${values.map((value) => `<text class="tick value" x="${line.at(value)}" y="${upper.bottom + 18}">${spacedOut(value)}</text>`).join("")}
      ${least.map((_, i) => bar(i + 1, cheapest)).join("")}${rests}`;
    slider.value = scale.positionOf(price);
    slider.setAttribute("aria-valuetext", `price ${plain(price, 4)}: DP-means rests with ${clusters(k)}, the cheapest number is ${cheapest}`);
    find(".sigma-readout").textContent = `Λ = ${plain(price, 4)}`;
    root.querySelectorAll(".sum").forEach((cell, i) => { cell.textContent = plain(rows[Math.floor(i / 4)][i % 4], 4); });
    summarise();
  }

  // The point's number, if those before it leave room.
  function spacedOut(value) {
    const before = values.filter((other) => other < value && line.at(value) - line.at(other) < 9 * plain(value).length);
    return before.length > 0 ? "" : plain(value);
  }

  return live(root, model, layout, { price: draw }, pause, draw.end, summarise.end);
}

export default { render };
