"""The page keeps its shape: columns that stay put, nothing wider than the screen, no lines at the edges of boxes."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.browser.figures import settle
from tests.browser.wide_page import PAGE, PICTURE, WIDE
from tests.build import build, scratch
from tests.serve import serving

PAST_THE_EDGE = """() => {
  const edge = document.querySelector("article").getBoundingClientRect().right + 1;
  return [...document.querySelectorAll("article *")]
    .filter((part) => part.getBoundingClientRect().right > edge)
    .filter((part) => !part.parentElement.closest(".equation, .wide, .boxed, .text_html, pre"))
    .map((part) => part.closest("section").id);
}"""
AT_REST = "box => box.scrollWidth <= box.clientWidth && box.clientHeight > 10"


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """The address of a page of wide things, after a short page that is the root of its book."""
    folder = tmp_path_factory.mktemp("wide")
    book = scratch(folder / "book", index="# A book\n\nShort.\n", wide=PAGE)
    (book / "wide.svg").write_text(PICTURE)
    code, log = build(book, folder / "out")
    assert code == 0, log
    with serving(folder / "out" / "_build" / "html") as url:
        yield url


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_widens_a_phone_s_page(open_page, wide, width):
    page = open_page(f"{wide}/wide.html", width, 844)
    assert page.locator("article h2").count() == len(WIDE)
    assert page.evaluate(PAST_THE_EDGE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_is_cut_off_can_be_scrolled_to_and_says_on_which_side_it_goes_on(open_page, wide):
    page = open_page(f"{wide}/wide.html", 390, 844)
    sides = "box => [...box.classList].filter((name) => name.startsWith('more-'))"
    for name in (
        "#table .wide",
        "#raw-table .wide",
        "#formula .boxed",
        "#display .equation",
        "#html-output .text_html",
    ):
        box = page.locator(name)
        assert box.get_attribute("tabindex") == "0", name
        assert box.evaluate(sides) == ["more-right"], name
        for place, expected in [("40", ["more-left", "more-right"]), ("box.scrollWidth", ["more-left"])]:
            box.evaluate(f"(box) => {{ box.scrollLeft = {place}; }}")
            settle(page)
            assert sorted(box.evaluate(sides)) == expected, name


def test_formulas_that_fit_are_left_to_break_with_the_line(open_page, wide):
    page = open_page(f"{wide}/wide.html", 390, 844)
    assert page.locator(".math.boxed").count() == page.locator("article span.math").count() > 5
    page.set_viewport_size({"width": 5000, "height": 844})
    page.add_style_tag(content=".page, main { max-width: none !important; }")
    page.evaluate("dispatchEvent(new Event('resize'))")
    assert page.locator(".math.boxed").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ratio", [1.25, 1.5, 2, 3])
def test_formulas_and_tables_have_no_lines_at_their_edges(open_page, address, ratio, scheme):
    page = open_page(f"{address}/chapters/04-soften.html", device_scale_factor=ratio, color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)")
    boxes = [box for box in page.locator("article :is(.equation, .wide):visible").all() if box.evaluate(AT_REST)]
    assert len(boxes) > 10
    for box in [*boxes[:10], boxes[-1]]:
        box.scroll_into_view_if_needed()
        place = box.bounding_box()
        clip = {"x": place["x"] - 4, "y": place["y"], "width": place["width"] + 8, "height": place["height"]}
        shot = page.screenshot(clip=clip)
        pixels = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), dtype=int)
        near = int(5 * ratio)  # pixels, on either side of an edge
        # a table's rules and a formula reach the edge in some rows; a line along the edge would be in all of them
        for columns in (pixels[:, :near], pixels[:, -near:]):
            strayed = (abs(columns - ground).max(axis=2) > 0).mean(axis=0)
            assert strayed.max() < 0.9, box.inner_text()


@pytest.mark.parametrize("width", [1280, 1366])
def test_the_contents_stay_in_sight(open_page, address, width):
    page = open_page(f"{address}/chapters/06-limit.html", width)
    for place in (0, 5000, 20_000):
        page.evaluate(f"scrollTo(0, {place})")
        top = page.locator("#contents").bounding_box()["y"]
        assert abs(top) <= 60
        assert page.locator("#contents li.current").bounding_box()["y"] > 0


@pytest.mark.parametrize("width", [390, 1024, 1100, 1280, 1366])
def test_the_text_has_one_place_on_long_pages_and_short_ones(open_page, address, wide, width):
    pages = [f"{address}/chapters/06-limit.html", f"{address}/chapters/appendix/references.html"]
    pages += [f"{address}/search.html", f"{wide}/index.html", f"{wide}/wide.html"]
    places = set()
    for url in pages:
        page = open_page(url, width)
        box = page.locator("main").bounding_box()
        places.add((box["x"], box["width"]))
        page.context.close()
    assert len(places) == 1
