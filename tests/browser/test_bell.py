"""The bell and the parabola: the page's numbers are Python's, and x goes where the reader drags it."""

import re

import numpy as np
import pytest
from scipy.stats import norm

from kmeans_em import datasets
from kmeans_em.widgets import Bell
from kmeans_em.widgets.base import source
from tests.browser.figures import (
    QUIET,
    UNHURRIED,
    listen,
    mount,
    overlaps,
    pauses_in_what_was_told,
    set_trait,
    settle,
    trait,
)

COMPUTE = """
async ([esm, cases]) => {
  const module = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  return cases.map((case_) => module.readings(...case_));
}
"""
SNAP = """
async ([esm, zs, points, near]) => {
  const module = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  return zs.map((z) => module.snapped(z, points, near));
}
"""


@pytest.fixture
def figure(open_page):
    """A page that holds the figure and nothing else."""

    def open_(widget, width=1280, **context):
        return mount(open_page("about:blank", width=width, **context), widget)

    return open_


def place(page):
    return page.locator(".bell svg .place:not(:empty)").text_content().removeprefix("x = ").replace("−", "-")


def numbers(page):
    """What stands under log p, the constant and the drop in the formula."""
    names = ("logDensity", "constant", "drop")
    return [page.locator(f".bell [data-is={name}]").inner_text().replace("−", "-") for name in names]


def pixel_of(page, label):
    """Where the axis has the point with this label."""
    return page.evaluate(
        """(label) => {
          const words = [...document.querySelectorAll(".bell svg .value")];
          const { left, right } = words.find((each) => each.textContent === label).getBoundingClientRect();
          return (left + right) / 2;
        }""",
        label,
    )


def test_the_page_computes_what_python_computes(open_page):
    cases = [[x, mu, s] for x in (0, 1, 2, 8, 9, 16, -1e6) for mu in (6, 0.3) for s in (1e-3, 0.4, 2, 50)]
    page = open_page("about:blank").evaluate(COMPUTE, [source("figure.js", "bell.js"), cases])
    x, mu, s = np.transpose(cases)
    np.testing.assert_allclose([each["logDensity"] for each in page], norm.logpdf(x, mu, s), rtol=1e-12)
    np.testing.assert_allclose([each["density"] for each in page], norm.pdf(x, mu, s), rtol=1e-9)
    np.testing.assert_allclose([each["constant"] for each in page], norm.logpdf(0, 0, s), rtol=1e-12)
    np.testing.assert_allclose([each["drop"] for each in page], (x - mu) ** 2 / 2 / s**2, rtol=1e-12)


def test_a_dragged_x_snaps_to_a_point_that_is_near(open_page):
    zs, points = [0.96, 1.08, 1.12, -2.93, 4.999], [-3, 1, 1.5, 5]
    found = open_page("about:blank").evaluate(SNAP, [source("figure.js", "bell.js"), zs, points, 0.1])
    assert found == pytest.approx([1, 1, 1.1, -3, 5])


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (8, ["-2.112", "-1.612", "0.500"]),
        (9, ["-2.737", "-1.612", "1.125"]),
        (16, ["-14.112", "-1.612", "12.500"]),
        (6, ["-1.612", "-1.612", "0.000"]),
    ],
)
def test_the_formula_shows_the_numbers(figure, x, shown):
    page = figure(Bell(x=x))
    assert numbers(page) == shown
    assert page.locator(".bell svg text.drop").text_content() == f"{(x - 6) ** 2 / 8:g}"


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("x", [8, 4])
def test_a_small_drop_stands_beside_the_dot_that_would_hide_it(figure, width, x):
    page = figure(Bell(x=x), width)
    bricks = float(page.locator(".bell svg .bricks").get_attribute("d")[1:].split()[0])
    dot = float(page.locator(".bell svg .dot").last.get_attribute("cx"))
    assert bricks - dot == pytest.approx(14 if x > 6 else -14)
    assert {"6 points", "drop"} <= set(page.locator(".bell svg text").all_text_contents())


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_finger_finds_the_whole_sigmas(figure, width):
    page = figure(Bell(), width)
    two, eight = pixel_of(page, "2"), pixel_of(page, "8")
    height = page.locator(".bell .stage").bounding_box()["y"] + 60
    for x in (6, 10):
        page.mouse.click(two + (x - 2) * (eight - two) / 6 + 2, height)
        settle(page)
        assert place(page) == str(x)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_each_point_of_the_line_can_be_reached_by_dragging(figure, width):
    page = figure(Bell(x=4), width)
    middle = page.locator(".bell .stage").bounding_box()
    height = middle["y"] + middle["height"] / 2
    page.mouse.move(pixel_of(page, "9"), height)
    page.mouse.down()
    reached = []
    for point in datasets.line()[:, 0]:
        page.mouse.move(pixel_of(page, f"{point:g}") + 2, height)
        settle(page)
        reached.append(float(place(page)))
    page.mouse.move(width - 1, height)
    settle(page)
    page.mouse.up()
    assert reached == datasets.line()[:, 0].tolist()
    assert place(page) == "16"


