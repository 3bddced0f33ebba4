"""A slider over pictures drawn ahead: what is drawn, what it weighs, what it says, and what it refuses."""

import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from kmeans_em.widgets import Sweep, sweep

GREYS = [0.0, 0.5, 1.0]


@pytest.fixture(autouse=True)
def no_screen():
    with mpl.rc_context({"backend": "agg", "figure.figsize": (2, 1)}):
        yield
    plt.close("all")


def grey(shade):
    """A figure of one grey."""
    return Figure(figsize=(2, 1), facecolor=str(shade))


def colours(picture):
    return {colour for _, colour in Image.open(io.BytesIO(picture)).convert("RGB").getcolors()}


def test_each_value_has_its_picture_and_its_words():
    widget = sweep(grey, alt="grey {shade:.2f}", shade=GREYS)
    assert [colours(picture) for picture in widget.pictures] == [{(0, 0, 0)}, {(128, 128, 128)}, {(255, 255, 255)}]
    assert widget.words == ["grey 0.00", "grey 0.50", "grey 1.00"]
    assert (widget.names, widget.values, widget.at) == (["shade"], [["0", "0.5", "1"]], [1])
    assert widget.width == 192


def test_of_two_parameters_the_last_runs_fastest():
    asked = []

    def draw(sigma, kind):
        asked.append((sigma, kind))
        return grey(0)

    widget = sweep(draw, alt=lambda sigma, kind: f"{kind} at {sigma}", sigma=[1, 2], kind=["soft", "hard", "none"])
    assert asked == [(s, k) for s in (1, 2) for k in ("soft", "hard", "none")]
    assert widget.names == ["σ", "kind"]
    assert widget.words[3] == "soft at 2"
    widget.at = [1, 0]
    assert widget.describe() == "soft at 2"
    assert 'alt="soft at 2"' in widget.picture()


def by_pyplot(shade):
    plt.figure(figsize=(2, 1), facecolor=str(shade))


def by_axes(shade):
    return plt.subplots(figsize=(2, 1), facecolor=str(shade))[1]


def by_lines(shade):
    axes = by_axes(shade)
    axes.set_axis_off()
    return axes.plot([])


def by_grid(shade):
    return plt.subplots(2, 2, figsize=(2, 1), facecolor=str(shade), subplot_kw={"visible": False})[1]


def on_a_part(shade):
    return plt.figure(figsize=(2, 1), facecolor=str(shade)).subfigures(1, 2)[1].subplots(subplot_kw={"visible": False})


@pytest.mark.parametrize("draw", [by_pyplot, by_lines, by_grid, on_a_part])
def test_the_figure_is_found_however_it_was_made_and_none_is_left(draw):
    kept = plt.figure()
    widget = sweep(draw, alt="grey", shade=[0.0, 1.0])
    assert [colours(picture) for picture in widget.pictures] == [{(0, 0, 0)}, {(255, 255, 255)}]
    assert plt.get_fignums() == [kept.number]


def test_a_figure_that_is_drawn_on_again_stays_open():
    figure, axes = plt.subplots()

    def draw(height):
        axes.clear()
        axes.axhline(height)
        return axes

    first, second = sweep(draw, alt="a line at {height}", height=[0, 1]).pictures
    assert first != second
    assert plt.get_fignums() == [figure.number]


def test_pictures_are_small_and_sharp():
    def draw(sigma):
        x = np.linspace(-4, 4, 300)
        axes = plt.subplots(figsize=(4.8, 2.8))[1]
        axes.plot(x, np.exp(-((x / sigma) ** 2) / 2))
        return axes

    widget = sweep(draw, alt="a bell of width {sigma}", sigma=np.geomspace(0.2, 2, 5))
    assert max(map(len, widget.pictures)) < 16_000
    assert Image.open(io.BytesIO(widget.pictures[0])).width == pytest.approx(1.5 * widget.width, abs=1)


def test_noise_is_not_kept_to_the_last_bit():
    def draw(seed):
        axes = plt.figure(figsize=(2, 1), layout="none").add_axes([0, 0, 1, 1])
        return axes.imshow(np.random.default_rng(seed).random((144, 288, 3)), aspect="auto")

    (picture,) = sweep(draw, alt="noise", seed=[0]).pictures
    lossless = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(lossless, "WEBP", lossless=True)
    assert len(picture) < len(lossless.getvalue())


def test_without_webp_it_draws_png(monkeypatch):
    monkeypatch.setattr("PIL.features.check", lambda name: name != "webp")
    widget = sweep(grey, alt="grey", shade=GREYS)
    assert widget.pictures[0].startswith(b"\x89PNG")
    assert "image/png" in widget.picture()


def test_long_drawing_says_how_far_it_is(monkeypatch):
    said = []
    monkeypatch.setattr("kmeans_em.widgets.sweeps.SLOW", -1)
    monkeypatch.setattr("kmeans_em.widgets.sweeps.say", lambda text, line: said.append(text) or "line")
    sweep(grey, alt="grey", shade=GREYS)
    assert said == [*(f"Drawing picture {n} of 3 ..." for n in (1, 2, 3)), ""]


def test_outside_a_notebook_it_is_silent(monkeypatch, capsys):
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: None)
    monkeypatch.setattr("kmeans_em.widgets.sweeps.SLOW", -1)
    sweep(grey, alt="grey", shade=GREYS)
    assert capsys.readouterr() == ("", "")


def raises(shade):
    return 1 / shade


def test_an_error_says_for_which_value():
    with pytest.raises(ZeroDivisionError) as caught:
        sweep(raises, alt="never", shade=[0])
    assert caught.value.__notes__ == ["This was draw(shade=0)."]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sweep(grey, alt="x"), "sweep: expected values for one or two parameters"),
        (lambda: sweep(grey, alt="x", a=[1], b=[1], c=[1]), "got 3"),
        (lambda: sweep(grey, alt="x", shade=0.5), "shade: expected a list of values, as .*, got 0.5"),
        (lambda: sweep(grey, alt="x", shade="ab"), "shade: expected a list of values"),
        (lambda: sweep(grey, alt="x", shade=[]), "shade: expected a list of values"),
        (lambda: sweep(grey, alt="x", shade=np.zeros(401)), "shade: 401 pictures, and a page takes 400"),
        (lambda: sweep(grey, alt=" ", shade=[0]), "alt: is empty"),
        (lambda: sweep(grey, alt="{sigma}", shade=[0]), r"alt: has a place for 'sigma'; the places may be \{shade\}"),
        (lambda: sweep(grey, alt="{}", shade=[0]), "alt: has a place for"),
        (lambda: sweep(lambda shade: None, alt="x", shade=[0]), "draw: made no figure"),
        (lambda: Sweep({"shade": [0, 1]}, [(b"", "x")]), "frames: expected 2, one for each combination, got 1"),
        (lambda: Sweep({"shade": [0]}, [(b"", " ")]), "frames: a picture has no text alternative"),
    ],
)
def test_it_refuses_by_name_and_before_it_draws(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("at", [[3], [-1], [], [0, 0]])
def test_it_cannot_be_set_to_a_picture_that_is_not_there(at):
    widget = sweep(grey, alt="grey", shade=GREYS)
    with pytest.raises(ValueError, match="at: expected a whole number for each parameter, from 0 to below 3"):
        widget.at = at
    assert widget.at == [1]
