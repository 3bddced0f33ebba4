// A bell that narrows onto one of the points, alone and beside a second bell; and log L of both over its sigma.

const [NARROWEST, WIDEST, UNIT, FLOOR] = [1e-4, 20, 5, -40]; // as in collapse.py
const NAMES = ["one bell", "two bells"];
const HALF = Math.log(2 * Math.PI) / 2;

const SKELETON = `<div class="stage"><svg aria-hidden="true"></svg></div>
  <div class="buttons">
    <label class="slider"><span>σ</span><input type="range" min="0" max="400" step="1"></label>
    <button type="button" data-do="play"></button>
  </div>
  <div class="slider-ends" aria-hidden="true"><span>narrow</span><span class="sigma-readout"></span><span>wide</span></div>
  <table class="sums">
    <tr><th></th><th scope="col" data-is="place"></th><th scope="col" data-is="rest"></th><th scope="col">log L</th></tr>
    ${NAMES.map((name, j) => `<tr><th scope="row"><i class="key line-${j}"></i>${name}</th>${'<td class="sum"></td>'.repeat(3)}</tr>`).join("")}
  </table>
  <p class="summary" role="status"></p>`;

const logBell = (x, mean, sigma) => -(((x - mean) / sigma) ** 2) / 2 - Math.log(sigma) - HALF;

// Mean and width of the points that the narrow bell does not sit on.
export function others(values, point) {
  const rest = [...values].filter((_, i) => i !== point);
  const mean = average(rest);
  return { mean, width: Math.sqrt(average(rest.map((x) => (x - mean) ** 2))) };
}

// For one bell and for two: the log-density at the point, those at the other points added up, and log L.
export function readings(values, point, sigma) {
  const { mean, width } = others(values, point);
  const both = (narrow, wide) => Math.max(narrow, wide) + Math.log1p(Math.exp(-Math.abs(narrow - wide))) - Math.log(2);
  const densities = [
    (x) => logBell(x, values[point], sigma),
    (x) => both(logBell(x, values[point], sigma), logBell(x, mean, width)),
  ];
  return densities.map((log) => {
    const here = log(values[point]);
    const rest = [...values].reduce((sum, x, i) => (i === point ? sum : sum + log(x)), 0);
    return [here, rest, here + rest];
  });
}

export function summary(values, point, sigma) {
  const [[, alone, one], [, kept, two]] = readings(values, point, sigma);
  const slope = readings(values, point, sigma / 10)[1][2] - two;
  if (Math.abs(slope - Math.LN10) < 0.02) {
    return `Each tenth of σ now adds log 10 = 2.303 to the log L of two bells. Under one bell the other points add ${inShort(alone)}.`;
  }
  return `Together the other points add ${inShort(alone)} under one bell and ${inShort(kept)} under two: log L is ${inShort(one)} and ${inShort(two)}.`;
}

const inShort = (value) => (Math.abs(value) < 1e4 ? decimals(value) : plain(value, 3));

