"""Two bells and one point: both sticks die, one melts, and the page says so in Python's numbers."""

import itertools

import numpy as np
import pytest

from kmeans_em import em, gaussian
from kmeans_em.widgets import TwoBells
from tests.browser.figures import QUIET, mount, overlaps, set_trait, settle, trait

SIGMAS = [4, 3, 2, 1, 0.5]


@pytest.fixture
def alone(open_page):
    """A page that holds one widget and nothing else; without motion unless it is asked for."""

    def open_(widget, width=1280, theme="light", reduced_motion="reduce"):
        return mount(open_page("about:blank", width=width, reduced_motion=reduced_motion), widget, theme)

    return open_


def sticks(page):
    """The drawn heights of the two sticks, in pixels, from left to right."""
    blocks = page.locator(".two-bells svg .block").all()
    return [float(block.get_attribute("height")) for block in blocks[:2]]


def bar(page):
    """The drawn shares, from left to right."""
    blocks = page.locator(".two-bells svg .block").all()
    widths = np.array([float(block.get_attribute("width")) for block in blocks[2:]])
    return widths / widths.sum()


def formula(page):
    return page.locator(".two-bells .formula").get_attribute("aria-label")


def test_the_page_computes_what_python_computes(open_page):
    page = mount(open_page("about:blank"), TwoBells())
    pairs, sigmas = [(1, 11), (11, 1), (-1e6, 1e6), (0, 1e-6)], [1e-60, 0.01, 0.5, 1, 4, 1e60]
    for means, sigma, x in itertools.product(pairs, sigmas, (8, 6, 0, -1e6, 5e-7)):
        logs, log_shares = page.evaluate(
            "(all) => [figure.logHeights(...all), figure.logShares(...all)]", [x, means, sigma]
        )
        expected = [gaussian.log_density([[x]], [mean], sigma)[0] for mean in means]
        np.testing.assert_allclose(logs, expected, rtol=1e-9, atol=1e-9)
        expected = em.responsibilities([[x]], np.reshape(means, (2, 1)), sigma)[0]
        np.testing.assert_allclose(np.exp(log_shares), expected, rtol=1e-9, atol=1e-300)


def test_the_sticks_die_and_the_share_goes_to_1(alone):
    page = alone(TwoBells())
    said = []
    for sigma in (4, 3, 2, 1):
        set_trait(page, "sigma", sigma)
        said.append(formula(page))
    assert said == [
        "r₂ = 0.777 = 0.0753 / (0.0216 + 0.0753)",
        "r₂ = 0.902 = 0.0807 / (0.00874 + 0.0807)",
        "r₂ = 0.993 = 0.0648 / (4.4·10⁻⁴ + 0.0648)",
        "r₂ = 1 − 2.1·10⁻⁹ = 0.00443 / (9.1·10⁻¹² + 0.00443)",
    ]


def test_as_they_are_both_sticks_die_and_with_the_tallest_at_1_only_the_farther_melts(alone):
    page = alone(TwoBells())
    heights = {}
    for relative in (False, True):
        page.locator(f".two-bells [data-relative={str(relative).lower()}]").click()
        for sigma in SIGMAS:
            set_trait(page, "sigma", sigma)
            heights[relative, sigma] = sticks(page)
            np.testing.assert_allclose(bar(page), em.responsibilities([[8]], [[1], [11]], sigma)[0], atol=1e-6)
    assert trait(page, "relative") is True
    assert min(heights[False, 4]) > 20
    assert max(heights[False, 0.5]) < 0.1
    nearer = [heights[True, sigma][1] for sigma in SIGMAS]
    assert nearer == pytest.approx(5 * [nearer[0]])
    assert nearer[0] > 100
    farther = [heights[True, sigma][0] for sigma in SIGMAS]
    assert farther[0] > 30
    assert farther[-1] < 1e-9
    for sigma in (4, 3, 2):  # the switch changes the scale and no ratio
        assert np.divide(*heights[True, sigma]) == pytest.approx(np.divide(*heights[False, sigma]))


