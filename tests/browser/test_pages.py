"""Every page in a real browser: wide and narrow, light and dark."""

import json
import re
from types import SimpleNamespace
from urllib.parse import urlparse

import pytest

from tests.build import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
VIEWS = {f"{width}-{scheme}": (width, scheme) for width in (1280, 390) for scheme in ("light", "dark")}
SEARCH = "search.html?q=squared"


AROUND = (".bar", "#contents", ".on-this-page", ".turn", ".copy")
TOO_WIDE = """() => {
  const right = document.querySelector("main").getBoundingClientRect().right;
  return [...document.querySelectorAll("article img, article svg:not(svg svg, .katex svg)")]
    .filter((image) => image.getBoundingClientRect().right > right + 1).map((image) => image.outerHTML);
}"""


@pytest.fixture(scope="module", params=[pytest.param(view, marks=pytest.mark.xdist_group(view)) for view in VIEWS])
def view(request):
    return VIEWS[request.param]


@pytest.fixture(scope="module")
def visits(new_page, address, pages, view):
    """Every page opened once in this view, and what was seen there."""
    width, scheme = view
    found = {}
    for name in [*pages, SEARCH]:
        page = new_page(f"{address}/{name}", width, color_scheme=scheme)
        found[name] = look_at(page)
        page.context.close()
    return found


def look_at(page):
    seen = SimpleNamespace(
        theme=page.evaluate("document.documentElement.dataset.theme"),
        width=page.evaluate("document.documentElement.scrollWidth"),
        too_wide=page.evaluate(TOO_WIDE),
        paper=on_paper(page),
        breaches=breaches(page),
    )
    seen.console, seen.requests = list(page.console), list(page.requests)
    return seen


def on_paper(page):
    page.emulate_media(media="print")
    style = "getComputedStyle(document.body)"
    seen = SimpleNamespace(
        around=[part for part in AROUND if page.locator(f"{part}:visible").count()],
        ink=page.evaluate(f"{style}.color"),
        ground=page.evaluate(f"{style}.backgroundColor"),
    )
    page.emulate_media(media="screen")
    return seen


def breaches(page):
    """What axe finds, all folds open."""
    page.emulate_media(reduced_motion="reduce")
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelectorAll('article details').forEach((folded) => (folded.open = true))")
    report = page.evaluate(f"axe.run({{runOnly: {json.dumps(LEVELS)}}})")
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in report["violations"]
        for node in rule["nodes"]
    ]


def having(visits, property):
    """The pages that have it, and what it is there."""
    return {name: getattr(visit, property) for name, visit in visits.items() if getattr(visit, property)}


def test_pages_have_the_theme_of_the_system(visits, view):
    assert {visit.theme for visit in visits.values()} == {view[1]}


def test_pages_are_silent(visits):
    assert having(visits, "console") == {}


def test_pages_ask_no_other_host(visits, address):
    here = {"", urlparse(address).netloc}
    for name, visit in visits.items():
        assert {urlparse(url).netloc for url in visit.requests} <= here, name


def test_pages_are_no_wider_than_the_screen(visits, view):
    assert {name: visit.width for name, visit in visits.items() if visit.width > view[0]} == {}


def test_figures_stay_within_the_text(visits):
    assert having(visits, "too_wide") == {}


def test_axe_finds_nothing(visits):
    assert having(visits, "breaches") == {}


def test_paper_has_the_text_and_nothing_around_it(visits):
    for name, visit in visits.items():
        assert (visit.paper.around, visit.paper.ink, visit.paper.ground) == (
            [],
            "rgb(0, 0, 0)",
            "rgb(255, 255, 255)",
        ), name


def test_lines_have_the_length_of_a_book_s(open_page, address):
    page = open_page(f"{address}/chapters/01-squared-error.html")
    text = page.evaluate(
        """() => {
          const line = document.createElement("p");
          line.style.cssText = "white-space: nowrap; width: max-content";
          line.textContent = "the quick brown fox jumps over the lazy dog and then it rests a while in the sun ";
          document.querySelector("article section").append(line);
          const letter = line.getBoundingClientRect().width / line.textContent.trim().length;
          const column = document.querySelector("article section > p").getBoundingClientRect().width;
          line.remove();
          return column / letter;
        }"""
    )
    assert 65 <= text <= 78


def test_the_theme_switches_and_stays_switched(open_page, address):
    page = open_page(f"{address}/chapters/start.html", color_scheme="light")
    button = page.get_by_role("button", name="Theme: auto")
    button.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.get_by_role("button", name="Theme: light").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto(f"{address}/chapters/01-squared-error.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.get_by_role("button", name="Theme: dark").is_visible()


def test_on_a_phone_the_contents_open_and_close(open_page, address):
    page = open_page(f"{address}/chapters/start.html", 390)
    contents = page.locator("#contents")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents").click()
    assert contents.is_visible()
    page.keyboard.press("Escape")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents").click()
    contents.get_by_role("link", name=re.compile("squared error")).click()
    page.wait_for_url("**/01-squared-error.html")


def test_the_keyboard_reaches_the_text_first(open_page, address):
    page = open_page(f"{address}/chapters/start.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_pages_read_without_javascript(open_page, address, pages):
    for name in pages:
        page = open_page(f"{address}/{name}", java_script_enabled=False)
        assert page.locator("h1").is_visible()
        assert page.locator(".scripted:visible").count() == 0
        page.context.close()
