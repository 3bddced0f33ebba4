"""The book in Firefox and in WebKitGTK: what a reader cannot do without, once each."""

import os
from urllib.parse import urlparse

import pytest

from tests import firefox, webkit
from tests.browser.lab import OPENS_WITHIN, until

ENGINES = {"firefox": firefox.driving, "webkit": webkit.driving}
SLIDER, READOUT = ".explorer input[type=range]", "document.querySelector('.explorer .sigma-readout')?.textContent"


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ENGINES])
def reader(request, site):
    """A browser with verbs: open, evaluate, click, type; and what the page complained of and asked for."""
    if request.param == "webkit" and not webkit.installed() and not os.environ.get("CI"):
        pytest.skip(webkit.MISSING)
    with ENGINES[request.param](site) as browser:
        yield browser


@pytest.fixture(scope="module")
def visits(reader, pages):
    """What each page said, asked for and measured on a screen as wide as a phone's."""
    found = {}
    for name in pages:
        reader.open(name, 390)
        width = reader.evaluate("document.documentElement.scrollWidth")
        found[name] = {"complaints": reader.complaints(), "requests": reader.requests(), "width": width}
    return found


@pytest.fixture
def start(reader):
    reader.open("chapters/start.html", 1280)
    until(lambda: reader.evaluate(READOUT), "the explorer did not mount", OPENS_WITHIN)
    return reader


def test_no_page_complains(visits):
    assert not {name: visit["complaints"] for name, visit in visits.items() if visit["complaints"]}


def test_no_page_asks_another_host(reader, visits):
    here = urlparse(reader.address).netloc
    for name, visit in visits.items():
        assert {urlparse(url).netloc for url in visit["requests"]} <= {here, ""}, name


def test_no_page_is_wider_than_a_phone(visits):
    assert not {name: visit["width"] for name, visit in visits.items() if visit["width"] > 390}


def test_the_explorer_s_slider_moves_by_keyboard(start):
    before = start.evaluate(READOUT)
    start.type(SLIDER, "ArrowLeft", "ArrowLeft")
    until(lambda: start.evaluate(READOUT) != before, "the read-out stayed")
    start.type(SLIDER, "Home")
    until(lambda: start.evaluate(READOUT) == "σ = 0", "the slider's left end is not k-means")


def test_the_theme_switches_to_dark(start):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = start.evaluate(ground)
    for _ in range(2):
        start.click("[data-action=theme]")
    until(lambda: start.evaluate("document.documentElement.dataset.theme") == "dark", "the theme stayed")
    assert start.evaluate(ground) != light


def test_a_fold_opens(reader):
    reader.open("chapters/01-squared-error.html", 390)
    fold = "document.querySelector('details.fold')"
    assert not reader.evaluate(f"{fold}.open")
    reader.click("details.fold summary")
    until(lambda: reader.evaluate(f"{fold}.open && {fold}.lastElementChild.offsetHeight > 0"), "it stayed folded")


def test_search_finds_a_chapter(reader):
    reader.open("chapters/start.html", 1280)
    reader.type("input[type=search]", *"squared", "Enter")
    found = "[...document.querySelectorAll('.found a')].map((link) => link.href)"
    until(lambda: any("01-squared-error" in link for link in reader.evaluate(found)), "search did not find it")
