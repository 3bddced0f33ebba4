"""Every page in a real browser: wide and narrow, light and dark."""

import json
import re
from urllib.parse import urlparse

import pytest

from tests.build import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
VIEWS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
SEARCH = "search.html?q=squared"


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_pages_are_silent_local_and_no_wider_than_the_screen(open_page, address, pages, width, scheme):
    for name in [*pages, SEARCH]:
        page = open_page(f"{address}/{name}", width, color_scheme=scheme)
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
        assert page.console == [], name
        others = [url for url in page.requests if urlparse(url).netloc not in ("", urlparse(address).netloc)]
        assert others == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
        page.context.close()


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_axe_finds_nothing(open_page, address, pages, width, scheme):
    found = []
    for name in [*pages, SEARCH]:
        page = open_page(f"{address}/{name}", width, color_scheme=scheme, reduced_motion="reduce")
        page.add_script_tag(path=AXE)
        page.evaluate("document.querySelectorAll('article details').forEach((folded) => (folded.open = true))")
        report = page.evaluate(f"axe.run({{runOnly: {json.dumps(LEVELS)}}})")
        for rule in report["violations"]:
            found += [f"{name}: {rule['id']}: {node['html'][:160]} {node['failureSummary']}" for node in rule["nodes"]]
        page.context.close()
    assert not found, "\n".join(found)


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


def test_figures_stay_within_the_text(open_page, address, pages):
    for name in pages:
        page = open_page(f"{address}/{name}")
        wide = page.evaluate(
            """() => {
              const right = document.querySelector("main").getBoundingClientRect().right;
              return [...document.querySelectorAll("article img, article svg")]
                .filter((image) => image.getBoundingClientRect().right > right + 1).map((image) => image.outerHTML);
            }"""
        )
        assert wide == [], name
        page.context.close()


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


def test_paper_has_the_text_and_nothing_around_it(open_page, address, pages):
    for name in pages:
        page = open_page(f"{address}/{name}", color_scheme="dark")
        page.emulate_media(media="print")
        for around in (".bar", "#contents", ".on-this-page", ".turn", ".copy"):
            assert page.locator(f"{around}:visible").count() == 0, f"{name}: {around}"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        page.context.close()


def test_pages_read_without_javascript(open_page, address, pages):
    for name in pages:
        page = open_page(f"{address}/{name}", java_script_enabled=False)
        assert page.locator("h1").is_visible()
        assert page.locator(".scripted:visible").count() == 0
        page.context.close()