def test_the_switch_stretches_the_sticks_before_the_readers_eyes(alone):
    page = alone(TwoBells(sigma=1), reduced_motion="no-preference")
    seen = page.evaluate(
        """async () => {
          document.querySelector("[data-relative=true]").click();
          const seen = [];
          for (let i = 0; i < 200 && !(seen.at(-1) > 100); i++) {
            await new Promise((done) => requestAnimationFrame(done));
            seen.push(+document.querySelectorAll(".two-bells svg .block")[1].getAttribute("height"));
          }
          return seen;
        }"""
    )
    assert (np.diff(seen) >= 0).all()
    assert len({round(height) for height in seen}) > 4


def test_on_the_border_the_shares_are_a_half_at_every_sigma(alone):
    page = alone(TwoBells())
    handle = page.locator(".two-bells .handle")
    handle.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    assert trait(page, "point") == 6
    for sigma in SIGMAS:
        set_trait(page, "sigma", sigma)
        assert handle.get_attribute("aria-valuetext") == "x = 6: r₁ = 0.500, r₂ = 0.500"
        assert bar(page) == pytest.approx([0.5, 0.5])
    settle(page, QUIET)
    assert "border" in page.locator(".two-bells .summary").inner_text()


def test_the_point_can_be_dragged_and_moved_by_keys_and_stays_on_the_axis(alone):
    page = alone(TwoBells())
    handle = page.locator(".two-bells .handle")
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 14, box["y"] + 14)
    page.mouse.down()
    page.mouse.move(box["x"] - 100, box["y"] + 60, steps=4)
    middle = trait(page, "point")
    page.mouse.move(-500, 0, steps=4)
    assert -3 == trait(page, "point") < middle < 8
    page.mouse.up()
    handle.focus()
    page.keyboard.press("End")
    assert trait(page, "point") == 15
    page.keyboard.press("PageDown")
    assert trait(page, "point") == 14
    page.keyboard.press("Home")
    assert trait(page, "point") == -3
    page.wait_for_function("document.querySelector('.handle').ariaValueNow === '-3'")


def test_the_slider_has_the_sigmas_that_a_text_names_and_speaks_the_shares(alone):
    page = alone(TwoBells())
    slider = page.locator(".two-bells input")
    seen = set()
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(75):
        seen.add(trait(page, "sigma"))
        page.keyboard.press("ArrowRight")
    assert {0.5, 0.7, 1, 1.5, 2, 3, 4} <= seen
    settle(page)
    assert slider.get_attribute("aria-valuetext") == "σ = 4.00: r₁ = 0.223, r₂ = 0.777"


def test_play_sweeps_sigma_down_until_it_is_touched(alone):
    page = alone(TwoBells(), reduced_motion="no-preference")
    button = page.locator(".two-bells [data-do=play]")
    button.click()
    assert button.inner_text() == "Pause"
    page.wait_for_function("model.get('sigma') < 3.8")
    page.locator(".two-bells .stage").click(position={"x": 20, "y": 20})
    assert button.inner_text() == "Play"
    rested = trait(page, "sigma")
    settle(page, 200)
    assert trait(page, "sigma") == rested
    set_trait(page, "sigma", 0.52)
    button.press("Enter")
    page.wait_for_function("model.get('sigma') === 0.5")
    page.wait_for_function("document.querySelector('[data-do=play]').textContent === 'Play'")


def test_without_motion_play_goes_in_steps(alone):
    page = alone(TwoBells(sigma_range=(1, 5), sigma=4))
    page.evaluate("window.seen = new Set(); model.on('change:sigma', () => seen.add(model.get('sigma')))")
    page.locator(".two-bells [data-do=play]").click()
    page.wait_for_function("model.get('sigma') === 3")
    assert set(page.evaluate("[...seen]")) <= {4.5, 4, 3.5, 3}


