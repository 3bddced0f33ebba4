"""Blocks that melt: the page stacks them, tells what follows from their total, and uses Python's numbers."""

import itertools

import numpy as np
import pytest

from kmeans_em import em
from kmeans_em.widgets import Blocks
from tests.browser.figures import QUIET, mount, overlaps, set_trait, settle, trait

CASES = [
    (8, (1, 4, 7, 11, 14)),
    (8, (5, 11, 1)),
    (5, (5, 5)),
    (0, (-1e6, 1e6 - 1)),
    (0, (1e-3, 1e-3, 1e-3)),
    (0, (-3, -2.9, 0.1, 5, 6, 6, 9, 12)),
    (1e6, (0, 1e-5, 2e-5)),
]


@pytest.fixture
def alone(open_page):
    """A page that holds one widget and nothing else; without motion unless it is asked for."""

    def open_(widget, width=1280, theme="light", reduced_motion="reduce"):
        return mount(open_page("about:blank", width=width, reduced_motion=reduced_motion), widget, theme)

    return open_


def tower(page):
    """The drawn blocks, from the ground up, as parts of the room that k of them would take."""
    blocks = [float(block.get_attribute("height")) for block in page.locator(".blocks svg .block").all()]
    return np.array(blocks) / blocks[0]


def said(page, part):
    return page.locator(f".blocks .{part}").inner_text().replace("\n", " ").strip()


def test_the_page_computes_what_python_computes(open_page):
    page = mount(open_page("about:blank"), Blocks())
    for (point, means), sigma in itertools.product(CASES, [0, 1e-60, 0.01, 0.7, 4, 1e6, 1e60]):
        found = page.evaluate("(all) => figure.melt(...all)", [point, means, sigma])
        logs = [-np.inf if log is None else log for log in found["logs"]]
        line = np.reshape(means, (-1, 1))
        if sigma > 0 or found["nearest"] == 1:
            shares = np.exp(np.array(logs) - found["logTotal"])
            expected = em.responsibilities([[point]], line, sigma)[0][found["order"]]
            np.testing.assert_allclose(shares, expected, rtol=1e-9, atol=1e-300)
        free = em.free_energy([[point]], line, sigma)
        assert found["least"] - found["squeeze"] == pytest.approx(free, rel=1e-9, abs=1e-9)
        assert found["room"] == pytest.approx(2 * sigma**2 * np.log(len(means)))
        assert 1 <= np.exp(found["logTotal"]) <= len(means) * (1 + 1e-12)


def test_far_down_the_rest_has_a_logarithm_though_it_is_0_in_floats(open_page):
    page = mount(open_page("about:blank"), Blocks())
    found = page.evaluate("figure.melt(8, [1, 11, 30], 0.01)")
    assert (found["rest"], found["logTotal"]) == (0, 0)
    assert found["logRest"] == pytest.approx(-40 / 2e-4)


def test_the_others_melt_until_at_0_the_nearest_alone_is_left(alone):
    page = alone(Blocks())
    totals = []
    for sigma in (20, 8, 4, 2, 1, 0.7, 0):
        set_trait(page, "sigma", sigma)
        blocks = tower(page)
        assert blocks[0] == 1
        if sigma > 0:
            np.testing.assert_allclose(blocks, np.exp(-np.array([0, 8, 15, 35, 48]) / 2 / sigma**2), atol=1e-9)
        totals.append(blocks.sum())
    assert (np.diff(totals) < 0).all()
    assert totals[-1] == 1
    assert tower(page).tolist() == [1, 0, 0, 0, 0]


def test_the_formulas_show_the_numbers(alone):
    page = alone(Blocks())
    assert said(page, "sum") == "S = 1 + 0.779 + 0.626 + 0.335 + 0.223 = 2.96"
    assert said(page, "share") == "r₃ = 1 / S = 0.338"
    set_trait(page, "sigma", 0.5)
    assert said(page, "sum") == "S = 1 + 1.1·10⁻⁷ + 9.4·10⁻¹⁴ + 4.0·10⁻³¹ + 2.0·10⁻⁴² = 1 + 1.1·10⁻⁷"
    assert said(page, "share") == "r₃ = 1 / S = 1 − 1.1·10⁻⁷"
    set_trait(page, "sigma", 0)
    assert said(page, "sum") == "S = 1 + 0 + 0 + 0 + 0 = 1"
    assert said(page, "share") == "r₃ = 1 / S = 1"
    drawn = page.locator(".blocks svg text").all_text_contents()
    assert {"μ₁", "μ₂", "μ₃", "μ₄", "μ₅", "x = 8", "S = 1.00", "D = squared distance"} <= set(drawn)


