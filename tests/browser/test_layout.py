"""The page keeps its shape: columns that stay put, nothing wider than the screen, no lines at the edges of boxes."""

import io

import numpy as np
import pytest
from PIL import Image

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
# Of each box that may scroll and does not need to: where it is on the screenshot of the whole page.
AT_REST = """() => [...document.querySelectorAll(".equation, .wide, .math.boxed, pre")]
  .filter((box) => box.scrollWidth <= box.clientWidth && box.getBoundingClientRect().height > 10)
  .filter((box) => !box.closest(".highlight"))
  .map((box) => box.getBoundingClientRect())
  .map(({ left, right, top, bottom }) => ({ left, right, top: top + scrollY, bottom: bottom + scrollY }))"""


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
            page.wait_for_timeout(100)
            assert sorted(box.evaluate(sides)) == expected, name


def test_formulas_that_fit_are_left_to_break_with_the_line(open_page, wide):
    page = open_page(f"{wide}/wide.html", 390, 844)
    assert page.locator(".math.boxed").count() == page.locator("article span.math").count()
    page.set_viewport_size({"width": 5000, "height": 844})
    page.add_style_tag(content="main { max-width: none !important; }")
    page.evaluate("dispatchEvent(new Event('resize'))")
    assert page.locator(".math.boxed").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ratio", [1.25, 1.5, 2, 3])
def test_formulas_and_tables_have_no_lines_at_their_edges(open_page, address, ratio, scheme):
    page = open_page(f"{address}/chapters/01-squared-error.html", device_scale_factor=ratio, color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)")
    boxes = page.evaluate(AT_REST)
    assert len(boxes) > 10
    for box in boxes[:40]:
        clip = {"x": box["left"] - 4, "y": box["top"], "width": box["right"] - box["left"] + 8}
        clip["height"] = min(40, box["bottom"] - box["top"])
        shot = page.screenshot(full_page=True, clip=clip)
        pixels = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), dtype=int)
        near = int(5 * ratio)  # the pixels at either side of an edge
        # a table's rules and a formula reach the edge in some rows; a line along the edge would be in all of them
        for columns in (pixels[:, :near], pixels[:, -near:]):
            strayed = (abs(columns - ground).max(axis=2) > 0).mean(axis=0)
            assert strayed.max() < 0.9, box


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
