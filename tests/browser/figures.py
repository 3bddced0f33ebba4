"""A page that holds one moving figure and nothing else, and whose model a test can read and set."""

MOUNT = """
async ([esm, css, values, theme]) => {
  document.documentElement.dataset.theme = theme;
  document.body.innerHTML = `<style>${css}</style><div></div>`;
  document.body.style.cssText = "margin: 0 auto; padding: 0 16px; max-width: 640px; font-family: system-ui";
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
  window.end = figure.default.render({ model, el: document.body.querySelector("div") });
}
"""

OVERLAPS = """
(root) => {
  const shown = [...document.querySelectorAll(`${root} svg text, ${root} .handle`)].filter((part) => part.textContent);
  const boxes = shown.map((part) => ({ words: part.textContent, box: part.getBoundingClientRect() }));
  const frame = document.querySelector(root).getBoundingClientRect();
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
  const clashes = [];
  boxes.forEach(({ words, box }, i) => {
    if (box.left < frame.left - 1 || box.right > frame.right + 1) clashes.push(`${words} is cut off`);
    for (const other of boxes.slice(0, i)) if (!apart(box, other.box)) clashes.push(`${words} | ${other.words}`);
  });
  return clashes;
}
"""


def mount(page, widget, theme="light"):
    """Show the widget on this blank page; `model`, `figure` (its module) and `end` are then known there."""
    names = [name for name in widget.trait_names(sync=True) if not name.startswith("_") and name != "layout"]
    page.evaluate(MOUNT, [widget._esm, widget._css, widget.get_state(names), theme])
    page.wait_for_selector(".kmeans-em .summary:not(:empty)")
    return page


def set_trait(page, name, value):
    """As Python does it; back when the page has drawn it."""
    page.evaluate(
        """([name, value]) => {
          model.set(name, value);
          return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        }""",
        [name, value],
    )


def trait(page, name):
    return page.evaluate("(name) => model.get(name)", name)


def overlaps(page, root):
    """Labels of the drawing that touch each other or are cut off."""
    return page.evaluate(OVERLAPS, root)
