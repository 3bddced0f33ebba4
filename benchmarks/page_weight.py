"""What a reader's browser fetches at the first view of each page, and how much of it is a figure's script.

`python -m benchmarks.page_weight [FOLDER]` prints the tables; tests/book and tests/unit hold them to the limits.
"""

import gzip
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from kmeans_em import widgets
from kmeans_em.widgets.base import parts_of
from tests.chromium import FLAGS, installed
from tests.serve import serving

LIMIT_KB = 250
SCRIPT_KB = 12  # of a figure's own
EXPLORER_KB = 38  # which is a plane, a line, five panels, and the way to its own page
WIDGETS = Path(widgets.__file__).parent
FIGURES = [name for name in widgets.__all__ if isinstance(getattr(widgets, name), type)]


def own_script(name):
    """The bytes that are sent of a widget's own modules: without what figures share, or what it has no use for."""
    widget = getattr(widgets, name)
    module = sys.modules[widget.__module__]
    own = module.__name__.rpartition(".")[2]
    names = [own, *(f"{own}_{part}" for part in getattr(module, "PARTS", ()))]
    texts = [(WIDGETS / f"{name}.js").read_text(encoding="utf-8") for name in names]
    return sum(len(part.encode()) for text in texts for part in parts_of(text) if part in widget._esm)


def weigh(browser, url):
    """(requests, bytes, gzipped bytes) of everything fetched until the page has come to rest."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    bodies = {}
    page.on("requestfinished", lambda request: bodies.setdefault(request.url, request.response()))
    page.goto(url, wait_until="load")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_timeout(300)
    contents = [response.body() for link, response in bodies.items() if link.startswith("http")]
    context.close()
    return len(contents), sum(map(len, contents)), sum(len(gzip.compress(body, 6)) for body in contents)


def main():
    print(f"{'script and style of a figure':42} {'its own':>8} {'KB':>8} {'KB gz':>8}")
    for name in FIGURES:
        whole = (getattr(widgets, name)._esm + getattr(widgets, name)._css).encode()
        own = own_script(name)
        print(f"{name:42} {own / 1000:8.1f} {len(whole) / 1000:8.1f} {len(gzip.compress(whole, 6)) / 1000:8.1f}")
    print()
    site = Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html")
    with serving(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        print(f"{'page':42} {'requests':>8} {'KB':>8} {'KB gz':>8}")
        for path in sorted((site / "chapters").rglob("*.html")):
            name = str(path.relative_to(site))
            requests, raw, zipped = weigh(browser, f"{address}/{name}")
            print(f"{name:42} {requests:8} {raw / 1000:8.0f} {zipped / 1000:8.0f}")
        browser.close()


if __name__ == "__main__":
    main()
