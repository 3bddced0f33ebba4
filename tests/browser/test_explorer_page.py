"""The explorer's own page, as a lecture uses it: every control, links there and back, and numbers equal to Python's."""

import json
import re
from urllib.parse import urlparse

import numpy as np
import pytest

from kmeans_em import datasets, fit, free_energy, inertia, log_likelihood
from tests.browser.test_pages import breaches

PHONE = {"width": 390, "height": 844, "has_touch": True}
LOUD = ("data", "start", "look", "numbers", "share")


@pytest.fixture
def explorer(open_page, address):
    """Opens the page, with a link's fragment or without, in a window of 1280 x 800."""

    def open_(fragment="", query="", **context):
        where = f"{address}/explorer.html{query}" + (f"#{fragment}" if fragment else "")
        page = open_page(where, **{"width": 1280, "height": 800, **context})
        page.wait_for_selector("#explorer .summary:not(:empty)", state="attached")
        return page

    return open_


def tab(page, name):
    page.locator(f"[data-tab={name}]").click()


def do(page, name):
    page.locator(f"[data-do={name}]").click(force=True)  # also where it is disabled
    settle(page)


def settle(page):
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")


def now(page):
    """The page's state, as its link has it."""
    return page.evaluate("explorerPage.link()")


def numbers(page):
    return page.evaluate("explorerPage.numbers()")


def places(page):
    return np.array(page.evaluate("explorerPage.now().state.means"))


def points(page):
    return np.array(page.evaluate("[...explorerPage.now().state.X.values]")).reshape(page.evaluate(SHAPE))


SHAPE = "[explorerPage.now().state.X.n, explorerPage.now().state.X.d]"
ON_SCREEN = "(i) => explorerPage.pointOnScreen(i)"


def choose(page, name):
    tab(page, "data")
    page.locator("[data-is=data]").select_option(name)
    settle(page)


def slide(page, position):
    page.locator("[data-is=sigma]").evaluate(
        "(slider, at) => { slider.value = at; slider.dispatchEvent(new Event('input', { bubbles: true })); }", position
    )
    settle(page)


def switch(page, name):
    tab(page, "look")
    page.locator(f"[data-is='{name}']").click()
    settle(page)


def stand_where_python_says(page, X, steps, learn=()):
    """Means, J, F and log L after so many steps from where the link of the page starts."""
    link = now(page)
    weights = link["weights"] or None
    found = fit(X, link["means"], link["sigma"], weights=weights, learn=learn, max_steps=steps) if steps else None
    means, sigma = (found.means, found.sigma) if found else (link["means"], link["sigma"])
    weights = found.weights if found and "weights" in learn else weights
    np.testing.assert_allclose(places(page), means, rtol=1e-9, atol=1e-9)
    here = numbers(page)
    assert here["steps"] == steps
    assert here["inertia"] == pytest.approx(inertia(X, means), rel=1e-12)
    assert here["free-energy"] == pytest.approx(free_energy(X, means, sigma, weights), rel=1e-9)
    if sigma > 0:
        assert here["log-likelihood"] == pytest.approx(log_likelihood(X, means, sigma, weights), rel=1e-9)


def test_it_opens_silently_and_asks_no_other_host(explorer, address):
    page = explorer()
    for name in LOUD[:3] + LOUD[4:]:
        tab(page, name)
    assert page.console == []
    assert {urlparse(url).netloc for url in page.requests} <= {"", urlparse(address).netloc}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_under_any_tab(explorer, width, scheme):
    page = explorer(width=width, height=844, color_scheme=scheme)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    for name in LOUD if width < 960 else LOUD[:3] + LOUD[4:]:
        tab(page, name)
        assert breaches(page) == [], name
    do(page, "projector") if width > 900 else None
    assert breaches(page) == []


