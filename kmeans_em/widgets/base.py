"""What the book's widgets share: one ES module each, typed traits, and a picture for paper."""

from __future__ import annotations

import html
import io
import json
import re
import warnings
from collections.abc import Callable
from importlib.resources import files
from typing import Any, cast
from urllib.parse import quote

import anywidget
import matplotlib as mpl
import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import plots
from kmeans_em import validation as check
from kmeans_em.em import Array

Bundle = tuple[dict[str, Any], dict[str, Any]]
VIEW = "application/vnd.jupyter.widget-view+json"
# How a host says that it is dark: this book, JupyterLab, Colab, VS Code. In any other, a widget keeps to light paper.
DARK_HOSTS = ('html[data-theme="dark"]', '[data-jp-theme-light="false"]', 'html[theme="dark"]', "body.vscode-dark")


def source(*names: str) -> str:
    """The text of files beside this one, one after the other, without what nobody needs: modules without a bundler."""
    here = files("kmeans_em.widgets")
    return without_unused("\n".join(here.joinpath(name).read_text(encoding="utf-8") for name in names))


def without_unused(text: str) -> str:
    """A module of ours without its comments and without the functions and constants that its exports do not reach.

    What is no declaration stays.
    """
    parts = parts_of(text)
    declares = [re.match(r"(?:async )?(?:function|const|let|class)\b([^=(;]*)", part) for part in parts]
    names = [set(re.findall(r"\w+", found[1])) if found else set() for found in declares]
    kept = {i for i, found in enumerate(declares) if not found}
    fresh = kept
    while fresh:
        words = {word for i in fresh for word in re.findall(r"\w+", parts[i])}
        fresh = {i for i in range(len(parts)) if i not in kept and names[i] & words}
        kept |= fresh
    return "".join(part for i, part in enumerate(parts) if i in kept)


def parts_of(text: str) -> list[str]:
    """A module of ours in parts without comments: one begins where a line begins with a letter, as declarations do."""
    return [without_comments(part) for part in re.split(r"^(?=[^\s})\]/])", text, flags=re.MULTILINE)]


def without_comments(text: str) -> str:
    """A module or stylesheet of ours as a browser needs it: no comments (they begin with "// "), no indentation."""
    return re.sub(r"^[ \t]*(?://.*)?\n?|[ \t]+// .*$", "", text, flags=re.MULTILINE)


def stylesheet(figure: str | None = None) -> str:
    """widget.css, or the part of it for one figure, with the colours of plots.py: light, and dark where the host is."""
    light, dark = (f"{{ {_properties(theme)} }}" for theme in (plots.LIGHT, plots.DARK))
    rules = source("widget.css")
    if figure:
        rules = re.sub(r"^\.kmeans-em(\.[a-z-]+|:is\(.*?\))[^{]*\{[^}]*\}\n", _only(figure), rules, flags=re.MULTILINE)
        rules = re.sub(r"^@[^{]*\{\s*\}\n", "", rules, flags=re.MULTILINE)
    return f".kmeans-em {light}\n:is({', '.join(DARK_HOSTS)}) .kmeans-em {dark}\n{rules}"


def _only(figure: str) -> Callable[[re.Match[str]], str]:
    """Of the rules for named figures, those that name this one."""
    return lambda rule: rule[0] if f".{figure}" in re.findall(r"\.[a-z-]+", rule[1]) else ""


def _properties(theme: plots.Theme) -> str:
    scheme = "light" if theme is plots.LIGHT else "dark"
    colours = {"paper": theme.paper, "ink": theme.ink, "quiet": theme.quiet}
    colours |= {f"cluster-{j}": colour for j, colour in enumerate(theme.palette, 1)}
    return f"color-scheme: {scheme}; " + " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def with_short_numbers(svg: str) -> str:
    """The drawing with places and lengths to a hundredth of a point: a good part of its bytes."""

    def shorten(attribute: re.Match[str]) -> str:
        return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), attribute[0])

    return re.sub(r'\b(?:d|x|y)="[^"]*"|\btranslate\([^)]*\)', shorten, svg)


def _in_any_script(figure: Figure) -> str:
    """The figure as SVG; where no font here has the letters of a label, the reader's browser shall write the labels."""

    def drawn(**letters: str) -> str:
        file = io.StringIO()
        with mpl.rc_context(letters):
            figure.savefig(file, format="svg", metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"]))
        return file.getvalue()

    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Glyph .* missing from font")
        try:
            return drawn()
        except UserWarning:
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            return drawn(**{"svg.fonttype": "none"})


class Data(t.TraitType[Any, Any]):
    """Data (n, d), sent to the page as bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.tag(sync=True, to_json=self._pack)

    @staticmethod
    def _pack(X: Any, widget: Any) -> dict[str, Any]:
        return {"shape": list(X.shape), "data": X.tobytes()}

    def validate(self, obj: Any, value: Any) -> Any:
        return check.numbers("X", value, "(n, d)").astype(float)


class Means(t.TraitType[Any, Any]):
    """Means (k, d): an array in Python, nested lists on the way to the page and back."""

    def __init__(self) -> None:
        super().__init__()
        self.tag(
            sync=True,
            to_json=lambda means, _: means.tolist(),
            from_json=lambda means, _: np.array(means),
        )

    def validate(self, obj: Any, value: Any) -> Any:
        return check.numbers("means", value, "(k, d)").astype(float)

    def set(self, obj: Any, value: Any) -> None:
        """Arrays that are equal are no change."""
        if not np.array_equal(obj._trait_values.get(self.name), self.validate(obj, value)):
            super().set(obj, value)


FARTHEST = 1e6  # an axis must have room for what is drawn on it


def places(means: ArrayLike) -> Array:
    """Means (k,) on the line, none too far for an axis."""
    line = check.numbers("means", means, "(k,)").astype(float)
    for mean in line:
        check.within("means", mean, FARTHEST)
    return line


class OnTheLine(Means):
    """Means (k,) on the line."""

    def validate(self, obj: Any, value: Any) -> Any:
        return places(value)


def share_in_short(share: float, rest: float) -> str:
    """Three digits, and never a 1 that is not one."""
    return f"1 - {rest:.3g}" if share > 0.9995 and rest > 0 else f"{share:.3g}"


class Widget(anywidget.AnyWidget):
    """A widget that carries a picture of itself, for readers without JavaScript and for paper."""

    label = t.Unicode().tag(sync=True)

    def draw(self) -> Figure:
        """The picture, as a matplotlib figure; not one of pyplot's, where it would meet the reader's own."""
        raise NotImplementedError

    def describe(self) -> str:
        """The picture in words."""
        raise NotImplementedError

    def picture(self) -> str:
        """The picture as an <img> that holds its drawing: a notebook that is not trusted shows that, and no <svg>."""
        with mpl.rc_context(plots.STYLE):
            svg = _in_any_script(self.draw())
        svg = with_short_numbers(" ".join(svg[svg.index("<svg") :].split()))
        # percent-encoded, not base64: so it shrinks when it is sent
        drawing = quote(svg.replace('"', "'"), safe=" '()*+,-./:;=!?@[]")
        return f'<img alt="{html.escape(self.describe())}" src="data:image/svg+xml,{drawing}">'

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle:
        data, metadata = cast(Bundle, super()._repr_mimebundle_(**kwargs))
        view = f'<script type="{VIEW}">{json.dumps(data[VIEW])}</script>'
        data["text/html"] = f'<div class="widget-picture">{self.picture()}</div>{view}'
        return data, metadata
