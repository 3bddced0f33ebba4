"""What a reader's browser fetches at the first view of each page: requests, KB, and KB gzipped.

`python -m benchmarks.page_weight [FOLDER]` prints the table; tests/book holds each page to its limit.
"""

import gzip
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.chromium import FLAGS, installed
from tests.serve import serving

LIMIT_KB = 250


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
