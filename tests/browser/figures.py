"""A page that holds one moving figure and nothing else, and whose model a test can read and set."""

import numpy as np

MOUNT = """
async ([esm, css, values, theme]) => {
  document.documentElement.dataset.theme = theme;
  document.body.innerHTML = `<style>${css}</style><main></main>`;
  document.body.style.cssText = "margin: 0 auto; padding: 0 16px; max-width: 640px; font-family: system-ui";
  if (values.X) values.X.data = new DataView(new Uint8Array(values.X.data).buffer);
  const listeners = {};
  window.model = {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      for (const listener of listeners[`change:${name}`] ?? []) listener();
    },
    on: (name, listener) => (listeners[name] ??= new Set()).add(listener),
    off: (name, listener) => listeners[name].delete(listener),
    save_changes() {},
  };
  window.listening = () => Object.values(listeners).reduce((sum, set) => sum + set.size, 0);
  window.figure = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  window.end = figure.default.render({ model, el: document.querySelector("main") });
}
"""

UNHURRIED = 395  # milliseconds between two things that a figure says: 400 by its own clock
QUIET = 450  # milliseconds after a picture: what a screen reader is to say and the address have been written
SETTLED = """
(milliseconds) => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, milliseconds))))
"""

LISTEN = """
(summary) => {
  window.told = [];
  new MutationObserver(() => told.push(performance.now())).observe(summary, { childList: true });
}
"""

OVERLAPS = """
(root) => {
  const parts = (selector) => [...document.querySelectorAll(`${root} :is(${selector})`)]
    .filter((part) => part.textContent.trim() && part.checkVisibility())
    .map((part) => ({ words: part.textContent.trim(), box: part.getBoundingClientRect() }));
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
  const clashes = [];
  const labels = parts("svg text, .handle");
  labels.forEach(({ words, box }, i) => {
    for (const other of labels.slice(0, i)) if (!apart(box, other.box)) clashes.push(`${words} | ${other.words}`);
  });
  const { left, right } = document.querySelector(root).getBoundingClientRect();
  for (const { words, box } of parts("svg text, .handle, output, button, .slider-ends span")) {
    if (box.left < left - 1 || box.right > right + 1) clashes.push(`${words} is cut off`);
  }
  // a name's letters leave a part of its box free at top and bottom
  for (const curve of document.querySelectorAll(`${root} svg path:is(.distance, .entropy, .cost, .curve)`)) {
    const corners = curve.getAttribute("d").slice(1).split("L").map((pair) => pair.split(" ").map(Number));
    const frame = curve.ownerSVGElement.getBoundingClientRect();
    for (const { words, box } of parts("svg .name")) {
      const inside = ([x, y]) =>
        x + frame.x > box.left && x + frame.x < box.right && y + frame.y > box.top + 4 && y + frame.y < box.bottom - 4;
      if (corners.some(inside)) clashes.push(`${words} | ${curve.getAttribute("class")}`);
    }
  }
  return clashes;
}
"""


def mount(page, widget, theme="light"):
    """Show the widget on this blank page; `model`, `figure` (its module) and `end` are then known there."""
    names = [name for name in widget.trait_names(sync=True) if not name.startswith("_") and name != "layout"]
    values = widget.get_state(names)
    if "X" in values:
        values["X"] = {**values["X"], "data": list(values["X"]["data"])}
    page.evaluate(MOUNT, [widget._esm, widget._css, values, theme])
    page.wait_for_selector(".kmeans-em .summary:not(:empty)")
    return page


def settle(page, milliseconds=0):
    """Until what was asked for is drawn, and so much longer by the page's own clock: on a busy machine both wait."""
    page.evaluate(SETTLED, milliseconds)


def listen(page, summary):
    """Note from now on when a figure's summary changes."""
    page.locator(summary).evaluate(LISTEN)


def pauses_in_what_was_told(page):
    """Milliseconds from each change of the summary to the next, once the figure has said all."""
    settle(page, QUIET)
    told = page.evaluate("told")
    assert told
    return np.diff(told).tolist()


def set_trait(page, name, value):
    """As Python does it; back when the page has drawn it."""
    page.evaluate("([name, value]) => model.set(name, value)", [name, value])
    settle(page)


def trait(page, name):
    return page.evaluate("(name) => model.get(name)", name)


def overlaps(page, root):
    """Labels of the drawing that touch each other or a curve, and parts that are cut off."""
    return page.evaluate(OVERLAPS, root)