OVERLAP = """
() => {
  const parts = [...document.querySelectorAll("#explorer :is(button:not(.handle), select, input, label, output, dt, dd, p)")]
    .filter((part) => part.checkVisibility() && part.textContent.trim() + part.value)
    .map((part) => [part, part.getBoundingClientRect()]).filter(([, box]) => box.width > 2);
  const panel = (part) => part.closest(".tab-panel");
  const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  const clashes = [];
  parts.forEach(([part, box], i) => {
    if (box.left < -1 || box.right > innerWidth + 1) clashes.push(`${part.outerHTML.slice(0, 80)} is cut off`);
    for (const [other, there] of parts.slice(0, i)) {
      if (panel(part) !== panel(other) || part.contains(other) || other.contains(part)) continue;
      if (!apart(box, there)) clashes.push(`${part.outerHTML.slice(0, 80)} | ${other.outerHTML.slice(0, 80)}`);
    }
  });
  return clashes;
}
"""


@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844), (844, 390), (1280, 800), (1920, 1080)])
def test_nothing_overlaps_and_nothing_is_cut_off(explorer, width, height):
    page = explorer("v=1&data=old_faithful&k=8&on=twins,lines,follow", width=width, height=height)
    for name in LOUD:
        if page.locator(f"[data-tab={name}]").is_visible():
            tab(page, name)
            settle(page)
            assert page.evaluate(OVERLAP) == [], name
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".stage").bounding_box()["height"] > 120


def test_on_a_phone_the_picture_has_the_width_and_the_buttons_are_in_reach_of_a_thumb(explorer):
    page = explorer(**PHONE)
    stage, step = page.locator(".stage").bounding_box(), page.locator("[data-do=step]").bounding_box()
    assert stage["width"] >= 374
    assert stage["height"] >= 300
    assert step["y"] > 844 / 2
    for part in page.locator("#explorer button:visible:not(.handle)").all():
        box = part.bounding_box()
        assert min(box["width"], box["height"]) >= 30, part.inner_text()


@pytest.mark.parametrize("name", ["line", "blobs", "unequal", "ring", "skewed", "two_moons", "uniform", "old_faithful"])
def test_the_data_of_the_menu_are_pythons(explorer, name):
    page = explorer()
    choose(page, name)
    X = datasets.old_faithful(standardised=True) if name == "old_faithful" else getattr(datasets, name)()
    assert (points(page) == X).all()
    assert page.console == []


@pytest.mark.parametrize("data", ["blobs", "line"])
@pytest.mark.parametrize("position", [0, 200])
def test_steps_are_pythons_and_can_be_taken_back(explorer, data, position):
    page = explorer()
    choose(page, data)
    slide(page, position)
    X = getattr(datasets, data)()
    stand_where_python_says(page, X, 0)
    for steps in (1, 2, 3):
        do(page, "step")
        stand_where_python_says(page, X, steps)
    do(page, "back")
    stand_where_python_says(page, X, 2)
    do(page, "reset")
    stand_where_python_says(page, X, 0)


def test_half_a_step_moves_the_means_and_the_other_half_the_shares(explorer):
    page = explorer("v=1&data=blobs&k=3&start=random&seed=1&sigma=1")
    halves = page.locator("[data-do=half]")
    before = places(page)
    assert halves.inner_text() == "M-step"
    colours = page.evaluate("document.querySelector('.stage canvas').toDataURL()")
    do(page, "half")
    assert (places(page) != before).any()
    stand_where_python_says(page, datasets.blobs(), 1)
    assert halves.inner_text() == "E-step"
    moved = page.evaluate("document.querySelector('.stage canvas').toDataURL()")
    after = places(page)
    do(page, "half")
    assert (places(page) == after).all()
    stand_where_python_says(page, datasets.blobs(), 1)
    assert len({colours, moved, page.evaluate("document.querySelector('.stage canvas').toDataURL()")}) == 3
    do(page, "step")
    stand_where_python_says(page, datasets.blobs(), 2)
    do(page, "back")
    do(page, "back")
    do(page, "back")
    assert (places(page) == before).all()


def test_run_goes_to_rest_and_pauses(explorer):
    page = explorer("v=1&data=blobs&k=3&start=random&seed=1&sigma=0")
    tab(page, "look")
    page.locator("[data-is=speed]").fill("4")
    do(page, "run")
    page.wait_for_function("document.querySelector('[data-do=run]').textContent === 'Run'")
    rest = fit(datasets.blobs(), now(page)["means"], 0)
    assert rest.converged
    np.testing.assert_allclose(places(page), rest.means, rtol=1e-12)
    assert numbers(page)["steps"] == rest.steps
    do(page, "reset")
    page.locator("[data-is=speed]").fill("0")
    do(page, "run")
    assert page.locator("[data-do=run]").inner_text() == "Pause"
    do(page, "run")
    assert page.locator("[data-do=run]").inner_text() == "Run"


