// EM that learns sigma along with two means, a step at a time: the widths, and the floor below which none lies.

const STEPS = 12; // as in learn_sigma.py
const HALF = Math.log(2 * Math.PI) / 2;

const SKELETON = `<div class="stage"><svg aria-hidden="true"></svg></div>
  <label class="slider"><span>σ at the start</span><input type="range" min="1" max="400" step="1"><output></output></label>
  <div class="buttons">
    <button type="button" data-do="step">Step</button>
    <button type="button" data-do="run">All steps</button>
    <button type="button" data-do="reset">Reset</button>
  </div>
  <p class="chain" role="math"></p>
  <p class="summary" role="status"></p>`;

// The start and each step: means, sigma, the soft loss at the new means, which is n d sigma^2, and J there.
export function run(values, means, sigma, steps = STEPS) {
  const list = [{ means, sigma, loss: null, J: hardLoss(values, means) }];
  for (let step = 0; step < steps; step++) {
    const shares = Array.from(values, (x) => {
      const D = means.map((mean) => (x - mean) ** 2);
      soften(D, sigma);
      return D;
    });
    const old = means;
    means = old.map((mean, j) => {
      const size = shares.reduce((sum, r) => sum + r[j], 0);
      return size > 1e-290 ? shares.reduce((sum, r, i) => sum + r[j] * values[i], 0) / size : mean;
    });
    const loss = shares.reduce((sum, r, i) => sum + r.reduce((part, share, j) => part + share * (values[i] - means[j]) ** 2, 0), 0);
    sigma = Math.sqrt(loss / values.length);
    list.push({ means, sigma, loss, J: hardLoss(values, means) });
  }
  return list;
}

const hardLoss = (values, means) => values.reduce((sum, x) => sum + Math.min(...means.map((mean) => (x - mean) ** 2)), 0);

export function summary(list, step, floor) {
  const { sigma } = list[step];
  if (step === 0) return sigma < floor ? "The start lies below the floor. Press Step." : "The start. Press Step.";
  const before = list[step - 1].sigma;
  const way = Math.abs(sigma - before) < 5e-4 ? "hardly moved" : sigma > before ? "rose" : "fell";
  return `Step ${step}: σ ${way}, to ${sigma.toFixed(3)}. The floor is ${floor.toFixed(3)}.`;
}

function render({ model, el }) {
  const values = [...readData(model.get("X")).values];
  const root = frameIn(el, "learn-sigma", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [stage, svg, slider] = [".stage", "svg", "input"].map(find);
  const n = values.length;
  const centre = average(values);
  const spread = Math.sqrt(average(values.map((x) => (x - centre) ** 2)));
  const floor = Math.sqrt(model.get("least") / n);
  const first = model.get("sigma");
  const scale = sigmaSlider([spread / 100, 1.5 * spread]);
  let list, line, height, across, up, upper, lower;
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => { find(".summary").textContent = summary(list, model.get("step"), floor); });

  function set(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }
  slider.addEventListener("input", () => set({ step: 0, sigma: scale.sigmaAt(+slider.value) }));
  find("[data-do=step]").addEventListener("click", () => set({ step: Math.min(STEPS, model.get("step") + 1) }));
  find("[data-do=run]").addEventListener("click", () => set({ step: STEPS }));
  find("[data-do=reset]").addEventListener("click", () => set({ step: 0, sigma: first }));

  function layout() {
    list = run(values, [...model.get("means")].map(Number), model.get("sigma"));
    const width = stage.clientWidth;
    if (width < SMALLEST_WIDTH) return; // not on the page yet
    const whole = Math.max(290, Math.min(380, 0.6 * width));
    stage.style.height = `${whole}px`;
    const [left, right] = [44, width - 12];
    upper = { left, right, top: 8, bottom: 0.33 * whole };
    lower = { left, right, top: upper.bottom + 32, bottom: whole - 36 };
    line = linear(range({ values, d: 1 }, 0), left, right);
    height = linear([0, 0.55 * Math.exp(-HALF) / floor], upper.bottom, upper.top);
    across = linear([-0.4, STEPS + 0.4], left, right);
    up = linear([0, 1.08 * Math.max(spread, ...list.map((step) => step.sigma))], lower.bottom, lower.top);
    svg.innerHTML = `
      ${frameMarks([across, up], lower, ["step of EM", "σ"], ticks(up), [0, 2, 4, 6, 8, 10, 12])}
      <path class="floor" d="M${left} ${up.at(floor)}H${right}"/>
      <text class="floor-label" x="${right - 2}" y="${up.at(floor) + 15}" text-anchor="end">floor ${floor.toFixed(3)}</text>
      <path class="axis" d="M${left} ${upper.bottom}H${right}"/>
      ${values.map((x) => `<circle class="point" cx="${line.at(x)}" cy="${upper.bottom}" r="4"/>`).join("")}
      <g class="moving"></g>`;
    paint();
  }

  function bell(mean, sigma, j) {
    const corners = [];
    for (let z = -5; z <= 5; z += 0.05) {
      const x = mean + z * sigma;
      if (x < line.min || x > line.max) continue;
      corners.push([line.at(x), height.at(Math.min(3 * height.max, Math.exp((-z * z) / 2 - HALF) / sigma / 2))]);
    }
    return corners.length > 1 ? path(corners, "part", j) : "";
  }

  function paint() {
    if (!line) return;
    const step = model.get("step");
    const { means, sigma, loss, J } = list[step];
    const corners = list.slice(0, step + 1).map((each, t) => [across.at(t), up.at(each.sigma)]);
    svg.querySelector(".moving").innerHTML = `
      ${inside(upper, means.map((mean, j) => bell(mean, sigma, j)).join(""))}
      ${corners.length > 1 ? path(corners, "way") : ""}
      ${corners.map(([x, y], t) => `<circle class="dot${t === step ? " now" : ""}" cx="${x}" cy="${y}" r="${t === step ? 6 : 4}"/>`).join("")}`;
    slider.value = scale.positionOf(model.get("sigma"));
    slider.setAttribute("aria-valuetext", `σ = ${plain(model.get("sigma"), 3)}`);
    find("output").textContent = plain(model.get("sigma"), 3);
    find("[data-do=step]").setAttribute("aria-disabled", step === STEPS);
    const least = plain(model.get("least"), 5);
    find(".chain").innerHTML = step === 0
      ? `start: <b>σ = ${plain(sigma, 4)}</b>`
      : `<span><i>nd</i> σ² = ${loss.toFixed(2)}</span> <span>≥ <i>J</i>(μ) = ${J.toFixed(2)}</span> <span>≥ <i>J</i>* = ${least}</span>`;
    summarise();
  }

  const stopWatching = watch(root, layout);
  const changes = { sigma: layout, means: layout, step: draw };
  for (const [name, answer] of Object.entries(changes)) model.on(`change:${name}`, answer);
  layout();
  return () => {
    stopWatching();
    draw.end();
    summarise.end();
    for (const [name, answer] of Object.entries(changes)) model.off(`change:${name}`, answer);
  };
}

export default { render };
