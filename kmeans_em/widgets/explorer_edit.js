// The points, moved, added and deleted with the tool that is chosen: by pointer, and by a cross that the arrow keys move.

const NEAR = 16; // pixels from the pointer to a point that it takes hold of

function editingPoints({ root, find, is, does, stage, state, figure, here, show, keep, pause, draw, say, slideBy, isPhoto }) {
  let tool = "move";
  let cross = null; // where the keyboard is in the picture, in pixels
  let held = null; // the point under the pointer

  function putPoints(values) {
    pause();
    const { d } = state().X;
    const X = { n: values.length / d, d, values: Float64Array.from(values) };
    const title = here().data.name === "own" ? here().data.title : "Own points";
    show({ ...here(), data: { ...here().data, name: "own", title, file: null }, state: putData(state(), X) });
  }
  const edited = (i, gone, ...put) => {
    const { X } = state();
    return [...X.values.subarray(0, i * X.d), ...put, ...X.values.subarray((i + gone) * X.d)];
  };
  function nearest([x, y]) {
    const { X } = state();
    let [best, least] = [-1, NEAR * NEAR];
    for (let i = 0; i < X.n; i++) {
      const [px, py] = figure().pointAt(X, i);
      const D = (px - x) * (px - x) + (X.d > 1 ? (py - y) * (py - y) : 0);
      if (D < least) [best, least] = [i, D];
    }
    return best;
  }
  const pointHere = (at) => figure().clamp(figure().toData(at)).map((x) => +x.toPrecision(5));

  function press(at) {
    if (isPhoto()) return say("The colours are those of the photograph: they can be neither moved nor added.");
    if (tool === "add") {
      keep();
      putPoints(edited(state().X.n, 0, ...pointHere(at)));
      return;
    }
    const i = nearest(at);
    if (i < 0) return;
    keep();
    if (tool === "remove") putPoints(edited(i, 1));
    else held = i;
  }
  function dragTo(at) {
    if (held !== null) putPoints(edited(held, 1, ...pointHere(at)));
  }
  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest(".handle") || event.button > 0) return;
    press(placeOn(stage, event));
    if (held !== null) stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => dragTo(placeOn(stage, event)));
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => { held = null; });

  const buttons = { s: "step", h: "half", b: "back", r: "run", u: "undo" };
  const tools = { m: "move", a: "add", d: "remove" };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (buttons[event.key]) return void does(buttons[event.key]).click();
    if (event.key === "[" || event.key === "]") return void slideBy(event.key === "]" ? 4 : -4);
    if (tools[event.key]) return void pickTool(tools[event.key]);
    if (event.target !== stage || !atTheCross(event)) return;
    event.preventDefault();
    draw();
  });
  // Whether the key does anything there.
  function atTheCross(event) {
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    const from = cross ?? [width / 2, height / 2];
    const way = arrow(event);
    if (way) {
      const far = event.shiftKey ? 40 : 8;
      cross = [width, height].map((most, a) => Math.min(most, Math.max(0, from[a] + far * [way[0], -way[1]][a])));
      dragTo(cross);
    } else if (event.key === "Enter" || event.key === " ") {
      cross = from;
      if (held === null) press(cross);
      else held = null;
    } else if (event.key === "Escape") [cross, held] = [null, null];
    else return false;
    return true;
  }
  stage.addEventListener("blur", () => { [cross, held] = [null, null]; draw(); });

  function pickTool(name) {
    tool = name;
    stage.dataset.tool = name;
    for (const one of root.querySelectorAll("[data-tool][role=radio]")) {
      one.setAttribute("aria-checked", one.dataset.tool === name);
      one.tabIndex = one.dataset.tool === name ? 0 : -1;
    }
    is("tool").textContent = {
      move: "Drag points and means where you want them.",
      add: "A click in the picture adds a point.",
      remove: "A click on a point deletes it.",
    }[name];
  }
  chooseByArrows(find("[role=radiogroup]"), "[data-tool]", (one) => pickTool(one.dataset.tool));

  function paintCross() {
    const { X, means } = state();
    find(".cross").hidden = !cross;
    if (cross) find(".cross").style.transform = `translate(${cross[0]}px, ${cross[1]}px)`;
    stage.setAttribute("aria-label", `Picture of ${X.n} points and ${means.length} means. Arrow keys move a cross, Enter uses the tool there: ${TOOLS[tool]}.`);
  }
  return { pickTool, paintCross, clear: () => { keep(); putPoints([]); } };
}

// A group of which one is chosen, by click or by arrow key.
function chooseByArrows(group, parts, choose) {
  const all = () => [...group.querySelectorAll(parts)].filter((one) => one.checkVisibility());
  for (const one of group.querySelectorAll(parts)) one.addEventListener("click", () => choose(one));
  group.addEventListener("keydown", (event) => {
    const way = arrow(event);
    const at = all().indexOf(event.target);
    if (!way || at < 0) return;
    event.preventDefault();
    const next = all()[(at + (way[0] || -way[1]) + all().length) % all().length];
    choose(next);
    next.focus();
  });
}