def test_a_tie_keeps_two_blocks_and_the_page_says_so(alone):
    page = alone(Blocks(8, (5, 11, 1), 2))
    assert "the total tends to 2, not to 1" in said(page, "summary")
    set_trait(page, "sigma", 0)
    settle(page, QUIET)
    assert tower(page) == pytest.approx([1, 1, 0])
    assert said(page, "sum") == "S = 1 + 1 + 0 = 2"
    assert "k-means must choose" in said(page, "summary")
    set_trait(page, "means", [5, 11])
    settle(page, QUIET)
    assert "no block melts" in said(page, "summary")


def test_the_left_end_of_the_slider_is_k_means_and_the_text_s_sigmas_are_on_it(alone):
    page = alone(Blocks())
    slider = page.locator(".blocks input")
    slider.focus()
    page.keyboard.press("Home")
    seen = set()
    for _ in range(402):
        seen.add(trait(page, "sigma"))
        page.keyboard.press("ArrowRight")
    assert {0, 0.7, 1, 2, 4, 10, 20} <= seen
    page.keyboard.press("Home")
    settle(page, QUIET)
    assert slider.get_attribute("aria-valuetext") == "σ = 0: total 1, share of the nearest 1"
    assert said(page, "summary").startswith("k-means: one block is left")


def test_play_melts_the_tower_to_the_end_until_it_is_touched(alone):
    page = alone(Blocks(), reduced_motion="no-preference")
    button = page.locator(".blocks [data-do=play]")
    button.click()
    page.wait_for_function("model.get('sigma') < 3.5")
    page.locator(".blocks .stage").click()
    assert button.inner_text() == "Play"
    set_trait(page, "sigma", 0.75)
    button.click()
    page.wait_for_function("model.get('sigma') === 0")
    page.wait_for_function("document.querySelector('[data-do=play]').textContent === 'Play'")
    button.click()  # at the end it starts anew
    page.wait_for_function("model.get('sigma') > 10")


@pytest.mark.parametrize(("width", "theme"), [(320, "dark"), (390, "light"), (1280, "light")])
def test_labels_never_touch_whatever_the_means_and_sigma_are(alone, width, theme):
    page = alone(Blocks(), width=width, theme=theme)
    for point, means in CASES:
        set_trait(page, "means", means)
        set_trait(page, "point", point)
        radius = np.abs(np.array(means) - point).max() or 1
        for sigma in (0, radius / 10, radius / 3, radius, 30 * radius):
            set_trait(page, "sigma", float(sigma))
            assert overlaps(page, ".blocks") == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert "NaN" not in page.locator(".blocks").inner_html()


def test_numbers_below_the_line_are_moved_apart_as_little_as_it_takes(open_page):
    page = mount(open_page("about:blank"), Blocks())
    spread = "(all) => figure.spread(...all)"
    assert page.evaluate(spread, [[10, 40, 80], 12, [0, 100]]) == [10, 40, 80]
    assert page.evaluate(spread, [[10, 10, 11], 12, [0, 100]]) == [10, 22, 34]
    assert page.evaluate(spread, [[0, 99, 100], 12, [0, 100]]) == [0, 88, 100]
    assert page.evaluate(spread, [[5, 5, 5], 60, [0, 100]]) == [0, 50, 100]


@pytest.mark.parametrize("width", [320, 390])
def test_figure_and_controls_fit_on_a_phone_and_nothing_jumps(alone, width):
    page = alone(Blocks(), width=width)
    heights = set()
    for sigma in (0, 0.7, 1, 2, 4, 8, 20):
        set_trait(page, "sigma", sigma)
        settle(page, QUIET)
        heights.add(round(page.locator(".blocks").bounding_box()["height"]))
    assert len(heights) == 1
    top = page.locator(".blocks").bounding_box()["y"]
    controls = page.locator(".blocks .controls").bounding_box()
    assert controls["y"] + controls["height"] - top <= 420
    for control in page.locator(".blocks :is(button, .slider)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_a_figure_that_is_taken_away_listens_no_more(alone):
    page = alone(Blocks())
    page.locator(".blocks [data-do=play]").click()
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0
    assert page.console == []
