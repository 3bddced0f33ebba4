"""The bifurcation diagram: the page rests where Python rests, and the reader's drag draws the loop."""

import re

import numpy as np
import pytest

from kmeans_em import datasets, em, fit, responsibilities
from kmeans_em.annealing import critical_sigma
from kmeans_em.widgets import Bifurcation
from tests.browser.figures import QUIET, mount, overlaps, set_trait, settle, trait

PLANE = datasets.old_faithful(standardised=True)
WIDGET = Bifurcation([*[(c["name"], c["X"], c["k"]) for c in Bifurcation().cases], ("Old Faithful", PLANE, 3)])


@pytest.fixture
def alone(open_page):
    """A page that holds the figure and nothing else; without motion unless it is asked for."""

    def open_(case=0, width=1280, theme="light", reduced_motion="reduce"):
        WIDGET.case = case
        page = open_page("about:blank", width=width, reduced_motion=reduced_motion)
        return mount(page, WIDGET, theme)

    return open_


def go_to(page, sigma):
    """Drag as far as this, and wait until the means rest there."""
    set_trait(page, "sigma", sigma)
    reached = "(sigma) => document.querySelector('.sigma-readout').textContent === `σ = ${sigma.toPrecision(3)}`"
    page.wait_for_function(reached, arg=sigma)
    settle(page)
    return np.array(trait(page, "means"))


def said(page):
    settle(page, QUIET)
    return page.locator(".bifurcation .summary").inner_text()


def drawn(page, way):
    return page.locator(f".bifurcation svg .trails .{way}").count()


@pytest.mark.parametrize(("case", "sigma"), [(0, 3.0), (0, 5.5), (1, 5.0), (1, 0.8), (2, 0.5), (2, 1.2)])
def test_the_page_rests_where_python_rests(alone, case, sigma):
    page, shown = alone(case), WIDGET.cases[case]
    X, sigma_c = np.array(shown["X"]), shown["sigma_c"]
    start = np.linspace(0.4, 1, shown["k"])[:, None] * X[: shown["k"]] + 0.1
    j, a = np.ogrid[: shown["k"], : X.shape[1]]
    aside = start + 1e-4 * sigma_c * np.cos(1 + 2.4 * j + 1.7 * a)
    expected = fit(X, aside, sigma, max_steps=4000, tol=1e-8 * sigma_c / em.rms_radius(X)).means
    page.evaluate("(shown) => { window.problem = figure.problemOf(shown); }", shown)
    found = page.evaluate("(given) => figure.restOf(problem, ...given)", [start.tolist(), sigma])
    np.testing.assert_allclose(found, expected, atol=1e-9 * sigma_c)
    group = list(range(shown["k"] - 1))
    resp = responsibilities(X, expected, sigma)[:, group].sum(axis=1, keepdims=True)
    own = page.evaluate("(given) => figure.splitsAt(problem, ...given)", [expected.tolist(), sigma, group])
    assert own == pytest.approx(critical_sigma(X, resp)[0], rel=1e-9)
    half = page.evaluate("figure.law(problem, 0.99 * problem.sigmaC)")
    assert half == pytest.approx(np.sqrt(3 * sigma_c**2 * (1 - 0.99**2) / shown["kurtosis"]), rel=1e-12)


def test_means_that_are_together_are_one_group(alone):
    page = alone(1)
    page.evaluate("(shown) => { window.problem = figure.problemOf(shown); }", WIDGET.cases[1])
    assert page.evaluate("figure.groupsOf(problem, [[9], [1], [9.001], [1]])") == [[1, 3], [0, 2]]


def test_the_way_goes_through_every_sigma_in_between(alone):
    page = alone(0)
    page.evaluate("(shown) => { window.problem = figure.problemOf(shown); }", WIDGET.cases[0])
    low, high = WIDGET.cases[0]["ends"]
    assert page.evaluate("figure.strideTo(problem, 5, 2)") == pytest.approx(5 - (high - low) / 400)
    assert page.evaluate("figure.strideTo(problem, 5, 9)") == pytest.approx(5 + (high - low) / 400)
    assert page.evaluate("figure.strideTo(problem, 5, 5.001)") == 5.001


def test_two_means_on_the_line_go_back_the_way_they_came(alone):
    page = alone(0)
    assert np.ptp(go_to(page, 5.9)) < 1e-2
    assert "All 2 means are together; σ is above the critical 5.63." in said(page)
    down = go_to(page, 5)
    go_to(page, 2)
    up = go_to(page, 5)
    np.testing.assert_allclose(np.sort(up, axis=0), np.sort(down, axis=0), atol=1e-4)
    assert drawn(page, "falling") > 0
    assert drawn(page, "rising") > 0
    assert np.ptp(go_to(page, 5.9)) < 1e-2


