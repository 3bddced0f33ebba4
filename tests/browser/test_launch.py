"""The menu of the ways to run a page's cells."""

import pytest

WAYS = ["Binder", "Download the notebook", "Download without solutions"]


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_menu_opens_by_keyboard_within_the_screen_and_closes(open_page, address, width, scheme):
    page = open_page(f"{address}/chapters/03-mixture.html", width, color_scheme=scheme)
    menu = page.locator(".launch")
    menu.locator("summary").press("Enter")
    ways = menu.locator("a").evaluate_all("links => links.map((link) => link.firstChild.textContent)")
    assert [way for way in ways if way != "Notebook in the browser"] == WAYS  # that one needs a source of Python
    box = menu.locator("ul").bounding_box()
    assert 0 <= box["x"] < box["x"] + box["width"] <= width
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.launch') !== null")
    page.keyboard.press("Escape")
    assert not menu.locator("ul").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_page_without_cells_has_none(open_page, address):
    assert open_page(f"{address}/chapters/run.html").locator(".launch").count() == 0