def test_play_sweeps_sigma_to_k_means(explorer):
    page = explorer("v=1&data=blobs&k=3&sigma=0.05&on=follow,twins")
    do(page, "play")
    page.wait_for_function("document.querySelector('[data-is=sigma]').value === '0'", timeout=20000)
    page.wait_for_function("document.querySelector('[data-do=play]').textContent === 'Play'", timeout=20000)
    page.wait_for_function("document.querySelector('.summary').textContent.includes('stand on the k-means centres')")


def test_means_that_follow_em_cannot_be_stepped_and_the_page_says_why(explorer):
    page = explorer()
    switch(page, "follow")
    page.wait_for_function("!explorerPage.now().state.moving")
    here = places(page)
    do(page, "step")
    assert (places(page) == here).all()
    assert page.locator("[data-do=step]").get_attribute("aria-disabled") == "true"
    why = page.locator(f"#{page.locator('[data-do=step]').get_attribute('aria-describedby')}")
    assert "by themselves" in why.inner_text()
    switch(page, "follow")
    do(page, "step")
    assert numbers(page)["steps"] == 1


def press(page, x, y, kind="mouse"):
    page.touchscreen.tap(x, y) if kind == "touch" else page.mouse.click(x, y)
    settle(page)


@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_points_are_added_deleted_and_brought_back(explorer, kind):
    page = explorer(**(PHONE if kind == "touch" else {}))
    box = page.locator(".stage").bounding_box()
    page.locator("[data-tool=add]").click()
    for part in (0.4, 0.5, 0.6):
        press(page, box["x"] + part * box["width"], box["y"] + 0.4 * box["height"], kind)
    assert len(points(page)) == 303
    assert (points(page)[:300] == datasets.blobs()).all()
    assert now(page)["data"] == "own"
    page.locator("[data-tool=remove]").click()
    x, y = page.evaluate(ON_SCREEN, 301)
    press(page, x, y, kind)
    assert len(points(page)) == 302
    for left in (303, 302, 301, 300):
        do(page, "undo")
        assert len(points(page)) == left
    assert now(page)["data"] == "blobs"
    do(page, "undo")
    assert len(points(page)) == 300


def test_a_point_is_dragged_and_the_numbers_follow(explorer):
    page = explorer()
    x, y = page.evaluate(ON_SCREEN, 5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 40, steps=4)
    page.mouse.up()
    settle(page)
    moved = points(page)
    changed = (moved != datasets.blobs()).any(axis=1)
    assert changed.sum() == 1
    stand_where_python_says(page, moved, 0)
    do(page, "undo")
    assert (points(page) == datasets.blobs()).all()


def test_data_are_drawn_from_nothing(explorer):
    page = explorer()
    do(page, "clear")
    assert points(page).shape == (0, 2)
    page.wait_for_function("document.querySelector('.summary').textContent.startsWith('No points yet')")
    for name in ("step", "half", "run", "back", "reset"):
        do(page, name)
    page.locator("[data-tool=add]").click()
    box = page.locator(".stage").bounding_box()
    for part in (0.3, 0.35, 0.6, 0.7):
        press(page, box["x"] + part * box["width"], box["y"] + part * box["height"])
    assert len(points(page)) == 4
    do(page, "step")
    stand_where_python_says(page, points(page), 1)
    assert page.console == []


def test_the_keyboard_adds_moves_and_deletes_points(explorer):
    page = explorer("v=1&data=line&k=2")
    page.locator(".stage").focus()
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settle(page)
    assert len(points(page)) == 7
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settle(page)
    moved = points(page)
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    settle(page)
    assert len(points(page)) == 6
    page.keyboard.press("u")
    settle(page)
    assert (points(page) == moved).all()
    page.keyboard.press("s")
    settle(page)
    assert numbers(page)["steps"] == 1
    page.keyboard.press("b")
    page.keyboard.press("]")
    settle(page)
    assert page.console == []


