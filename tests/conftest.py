"""What the tests share: the built book, an address it is served at, and a browser."""

import json
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before scikit-learn: its threads would spin while others compute

import pytest
from bs4 import BeautifulSoup
from filelock import FileLock
from playwright.sync_api import sync_playwright

from tests.build import ROOT, build
from tests.build import vocabulary as build_vocabulary
from tests.chromium import FLAGS, installed
from tests.serve import serving

SHARED = "PYTEST_XDIST_WORKER" in os.environ
# Rules and numbers of this book's own chapters. Another book made of this one leaves them out: -m "not house".
HOUSE = ("test_road", "test_claims", "test_page_weight", "test_sentences", "test_coded_exercises", "test_start_numbers")
HOUSE += ("test_chapter_", "test_search.py")
ORDER = ("unit", "property", "cluster", "browser", "book")


def pytest_collection_modifyitems(items):
    """What is quick comes first, so that a mistake shows early; of several workers, one begins with the site."""

    def place(item):
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        builds = item.path.name == "test_build.py"
        return ORDER.index(folder) - (len(ORDER) if SHARED and builds else 0)

    items.sort(key=place)


def pytest_itemcollected(item):
    if item.path.name.startswith(HOUSE):
        item.add_marker("house")


@pytest.fixture(scope="session")
def build_log():
    """What building the book printed; filled in by `site`."""
    return []


@pytest.fixture(scope="session")
def site(tmp_path_factory, build_log):
    """The folder of the built pages: built from nothing, once for all workers, or BOOK_SITE when that is set."""
    if os.environ.get("BOOK_SITE"):
        return Path(os.environ["BOOK_SITE"])
    folder = tmp_path_factory.getbasetemp()
    output = (folder.parent if SHARED else folder) / "the-book"
    result = output.with_suffix(".json")
    with FileLock(output.with_suffix(".lock")):
        if not result.exists():
            result.write_text(json.dumps(build(ROOT, output)))
    code, log = json.loads(result.read_text())
    build_log.append(log)
    assert code == 0, log
    return output / "_build" / "html"


@pytest.fixture(scope="session")
def decks(site):
    """The folder of the slides made of the built pages; for the group "editions", whose worker also packs the site."""
    command = [sys.executable, "-m", "_extensions.slides", ROOT, "--output", site.parents[1]]
    subprocess.run(command, cwd=ROOT, check=True)
    return site / "slides"


@pytest.fixture(scope="session")
def python_in_the_page(site):
    """A book built where no source of Pyodide's packages is in reach has no Python to test; CI has one."""
    if not (site / "_static" / "python").exists():
        assert not os.environ.get("CI"), "no source of Python for the page was in reach"
        pytest.skip("this book was built without Python for the page: no source of it was in reach")


@pytest.fixture(scope="session")
def pages(site):
    """Every page of the book, as paths within the site; what an old address leaves behind is none."""
    found = [page for page in (site / "chapters").rglob("*.html") if "<article" in page.read_text(encoding="utf-8")]
    return sorted(str(page.relative_to(site)) for page in found)


@pytest.fixture(scope="session")
def soups(site, pages):
    """Every page, read as HTML."""
    return {page: BeautifulSoup((site / page).read_text(), "html.parser") for page in pages}


@pytest.fixture(scope="session")
def address(site):
    with serving(site) as url:
        yield url


@pytest.fixture(scope="session")
def vocabulary_log():
    """What building the vocabulary book printed; filled in by `vocabulary`."""
    return []


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory, vocabulary_log):
    """The folder of the built vocabulary book."""
    folder = tmp_path_factory.mktemp("vocabulary")
    code, log = build_vocabulary(folder)
    vocabulary_log.append(log)
    assert code == 0, log
    return folder / "_build" / "html"


@pytest.fixture(scope="session")
def browser():
    path = installed()
    assert path, "no browser: run `make test`, or `python -m tests.chromium`"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def new_page(browser, request):
    """Opens a page in a fresh context; the page carries `.console` (every message) and `.requests` (every URL).

    A chapter that another book has left out skips its tests there.
    """
    own = "not house" not in request.config.option.markexpr

    def open_(url, width=1280, height=900, **context):
        page = browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
        page.console, page.requests = [], []
        page.on("console", lambda message: page.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.console.append(f"error: {error}"))
        page.on("request", lambda request: page.requests.append(request.url))
        answer = page.goto(url, wait_until="load")
        if answer and answer.status == 404 and not own:
            page.context.close()
            pytest.skip(f"this book has no page {url}")
        page.evaluate("document.fonts.ready.then(() => true)")
        return page

    return open_


@pytest.fixture
def open_page(new_page):
    """The same, and closes what is still open when the test ends."""
    opened = []

    def open_(*arguments, **options):
        opened.append(new_page(*arguments, **options))
        return opened[-1]

    yield open_
    for page in opened:
        page.context.close()
