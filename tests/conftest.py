"""What the tests share: the built book, an address it is served at, and a browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.build import ROOT, build
from tests.chromium import FLAGS, installed
from tests.serve import serving


@pytest.fixture(scope="session")
def build_log():
    """What building the book printed; filled in by `site`."""
    return []


@pytest.fixture(scope="session")
def site(tmp_path_factory, build_log):
    """The folder of the built pages: built from nothing, or BOOK_SITE when that is set (for a quick local run)."""
    if os.environ.get("BOOK_SITE"):
        return Path(os.environ["BOOK_SITE"])
    output = tmp_path_factory.mktemp("book")
    code, log = build(ROOT, output)
    build_log.append(log)
    assert code == 0, log
    return output / "_build" / "html"


@pytest.fixture(scope="session")
def pages(site):
    """Every page of the book, as paths within the site."""
    return sorted(str(page.relative_to(site)) for page in (site / "chapters").rglob("*.html"))


@pytest.fixture(scope="session")
def address(site):
    with serving(site) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    path = installed()
    assert path, "no browser: run `make test`, or `python -m tests.chromium`"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser):
    """Opens a page in a fresh context; the page carries `.console` (every message) and `.requests` (every URL)."""
    contexts = []

    def open_(url, width=1280, height=900, **context):
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **context))
        page = contexts[-1].new_page()
        page.console, page.requests = [], []
        page.on("console", lambda message: page.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.console.append(f"error: {error}"))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(url, wait_until="load")
        page.evaluate("document.fonts.ready.then(() => true)")
        return page

    yield open_
    for context in contexts:
        context.close()
