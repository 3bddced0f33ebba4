"""The explorer's own page, as a lecture uses it: every control, links there and back, and numbers equal to Python's."""

import re
from contextlib import redirect_stdout
from html import unescape
from io import StringIO
from urllib.parse import quote, urlparse

import numpy as np
import pytest
from PIL import Image

from kmeans_em import datasets, fit, free_energy, inertia, log_likelihood, responsibilities
from tests.browser.figures import QUIET, settle
from tests.browser.test_pages import breaches
from tests.build import ROOT

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


def now(page):
    """The page's state, as its link has it."""
    return page.evaluate("explorerPage.link()")


def numbers(page):
    return page.evaluate("explorerPage.numbers()")  # those that are shown


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
  const shown = ":is(button:not(.handle), select, input, label, output, dt, dd, p)";
  const parts = [...document.querySelectorAll(`#explorer ${shown}`)]
    .filter((part) => part.checkVisibility() && part.textContent.trim() + part.value)
    .map((part) => [part, part.getBoundingClientRect()]).filter(([, box]) => box.width > 2);
  const panel = (part) => part.closest(".tab-panel");
  const before = (a, b) => a.right <= b.left + 1 || a.bottom <= b.top + 1;
  const apart = (a, b) => before(a, b) || before(b, a);
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
    rows = page.locator(".runs tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.cells].map((c) => c.innerText))"
    )
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


def table(page, text):
    """Paste it and read it; what the page says of it."""
    tab(page, "data")
    if not page.locator(".paste").is_visible():
        do(page, "paste")
    page.locator("[data-is=pasted]").fill(text)
    do(page, "read")
    page.wait_for_function("document.querySelector('.table').textContent")
    settle(page)
    return page.locator(".table").inner_text()


def test_a_pasted_table_is_the_data(explorer):
    page = explorer()
    said = table(page, "length;width;name\n1,5;2,5;a\n3,5;4,5;b\n;6;c\n7,25;8;d\n")
    assert "decimal commas" in said
    assert "name: 4 cells without a number" in said
    assert "Left out: 1 row with a value missing." in said
    np.testing.assert_array_equal(points(page), [[1.5, 2.5], [3.5, 4.5], [7.25, 8]])
    assert page.locator(".stage .axis-label").all_text_contents() == ["length", "width"]
    page.get_by_label("Up").select_option("")
    settle(page)
    np.testing.assert_array_equal(points(page), [[1.5], [3.5], [7.25]])
    do(page, "undo")
    do(page, "undo")
    assert (points(page) == datasets.blobs()).all()
    assert page.console == []


def test_a_file_is_opened_and_of_two_readings_the_other_is_offered(explorer, tmp_path):
    page = explorer()
    file = tmp_path / "mine.csv"
    file.write_text("1,5\n2,5\n3,5\n")
    page.locator("[data-is=file]").set_input_files(file)
    page.wait_for_function("document.querySelector('.table .said')")
    assert points(page).shape == (3, 2)
    page.get_by_role("button", name=re.compile("decimal comma")).click()
    page.wait_for_function(f"{SHAPE}[1] === 1")
    np.testing.assert_array_equal(points(page), [[1.5], [2.5], [3.5]])


