"""The temperature figure: its numbers are Python's, and its dot slides from k-means towards one half."""

import re

import numpy as np
import pytest

from kmeans_em import free_energy, responsibilities
from kmeans_em.widgets import Temperature
from tests.browser.figures import mount, overlaps, settle

LOWEST = """
async ([esm, cases]) => {
  const { lowest, shared } = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  const grid = Array.from({ length: 1001 }, (_, i) => i / 1000);
  return cases.map(([sqDists, sigma]) => ({
    ...lowest(sqDists, sigma),
    least: Math.min(...grid.map((w) => shared(w, sqDists, sigma).cost)),
  }));
}
"""


@pytest.fixture
def alone(open_page):
    def open_(widget=None, **context):
        return mount(open_page("about:blank", **context), widget or Temperature())

    return open_


def slide(page, sigma):
    page.locator("input").evaluate(
        """(slider, sigma) => {
          slider.value = sigma;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        sigma,
    )
    settle(page)


def shown(page):
    return [float(page.locator(f"[data-is={name}]").inner_text().replace("−", "-")) for name in TERMS]


TERMS = ("cost", "distance", "price")


def number(page, part, name):
    return float(page.locator(f"svg {part}").first.get_attribute(name))


def corners(page, curve):
    d = page.locator(f"svg path.{curve}").get_attribute("d")
    return np.array(re.findall(r"-?[\d.]+", d), dtype=float).reshape(-1, 2)


def test_the_page_computes_what_python_computes(open_page):
    sigmas = [0, 1e-300, 1e-3, 0.5, 1, 2, 4, 10, 50, 1e6]
    cases = [(D, sigma) for D in [(49, 9), (9, 49), (0, 1), (5, 5), (0, 0), (1e8, 10001**2)] for sigma in sigmas]
    found = open_page("about:blank").evaluate(LOWEST, [Temperature._esm, cases])
    for (D, sigma), page in zip(cases, found, strict=True):
        centres = np.sqrt(D)[:, None]
        resp = responsibilities([[0]], centres, sigma)[0]
        assert (page["first"], page["w"]) == pytest.approx(tuple(resp), rel=1e-9, abs=1e-12)
        assert page["cost"] == pytest.approx(free_energy([[0]], centres, sigma), rel=1e-9, abs=1e-9)
        assert page["cost"] == pytest.approx(page["distance"] - page["price"], rel=1e-12)
        assert page["cost"] <= page["least"] + 1e-9 * abs(page["least"])


def test_the_formula_shows_the_numbers_at_the_dot(alone):
    page = alone()
    assert shown(page) == [0.94, 17.91, 16.97]
    slide(page, 0)
    assert shown(page) == [9, 9, 0]
    assert "as in k-means" in page.locator("input").evaluate(
        "() => new Promise((done) => setTimeout(() => done(document.querySelector('.summary').textContent), 500))"
    )


def test_the_printed_numbers_add_up_at_every_sigma(alone):
    page = alone()
    for sigma in np.arange(0, 10.1, 0.5):
        slide(page, sigma)
        cost, distance, price = shown(page)
        assert cost == pytest.approx(distance - price, abs=1e-9)


def test_the_axis_says_what_w_is_and_no_share_is_1_before_sigma_is_0(alone):
    page = alone()
    ticks = page.locator("svg .tick").all_text_contents()
    assert {"0", "½", "1"} <= set(ticks)
    assert page.locator("svg .axis-label").text_content() == "w, share of the second centre"
    slide(page, 1)
    assert "w = 1 − 2.1·10⁻⁹" in page.locator("svg").text_content()
    page.wait_for_function("document.querySelector('.summary').textContent.includes('all but 2.1·10⁻⁹ of the point')")


def test_the_dot_slides_from_the_nearer_centre_towards_one_half(alone):
    page = alone()
    width = number(page, "rect >> nth=0", "width")
    left = number(page, "rect >> nth=0", "x")
    places = []
    for sigma in range(11):
        slide(page, sigma)
        places.append((number(page, ".lowest", "cx") - left) / width)
        assert number(page, "rect >> nth=1", "width") == pytest.approx(places[-1] * width)  # the bar's split below it
    assert places[0] == 1
    assert places[4] == pytest.approx(0.777, abs=5e-4)
    assert places[10] == pytest.approx(0.55, abs=1e-3)
    assert (np.diff(places) < 0).all()


def test_only_bowl_and_sum_move_until_the_bowl_needs_more_height(alone):
    page = alone()
    lines, bowls = [], []
    for sigma in (0, 2, 4, 5):
        slide(page, sigma)
        lines.append(corners(page, "distance"))
        bowls.append(corners(page, "entropy")[:, 1].max())
        above, zero = corners(page, "cost")[:, 1], corners(page, "entropy")[0, 1]
        np.testing.assert_allclose(above, lines[-1][:, 1] + corners(page, "entropy")[:, 1] - zero, atol=0.05)
    for line in lines[1:]:
        np.testing.assert_array_equal(line, lines[0])
    assert (np.diff(bowls) > 0).all()


@pytest.mark.parametrize("sq_dists", [(49, 9), (4, 30), (0, 1), (7, 7)])
@pytest.mark.parametrize("width", [320, 680])
def test_no_name_covers_another_or_a_curve_at_any_sigma(alone, width, sq_dists):
    page = alone(Temperature(sq_dists), width=width)
    end = float(page.locator("input").get_attribute("max"))
    for way in np.linspace(0, 1, 11):
        slide(page, way * end)
        assert overlaps(page, ".temperature") == []
        stage = page.locator(".stage").bounding_box()["height"]
        assert 0 < number(page, ".lowest", "cy") < stage
        assert corners(page, "entropy")[:, 1].max() < stage - 60  # above the bar


def test_figure_and_slider_fit_together_on_a_phone(alone):
    page = alone(width=390, height=844)
    slider = page.locator(".slider").bounding_box()
    assert slider["y"] + slider["height"] - page.locator(".stage").bounding_box()["y"] <= 420
    for control in page.locator("button, .slider input").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_the_keys_go_to_both_ends_and_the_value_is_spoken(alone):
    page = alone()
    slider = page.locator("input")
    slider.focus()
    page.keyboard.press("Home")
    settle(page)
    assert slider.get_attribute("aria-valuetext") == "σ = 0: w = 1, cost 9.00"
    page.keyboard.press("End")
    settle(page)
    assert slider.get_attribute("aria-valuetext") == "σ = 10.0: w = 0.550, cost −110.6"
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert page.evaluate("model.get('sigma')") == pytest.approx(9.9)


def test_play_turns_sigma_up_until_the_slider_is_touched(alone):
    page = alone()
    page.locator("[data-do=play]").click()
    page.wait_for_function("model.get('sigma') > 4.3")
    assert page.locator("[data-do=play]").inner_text() == "Pause"
    page.locator("input").dispatch_event("pointerdown")
    assert page.locator("[data-do=play]").inner_text() == "Play"
    before = page.evaluate("model.get('sigma')")
    settle(page)
    assert page.evaluate("model.get('sigma')") == before


def test_the_figure_follows_python(alone):
    page = alone()
    page.evaluate("model.set('sigma', 2); model.set('sq_dists', [9, 49])")
    settle(page)
    assert page.locator("input").get_attribute("aria-valuetext") == "σ = 2.00: w = 0.00669, cost 8.95"
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0


@pytest.mark.parametrize("sigma", [5e-324, 1e140])
@pytest.mark.parametrize("sq_dists", [(0, 0), (1e140, 1e-200)])
def test_extreme_numbers_do_not_break_the_drawing(alone, sq_dists, sigma):
    page = alone(Temperature(sq_dists, sigma))
    assert page.console == []
    drawn = page.locator("main").inner_html()
    assert "NaN" not in drawn
    assert "Infinity" not in drawn
