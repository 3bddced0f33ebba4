"""One figure on a page of its own, with a model that a test can reach as `model`, as Python does in a kernel."""

MOUNT = """
async ([esm, css, state]) => {
  if (state.X) state.X.data = new DataView(new Uint8Array(state.X.data).buffer);
  const listeners = [];
  window.model = {
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      for (const [event, listener] of [...listeners]) if (event === `change:${name}`) listener();
    },
    save_changes() {},
    on: (event, listener) => listeners.push([event, listener]),
    off(event, listener) {
      listeners.splice(listeners.findIndex(([e, l]) => e === event && l === listener), 1);
    },
  };
  window.heard = listeners;
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const module = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  window.take_down = await module.default.render({ model, el: document.querySelector("main") });
}
"""
OVERLAPS = """
(gap) => {
  const boxes = [...document.querySelectorAll("svg text")].filter((text) => text.textContent)
    .map((text) => [text.textContent, text.getBoundingClientRect()]);
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const found = [];
  boxes.forEach(([name, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
    if (!apart(a, b)) found.push([name, other]);
  }));
  // a name's letters leave a part of its box free at top and bottom
  for (const name of document.querySelectorAll("svg .name")) {
    const { left, right, top, bottom } = name.getBoundingClientRect();
    for (const curve of document.querySelectorAll("svg path:is(.distance, .entropy, .cost, .curve)")) {
      const corners = curve.getAttribute("d").slice(1).split("L").map((pair) => pair.split(" ").map(Number));
      const { x, y } = curve.ownerSVGElement.getBoundingClientRect();
      if (corners.some(([h, v]) => h + x > left && h + x < right && v + y > top + gap && v + y < bottom - gap))
        found.push([name.textContent, curve.getAttribute("class")]);
    }
  }
  return found;
}
"""
OUTSIDE = """
() => {
  const { left, right } = document.querySelector("main").getBoundingClientRect();
  return [...document.querySelectorAll("svg text, output, button, .slider-ends span")]
    .filter((part) => part.textContent)
    .map((part) => [part.textContent, part.getBoundingClientRect()])
    .filter(([, box]) => box.left < left - 1 || box.right > right + 1)
    .map(([text]) => text);
}
"""


def mount(page, widget):
    state = {name: value for name, value in widget.get_state().items() if name[0] != "_" and name != "layout"}
    if "X" in state:
        state["X"] = {**state["X"], "data": list(state["X"]["data"])}
    page.set_content("<!doctype html><body style='margin: 0; font-family: sans-serif'><main style='margin: 0 16px'>")
    page.evaluate(MOUNT, [widget._esm, widget._css, state])
    page.wait_for_selector(".summary:not(:empty)")
    return page


def settle(page):
    """Until what was asked for is drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