HOSTILE = {
    "a script in a header": "<img src=x onerror=window.hit=1>,<script>window.hit=1</script>\n1,2\n3,4\n",
    "no rows": "a,b\n",
    "nothing": " \n\n",
    "not a number": "a,b\nNaN,inf\nx,y\n",
    "a page": "<!doctype html><html><body>1,2</body></html>",
    "one column": "a\n1\n2\n3\n",
    "uneven": "1,2\n3\n4,5,6\n7\n8,9,10,11\n",
    "an open quote": 'a,b\n"1,2\n3,4\n',
    "huge numbers": "a,b\n1e300,1\n2,3\n4,5\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_table_gets_a_sentence_and_nothing_is_lost(explorer, text):
    page = explorer()
    do(page, "step")
    before = places(page), points(page)
    said = table(page, text)
    assert len(said.split()) > 3
    assert page.console == []
    assert page.evaluate("window.hit") is None
    if not page.locator(".table select").count():
        assert (places(page) == before[0]).all()
        assert (points(page) == before[1]).all()
    assert np.isfinite(list(numbers(page).values())).all()
    do(page, "step")
    assert np.isfinite(places(page)).all()


def test_a_million_rows_are_cut_with_a_sentence_and_the_page_goes_on(explorer, tmp_path):
    page = explorer()
    file = tmp_path / "long.csv"
    file.write_text("x,y\n" + "".join(f"{i % 997},{i % 1009}\n" for i in range(1_000_000)))
    page.locator("[data-is=file]").set_input_files(file)
    page.wait_for_function("document.querySelector('.table .said')?.textContent", timeout=60_000)
    assert "only its first 100,000 rows" in page.locator(".table").inner_text()
    assert points(page).shape == (100_000, 2)
    do(page, "step")
    assert numbers(page)["steps"] == 1
    settle(page, QUIET)
    tab(page, "share")
    page.wait_for_function("document.querySelector('[data-is=link-says]').textContent.includes('does not hold')")


def linked(page):
    """The link that the page has, once it has come to rest."""
    settle(page, QUIET)
    return urlparse(page.url).fragment


@pytest.mark.parametrize("view", [{}, PHONE], ids=["wide", "phone"])
def test_a_link_brings_everything_back(explorer, view):
    page = explorer(**view)
    choose(page, "two_moons")
    tab(page, "start")
    page.locator("[data-is=k]").fill("5")
    page.locator("[data-is=start]").select_option("random")
    slide(page, 120)
    switch(page, "twins")
    switch(page, "lines")
    switch(page, "learn-weights")
    for _ in range(4):
        do(page, "step")
    do(page, "half")
    page.locator(".handle").first.evaluate("() => 0")
    fragment = linked(page)
    assert len(fragment) < 600
    other = explorer(fragment, **view)
    assert (places(other) == places(page)).all()
    assert numbers(other) == numbers(page)
    assert now(other) == now(page)
    assert linked(other) == fragment
    assert other.locator("[data-do=half]").inner_text() == "E-step"
    for name in ("back", "back", "step"):
        do(page, name)
        do(other, name)
    assert (places(other) == places(page)).all()


def test_a_link_holds_points_of_ones_own(explorer):
    page = explorer("v=1&data=line&k=2&sigma=1")
    page.locator("[data-tool=add]").click()
    box = page.locator(".stage").bounding_box()
    for part in (0.35, 0.8):
        press(page, box["x"] + part * box["width"], box["y"] + 40)
    do(page, "step")
    other = explorer(linked(page))
    assert (points(other) == points(page)).all()
    assert (places(other) == places(page)).all()
    assert other.evaluate("explorerPage.now().data.frame.view") == page.evaluate("explorerPage.now().data.frame.view")


def test_three_hundred_points_of_ones_own_fit_into_a_link_of_two_thousand_letters(explorer):
    page = explorer()
    x, y = page.evaluate(ON_SCREEN, 0)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=2)
    page.mouse.up()
    fragment = linked(page)
    assert len(fragment) < 2000
    tab(page, "share")
    assert "rounds" in page.locator("[data-is=link-says]").inner_text()
    other = explorer(fragment)
    np.testing.assert_allclose(points(other), points(page), atol=np.ptp(points(page)) / 4000)


def test_another_link_put_into_the_address_is_followed(explorer):
    page = explorer("v=1&data=line&k=2&sigma=0")
    page.evaluate("location.hash = 'v=1&data=ring&k=4&start=farthest&seed=3'")
    page.wait_for_function("explorerPage.link().data === 'ring'")
    assert places(page).shape == (4, 2)
    do(page, "undo")
    assert now(page)["data"] == "line"


