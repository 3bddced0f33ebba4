// What the reader takes hold of: a disc for each mean, and a slider for each weight.

// `now` knows the figure and the state, and takes the next state: while a disc is dragged (show) and when it is let go (change).
function makeHandle(j, stage, now) {
  const handle = document.createElement("button");
  handle.type = "button";
  handle.className = "handle";
  handle.style.background = colourOf(j);
  handle.setAttribute("aria-description", "Drag, or press the arrow keys, to move it.");
  const move = (point) => now.show(drag(now.state(), j, now.figure().clamp(point, now.state().means[j])));
  const release = () => now.change(place(now.state(), now.state().means));
  handle.addEventListener("pointerdown", now.pause);
  draggable(handle, stage, (x, y) => move(now.figure().toData([x, y])), release);
  handle.addEventListener("keydown", (event) => {
    const way = arrow(event);
    if (!way) return;
    event.preventDefault();
    const { keyStep, toData, toScreen, isFlat } = now.figure();
    const mean = now.state().means[j];
    const here = isFlat ? toData(toScreen(mean)) : mean; // colours are seen from the side
    move(here.map((m, a) => m + way[a] * keyStep[a] * (event.shiftKey ? 5 : 1)));
    release();
  });
  return handle;
}

function putHandle(handle, j, { means, radius }, figure) {
  const [x, y] = figure.toScreen(means[j]);
  handle.style.transform = `translate(${x}px, ${y}px)`;
  const here = means.flatMap((other, l) => (largestMove([other], [means[j]]) < 1e-3 * radius ? [l + 1] : []));
  handle.textContent = here.join(","); // means in one place share their numbers
  handle.setAttribute("aria-label", `mean ${j + 1}, at ${means[j].map(short).join(", ")}`);
}

function makeWeightSlider(j, change) {
  const label = document.createElement("label");
  label.className = "slider";
  label.innerHTML = `<span>π<sub>${j + 1}</sub></span><input type="range" min="0" max="100" step="1"><output></output>`;
  const [input, output] = [label.querySelector("input"), label.querySelector("output")];
  input.setAttribute("aria-label", `weight of cluster ${j + 1}`);
  input.style.accentColor = colourOf(j);
  input.addEventListener("input", () => change(+input.value / 100));
  return { label, input, output };
}

function putWeight({ input, output }, weight) {
  input.value = Math.round(100 * weight);
  output.textContent = weight.toFixed(2);
}