@pytest.mark.parametrize(("width", "theme"), [(320, "dark"), (390, "light"), (1280, "light")])
@pytest.mark.parametrize("means", [(1, 11), (11, 1), (-1234.5, -1234), (7.9, 100)])
def test_labels_never_touch_wherever_the_point_and_sigma_are(alone, width, theme, means):
    low, high = min(means), max(means)
    sigmas = (high - low) * np.array([0.03, 0.1, 0.4])
    widget = TwoBells(high - 0.3 * (high - low), means, sigmas[-1], sigma_range=(sigmas[0], sigmas[-1]))
    page = alone(widget, width=width, theme=theme)
    for relative in (False, True):
        set_trait(page, "relative", relative)
        for sigma in sigmas:
            set_trait(page, "sigma", float(sigma))
            for x in np.linspace(low - 0.39 * (high - low), high + 0.39 * (high - low), 7):
                set_trait(page, "point", float(x))
                assert overlaps(page, ".two-bells") == []
                assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("far", [-1e6, 12.5, 40, 1e6])
def test_a_point_that_python_puts_beyond_the_axis_moves_the_axis(alone, far):
    page = alone(TwoBells(), width=390)
    set_trait(page, "point", far)
    assert overlaps(page, ".two-bells") == []
    handle = page.locator(".two-bells .handle").bounding_box()
    assert 0 < handle["x"] < 390 - 28
    assert "NaN" not in page.locator(".two-bells .stage").inner_html()


def test_the_sticks_stay_in_the_plot_at_both_ends_of_the_axis(alone):
    page = alone(TwoBells(relative=True), width=390)
    for x in (-3, 15):
        set_trait(page, "point", x)
        axis = page.locator(".two-bells svg .axis").bounding_box()
        for block in page.locator(".two-bells svg .block").all()[:2]:
            box = block.bounding_box()
            assert axis["x"] <= box["x"]
            assert box["x"] + box["width"] <= axis["x"] + axis["width"]


def test_the_summary_names_the_higher_bell_and_with_the_taller_stick_at_1_what_to_do(open_page):
    page = mount(open_page("about:blank"), TwoBells())
    said = [
        page.evaluate("(all) => figure.summary(...all)", given)
        for given in ([8, [1, 11], 4, False], [8, [11, 1], 4, False], [4, [1, 11], 4, False], [8, [1, 11], 4, True])
    ]
    assert said[0] == "At x the right bell is 3.49 times as high as the other. Only this ratio makes the shares."
    assert said[1] == said[0]
    assert said[2] == said[0].replace("right", "left")
    assert said[3] == (
        "The tall stick is 1, the other 0.287. Drag σ to the left: the tall stick stays 1, the other melts."
    )


def test_the_drawing_says_how_high_the_tops_are_where_they_do_not_show(alone):
    page = alone(TwoBells())
    said = []
    for sigma in (4, 1):
        set_trait(page, "sigma", sigma)
        said.append(page.locator(".two-bells svg .note").text_content())
    assert said == ["", "↑ tops at 0.399 ↑"]


@pytest.mark.parametrize("width", [320, 390])
def test_figure_and_controls_fit_on_a_phone_and_nothing_jumps(alone, width):
    page = alone(TwoBells(), width=width)
    heights = set()
    for relative in (False, True):
        set_trait(page, "relative", relative)
        for sigma in SIGMAS:
            set_trait(page, "sigma", sigma)
            settle(page, QUIET)
            heights.add(round(page.locator(".two-bells").bounding_box()["height"]))
    assert len(heights) == 1
    top = page.locator(".two-bells").bounding_box()["y"]
    switch = page.locator(".two-bells .switch").bounding_box()
    assert switch["y"] + switch["height"] - top <= 420
    for control in page.locator(".two-bells :is(button, .slider, .handle)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_a_figure_that_is_taken_away_listens_no_more(alone):
    page = alone(TwoBells())
    page.locator(".two-bells [data-do=play]").click()
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0
    rested = trait(page, "sigma")
    settle(page, 200)
    assert trait(page, "sigma") == rested
    assert page.console == []
