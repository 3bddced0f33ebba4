"""What a first reader sees first: a figure that moves, within reach; and pages that a slow telephone can lay out."""

import pytest

from tests.book.test_road import ROAD, START

PHONE = (390, 844)
TWO_SCREENS = 1700  # pixels, on a phone
ELEMENTS = 15_000


@pytest.mark.parametrize("name", ROAD)
def test_a_figure_moves_within_two_screens_of_a_phone(open_page, address, name):
    page = open_page(f"{address}/{name}", *PHONE)
    box = page.locator(".kmeans-em").first.bounding_box()
    control = page.locator(".kmeans-em :is(input[type=range], button)").first.bounding_box()
    assert box["y"] < PHONE[1], "the figure begins on the second screen"
    assert control["y"] + control["height"] < TWO_SCREENS
    page.context.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (1366, 768), PHONE])
def test_the_slider_stands_on_the_first_screen(open_page, address, width, height):
    page = open_page(f"{address}/{START}", width, height)
    slider = page.locator(".explorer input[type=range]").first.bounding_box()
    assert slider["y"] + slider["height"] <= height
    drawing = page.locator(".explorer .stage").first.bounding_box()
    assert drawing["y"] + drawing["height"] <= height
    page.context.close()


@pytest.mark.parametrize("name", [START, *ROAD])
def test_a_page_has_few_elements(open_page, address, name):
    page = open_page(f"{address}/{name}", *PHONE)
    page.locator(".kmeans-em").first.wait_for()
    assert page.evaluate("document.querySelectorAll('*').length") <= ELEMENTS
    page.context.close()


def test_an_anchor_that_went_to_another_page_leads_there(open_page, address):
    page = open_page(f"{address}/chapters/start.html")
    for old, new in [("06-limit", "06-limit-how-small.html#thm-runs"), ("03-soften", "04-soften.html#thm-softmax")]:
        page.goto(f"{address}/chapters/{old}.html#{new.partition('#')[2]}", wait_until="commit")
        page.wait_for_url(f"**/{new}")
    assert page.console == []


@pytest.mark.parametrize("name", [START, *ROAD])
def test_what_a_cell_shows_stands_above_its_source(open_page, address, name):
    page = open_page(f"{address}/{name}")
    cells = page.locator(".cell:has(> .above-input):has(> .cell_output)")
    assert cells.count() > 0
    for cell in cells.all():
        output, source = (cell.locator(f"> {part}").bounding_box() for part in (".cell_output", ".above-input"))
        assert source["y"] >= output["y"] + output["height"]
    page.context.close()