def test_four_means_jump_at_another_sigma_on_the_way_back(alone):
    page = alone(1)
    assert np.ptp(go_to(page, 6)) < 1e-2
    assert "Parted means could be at rest here, too." in said(page)
    assert np.ptp(go_to(page, 5.4)) > 15
    assert "4 means at 2 places. The 3 at" in said(page)
    assert np.ptp(go_to(page, 6)) > 15
    assert np.ptp(go_to(page, 6.6)) < 1e-2
    own = go_to(page, 1)
    assert len(np.unique(own.round(2))) == 4


def test_python_may_put_the_means_somewhere(alone):
    page = alone(1)
    go_to(page, 6)
    set_trait(page, "means", [[2], [2], [2], [19]])
    settle(page, 200)
    assert np.ptp(trait(page, "means")) > 15
    set_trait(page, "means", [[2], [19]])  # not as many as there are: ignored
    assert "NaN" not in page.locator(".bifurcation").inner_html()


def test_other_data_begin_anew_and_wipe_clears(alone):
    page = alone(0)
    go_to(page, 3)
    page.locator(".cases button", has_text="ten points").click()
    settle(page, 200)
    assert (trait(page, "case"), trait(page, "sigma")) == (1, 7.71)
    assert page.locator(".cases [aria-checked=true]").inner_text() == "ten points, 4 means"
    np.testing.assert_allclose(trait(page, "means"), 3.8)
    go_to(page, 5)
    before = page.locator(".trails path").first.get_attribute("d")
    page.locator("[data-do=wipe]").click()
    settle(page)
    assert len(page.locator(".trails path").first.get_attribute("d")) < len(before) / 10


def test_predictions_are_drawn_when_asked_for(alone):
    page = alone(0)
    assert page.locator(".law, .critical").count() == 0
    page.locator("[data-do=predictions]").check()
    settle(page)
    assert page.locator(".law").count() == 2
    assert trait(page, "predictions") is True
    page.locator(".cases button", has_text="ten points").click()
    settle(page)
    assert page.locator(".law").count() == 0
    assert page.locator(".both").count() == 1


def test_the_keyboard_moves_sigma_and_says_where_the_means_are(alone):
    page = alone(0)
    slider = page.locator(".bifurcation [type=range]")
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('.sigma-readout').textContent === 'σ = 0.560'")
    settle(page)
    words = slider.get_attribute("aria-valuetext")
    assert re.fullmatch(r"σ = 0\.560: means at 1\.00, 11\.0", words), words
    page.keyboard.press("ArrowRight")
    settle(page, 200)
    assert 0.56 < trait(page, "sigma") < 0.6


def test_play_goes_down_and_up_again_until_it_is_touched(alone):
    page = alone(1, reduced_motion="no-preference")
    button = page.locator(".bifurcation [data-do=play]")
    button.click()
    page.wait_for_function("model.get('sigma') < 5.2")
    page.locator(".bifurcation .stage").click()
    assert button.inner_text() == "Play"
    button.click()
    page.wait_for_function("document.querySelectorAll('.trails .rising').length > 0", timeout=20_000)


def test_without_motion_a_play_still_draws_the_whole_loop(alone):
    page = alone(1)
    page.locator(".bifurcation [data-do=play]").click()
    page.wait_for_function("document.querySelector('[data-do=play]').textContent === 'Play'", timeout=30_000)
    page.wait_for_function("model.get('sigma') > 7.6 && document.querySelectorAll('.trails .rising').length > 0")
    assert drawn(page, "falling") > 0


@pytest.mark.parametrize(("width", "theme"), [(320, "dark"), (390, "light"), (1280, "light")])
@pytest.mark.parametrize("case", [0, 1, 2])
def test_labels_never_touch_and_nothing_is_wider_than_the_page(alone, width, theme, case):
    page = alone(case, width=width, theme=theme)
    set_trait(page, "predictions", True)
    sigma_c = WIDGET.cases[case]["sigma_c"]
    heights = set()
    for ratio in (1.2, 0.95, 0.3, 1.1):
        go_to(page, float(f"{ratio * sigma_c:.3g}"))
        settle(page, QUIET)
        assert overlaps(page, ".bifurcation") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert "NaN" not in page.locator(".bifurcation").inner_html()
        heights.add(round(page.locator(".bifurcation").bounding_box()["height"]))
    assert len(heights) == 1
    for control in page.locator(".bifurcation :is(button, [type=range])").all():
        assert control.bounding_box()["height"] >= 24


def test_a_figure_that_is_taken_away_listens_no_more(alone):
    page = alone(0)
    page.locator(".bifurcation [data-do=play]").click()
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0
    assert page.console == []
