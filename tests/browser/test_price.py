"""The price of a cluster: the page's numbers are Python's, and the price goes where the reader drags it."""

import numpy as np
import pytest

from kmeans_em import datasets
from kmeans_em.dp_means import dp_means
from kmeans_em.widgets import Price
from kmeans_em.widgets.base import source
from kmeans_em.widgets.price import least_costs
from tests.browser.figures import QUIET, mount, overlaps, set_trait, settle, trait

LINE = datasets.line()
RNG = np.random.default_rng(0)
CASES = [LINE, RNG.normal(size=(8, 1)), 1e6 * RNG.uniform(-1, 1, (5, 1)), np.array([[1.0], [1], [4]])]


@pytest.fixture
def figure(open_page):
    """A page that holds the figure and nothing else."""

    def open_(widget, width=1280, **context):
        return mount(open_page("about:blank", width=width, **context), widget)

    return open_


def table(page):
    return page.locator(".price .sum").all_inner_texts()


def test_the_page_computes_what_python_computes(figure):
    page = figure(Price())
    for X in CASES:
        values = X[:, 0].tolist()
        least = page.evaluate("(values) => figure.leastCosts(values)", values)
        np.testing.assert_allclose(least, least_costs(X[:, 0]), rtol=1e-9, atol=1e-9 * np.ptp(X) ** 2)
        for price in np.ptp(X) ** 2 * np.geomspace(1e-4, 2, 12):
            found = page.evaluate("([values, price]) => figure.dpMeans(values, price)", [values, price])
            labels, means = dp_means(X, price)
            assert found["labels"] == labels.tolist()
            np.testing.assert_allclose(found["means"], means[:, 0], rtol=1e-9, atol=1e-9)
            J = ((X - means[labels]) ** 2).sum()
            assert found["J"] == pytest.approx(J, rel=1e-9, abs=1e-9)


def test_the_table_says_what_the_chapter_says(figure):
    page = figure(Price())
    assert table(page) == ["1", "190", "120", "310", "2", "40", "240", "280"]
    set_trait(page, "price", 99.0)
    assert table(page) == ["2", "70", "198", "268", "2", "40", "198", "238"]
    settle(page, QUIET)
    assert "the best 2 clusters would cost 238" in page.locator(".price .summary").inner_text()
    set_trait(page, "price", 20.0)
    settle(page, QUIET)
    assert "3 clusters and the cost 62.5: the least there is" in page.locator(".price .summary").inner_text()


def test_the_slider_and_its_keys_move_the_price_and_speak(figure):
    page = figure(Price())
    slider = page.locator(".price input")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert trait(page, "price") < 120
    page.keyboard.press("Home")
    settle(page)
    assert trait(page, "price") < 0.01
    assert "DP-means rests with 6 clusters" in slider.get_attribute("aria-valuetext")
    page.keyboard.press("End")
    settle(page)
    assert trait(page, "price") > 150
    assert table(page)[0] == "1"


def test_play_makes_clusters_cheaper_until_it_is_touched(figure):
    page = figure(Price(), reduced_motion="no-preference")
    button = page.locator(".price [data-do=play]")
    button.click()
    page.wait_for_function("model.get('price') < 100")
    page.locator(".price .summary").click()
    assert button.inner_text() == "Play"


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_two_labels_touch_whatever_the_price(figure, width):
    page = figure(Price(), width)
    for radius in np.linspace(0.2, 13, 25):
        set_trait(page, "price", float(radius**2))
        assert overlaps(page, ".price") == []
    assert page.locator(".price").bounding_box()["height"] < 640


def test_python_and_the_page_read_each_other(figure):
    page = figure(Price())
    set_trait(page, "price", 1.0)
    assert page.locator(".price .sigma-readout").inner_text() == "Λ = 1"
    page.locator(".price input").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert trait(page, "price") > 1
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0
    assert page.console == []


def test_any_data_can_be_drawn(figure):
    for X in CASES:
        page = figure(Price(X, float(np.ptp(X) ** 2 / 10)))
        assert page.console == []
        assert "NaN" not in page.locator(".price").inner_html()


def test_the_script_is_small():
    assert len(source("price.js").encode()) < 12_000
