"""The learned sigma: the page's steps are Python's, none lies below the floor, and each control does what it says."""

import numpy as np
import pytest

from kmeans_em import datasets, fit, inertia
from kmeans_em.widgets import LearnSigma
from kmeans_em.widgets.base import source
from tests.browser.figures import QUIET, mount, overlaps, set_trait, settle, trait

LINE = datasets.line()


@pytest.fixture
def figure(open_page):
    """A page that holds the figure and nothing else."""

    def open_(widget, width=1280, **context):
        return mount(open_page("about:blank", width=width, **context), widget)

    return open_


@pytest.mark.parametrize("sigma", [0.01, 0.5, 3, 20, 1000])
@pytest.mark.parametrize("means", [(1, 11), (0, 1), (16, -3), (6, 6)])
def test_the_page_computes_what_python_computes(figure, means, sigma):
    page = figure(LearnSigma())
    found = page.evaluate("(all) => figure.run(...all)", [LINE[:, 0].tolist(), list(means), sigma])
    expected = fit(LINE, np.reshape(means, (2, 1)), sigma, learn="sigma", max_steps=12, tol=0).history
    for here, there in zip(found, expected, strict=False):
        assert here["sigma"] == pytest.approx(there.sigma, rel=1e-9)
        np.testing.assert_allclose(here["means"], there.means[:, 0], rtol=1e-9, atol=1e-9)
        assert here["J"] == pytest.approx(inertia(LINE, there.means), rel=1e-9)
    for here in found[1:]:
        assert here["loss"] >= here["J"] - 1e-9
        assert here["J"] >= 40 - 1e-9


def test_step_by_step_and_all_at_once(figure):
    page = figure(LearnSigma())
    page.locator(".learn-sigma [data-do=step]").click()
    settle(page)
    assert trait(page, "step") == 1
    assert page.locator(".learn-sigma .chain").inner_text() == "nd σ² = 40.00 ≥ J(μ) = 40.00 ≥ J* = 40"
    page.locator(".learn-sigma [data-do=run]").click()
    settle(page)
    assert page.locator(".learn-sigma svg .dot").count() == 13
    page.locator(".learn-sigma [data-do=step]").press("Enter")
    assert trait(page, "step") == 12
    page.locator(".learn-sigma [data-do=reset]").click()
    assert (trait(page, "step"), trait(page, "sigma")) == (0, 0.5)
    settle(page, QUIET)
    assert "below the floor" in page.locator(".learn-sigma .summary").inner_text()


def test_the_slider_sets_the_start_and_goes_back_to_it(figure):
    page = figure(LearnSigma(step=5))
    page.locator(".learn-sigma input").focus()
    page.keyboard.press("End")
    settle(page)
    assert trait(page, "step") == 0
    assert trait(page, "sigma") == pytest.approx(1.5 * LINE.std(), rel=0.02)
    assert page.locator(".learn-sigma input").get_attribute("aria-valuetext").startswith("σ = ")


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_two_labels_touch_and_it_fits(figure, width):
    page = figure(LearnSigma(), width)
    for sigma in (0.06, 0.5, 3, 8):
        set_trait(page, "sigma", sigma)
        for step in (0, 1, 12):
            set_trait(page, "step", step)
            assert overlaps(page, ".learn-sigma") == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator(".learn-sigma :is(button, .slider)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_python_and_the_page_read_each_other(figure):
    page = figure(LearnSigma())
    set_trait(page, "step", 4)
    assert page.locator(".learn-sigma svg .dot").count() == 5
    set_trait(page, "means", [0, 16])
    settle(page)
    assert "NaN" not in page.locator(".learn-sigma").inner_html()
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0
    assert page.console == []


def test_the_script_is_small():
    assert len(source("learn_sigma.js").encode()) < 12_000