def test_a_mean_is_dragged_by_hand_and_by_key(explorer):
    page = explorer()
    handle = page.locator(".handle").first
    before = places(page)
    handle.hover()
    page.mouse.down()
    page.mouse.move(400, 300, steps=4)
    page.mouse.up()
    settle(page)
    dragged = places(page)
    assert (dragged[0] != before[0]).all()
    assert (dragged[1:] == before[1:]).all()
    tab(page, "start")
    assert page.locator("[data-is=start]").input_value() == "hand"
    handle.press("ArrowUp")
    settle(page)
    assert places(page)[0, 1] > dragged[0, 1]
    do(page, "step")
    stand_where_python_says(page, datasets.blobs(), 1)


def test_k_goes_from_one_to_eight(explorer):
    page = explorer()
    tab(page, "start")
    for k in (1, 2, 8, 5):
        page.locator("[data-is=k]").fill(str(k))
        settle(page)
        assert places(page).shape == (k, 2)
        assert page.locator(".handle").count() == k
        do(page, "step")
        stand_where_python_says(page, datasets.blobs(), 1)
    assert page.console == []


def test_starts_have_seeds_and_means_placed_by_hand_stay_when_k_grows(explorer):
    page = explorer()
    tab(page, "start")
    found = {}
    for how in ("random", "farthest", "plusplus"):
        page.locator("[data-is=start]").select_option(how)
        for seed in (0, 7):
            page.locator("[data-is=seed]").fill(str(seed))
            page.locator("[data-is=seed]").press("Tab")
            settle(page)
            found[how, seed] = places(page)
            rows = datasets.blobs().tolist()
            assert all(mean in rows for mean in found[how, seed].tolist())
    assert len({means.tobytes() for means in found.values()}) == 6
    do(page, "again")
    assert now(page)["seed"] == 8
    page.locator("[data-is=start]").select_option("hand")
    before = places(page)
    page.locator("[data-is=k]").fill("4")
    settle(page)
    assert (places(page)[:3] == before).all()


def test_several_starts_stand_beside_each_other_with_their_j(explorer):
    page = explorer("v=1&data=unequal&k=4&start=random&seed=0&sigma=0")
    tab(page, "start")
    do(page, "runs")
    page.wait_for_function("document.querySelectorAll('.runs tbody tr').length === 10")
    rows = page.locator(".runs tbody tr").evaluate_all("rows => rows.map((row) => [...row.cells].map((c) => c.innerText))")
    for place in (0, 3):
        page.locator(".runs [data-do=take]").nth(place).click()
        settle(page)
        seed, J, _ = rows[place]
        assert now(page)["seed"] == int(seed)
        rest = fit(datasets.unequal(), places(page), 0)
        assert float(J) == pytest.approx(inertia(datasets.unequal(), rest.means), rel=5e-3)
    best = page.locator(".runs .best").count()
    assert 1 <= best <= 10


@pytest.mark.parametrize("learn", [("sigma",), ("weights",), ("sigma", "weights")])
def test_sigma_and_weights_are_learned_as_in_python(explorer, learn):
    page = explorer("v=1&data=unequal&k=3&start=plusplus&seed=2&sigma=1")
    for name in learn:
        switch(page, f"learn-{name}")
    for steps in range(1, 6):
        do(page, "step")
        stand_where_python_says(page, datasets.unequal(), steps, learn)
    found = fit(datasets.unequal(), now(page)["means"], 1, learn=learn, max_steps=5)
    here = page.evaluate("({ sigma: explorerPage.now().state.sigma, weights: explorerPage.now().state.weights })")
    assert here["sigma"] == pytest.approx(found.sigma, rel=1e-12)
    if "weights" in learn:
        np.testing.assert_allclose(here["weights"], found.weights, rtol=1e-12)
        assert page.locator(".weights output").count() == 3
    do(page, "reset")
    stand_where_python_says(page, datasets.unequal(), 0)
    assert set(now(page)["learn"]) == set(learn)


def test_without_javascript_it_says_what_it_needs(open_page, address):
    page = open_page(f"{address}/explorer.html", java_script_enabled=False)
    assert "needs JavaScript" in page.locator("noscript").inner_text()
