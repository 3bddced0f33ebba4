"""How long a figure keeps the page busy after a move of its slider, in a real browser on a processor four times slower.

A frame at 60 Hz is 16.7 ms. Following EM may spread over several frames; each is counted by itself.
`page_weight` has the budget of script; these times are for reading alone, for they depend on the machine.
"""

import json
import statistics

from ipywidgets.embed import embed_data
from playwright.sync_api import sync_playwright

from benchmarks.page_weight import FIGURES
from kmeans_em import datasets, seeding, widgets
from kmeans_em.widgets import Explorer
from kmeans_em.widgets.base import source
from tests.chromium import FLAGS, installed

SLOWER = 4

SWEEP = """
async () => {
  const root = document.querySelector(".kmeans-em");
  const slider = root.querySelector("input[type=range]");
  const busy = [];
  const ask = window.requestAnimationFrame;
  let during = 0;
  window.requestAnimationFrame = (callback) => ask((now) => {
    const start = performance.now();
    callback(now);
    busy.push(during + performance.now() - start);
    during = 0;
  });
  const slide = (part) => {
    slider.value = +slider.max + (slider.min - slider.max) * part;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // without a slider: the handle, a key at a time
  const press = () => root.querySelector(".handle").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
  for (let t = 0; t <= 60; t++) {
    const start = performance.now();
    if (slider) slide(t / 60);
    else press();
    during = performance.now() - start;
    await new Promise((done) => ask(() => setTimeout(done)));
  }
  return busy;
}
"""


def page_of(widget):
    state = json.dumps(embed_data(views=[widget], drop_defaults=False)["manager_state"])
    return (
        f"<!doctype html><body style='width: 680px'>{widget._repr_mimebundle_()[0]['text/html']}"
        f'<script type="application/vnd.jupyter.widget-state+json">{state}</script>'
        f"<script>{source('host.js')}</script>"
    )


def figures():
    """Each figure as the book shows it; the explorer for many points, too."""
    for name in FIGURES:
        if name not in ("Explorer", "Likelihood", "Sweep"):
            yield name, getattr(widgets, name)()
    yield "Likelihood", widgets.Likelihood(datasets.line())
    yield "Explorer, 6 on the line", Explorer(datasets.line(), [[1], [11]])
    for n, k in [(180, 3), (1000, 8), (20_000, 3), (20_000, 8)]:
        X = datasets.blobs(n)
        for follow in (False, True):
            name = f"Explorer, {n:,}, k = {k}{', follow' if follow else ''}"
            yield name, Explorer(X, seeding.kmeans_plusplus(X, k, rng=0), follow=follow)


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        print(
            f"Chromium {browser.version}, milliseconds of work in a frame while the slider goes over its whole range,"
        )
        print(f"here and on a processor {SLOWER} times slower")
        print(f"{'figure':<32}{'frames':>9}{'median':>8}{'95%':>7}{'frames':>9}{'median':>8}{'95%':>7}")
        for name, widget in figures():
            page = browser.new_page()
            numbers = ""
            for rate in (1, SLOWER):
                page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
                page.set_content(page_of(widget))
                page.wait_for_selector(".kmeans-em .summary:not(:empty)")
                busy = sorted(page.evaluate(SWEEP))
                late = busy[int(0.95 * len(busy))]
                numbers += f"{len(busy):>9}{statistics.median(busy):>8.1f}{late:>7.1f}"
            print(f"{name:<32}{numbers}", flush=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
