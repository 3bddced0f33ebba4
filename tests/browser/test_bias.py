"""The centres outside the means: the page's numbers are right, and each control does what it says."""

import pytest
from scipy.stats import foldnorm, norm

from kmeans_em.widgets import Bias
from kmeans_em.widgets.base import source
from tests.browser.figures import QUIET, mount, overlaps, set_trait, settle, trait


@pytest.fixture
def figure(open_page):
    """A page that holds the figure and nothing else."""

    def open_(widget, width=1280, **context):
        return mount(open_page("about:blank", width=width, **context), widget)

    return open_


def test_the_page_computes_the_mean_of_the_folded_bell(figure):
    page = figure(Bias())
    for m in (0, 1e-9, 0.5, 1, 2, 3, 4):
        assert page.evaluate("(m) => figure.centre(m)", m) == pytest.approx(foldnorm.mean(m), rel=1e-12)
        assert page.evaluate("(m) => figure.within(m)", m) == pytest.approx(2 * norm.cdf(m) - 1, rel=1e-7, abs=1e-15)


def test_the_numbers_are_those_of_the_chapter(figure):
    page = figure(Bias())
    for m, c in [(0.5, "0.8956"), (1, "1.1666"), (1.5, "1.5586"), (2, "2.0170"), (3, "3.0008")]:
        set_trait(page, "separation", m)
        assert page.locator(".bias .chain b").inner_text() == f"{c} s"
    set_trait(page, "separation", 1)
    settle(page, QUIET)
    assert page.locator(".bias .summary").inner_text().startswith("15.9% of each bell")


def test_the_slider_its_keys_and_the_play_button_move_the_bells(figure):
    page = figure(Bias())
    slider = page.locator(".bias input")
    slider.focus()
    page.keyboard.press("End")
    settle(page)
    assert trait(page, "separation") == 4
    assert slider.get_attribute("aria-valuetext") == "m/s = 4.00: the centres stand at ±4.0000 s"
    page.locator(".bias [data-do=play]").click()
    page.wait_for_function("model.get('separation') < 3.9")
    page.locator(".bias [data-do=play]").click()
    page.keyboard.press("Escape")
    assert page.locator(".bias [data-do=play]").inner_text() == "Play"


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_two_labels_touch_and_it_fits(figure, width):
    page = figure(Bias(), width)
    for m in (0, 0.5, 1, 2, 4):
        set_trait(page, "separation", m)
        assert overlaps(page, ".bias") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator(".bias :is(button, .slider)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_it_can_be_taken_down(figure):
    page = figure(Bias())
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0
    assert page.console == []


def test_the_script_is_small():
    assert len(source("bias.js").encode()) < 12_000
