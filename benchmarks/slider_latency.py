"""How long the explorer keeps the page busy after a move of its slider: 1,000 points, k = 8, in a real browser.

A frame at 60 Hz is 16.7 ms. Following EM may spread over several frames; each is counted by itself.
"""

import json
import statistics

from ipywidgets.embed import embed_data
from playwright.sync_api import sync_playwright

from kmeans_em import datasets, seeding
from kmeans_em.widgets import Explorer
from kmeans_em.widgets.base import source
from tests.chromium import FLAGS, installed

SWEEP = """
async () => {
  const slider = document.querySelector(".explorer input[type=range]");
  const busy = [];
  const ask = window.requestAnimationFrame;
  let during = 0;
  window.requestAnimationFrame = (callback) => ask((now) => {
    const start = performance.now();
    callback(now);
    busy.push(during + performance.now() - start);
    during = 0;
  });
  for (let position = 240; position >= 0; position -= 2) {
    slider.value = position;
    const start = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
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


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        print(f"Chromium {browser.version}, milliseconds of work in a frame, sigma swept over its whole range")
        print(f"{'data':<24}{'means':<10}{'frames':>7}{'median':>8}{'95%':>7}{'longest':>9}")
        plane, line = datasets.blobs(1000), datasets.blobs(1000)[:, :1]
        for name, X in [("1,000 in the plane, k=8", plane), ("1,000 on the line, k=8", line)]:
            for follow in (False, True):
                page = browser.new_page()
                page.set_content(page_of(Explorer(X, seeding.kmeans_plusplus(X, 8, rng=0), follow=follow)))
                page.wait_for_selector(".explorer .summary:not(:empty)")
                busy = sorted(page.evaluate(SWEEP))
                late = busy[int(0.95 * len(busy))]
                numbers = f"{len(busy):>7}{statistics.median(busy):>8.1f}{late:>7.1f}{busy[-1]:>9.1f}"
                print(f"{name:<24}{'follow' if follow else 'held':<10}{numbers}")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
