"""The vocabulary book in a browser: wide and narrow, light and dark."""

from urllib.parse import unquote

import pytest

from tests.browser.figures import settle
from tests.browser.test_pages import VIEWS, breaches
from tests.build import VOCABULARY_PAGES
from tests.serve import serving

pytestmark = pytest.mark.xdist_group("vocabulary")
# What stands beyond the text's edge though it neither scrolls nor is a margin note.
PAST_THE_EDGE = """() => {
  const edge = document.querySelector("article").getBoundingClientRect().right + 1;
  const apart = ".equation, .wide, .boxed, .text_html, pre, .sd-cards-carousel, .margin, .katex-mathml";
  return [...document.querySelectorAll("article *")]
    .filter((part) => part.getBoundingClientRect().right > edge && !part.closest(apart))
    .map((part) => part.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def book(vocabulary):
    with serving(vocabulary) as url:
        yield url


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", VOCABULARY_PAGES)
def test_every_item_is_silent_accessible_and_no_wider_than_the_screen(open_page, book, name, view):
    width, scheme = VIEWS[view]
    page = open_page(f"{book}/{name}.html", width, color_scheme=scheme)
    settle(page)  # widgets mount
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(PAST_THE_EDGE) == []
    assert breaches(page) == []
    assert page.console == []
    assert [url for url in page.requests if not url.startswith((book, "data:", "blob:"))] == []


def test_boxes_show_what_they_hold(open_page, book):
    page = open_page(f"{book}/cells.html")
    box = page.locator(".widget-box").first
    box.locator(".kmeans-em").wait_for()
    assert box.locator("b").inner_text() == "In a box"
    assert box.get_by_text("a label").is_visible()
    assert "plain: 0. This control needs a running Python" in box.inner_text()


def test_tabs_open_one_at_a_time(open_page, book):
    page = open_page(f"{book}/cells.html")
    tabs = page.locator(".widget-tabs")
    assert tabs.get_by_text("first").is_visible()
    tabs.get_by_text("Two").click()
    assert tabs.get_by_text("second").is_visible()
    assert not tabs.get_by_text("first").is_visible()


def test_what_an_output_captured_is_shown(open_page, book):
    page = open_page(f"{book}/cells.html")
    output = page.locator(".widget-output").first
    assert output.locator("pre").inner_text().strip() == "captured"
    assert output.locator("em").inner_text() == "this"


def test_interact_shows_its_first_output_and_says_what_it_needs(open_page, book):
    page = open_page(f"{book}/cells.html")
    shown = page.locator(".widget-box:has(.widget-output)")
    assert "k: 2" in shown.inner_text()
    assert "k is 2" in shown.inner_text()
    assert "It moves in a running Python" in shown.inner_text()
    picture = shown.get_by_alt_text("A line from 0 to k")
    assert picture.evaluate("image => image.naturalWidth") > 100


def test_an_animation_plays(open_page, book):
    page = open_page(f"{book}/cells.html")
    picture = page.locator(".animation img")
    first = picture.get_attribute("src")
    page.get_by_role("button", name="Next frame").click()
    assert picture.get_attribute("src") != first


def test_margin_notes_stand_in_the_margin_where_there_is_one(open_page, book):
    page = open_page(f"{book}/text.html", 1280)
    text, note = page.locator("article").bounding_box(), page.locator("aside.margin").first.bounding_box()
    assert note["x"] > text["x"] + text["width"]
    assert note["x"] + note["width"] <= 1280
    page = open_page(f"{book}/text.html", 390)
    text, note = page.locator("article").bounding_box(), page.locator("aside.margin").first.bounding_box()
    assert note["x"] == text["x"]


def test_labels_are_the_same_in_the_moving_picture_and_in_the_still_one(open_page, book):
    words = ["价格 in $ und 50 % $x$", "משך"]
    page = open_page(f"{book}/cells.html", java_script_enabled=False)
    still = page.locator(".widget-picture img").first.get_attribute("src")
    assert all(word in unquote(still) for word in words)
    page = open_page(f"{book}/cells.html")
    moving = page.locator(".kmeans-em").first
    assert all(word in moving.inner_text() or moving.get_by_text(word).count() for word in words)
