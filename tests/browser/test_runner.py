"""Python in the page: cells run where they stand, print what the book prints, and nothing is loaded before a click."""

import re

import pytest
from playwright.sync_api import expect

from benchmarks import python_in_page
from tests.browser.figures import settle
from tests.build import ROOT

PAGES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix()
    for path in (ROOT / "chapters").rglob("*.md")
    if "{code-cell}" in path.read_text(encoding="utf-8")
)
SHOWN = """(bar) => {
  const output = bar.closest(".cell").querySelector(":scope > .cell_output");
  const all = (selector) => [...(output?.querySelectorAll(selector) ?? [])];
  return {
    text: all(":is(.stream, .output, .text_plain) pre, .verdict").map((pre) => pre.textContent.trim()),
    formulas: all("annotation").map((tex) => tex.textContent.replace(/\\\\displaystyle|\\s/g, "")),
    pictures: all("img:not(.widget-picture img)").length,
    figures: all(".kmeans-em").length > 0,
    errors: all(".error").length,
  };
}"""
EXERCISE = "chapters/07-deltas"


pytestmark = pytest.mark.usefixtures("python_in_the_page")


@pytest.fixture
def open_cells(open_page, address):
    """A page with every fold open, and its bars of buttons."""

    def open_(name, **options):
        page = open_page(f"{address}/{name}.html", **options)
        page.evaluate("document.querySelectorAll('article details').forEach((folded) => (folded.open = true))")
        return page, page.locator("div.runner")

    return open_


def told(shown):
    """What a cell shows; of numbers that are rounding errors, that they are."""
    noise = re.compile(r"\b\d(\.\d+)?e-1[2-9]\b")
    return shown | {"text": [noise.sub("0", text) for text in shown["text"]]}


def press(bar, action="run"):
    bar.locator(f"[data-do={action}]").click()


def finished(bar, seconds=240):
    """Wait for the end of a run; what the bar says then."""
    bar.page.wait_for_function("(bar) => !bar.ariaBusy", arg=bar.element_handle(), timeout=1000 * seconds)
    return said(bar)


def said(bar):
    return bar.locator("[role=status]").inner_text()


def run(bar):
    press(bar)
    return finished(bar)


def type_code(bar, code):
    if bar.locator("[data-do=edit]").is_visible():
        press(bar, "edit")
    editor = bar.locator("xpath=..").locator(".cm-content")
    editor.fill(code)


def output(bar):
    return bar.locator(
        "xpath=ancestor::div[contains(concat(' ', @class, ' '), ' cell ')]/div[contains(@class, 'cell_output')]"
    )


def test_nothing_is_loaded_before_a_click(open_cells):
    page, bars = open_cells(EXERCISE)
    assert bars.count() >= 4
    loaded = [url.partition("_static/")[2] for url in page.requests if "/runner/" in url or "/python/" in url]
    assert sorted(loaded) == ["runner/runner.css", "runner/runner.js"]


@pytest.mark.parametrize("name", PAGES)
def test_every_cell_prints_what_the_book_prints(open_cells, name):
    """From the last cell to the first, so that each runs with no more than what it builds on."""
    page, bars = open_cells(name)
    bars = [bars.nth(place) for place in range(bars.count())]
    printed = [bar.evaluate(SHOWN) for bar in bars]
    for number in reversed(range(len(bars))):
        assert "Done in" in run(bars[number]), f"{name}, cell {number + 1}"
        settle(page)  # a formula is set, a figure mounted
        assert told(bars[number].evaluate(SHOWN)) == told(printed[number]), f"{name}, cell {number + 1}"
    assert page.console == []


def test_a_run_asks_this_host_alone(open_cells, address):
    page, bars = open_cells(EXERCISE)
    run(bars.nth(3))
    assert all(url.startswith((address, "blob:", "data:")) for url in page.requests)


def test_an_exercise_is_mended_in_the_page(open_cells):
    page, _ = open_cells("chapters/01-squared-error", width=390)
    bar = page.locator("div.cell", has_text='check("weighted-mean"').locator("div.runner")
    assert "✗" in output(bar).inner_text()
    verdict = output(bar).locator(".verdict")
    assert verdict.evaluate("(said) => said.scrollWidth <= said.clientWidth")
    type_code(
        bar,
        "from kmeans_em.checks import check\n\ndef mean(x, a):\n    return a @ x / a.sum()\n"
        'check("weighted-mean", mean)\nprint("and more")',
    )
    assert "Done in" in run(bar)
    assert "✓" in output(bar).inner_text()
    assert "and more" in output(bar).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_edit_is_kept_until_the_cell_is_as_printed(open_cells):
    page, bars = open_cells(EXERCISE)
    printed = bars.nth(2).locator("xpath=..").locator("pre").inner_text().strip()
    shown = output(bars.nth(2)).inner_text().strip()
    type_code(bars.nth(2), "print(6 * 7)")
    page.reload()
    bar = page.locator("div.runner").nth(2)
    shown_now = output(bar)
    assert bar.locator("xpath=..").locator("pre").inner_text() == "print(6 * 7)"
    assert said(bar) == "With your edit, not run yet."
    assert "stale" in shown_now.get_attribute("class")
    run(bar)
    expect(shown_now).to_have_text("42")
    press(bar, "restore")
    expect(bar.get_by_role("status")).to_have_text("As printed.")
    assert bar.locator("xpath=..").locator(".cm-content").inner_text().split() == printed.split()
    assert shown_now.inner_text().strip() == shown
    press(bar, "restore")
    expect(bar.get_by_role("status")).to_have_text("Your edit again, not run yet.")
    run(bar)
    expect(shown_now).to_have_text("42")
    press(bar, "restore")
    expect(bar.get_by_role("status")).to_have_text("As printed.")
    page.reload()
    assert said(page.locator("div.runner").nth(2)) == ""