BAD_LINKS = {
    "garbage": "%E0%A4%A&&&===",
    "another version": "v=99&data=ring",
    "NaN": "v=1&data=blobs&k=3&sigma=NaN&means=NaN,NaN;1,2;3,4",
    "infinite": "v=1&data=blobs&sigma=1e999",
    "k of a thousand million": "v=1&data=blobs&k=1000000000",
    "a million points": "v=1&data=own&n=1000000",
    "a million letters": "v=1&data=own&points=" + "1,2;" * 250_000,
    "a script": "v=1&data=own&points=1,2;3,4&k=1"
    "&columns=<img src=x onerror=window.hit=1>,<script>window.hit=1</script>",
    "a billion steps": "v=1&data=blobs&k=2&means=0,0;1,1&step=1000000000",
    "no view": "v=1&data=own&points=1,2;3,4&k=1&view=5,5,1,1",
}


@pytest.mark.parametrize("fragment", BAD_LINKS.values(), ids=BAD_LINKS)
def test_a_hostile_link_gets_a_sentence_and_the_page_works(explorer, fragment):
    page = explorer(fragment)
    assert page.evaluate("window.hit") is None
    assert page.console == []
    if "script" not in fragment:
        assert len(page.locator(".hint").inner_text().split()) > 4
        page.locator(".hint").click()
        assert page.locator(".hint").inner_text() == ""
    do(page, "step")
    assert np.isfinite(places(page)).all()
    assert numbers(page)["steps"] == 1


def test_the_link_is_copied_and_the_code_to_embed_it_shows_this_state(explorer):
    page = explorer("v=1&data=ring&k=2&start=farthest&seed=1&sigma=0.5")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    do(page, "step")
    tab(page, "share")
    do(page, "copy-link")
    copied = page.evaluate("navigator.clipboard.readText()")
    other = explorer(urlparse(copied).fragment)
    assert (places(other) == places(page)).all()
    do(page, "embed")
    code = page.evaluate("navigator.clipboard.readText()")
    source = re.search('src="([^"]*)"', code)[1].replace("&amp;", "&")
    assert urlparse(source).query == "embed"
    assert 'title="' in code
    framed = explorer(urlparse(source).fragment, "?embed", width=600, height=480)
    assert not framed.locator("header").is_visible()
    assert (places(framed) == places(page)).all()
    assert framed.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert framed.locator(".stage").bounding_box()["height"] > 200
    assert framed.evaluate(OVERLAP) == []


@pytest.mark.parametrize("data", ["blobs", "line"])
def test_the_picture_is_saved_as_svg_and_png(explorer, data):
    page = explorer(f"v=1&data={data}&k=2&sigma=0.7&on=twins,lines")
    do(page, "step")
    tab(page, "share")
    with page.expect_download() as saved:
        page.locator("[data-do=svg]").click()
    svg = saved.value.path().read_text(encoding="utf-8")
    assert saved.value.suggested_filename == "explorer.svg"
    assert "var(" not in svg
    assert "2 means" in re.search("<title>(.*?)</title>", svg)[1]
    assert svg.count("<circle") == 2
    assert svg.count("<path") > 2 * len(points(page))
    image = page.evaluate(SIZE, f"data:image/svg+xml;charset=utf-8,{quote(svg)}")
    assert image["colours"] > 20
    with page.expect_download() as saved:
        page.locator("[data-do=png]").click()
    png = saved.value.path().read_bytes()
    assert png.startswith(b"\x89PNG")
    stage = page.locator(".stage").bounding_box()
    assert int.from_bytes(png[16:20]) == pytest.approx(2 * stage["width"], abs=2)
    assert page.console == []


SIZE = """
async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return { width: image.width, colours: new Set(pixels).size };
}
"""


