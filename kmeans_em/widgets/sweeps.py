"""A slider over pictures that matplotlib drew ahead: a figure of one's own, without JavaScript."""

from __future__ import annotations

import base64
import html
import io
import itertools
import math
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from PIL import Image, features

from kmeans_em.widgets.base import Widget, source, stylesheet

MOST = 400  # pictures: more are more than a page should carry
DOTS = 144  # an inch: sharp on a screen of twice the usual resolution
INCH = 96  # pixels of a page
SLOW = 1.0  # seconds after which a reader wants to know how far it is


class Sweep(Widget):
    """Pictures drawn ahead, with a slider for each parameter; `sweep` makes one.

    Parameters
    ----------
    grids : dict of str to sequence
        One or two parameters, each with its values.
    frames : list of (bytes, str)
        A picture (WebP or PNG) and its text alternative for each combination; the last parameter's values
        run fastest.

    Attributes
    ----------
    at : list of int
        Which value of each parameter is shown; can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If there are not as many frames as combinations, or a picture has no text alternative.
    """

    _esm = source("figure.js", "sweeps.js")
    _css = stylesheet("sweep")

    names = t.List(t.Unicode()).tag(sync=True)
    values = t.List(t.List(t.Unicode())).tag(sync=True)
    pictures = t.List(t.Bytes()).tag(sync=True)
    words = t.List(t.Unicode()).tag(sync=True)
    width = t.Int().tag(sync=True)
    at = t.List(t.Int()).tag(sync=True)

    def __init__(self, grids: dict[str, Sequence[Any]], frames: Sequence[tuple[bytes, str]]) -> None:
        sizes = [len(grid) for grid in checked(grids).values()]
        if len(frames) != math.prod(sizes):
            raise ValueError(f"frames: expected {math.prod(sizes)}, one for each combination, got {len(frames)}")
        if not all(words.strip() for _, words in frames):
            raise ValueError("frames: a picture has no text alternative; say in words what it shows")
        super().__init__(
            names=[symbol(name) for name in grids],
            values=[[in_short(value) for value in grid] for grid in grids.values()],
            pictures=[picture for picture, _ in frames],
            words=[" ".join(words.split()) for _, words in frames],
            width=round(Image.open(io.BytesIO(frames[0][0])).width * INCH / DOTS),
            at=[size // 2 for size in sizes],
            label=f"A picture for each of {len(frames)} settings, and a slider for {' and '.join(grids)}",
        )

    @t.validate("at")
    def _check_at(self, proposal: Any) -> list[int]:
        at = list(proposal["value"])
        sizes = [len(values) for values in self.values]
        if len(at) != len(sizes) or not all(0 <= place < size for place, size in zip(at, sizes)):
            below = " and ".join(map(str, sizes))
            raise ValueError(f"at: expected a whole number for each parameter, from 0 to below {below}, got {at}")
        return at

    def _shown(self) -> int:
        """Which of the pictures."""
        return int(np.ravel_multi_index(tuple(self.at), tuple(len(values) for values in self.values)))

    def describe(self) -> str:
        """The picture in words."""
        return self.words[self._shown()]

    def picture(self) -> str:
        """The picture that is shown first, as an <img>."""
        picture = self.pictures[self._shown()]
        kind = "webp" if picture[8:12] == b"WEBP" else "png"
        drawing = base64.b64encode(picture).decode()
        return (
            f'<img alt="{html.escape(self.describe())}" width="{self.width}" src="data:image/{kind};base64,{drawing}">'
        )


def sweep(draw: Callable[..., Any], *, alt: str | Callable[..., str], **grids: Sequence[Any]) -> Sweep:
    """A slider over what `draw` draws for each value of one parameter, or for each pair of values of two.

    All pictures are drawn here and now, so that the slider needs no Python: it works on a built page, in a notebook
    and, as one picture, on paper. A plain figure takes 5 to 25 kilobytes.

    Parameters
    ----------
    draw : callable
        Called as ``draw(sigma=value)`` for ``sweep(draw, sigma=values, ...)``. Draws with matplotlib, and returns the
        figure, the axes or what it drew on them; nothing, if it drew on pyplot's current figure.
    alt : str or callable
        What a picture shows, for those who do not see it: words with places for the parameters, as in
        ``"Two bells of width {sigma:.2g} ..."``, or a function of the parameters that returns them.
    **grids : sequence
        The values of one or two parameters, numbers or words; at most 400 pictures in all.

    Returns
    -------
    Sweep
        A widget; the middle value of each parameter stands first.

    Raises
    ------
    ValueError
        If there is no parameter, a third one, or one without values; if `draw` made no figure; if `alt` is empty or
        names what is no parameter.
    """
    settings = [dict(zip(grids, setting)) for setting in itertools.product(*checked(grids).values())]
    if len(settings) > MOST:
        raise ValueError(f"{' and '.join(grids)}: {len(settings)} pictures, and a page takes {MOST}; give fewer values")
    words = [in_words(alt, setting) for setting in settings]
    return Sweep(grids, list(zip((drawn(draw, setting) for setting in told(settings)), words)))


def checked(grids: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The grids, if they are one or two lists of values."""
    if not 1 <= len(grids) <= 2:
        raise ValueError(f"sweep: expected values for one or two parameters, as sigma=[1, 2, 3], got {len(grids)}")
    for name, grid in grids.items():
        if isinstance(grid, str) or np.ndim(grid) != 1 or len(grid) == 0:
            raise ValueError(f"{name}: expected a list of values, as [1, 2, 3], got {grid!r}")
    return grids


def drawn(draw: Callable[..., Any], setting: dict[str, Any]) -> bytes:
    """One picture, and nothing of it left for pyplot to show."""
    from matplotlib import pyplot as plt

    before = plt.get_fignums()
    try:
        return encoded(figure_of(draw(**setting), before))
    except Exception as error:
        error.add_note(f"This was draw({', '.join(f'{name}={value!r}' for name, value in setting.items())}).")
        raise
    finally:
        for number in {*plt.get_fignums()} - {*before}:
            plt.close(number)


def figure_of(made: Any, before: Sequence[int]) -> Figure:
    """The figure, from it, its axes, or anything drawn on them."""
    from matplotlib import pyplot as plt

    while isinstance(made, list | tuple | np.ndarray) and len(made):
        made = made[0]
    if isinstance(made, Figure):
        return made
    if hasattr(made, "get_figure"):
        return made.get_figure(root=True)
    if {*plt.get_fignums()} - {*before}:
        return plt.gcf()
    raise ValueError("draw: made no figure; let it return the figure or the axes that it drew on")


def encoded(figure: Figure) -> bytes:
    """Lossless, for lines and letters; the smaller of that and a good WebP for what has many colours."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=DOTS, pil_kwargs={"compress_level": 1})
    image = Image.open(raw)
    kinds: list[dict[str, Any]] = [{"format": "PNG", "optimize": True}]
    if features.check("webp"):
        kinds = [{"format": "WEBP", "lossless": True}, {"format": "WEBP", "quality": 90}]
    files = [io.BytesIO() for _ in kinds]
    for file, kind in zip(files, kinds):
        image.save(file, **kind)
    return min((file.getvalue() for file in files), key=len)


def in_words(alt: str | Callable[..., str], setting: dict[str, Any]) -> str:
    """The text alternative at this setting."""
    try:
        words = alt(**setting) if callable(alt) else alt.format(**setting)
    except (KeyError, IndexError) as error:
        places = ", ".join(f"{{{name}}}" for name in setting)
        raise ValueError(f"alt: has a place for {error}; the places may be {places}") from error
    if not words.strip():
        raise ValueError("alt: is empty; say in words what the picture shows")
    return words


def told(settings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The settings one by one; in a notebook it says how far it is, once that takes longer than a breath."""
    began, line = time.monotonic(), None
    for done, setting in enumerate(settings):
        if line or time.monotonic() - began > SLOW:
            line = say(f"Drawing picture {done + 1} of {len(settings)} ...", line)
        yield setting
    if line:
        say("", line)


def say(text: str, line: Any) -> Any:
    """Write over the line under the cell; there is none where nobody waits in a notebook."""
    try:
        from IPython.core.display import HTML
        from IPython.core.getipython import get_ipython
        from IPython.display import display
    except ImportError:
        return line
    if get_ipython() is None:
        return line
    if line is None:
        return display(HTML(html.escape(text)), display_id=True)
    line.update(HTML(html.escape(text)))
    return line


def symbol(name: str) -> str:
    """A Greek letter for its name, as σ for sigma; a parameter that has another name keeps it."""
    try:
        return unicodedata.lookup(f"GREEK SMALL LETTER {name.upper()}")
    except KeyError:
        return name.replace("_", " ")


def in_short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float | np.floating) else str(value)