def test_the_arrow_keys_go_on_where_the_drag_ended(figure):
    page = figure(Bell())
    box = page.locator(".bell .stage").bounding_box()
    page.mouse.click(pixel_of(page, "9"), box["y"] + 40)
    settle(page)
    page.keyboard.press("ArrowRight")
    settle(page)
    assert place(page) == "9.1"
    for key, end in [("Home", "-4"), ("End", "16")]:
        page.keyboard.press(key)
        settle(page)
        assert place(page) == end
    settle(page, QUIET)
    assert page.locator(".bell input").get_attribute("aria-valuetext") == "x = 16: drop 12.5, log p = −14.112"
    assert "Twice as far: 50, four times as deep" in page.locator(".bell .summary").inner_text()


def test_a_finger_moves_x(figure):
    page = figure(Bell(), 390, has_touch=True)
    box = page.locator(".bell .stage").bounding_box()
    page.touchscreen.tap(pixel_of(page, "2"), box["y"] + box["height"] / 2)
    settle(page)
    assert place(page) == "2"


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_thumb_stands_below_x_and_the_figure_fits_a_screen(figure, width):
    page = figure(Bell(), width)
    for end in ("Home", "End"):
        page.locator(".bell input").focus()
        page.keyboard.press(end)
        settle(page)
        slider, grip = (page.locator(f".bell {part}").bounding_box() for part in ("input", ".grip"))
        edge = slider["x"] + 8 if end == "Home" else slider["x"] + slider["width"] - 8
        assert grip["x"] + grip["width"] / 2 == pytest.approx(edge, abs=1.5)
    top, slider = page.locator(".bell").bounding_box(), page.locator(".bell .slider").bounding_box()
    assert slider["height"] >= 24
    assert slider["y"] + slider["height"] - top["y"] < (480 if width > 400 else 330)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_two_labels_touch_wherever_x_is(figure, width):
    page = figure(Bell(), width)
    for x in np.linspace(-4, 16, 41):
        set_trait(page, "x", x)
        assert overlaps(page, ".bell") == []
        formula, whole = page.locator(".bell .formula"), page.locator(".bell").bounding_box()
        for part in (formula.locator("span").first, formula.locator("span").last):
            box = part.bounding_box()
            assert whole["x"] <= box["x"]
            assert box["x"] + box["width"] <= whole["x"] + whole["width"]


def test_python_and_the_page_read_each_other(figure):
    page = figure(Bell())
    set_trait(page, "x", 20)  # beyond the axis, which then reaches as far
    assert (place(page), trait(page, "x")) == ("20", 20)
    assert float(page.locator(".bell input").get_attribute("max")) == 7
    set_trait(page, "sigma", 1)
    set_trait(page, "mu", 19)
    assert numbers(page) == ["-1.419", "-0.919", "0.500"]
    page.locator(".bell input").focus()
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert trait(page, "x") == pytest.approx(19.95)
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0


@pytest.mark.parametrize(
    ("mu", "sigma", "x"), [(6, 2, 100), (-1e6, 1e-6, 1e6), (0, 1e6, 0), (0, 1e-6, 0), (3, 0.1, 3.2), (0, 4, 16)]
)
def test_any_bell_and_any_x_can_be_drawn(figure, mu, sigma, x):
    page = figure(Bell(mu, sigma, x))
    assert page.console == []
    assert not re.search("NaN|Infinity|undefined", page.locator(".bell").inner_html())
    stage, dot = page.locator(".bell .stage").bounding_box(), page.locator(".bell .grip").bounding_box()
    assert stage["x"] <= dot["x"] < stage["x"] + stage["width"]
    page.locator(".bell input").focus()
    page.keyboard.press("Home")
    settle(page)
    assert "NaN" not in page.locator(".bell").inner_html()


def test_the_summary_waits_until_x_has_come_to_rest(figure):
    page = figure(Bell())
    listen(page, ".bell .summary")
    page.locator(".bell input").focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    assert min(pauses_in_what_was_told(page), default=UNHURRIED) >= UNHURRIED
    assert "0.5 σ from μ the drop is 0.125" in page.locator(".bell .summary").inner_text()
