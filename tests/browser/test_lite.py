"""A chapter as a notebook in the browser, opened from its page, where no other host can be reached."""

import pytest

from tests.chromium import FLAGS, installed

ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
STARTS_WITHIN = 180_000  # milliseconds, on a busy machine
# Before there is a kernel, JupyterLab forgets what it is asked to run.
READY = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
ALL_RAN = """[...document.querySelectorAll(".jp-CodeCell .jp-InputArea-prompt")]
    .filter((prompt) => prompt.checkVisibility()).every((prompt) => /^\\[\\d+\\]/.test(prompt.textContent))"""
FAILED = ".jp-OutputArea-output:is([data-mime-type*=error], [data-mime-type*=stderr])"

pytestmark = pytest.mark.xdist_group("lite")


@pytest.fixture(scope="module")
def notebook(browser, address, python_in_the_page):
    """The first page as a notebook, all of whose cells were run."""
    alone = browser.browser_type.launch(executable_path=installed(), args=[*FLAGS, ALONE])
    context = alone.new_context(viewport={"width": 1280, "height": 1000})
    requests = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.requests = requests
    page.goto(f"{address}/chapters/start.html")
    page.locator(".launch summary").click()
    page.get_by_role("link", name="Notebook in the browser").click()
    page.wait_for_function(READY, timeout=STARTS_WITHIN)
    page.locator(".lm-MenuBar-item", has_text="Run").click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(ALL_RAN, timeout=STARTS_WITHIN)
    yield page
    alone.close()


def test_every_cell_runs_without_an_error(notebook):
    assert notebook.locator(".jp-CodeCell").count() > 2
    assert notebook.locator(FAILED).count() == 0


def test_the_explorer_moves(notebook):
    slider = notebook.locator(".explorer input[type=range]").first
    before = slider.get_attribute("aria-valuetext")
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") != before


def test_python_knows_where_the_explorer_stands(notebook):
    slider = notebook.locator(".explorer input[type=range]").first
    places = []
    for key in ("Home", "End"):
        slider.press(key)
        last = notebook.locator(".jp-CodeCell").last
        last.locator(".cm-content").click()
        notebook.keyboard.press("Escape")
        notebook.keyboard.press("b")  # a cell below
        notebook.locator(".jp-CodeCell").last.locator(".cm-content").click()
        notebook.keyboard.insert_text("print(next(shown for shown in Out.values() if hasattr(shown, 'sigma')).sigma)")
        notebook.keyboard.press("Control+Enter")
        output = notebook.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output")
        output.wait_for(timeout=STARTS_WITHIN)
        places.append(float(output.inner_text()))
    assert places[0] < places[1]


def test_nothing_is_stored_that_could_hide_the_chapter_later(notebook):
    assert notebook.evaluate("indexedDB.databases()") == []


def test_no_other_host_is_asked(notebook, address):
    assert len(notebook.requests) > 50
    others = [url for url in notebook.requests if not url.startswith((address, "data:", "blob:"))]
    assert others == []