function render({ model, el }) {
  const { values } = readData(model.get("X"));
  const root = frameIn(el, "collapse", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider] = [".stage", "svg", "input"].map(find);
  let line, height, across, up, upper, lower, scale; // the axes, the two drawings, the slider's sigmas
  const draw = onceAFrame(paint);
  const state = () => [values, model.get("point"), model.get("sigma")];
  const summarise = unhurried(() => { find(".summary").textContent = summary(...state()); });
  const ends = () => {
    const { width } = others(values, model.get("point"));
    return [(NARROWEST * width) / UNIT, (WIDEST * width) / UNIT];
  };

  function setSigma(sigma) {
    model.set("sigma", sigma);
    model.save_changes();
  }
  const atPosition = (position) => scale.sigmaAt(Math.max(1, Math.min(POSITIONS, Math.round(position))));
  slider.addEventListener("input", () => setSigma(atPosition(+slider.value)));
  const pause = playButton(root, find("[data-do=play]"), () => 1 - slider.value / POSITIONS, (way) => setSigma(atPosition((1 - way) * POSITIONS)), 8);

  // On the lower drawing the pointer's place is sigma.
  function drag(event) {
    const way = (placeOn(stage, event)[0] - lower.left) / (lower.right - lower.left);
    setSigma(atPosition(way * POSITIONS));
  }
  stage.addEventListener("pointerdown", (event) => {
    if (placeOn(stage, event)[1] < upper.bottom + 20) return;
    stage.setPointerCapture(event.pointerId);
    slider.focus({ preventScroll: true });
    event.preventDefault();
    drag(event);
  });
  stage.addEventListener("pointermove", (event) => { if (stage.hasPointerCapture(event.pointerId)) drag(event); });

  function layout() {
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const whole = Math.max(290, Math.min(400, 0.62 * width));
    stage.style.height = `${whole}px`;
    const [left, right] = [50, width - 10];
    upper = { left, right, top: 16, bottom: 0.36 * whole };
    lower = { left, right, top: upper.bottom + 34, bottom: whole - 36 };
    const { mean, width: spread } = others(values, model.get("point"));
    const lowest = ends();
    scale = sigmaSlider(lowest);
    slider.min = 1;
    slider.max = POSITIONS;
    line = linear(range({ values, d: 1 }, 0), left, right);
    height = linear([0, 1.6 * Math.exp(logBell(0, 0, spread))], upper.bottom, upper.top);
    across = linear(lowest.map(Math.log), left, right);
    const grid = Array.from({ length: 241 }, (_, i) => lowest[0] * (lowest[1] / lowest[0]) ** (i / 240));
    const sums = grid.map((sigma) => readings(values, model.get("point"), sigma));
    const top = Math.max(...sums.flat().map((row) => row[2]));
    up = linear([FLOOR, Math.max(0, top + 3)], lower.bottom, lower.top);
    const powers = [];
    for (let power = Math.ceil(Math.log10(lowest[0])); 10 ** power <= lowest[1]; power += right - left < 260 ? 2 : 1) powers.push(power);
    const tick = (power) => `<text class="tick" x="${across.at(power * Math.LN10)}" y="${lower.bottom + 14}" text-anchor="${across.at(power * Math.LN10) < left + 16 ? "start" : "middle"}">${plain(10 ** power).replace("1.0·", "")}</text>`;
    const curve = (j) => path(grid.map((sigma, i) => [across.at(Math.log(sigma)), up.at(Math.max(sums[i][j][2], FLOOR - 40))]), "curve", j);
    svg.innerHTML = `
      ${frameMarks([across, up], lower, ["σ of the narrow bell", "log L"], ticks(up), [])}
      ${powers.map(tick).join("")}
      ${inside(lower, curve(0) + curve(1))}
      <text class="name" style="--colour: ${colourOf(1)}" x="${across.at(Math.log(lowest[0])) + 12}" y="${up.at(sums[0][1][2]) - 10}">two bells</text>
      <text class="name" style="--colour: ${colourOf(0)}" x="${across.at(Math.log(lowest[1] / 6)) - 12}" y="${lower.bottom - 16}" text-anchor="end">one bell</text>
      <path class="axis" d="M${left} ${upper.bottom}H${right}"/>
      ${path(bell((x) => Math.exp(logBell(x, mean, spread))), "part", 1)}
      <g class="moving"></g>`;
    paint();
  }

  // Densely about the point, where the bell may be narrow.
  function bell(density) {
    const here = values[model.get("point")];
    const places = [];
    for (let pixel = upper.left; pixel <= upper.right; pixel += 2) places.push(line.from(pixel));
    for (let z = -5; z <= 5; z += 0.1) places.push(here + z * model.get("sigma"));
    return places.filter((x) => x >= line.min && x <= line.max).sort((a, b) => a - b)
      .map((x) => [line.at(x), height.at(Math.min(density(x), 3 * height.max))]);
  }

  function paint() {
    if (!line) return;
    const [, point, sigma] = state();
    const rows = readings(...state());
    const place = across.at(Math.min(across.max, Math.max(across.min, Math.log(sigma))));
    const top = Math.exp(logBell(0, 0, sigma));
    const dot = (j) => {
      const y = up.at(rows[j][2]);
      if (y > lower.bottom) return `<path class="below" style="--colour: ${colourOf(j)}" d="M${place - 6} ${lower.bottom - 10}h12l-6 9z"/>`;
      return `<circle class="dot" style="--colour: ${colourOf(j)}" cx="${place}" cy="${y}" r="5.5"/>`;
    };
    const marks = [...values].map((x, i) => `<circle class="point${i === point ? " sat-on" : ""}" cx="${line.at(x)}" cy="${upper.bottom}" r="${i === point ? 5.5 : 4}"/>`);
    const at = line.at(values[point]);
    const anchor = at > (upper.left + upper.right) / 2 ? ["end", -8] : ["start", 8];
    svg.querySelector(".moving").innerHTML = `
      ${inside(upper, path(bell((x) => Math.exp(logBell(x, values[point], sigma))), "part", 0))}${marks.join("")}
      ${[...values].map((x) => `<text class="tick value" x="${line.at(x)}" y="${upper.bottom + 17}">${spacedOut(x)}</text>`).join("")}
      <text class="tick" x="${at + anchor[1]}" y="12" text-anchor="${anchor[0]}">${top > height.max ? `↑ top at ${plain(top, 3)}` : ""}</text>
      <path class="cross" d="M${place} ${lower.top}V${lower.bottom}"/>${dot(0)}${dot(1)}`;
    slider.value = scale.positionOf(sigma);
    slider.setAttribute("aria-valuetext", `σ = ${plain(sigma, 3)}: log L of one bell ${inShort(rows[0][2])}, of two ${inShort(rows[1][2])}`);
    find(".sigma-readout").textContent = `σ = ${plain(sigma, 3)}`;
    find("[data-is=place]").textContent = `at ${plain(values[point])}`;
    find("[data-is=rest]").textContent = values.length - 1 === 5 ? "other five" : "the others";
    root.querySelectorAll(".sum").forEach((cell, i) => { cell.textContent = inShort(rows[Math.floor(i / 3)][i % 3]); });
    summarise();
  }

  // The point's number, if those before it leave room.
  function spacedOut(x) {
    const before = [...values].filter((other) => other < x && line.at(x) - line.at(other) < 9 * plain(x).length);
    return before.length > 0 || values.length > 12 ? "" : plain(x);
  }

  const stopWatching = watch(root, layout);
  const changes = { sigma: draw, point: layout };
  for (const [name, answer] of Object.entries(changes)) model.on(`change:${name}`, answer);
  layout();
  return () => {
    stopWatching();
    pause();
    draw.end();
    summarise.end();
    for (const [name, answer] of Object.entries(changes)) model.off(`change:${name}`, answer);
  };
}

export default { render };
