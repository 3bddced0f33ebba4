"""Which delta lives where: the page's shares are Python's, the priors never move, and the posterior hardens."""

import re

import numpy as np
import pytest
from scipy.special import log_expit

from kmeans_em import responsibilities
from kmeans_em.widgets import Deltas
from tests.browser.figures import QUIET, mount, overlaps, set_trait, settle, trait

MEANS = [1, 11]


@pytest.fixture
def figure(open_page):
    """A page that holds the figure and nothing else."""

    def open_(widget, width=1280, **context):
        return mount(open_page("about:blank", width=width, **context), widget)

    return open_


def shares(page):
    """What stands over the posterior of the label and over that of the place."""
    return [row.locator("span").all_inner_texts() for row in page.locator(".deltas .shares").all()]


def heights(page, panel):
    """Of the bars or spikes of a panel, as shares of the whole."""
    return page.locator(f".deltas {panel} svg").evaluate(
        """(svg) => {
          const floor = Number(svg.querySelector(".axis").getAttribute("d").match(/M0 (.*)H/)[1]);
          const top = (part) => part.getAttribute("y") ?? part.getAttribute("d").split("V")[1];
          return [...svg.querySelectorAll(".share, .spike")].map((part) => (floor - top(part)) / (floor - 6));
        }"""
    )


def press(page, key):
    page.locator(".deltas input").focus()
    page.keyboard.press(key)
    settle(page)


def test_the_page_computes_what_python_computes(figure):
    page = figure(Deltas())
    for point in (8, 1, 6.001, -40, 11):
        for sigma in (4, 2, 1, 0.05, 1e-3, 50, 1e140, 0):
            logs = page.evaluate("(given) => figure.logPosterior(...given)", [point, MEANS, sigma])
            python = responsibilities([[point]], [[1], [11]], sigma)[0]
            np.testing.assert_allclose(np.exp(logs), python, rtol=1e-9, atol=1e-300)
            if sigma > 0:
                excess = 10 * (2 * point - 12) / 2 / sigma**2
                np.testing.assert_allclose(logs, log_expit([-excess, excess]), rtol=1e-12)


def test_the_posterior_has_the_numbers_of_the_text(figure):
    page = figure(Deltas())
    assert shares(page) == [["0.223", "0.777"]] * 2
    assert page.locator(".deltas [data-is=share]").inner_text() == "= 0.777"
    set_trait(page, "sigma", 2)
    assert shares(page) == [["0.00669", "0.993"]] * 2
    set_trait(page, "sigma", 1)
    assert shares(page) == [["2.1·10⁻⁹", "> 0.999"]] * 2


@pytest.mark.parametrize("point", [8, 2, 6])
def test_the_priors_never_move_and_the_posteriors_are_drawn_as_high_as_they_are(figure, point):
    page = figure(Deltas(point))
    before = [page.locator(f".deltas .prior.{on}").inner_html() for on in ("labels", "places")]
    for sigma in (4, 2.5, 1, 0.3, 0.05):
        set_trait(page, "sigma", sigma)
        r = responsibilities([[point]], [[1], [11]], sigma)[0]
        assert heights(page, ".posterior.labels") == pytest.approx(r, abs=1e-9)
        assert heights(page, ".posterior.places") == pytest.approx(r, abs=1e-9)
        assert heights(page, ".prior.labels") == heights(page, ".prior.places") == pytest.approx([0.5, 0.5])
    set_trait(page, "sigma", 0)
    assert [page.locator(f".deltas .prior.{on}").inner_html() for on in ("labels", "places")] == before


def test_the_left_end_of_the_slider_is_the_limit(figure):
    page = figure(Deltas())
    press(page, "Home")
    settle(page, QUIET)
    assert trait(page, "sigma") == 0
    assert shares(page) == [["0", "1"]] * 2
    assert page.locator(".deltas input").get_attribute("aria-valuetext") == "σ = 0: the limit, share 1"
    assert "the delta that makes k-means" in page.locator(".deltas .summary").inner_text()
    assert page.locator(".deltas .bell-curve").count() == 0
    assert page.locator(".deltas [data-is=share]").inner_text() == "→ 1"
    assert not page.locator(".deltas .formula .fraction").is_visible()
    press(page, "ArrowRight")
    assert page.locator(".deltas .formula .fraction").is_visible()
    assert trait(page, "sigma") == 0.05
    assert page.locator(".deltas .bell-curve").count() == 1
    assert shares(page)[0] == ["< 10⁻³⁰⁰", "> 0.999"]  # not yet 0 and 1
    page.locator("[data-do=limit]").click()
    assert trait(page, "sigma") == 0
    press(page, "End")
    assert trait(page, "sigma") == 4