def test_an_error_names_the_line_of_the_reader(open_cells):
    page, bars = open_cells(EXERCISE)
    type_code(bars.nth(2), "a = 1\nb = a +\n")
    assert run(bars.nth(2)).startswith("Line 2: SyntaxError")
    type_code(bars.nth(2), "def half(x):\n    return x / zero\n\nhalf(1)")
    assert run(bars.nth(2)) == "Line 2: NameError: name 'zero' is not defined"
    assert "line 2, in half" in output(bars.nth(2)).inner_text()
    assert "session.py" not in output(bars.nth(2)).inner_text()
    assert page.locator(".wrong-line").inner_text().strip() == "return x / zero"
    type_code(bars.nth(3), "half(2)")
    assert run(bars.nth(3)).startswith("Cell 3, which this one needs: Line 2")


def test_stop_ends_what_does_not_end(open_cells):
    _, bars = open_cells(EXERCISE)
    bar = bars.nth(2)
    type_code(bar, "print('begun')\nwhile True:\n    pass")
    press(bar)
    output(bar).get_by_text("begun").wait_for()
    press(bar)
    assert finished(bar).startswith("Stopped.")
    type_code(bar, "print('again')")
    assert "Done in" in run(bar)
    assert output(bar).inner_text().strip() == "again"


@pytest.fixture
def formula(open_cells):
    """A page, its first cell that shows a formula, and the requests for what sets formulas, held back."""
    page, bars = open_cells("chapters/06-limit")
    held = []
    page.route("**/katex.mjs", lambda route: held.append(route))
    bar = next(bar for bar in map(bars.nth, range(bars.count())) if bar.evaluate(SHOWN)["formulas"])
    with page.expect_request("**/katex.mjs", timeout=240_000):
        press(bar)
    settle(page)
    return bar, held


def test_a_run_ends_when_all_is_shown(formula):
    bar, held = formula
    assert bar.get_attribute("aria-busy") == "true"
    assert "Done" not in said(bar)
    held[0].continue_()
    assert "Done in" in finished(bar)
    assert output(bar).locator("annotation").count() == 1


def test_what_cannot_be_drawn_is_said(formula):
    bar, held = formula
    held[0].abort()
    assert "Done in" in finished(bar)
    assert "Is there a connection?" in output(bar).inner_text()


def test_an_edit_above_runs_again(open_cells):
    _, bars = open_cells("chapters/01-squared-error")
    type_code(bars.nth(1), "print('first')\nshared = 2")
    type_code(bars.nth(2), "print(shared)")
    run(bars.nth(2))
    type_code(bars.nth(1), "print('second')\nshared = 3")
    run(bars.nth(2))
    assert output(bars.nth(2)).inner_text().strip() == "3"
    assert output(bars.nth(1)).inner_text().strip() == "second"


def test_a_file_of_the_reader_is_read_and_explored(open_cells):
    """Three lines from a table to the explorer, whose traits go both ways."""
    page, bars = open_cells("chapters/start")
    bar = bars.nth(2)
    press(bar, "edit")
    table = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"0,1\n1,0\n5,5\n6,5\n5,6\n"}
    bar.locator("input[type=file]").set_input_files(table)
    type_code(
        bar,
        "import numpy as np\nfrom kmeans_em.widgets import Explorer\n"
        "w = Explorer(np.loadtxt('mine.csv', delimiter=','), means=[[0, 0], [5, 5]], sigma=1)\n"
        "w.observe(lambda change: print('sigma is', change.new), 'sigma')\nw",
    )
    assert "Done in" in run(bar)
    slider = output(bar).locator("input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowLeft")
    type_code(bars.nth(1), "w.sigma = 0.25\nprint(len(w.X), w.sigma)")
    run(bars.nth(1))


def test_what_is_loaded_is_little(site):
    """Before a click; and compressed, to the first fit and to the first figure."""
    before = sum((site / "_static" / "runner" / name).stat().st_size for name in ("runner.js", "runner.css"))
    assert before < 12_000
    assert python_in_page.loaded(site, python_in_page.FIT) < 12
    assert python_in_page.loaded(site, python_in_page.FIGURE) < 19


def test_run_here_leads_to_the_next_cell(open_page, address):
    page = open_page(f"{address}/{EXERCISE}.html", width=390)
    page.locator(".launch summary").click()
    page.get_by_role("button", name="Run here").click()
    assert page.evaluate("document.activeElement.dataset.do") == "run"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") > 0
