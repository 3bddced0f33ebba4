"""The narrowing bell: the page's numbers are Python's, and sigma goes where the reader drags it."""

import numpy as np
import pytest

from kmeans_em import datasets, gaussian
from kmeans_em.widgets import Collapse
from kmeans_em.widgets.base import source
from tests.browser.figures import QUIET, mount, overlaps, set_trait, settle, trait

LINE = datasets.line()
CASES = [(LINE, 5), (LINE, 0), (LINE, 3), (np.array([[0.0], [1e-3], [5e5], [1e6]]), 2)]


@pytest.fixture
def figure(open_page):
    """A page that holds the figure and nothing else."""

    def open_(widget, width=1280, **context):
        return mount(open_page("about:blank", width=width, **context), widget)

    return open_


def sums(page):
    return [cell.replace("−", "-") for cell in page.locator(".collapse .sum").all_inner_texts()]


def test_the_page_computes_what_python_computes(figure):
    page = figure(Collapse())
    for X, point in CASES:
        rest = np.delete(X, point, axis=0)
        for sigma in (1e-9, 1e-4, 0.3, 4, 20, 1e9):
            found = page.evaluate("(all) => figure.readings(...all)", [X[:, 0].tolist(), point, sigma])
            narrow = gaussian.log_density(X, X[point], sigma)
            both = np.logaddexp(narrow, gaussian.log_density(X, rest.mean(axis=0), rest.std())) - np.log(2)
            for row, logs in zip(found, (narrow, both), strict=True):
                expected = [logs[point], np.delete(logs, point).sum(), logs.sum()]
                np.testing.assert_allclose(np.array(row, float), expected, rtol=1e-9, atol=1e-9)


def test_the_table_says_what_the_chapter_says(figure):
    page = figure(Collapse(sigma=3))
    assert sums(page) == ["-2.018", "-53.977", "-55.994", "-2.706", "-16.914", "-19.620"]
    set_trait(page, "sigma", 0.0001)
    assert sums(page)[3:] == ["7.598", "-17.158", "-9.560"]
    settle(page, QUIET)
    assert "log 10 = 2.303" in page.locator(".collapse .summary").inner_text()


def test_the_slider_and_its_keys_move_sigma_and_speak(figure):
    page = figure(Collapse())
    slider = page.locator(".collapse input")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert trait(page, "sigma") < 10
    page.keyboard.press("Home")
    settle(page)
    assert trait(page, "sigma") < 1e-4
    spoken = slider.get_attribute("aria-valuetext")
    assert spoken.startswith("σ = ")
    assert "log L of one bell −" in spoken
    page.keyboard.press("End")
    settle(page)
    assert trait(page, "sigma") == pytest.approx(4 * np.sqrt(14), rel=0.02)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_curve_can_be_dragged(figure, width):
    page = figure(Collapse(), width)
    box = page.locator(".collapse .stage").bounding_box()
    y = box["y"] + 0.7 * box["height"]
    page.mouse.move(box["x"] + box["width"] - 20, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, y, steps=4)
    settle(page)
    page.mouse.up()
    assert trait(page, "sigma") < 1e-3
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 30)  # the upper drawing does not listen
    settle(page)
    assert trait(page, "sigma") < 1e-3


def test_a_finger_moves_sigma(figure):
    page = figure(Collapse(), 390, has_touch=True)
    box = page.locator(".collapse .stage").bounding_box()
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.7 * box["height"])
    settle(page)
    assert 1e-3 < trait(page, "sigma") < 1


def test_play_narrows_the_bell_until_it_is_touched(figure):
    page = figure(Collapse(), reduced_motion="no-preference")
    button = page.locator(".collapse [data-do=play]")
    button.click()
    page.wait_for_function("model.get('sigma') < 5")
    page.keyboard.press("Tab")
    page.locator(".collapse .summary").click()
    assert button.inner_text() == "Play"


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_two_labels_touch_wherever_sigma_is(figure, width):
    page = figure(Collapse(), width)
    for sigma in np.geomspace(1e-4, 14, 25):
        set_trait(page, "sigma", float(sigma))
        assert overlaps(page, ".collapse") == []
        table, whole = page.locator(".collapse .sums").bounding_box(), page.locator(".collapse").bounding_box()
        assert table["x"] + table["width"] <= whole["x"] + whole["width"]
    assert page.locator(".collapse").bounding_box()["height"] < 640


def test_python_and_the_page_read_each_other(figure):
    page = figure(Collapse())
    set_trait(page, "point", 0)
    set_trait(page, "sigma", 1.0)
    assert page.locator(".collapse [data-is=place]").inner_text() == "at 0"
    page.locator(".collapse input").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert trait(page, "sigma") > 1
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0
    assert page.console == []


def test_any_data_can_be_drawn(figure):
    for X, point in CASES:
        page = figure(Collapse(X, point, 1.0))
        assert page.console == []
        assert "NaN" not in page.locator(".collapse").inner_html()


def test_the_script_is_small():
    assert len(source("collapse.js").encode()) < 12_000
