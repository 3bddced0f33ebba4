"""From a press to the first fit and the first figure: a cell run in the page, and the same chapter in JupyterLite.

`python -m benchmarks.python_in_page [FOLDER]`: seconds of a first visit and of a second one with a full cache, one
after the other on this machine, and what the page has loaded by then, compressed.
"""

import json
import sys
import time
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from tests.chromium import FLAGS, installed
from tests.serve import serving

PAGE = "chapters/the-question"
FIGURE, FIT = 0, 1  # its two cells
RAN = """(place) => {
  const cell = [...document.querySelectorAll(".jp-CodeCell")].at(place);
  return /^\\[\\d+\\]/.test(cell?.querySelector(".jp-InputArea-prompt")?.textContent);
}"""
TALL = {"width": 1000, "height": 9000}  # a notebook draws the cells in view


def in_page(context, address, cell):
    """Seconds from the press on a cell's button to its end."""
    page = context.new_page()
    page.goto(f"{address}/{PAGE}.html")
    page.evaluate("document.querySelectorAll('article details').forEach((folded) => (folded.open = true))")
    bar = page.locator(f'.runner[data-cell="{cell}"]')
    begun = time.perf_counter()
    bar.locator("[data-do=run]").click()
    page.wait_for_function("(bar) => !bar.ariaBusy", arg=bar.element_handle(), timeout=300_000)
    assert "Done in" in bar.inner_text(), bar.inner_text()
    seconds = time.perf_counter() - begun
    page.close()
    return seconds


def in_jupyterlite(context, address):
    """Seconds from opening the chapter as a notebook and running all of it: to the figure, and to the fit."""
    page = context.new_page()
    page.set_viewport_size(TALL)
    begun = time.perf_counter()
    page.goto(f"{address}/jupyter/notebooks/index.html?path={quote(PAGE)}.ipynb")
    page.locator(".jp-CodeCell").first.wait_for(timeout=300_000)
    for menu, item in (("View", "Expand All Code"), ("Run", "Run All Cells")):  # a folded cell shows no number
        page.locator(".lm-MenuBar-item", has_text=menu).click()
        page.get_by_role("menuitem", name=item, exact=True).click()
    seconds = []
    for place in (-2, -1):  # before them may stand a cell that gets the package
        page.wait_for_function(RAN, arg=place, timeout=120_000)
        seconds.append(time.perf_counter() - begun)
    page.close()
    return seconds


def visits(browser, measure):
    """A first visit and a second."""
    context = browser.new_context()
    measured = [measure(context) for _ in range(2)]
    context.close()
    return measured


def loaded(site, cell):
    """Compressed megabytes of what the cell loads."""
    runner = site / "_static" / "runner"
    facts, sizes = (json.loads((runner / name).read_text()) for name in (f"cells/{PAGE}.json", "sizes.json"))
    packages = json.loads((site / "_static" / "python" / "pyodide-lock.json").read_text())["packages"]
    names = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]
    names += [packages[name]["file_name"] for name in facts["packages"][cell]]
    return sum(sizes[name][1] for name in names) / 1e6


def main():
    site = Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html")
    with serving(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        fit = visits(browser, lambda context: in_page(context, address, FIT))
        figure = visits(browser, lambda context: in_page(context, address, FIGURE))
        lite = visits(browser, lambda context: in_jupyterlite(context, address))
        browser.close()
    print(f"{'seconds':26} {'first visit':>12} {'second':>8} {'MB':>6}")
    print(f"{'page: fit':26} {fit[0]:12.1f} {fit[1]:8.1f} {loaded(site, FIT):6.1f}")
    print(f"{'page: figure':26} {figure[0]:12.1f} {figure[1]:8.1f} {loaded(site, FIGURE):6.1f}")
    for place, name in enumerate(("figure", "fit after it")):
        print(f"{f'JupyterLite: {name}':26} {lite[0][place]:12.1f} {lite[1][place]:8.1f}")
    print(f"{'page / JupyterLite, fit':26} {fit[0] / lite[0][1]:12.2f} {fit[1] / lite[1][1]:8.2f}")
    print(f"{'page / JupyterLite, figure':26} {figure[0] / lite[0][0]:12.2f} {figure[1] / lite[1][0]:8.2f}")


if __name__ == "__main__":
    main()
