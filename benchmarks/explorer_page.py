"""How long the explorer's own page is busy in a frame, for small data and large, here and on a slower processor.

Twenty thousand points are to be fluid (a frame at 60 Hz is 16.7 ms), a hundred thousand usable: no pause in which one
wonders. The points come as a reader's would, from a table that is opened.
"""

import statistics
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.slider_latency import SLOWER, SWEEP
from kmeans_em import datasets
from tests.chromium import FLAGS, installed
from tests.serve import serving

SIZES = (300, 20_000, 100_000)

# Milliseconds from one frame to the next while something is done sixty times, each in its own frame.
DONE_IN_FRAMES = """
async (act) => {
  const doing = {
    drag: () => document.querySelector(".handle").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" })),
    step: () => document.querySelector("[data-do=step]").click(),
  }[act];
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const gaps = [];
  let last = await frame();
  for (let t = 0; t < 40; t++) {
    doing();
    const now = await frame();
    gaps.push(now - last);
    last = now;
  }
  return gaps;
}
"""


def table(n):
    return "x,y\n" + "".join(f"{x:.6f},{y:.6f}\n" for x, y in datasets.blobs(n))


def opened(page, address, n, k):
    page.goto(f"{address}/explorer.html#v=1&data=blobs&k={k}")
    file = {"name": "points.csv", "mimeType": "text/csv", "buffer": table(n).encode()}
    page.locator("[data-is=file]").set_input_files(file)
    page.wait_for_function(f"explorerPage.now().state.X.n === {n}")


def of(times):
    times = sorted(times)
    return f"{statistics.median(times):>8.1f}{times[int(0.95 * len(times))]:>7.1f}"


def main():
    site = Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html")
    with serving(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        print(f"Chromium {browser.version}, explorer.html, milliseconds: median and 95% of a frame's work while sigma")
        print(
            "goes over its whole range, and from frame to frame while a mean is moved and while EM takes a step a frame"
        )
        print(f"{'':36}{'sigma':>15}{'a mean':>15}{'steps':>15}")
        for rate in (1, SLOWER):
            for n in SIZES:
                for k in (3, 8):
                    page = browser.new_page(viewport={"width": 1280, "height": 800})
                    opened(page, address, n, k)
                    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
                    times = [page.evaluate(SWEEP), *(page.evaluate(DONE_IN_FRAMES, act) for act in ("drag", "step"))]
                    slower = f", {rate} times slower" if rate > 1 else ""
                    print(f"{f'{n:,} points, k = {k}{slower}':36}" + "".join(map(of, times)), flush=True)
                    page.close()
        browser.close()


if __name__ == "__main__":
    main()