def test_the_projector_makes_all_larger_and_black_on_white(explorer):
    page = explorer(width=1920, height=1080)
    before = page.locator("[data-do=step]").bounding_box()["height"]
    do(page, "projector")
    assert page.locator("[data-do=step]").bounding_box()["height"] >= 1.4 * before
    assert (
        page.evaluate("getComputedStyle(document.querySelector('#explorer')).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert page.evaluate(OVERLAP) == []
    x, y = page.evaluate(ON_SCREEN, 0)
    page.locator("[data-tool=remove]").click()
    press(page, x, y)
    assert len(points(page)) == 299
    assert "projector=1" in linked(page)
    do(page, "projector")
    assert page.locator("[data-do=step]").bounding_box()["height"] == before


def test_the_keys_are_told_and_the_theme_stays(explorer):
    page = explorer(color_scheme="light")
    do(page, "keys")
    assert page.get_by_role("dialog").is_visible()
    assert "half a step" in page.get_by_role("dialog").inner_text()
    assert breaches(page) == []
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    do(page, "theme")
    do(page, "theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_what_happens_is_said_in_words(explorer):
    page = explorer("v=1&data=blobs&k=3&start=plusplus&seed=0&sigma=0&on=twins")
    said = page.locator(".summary[role=status]")
    assert said.inner_text() == "Each point belongs to its nearest centre."
    do(page, "step")
    page.wait_for_function("document.querySelector('.summary').textContent.includes('After 1 step each')")
    label = page.locator(".stage").get_attribute("aria-label")
    assert "300 points and 3 means" in label
    assert "J from" in page.locator(".history").get_attribute("aria-label")


CORNERS = """
(paths) => paths.map((path) => path.getAttribute("d").slice(1).split("L").map((at) => at.split(" ").map(Number)))
"""


def test_the_trail_of_sigma_shows_where_the_means_part(explorer):
    page = explorer("v=1&data=old_faithful&k=2&on=follow&sigma=2.5")
    for position in [*range(400, 120, -10), *range(120, 401, 10)]:
        slide(page, position)
        page.wait_for_function("!explorerPage.now().state.moving")
        settle(page)
    picture = page.locator(".history")
    assert picture.locator(".trail.falling").count() == 2
    assert picture.locator(".trail.rising").count() == 2
    ways = picture.locator(".trail.falling").evaluate_all(CORNERS)
    critical = float(picture.locator(".critical").get_attribute("d").split()[0][1:])
    apart = [(x, abs(y - z)) for (x, y), (_, z) in zip(*ways, strict=True)]
    assert max(far for x, far in apart if x > critical + 3) < 1
    assert min(far for x, far in apart if x < critical - 12) > 10
    sigma_c = np.sqrt(np.linalg.eigvalsh(np.cov(datasets.old_faithful(standardised=True).T, bias=True))[-1])
    assert f"{sigma_c:.2f}" in picture.locator("text", has_text="σc").text_content()
    switch(page, "follow")
    assert picture.locator(".trail").count() == 0
    assert page.console == []


def test_a_photograph_is_quantised_hard_and_soft_as_in_python(explorer):
    page = explorer()
    page.locator("[data-is=photograph]").set_input_files(PALACE)
    page.wait_for_function("explorerPage.now().data.name === 'photograph'")
    X = points(page)
    assert X.shape[1] == 3
    tab(page, "start")
    page.locator("[data-is=k]").fill("6")
    slide(page, 150)
    for _ in range(3):
        do(page, "step")
    stand_where_python_says(page, X, 3)
    sigma = page.evaluate("explorerPage.now().state.sigma")
    pixels = np.array(page.evaluate("[...explorerPage.now().data.photo.pixels]")).reshape(-1, 3)
    for name, at in (("hard", 0), ("soft", sigma)):
        shown = np.array(page.evaluate(PIXELS, name)).reshape(-1, 4)[:, :3]
        expected = responsibilities(pixels, places(page), at) @ places(page)
        np.testing.assert_allclose(shown, expected, atol=0.51)
        error = np.sqrt(((pixels - expected) ** 2).sum() / len(pixels))
        assert f"{error:.1f} levels off" in page.locator(f"[data-is={name}]").get_attribute("aria-label")
    before = places(page)
    page.locator(".handle").first.press("ArrowRight")
    settle(page)
    assert (places(page)[0] != before[0]).any()
    assert ((places(page) >= 0) & (places(page) <= 255)).all()
    tab(page, "data")
    settle(page)
    # means may stand as near to each other as they like
    assert [
        breach for breach in breaches(page) if not re.match('target-size: <button[^>]*class="handle"', breach)
    ] == []
    tab(page, "share")
    page.wait_for_function(
        "document.querySelector('[data-is=link-says]').textContent.includes('stays on your machine')"
    )
    choose(page, "ring")
    assert not page.locator(".pictures").is_visible()
    assert page.console == []


def test_a_photograph_of_one_colour_and_a_file_that_is_none_are_no_harm(explorer, tmp_path):
    page = explorer()
    grey = tmp_path / "grey.png"
    Image.new("RGB", (40, 30), (120, 120, 120)).save(grey)
    (tmp_path / "none.png").write_text("no picture")
    page.locator("[data-is=photograph]").set_input_files(tmp_path / "none.png")
    page.wait_for_function("document.querySelector('.hint').textContent.includes('no picture')")
    assert now(page)["data"] == "blobs"
    page.locator("[data-is=photograph]").set_input_files(grey)
    page.wait_for_function("explorerPage.now().data.name === 'photograph'")
    do(page, "step")
    assert np.isfinite(places(page)).all()
    assert "0.0 levels off" in page.locator("[data-is=hard]").get_attribute("aria-label")
    assert page.console == []


PALACE = ROOT / "chapters" / "images" / "palace.png"
PIXELS = """
(name) => {
  const canvas = document.querySelector(`[data-is=${name}]`);
  return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
}
"""


def told_by_the_cell(page):
    """The numbers that the copied cell prints."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab(page, "share")
    do(page, "python")
    code = page.evaluate("navigator.clipboard.readText()")
    assert page.locator(".copied").input_value() == code
    told = StringIO()
    with redirect_stdout(told):
        exec(code, {})
    return [float(number) for number in re.findall(r"-?\d+\.\d+(?:e[-+]\d+)?", told.getvalue())]


def test_the_cell_of_python_gives_the_numbers_that_are_shown(explorer):
    page = explorer("v=1&data=unequal&k=3&start=plusplus&seed=2&sigma=1&learn=sigma,weights&step=3")
    found = told_by_the_cell(page)
    for name in ("inertia", "free-energy", "log-likelihood"):
        assert any(one == pytest.approx(numbers(page)[name], rel=1e-9) for one in found), (name, found)


def test_the_cell_gives_them_where_the_means_stayed_apart_on_their_way(explorer):
    """Means that came to this sigma from another rest elsewhere than those from the start."""
    page = explorer("v=1&data=skewed&k=4&start=plusplus&seed=0&on=follow&sigma=0")
    for position in range(0, 231, 10):
        slide(page, position)
        page.wait_for_function("!explorerPage.now().state.moving")
    start, sigma = page.evaluate("[explorerPage.now().state.start, explorerPage.now().state.sigma]")
    X, J = datasets.skewed(), numbers(page)["inertia"]
    assert abs(inertia(X, fit(X, start, sigma, max_steps=5000).means) - J) > 1
    assert any(one == pytest.approx(J, rel=1e-6) for one in told_by_the_cell(page))


CHAPTERS = ["start", "02-k-means", "03-mixture-weights", "05-em-where-it-ends", "06-limit"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_explorers_of_the_chapters_open_large_with_their_data_and_state(open_page, address, chapter):
    page = open_page(f"{address}/chapters/{chapter}.html")
    figure = page.locator(".kmeans-em.explorer").first
    figure.locator(".summary:not(:empty)").wait_for()
    step = figure.locator("[data-do=step]")
    if step.is_visible() and step.get_attribute("aria-disabled") != "true":
        step.click()
        step.click()
    settle(page, 800)
    shown = figure.locator(".handle").evaluate_all(LABELS)
    figure.get_by_role("link", name="Open large").click()
    page.wait_for_url("**/explorer.html#*")
    page.wait_for_function(
        "window.explorerPage && !(explorerPage.now().state.follow && explorerPage.now().state.moving)"
    )
    settle(page)
    assert page.locator(".hint").inner_text() == ""
    assert page.locator(".handle").evaluate_all(LABELS) == shown
    assert page.console == []


LABELS = "(handles) => handles.map((handle) => handle.getAttribute('aria-label'))"


TEACH = (ROOT / "chapters" / "teach.md").read_text(encoding="utf-8")
LECTURE = TEACH.split("## Ten minutes")[1].split("\n## ")[0]
STEPS = [unescape(step) for step in re.findall(r"^\d+\. +(.*(?:\n   .*)*)", LECTURE, re.MULTILINE)]


def run_to_rest(page):
    tab(page, "look")
    page.locator("[data-is=speed]").fill("4")
    do(page, "run")
    page.wait_for_function("document.querySelector('[data-do=run]').textContent === 'Run'", timeout=60_000)


def play_to_the_end(page):
    do(page, "play")
    page.wait_for_function("document.querySelector('[data-is=sigma]').value === '0'", timeout=60_000)
    page.wait_for_function("!explorerPage.now().state.moving", timeout=60_000)
    settle(page)


def readings(page):
    return {name: page.locator(f"[data-is={name}]").inner_text() for name in ("inertia", "free-energy", "steps")}


def lecture_1(page, step):
    assert f"from {readings(page)['inertia']} to" in step
    run_to_rest(page)
    assert f"after {readings(page)['steps']} steps" in step
    assert f"to {readings(page)['inertia']}." in step


def lecture_2(page, step):
    before = places(page)
    do(page, "half")
    assert (places(page) != before).any()
    after = places(page)
    do(page, "half")
    assert (places(page) == after).all()


def lecture_3(page, step):
    do(page, "runs")
    page.wait_for_function("document.querySelectorAll('.runs tbody tr').length === 10", timeout=60_000)
    J = page.locator(".runs td:nth-child(2)").all_inner_texts()
    assert f"from {min(J, key=float)} to {max(J, key=float)}" in step


def lecture_4(page, step):
    play_to_the_end(page)
    page.wait_for_function("document.querySelector('.summary').textContent.includes('stand on the k-means centres')")


def lecture_5(page, step):
    before = readings(page)
    do(page, "step")
    after = readings(page)
    assert f"from {before['inertia']} to {after['inertia']}" in step
    assert f"from {before['free-energy']} to {after['free-energy']}" in step
    assert float(before["inertia"]) < float(after["inertia"])


def lecture_6(page, step):
    page.wait_for_function("!explorerPage.now().state.moving", timeout=60_000)
    assert np.ptp(places(page), axis=0).max() < 1e-3
    critical = page.locator(".history text", has_text="σc").text_content().split("= ")[1]
    assert f"sigma = {critical}$" in step
    play_to_the_end(page)
    assert np.ptp(places(page), axis=0).max() > 1


def lecture_7(page, step):
    run_to_rest(page)
    assert f"J = {readings(page)['inertia']}$" in step
    X, labels = datasets.ring(), fit(datasets.ring(), places(page), 0).labels
    around = np.hypot(*X.T) > 2
    assert 0.3 < labels[around].mean() < 0.7


def lecture_8(page, step):
    assert f"{page.evaluate('explorerPage.now().state.sigma'):.2f}," in step
    assert (np.hypot(*places(page).T) < 1.5).sum() == 2


def lecture_9(page, step):
    run_to_rest(page)
    assert set(fit(datasets.uniform(), places(page), 0).labels) == set(range(5))


def lecture_10(page, step):
    do(page, "clear")
    assert len(points(page)) == 0


@pytest.mark.parametrize("number", range(1, 11))
def test_the_lecture_is_given_step_by_step_and_shows_what_it_says(explorer, number):
    step = STEPS[number - 1]
    page = explorer(re.search('explorer.html#([^"]*)"', step)[1], width=1920, height=1080)
    assert page.locator(".hint").inner_text() == ""
    globals()[f"lecture_{number}"](page, step)
    assert page.console == []


def test_the_lecture_has_ten_steps():
    assert len(STEPS) == 10


def test_without_javascript_it_says_what_it_needs(open_page, address):
    page = open_page(f"{address}/explorer.html", java_script_enabled=False)
    assert "needs JavaScript" in page.locator("noscript").inner_text()