@pytest.mark.parametrize("sigma", [4, 0.05, 0])
def test_a_tie_stays_a_tie(figure, sigma):
    page = figure(Deltas(6, sigma=sigma))
    assert shares(page) == [["0.500", "0.500"]] * 2
    assert heights(page, ".posterior.labels") == pytest.approx([0.5, 0.5])
    assert "stays at ½ and ½ for every σ, and in the limit" in page.locator(".deltas .summary").inner_text()
    assert page.locator(".deltas .posterior .limit").count() == 0


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("point", [8, 6.5, 4, 60])
def test_no_two_labels_touch_at_any_sigma(figure, width, point):
    page = figure(Deltas(point), width)
    whole = page.locator(".deltas").bounding_box()
    for sigma in (4, 3, 2, 1.5, 1, 0.5, 0.05, 0):
        set_trait(page, "sigma", sigma)
        assert overlaps(page, ".deltas") == []
        for row in page.locator(".deltas .shares").all():
            left, right = (span.bounding_box() for span in row.locator("span").all())
            assert left["x"] + left["width"] < right["x"]
            assert whole["x"] <= left["x"]
            assert right["x"] + right["width"] <= whole["x"] + whole["width"]
        assert page.locator(".deltas .formula").evaluate("(box) => box.scrollWidth <= box.clientWidth")


@pytest.mark.parametrize(("width", "most"), [(1280, 560), (390, 420), (320, 420)])
def test_drawing_and_controls_fit_a_screen(figure, width, most):
    page = figure(Deltas(), width)
    top, last = page.locator(".deltas").bounding_box(), page.locator(".deltas .buttons").bounding_box()
    assert last["y"] + last["height"] - top["y"] <= most
    for control in page.locator(".deltas :is(button, .slider)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_play_goes_down_to_the_limit_and_a_touch_pauses_it(figure):
    page = figure(Deltas())
    page.locator("[data-do=play]").click()
    page.wait_for_function("model.get('sigma') < 3.9")
    press(page, "ArrowLeft")
    assert page.locator("[data-do=play]").inner_text() == "Play"
    stopped = trait(page, "sigma")
    settle(page, 200)
    assert trait(page, "sigma") == stopped
    assert 0 < stopped < 4


def test_without_motion_play_goes_in_steps(figure):
    page = figure(Deltas(), reduced_motion="reduce")
    page.evaluate("() => { window.seen = new Set(); model.on('change:sigma', () => seen.add(model.get('sigma'))); }")
    page.locator("[data-do=play]").click()
    page.wait_for_function("model.get('sigma') === 0", timeout=20_000)
    assert page.evaluate("[...seen]") == [3.5, 3, 2.5, 2, 1.5, 1, 0.5, 0]


@pytest.mark.parametrize(
    ("point", "means", "sigma"), [(8, (11, 1), 4), (1e6, (-1e6, 1e6), 0), (0, (0, 1e-9), 1e140), (3, (2, 5), 5e-324)]
)
def test_any_means_and_sigma_can_be_drawn(figure, point, means, sigma):
    page = figure(Deltas(point, means, sigma))
    assert page.console == []
    assert not re.search("NaN|Infinity|undefined", page.locator(".deltas").inner_html())
    r = responsibilities([[point]], np.reshape(means, (2, 1)), sigma)[0]
    assert heights(page, ".posterior.places") == pytest.approx(r, abs=1e-9)


@pytest.mark.parametrize(("point", "nearest"), [(8, 1), (2, 0)])
def test_the_component_is_the_nearest_mean_s_by_number_colour_and_mark(figure, point, nearest):
    page = figure(Deltas(point))
    assert page.locator(".deltas .component .quiet").inner_text() == f"component {nearest + 1} narrows"
    colours = [
        page.locator(f".deltas {part}").first.evaluate("(part) => getComputedStyle(part).stroke")
        for part in (".component .bell-curve", f".posterior .share.mean-{nearest}")
    ]
    assert colours[0] == colours[1]
    assert page.locator(f".deltas .component .head.mean-{nearest}").count() == 1
    assert f"x = {point}" in page.locator(".deltas .posterior.places svg").text_content()


def test_python_and_the_page_read_each_other(figure):
    page = figure(Deltas())
    set_trait(page, "means", [11, 1])
    assert shares(page)[0] == ["0.777", "0.223"]
    set_trait(page, "point", 6)
    assert shares(page)[0] == ["0.500", "0.500"]
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0
