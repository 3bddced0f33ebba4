"""From a press to the first fit and the first figure: a cell run in the page, and the same chapter in JupyterLite.

`python -m benchmarks.python_in_page [FOLDER]`: seconds of a first visit and of a second one with a full cache, one
after the other on this machine, and what the page has loaded by then, compressed. JupyterLite twice: the book's own,
whose Python is the page's (bytecode, and no more of matplotlib than is used), and one with the files as Pyodide gives
them out, which is what a JupyterLite has otherwise.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from _extensions.book.runner import runtime
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


def as_it_comes(site, folder):
    """The site once more, with Pyodide's own files for JupyterLite."""
    shutil.copytree(site, folder, copy_function=os.symlink)
    python, lock = folder / "_static" / "python", folder / "jupyter" / "pyodide-lock.json"
    packages, known = runtime.locked(), json.loads(lock.read_text())
    for name in (*runtime.ENGINE, *[package["file_name"] for package in packages.values()]):
        (python / name).unlink()  # a link, which would lead to the book's own
    if missing := runtime.get(packages, python):
        sys.exit(f"no source of {', '.join(missing)} in reach")
    for name in runtime.ENGINE:
        shutil.copy(runtime.PYODIDE / name, python)
    for name, package in packages.items():
        known["packages"][name]["sha256"] = package["sha256"]
    lock.unlink()
    lock.write_text(json.dumps(known))


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
    site = Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html").resolve()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        as_it_comes(site, Path(folder, "site"))
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        with serving(site) as address:
            fit = visits(browser, lambda context: in_page(context, address, FIT))
            figure = visits(browser, lambda context: in_page(context, address, FIGURE))
            ours = visits(browser, lambda context: in_jupyterlite(context, address))
        with serving(Path(folder, "site")) as address:
            plain = visits(browser, lambda context: in_jupyterlite(context, address))
        browser.close()
    print(f"{'seconds':36} {'first visit':>12} {'second':>8} {'MB':>6}")
    print(f"{'page: fit':36} {fit[0]:12.1f} {fit[1]:8.1f} {loaded(site, FIT):6.1f}")
    print(f"{'page: figure':36} {figure[0]:12.1f} {figure[1]:8.1f} {loaded(site, FIGURE):6.1f}")
    for rival, seconds in (("the book's JupyterLite", ours), ("JupyterLite as it comes", plain)):
        (figure_1, fit_1), (figure_2, fit_2) = seconds
        print(f"{f'{rival}: figure':36} {figure_1:12.1f} {figure_2:8.1f}")
        print(f"{f'{rival}: fit after it':36} {fit_1:12.1f} {fit_2:8.1f}")
        print(f"{'  page / that, fit':36} {fit[0] / fit_1:12.2f} {fit[1] / fit_2:8.2f}")
        print(f"{'  page / that, figure':36} {figure[0] / figure_1:12.2f} {figure[1] / figure_2:8.2f}")


if __name__ == "__main__":
    main()
