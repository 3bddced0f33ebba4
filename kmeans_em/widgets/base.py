"""What the book's widgets share: one ES module each, typed traits, and a picture for paper."""

from __future__ import annotations

import html
import io
import json
import re
import zlib
from importlib.resources import files
from typing import Any, cast

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import plots
from kmeans_em import validation as check
from kmeans_em.em import Array

Bundle = tuple[dict[str, Any], dict[str, Any]]
VIEW = "application/vnd.jupyter.widget-view+json"


def source(*names: str) -> str:
    """The text of files beside this one, one after the other: modules without a bundler."""
    here = files("kmeans_em.widgets")
    return without_comments("\n".join(here.joinpath(name).read_text(encoding="utf-8") for name in names))


def without_comments(text: str) -> str:
    """A module or stylesheet of ours as a browser needs it: no line that is a comment, no indentation."""
    return re.sub(r"^[ \t]*(?://.*)?\n?", "", text, flags=re.MULTILINE)


def with_own_ids(svg: str, prefix: str) -> str:
    """The drawing with ids that no other drawing on the page has; ids that nothing refers to go."""
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: f' id="{prefix}{found[1]}"' if found[1] in used else "", svg)
    return re.sub(r'(href="|url\()#', rf"\g<1>#{prefix}", svg)


def with_short_numbers(svg: str) -> str:
    """The drawing with places and lengths to a hundredth of a point: a good part of its bytes."""

    def shorten(attribute: re.Match[str]) -> str:
        return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), attribute[0])

    return re.sub(r'\b(?:d|x|y)="[^"]*"|\btranslate\([^)]*\)', shorten, svg)


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
        """The picture, as a matplotlib figure."""
        raise NotImplementedError

    def describe(self) -> str:
        """The picture in words."""
        raise NotImplementedError

    def picture(self) -> str:
        """The picture as an SVG element, with its text alternative."""
        with plt.rc_context(plots.STYLE):
            figure = self.draw()
            file = io.StringIO()
            figure.savefig(file, format="svg", metadata={"Date": None})
            plt.close(figure)
        words = self.describe()
        svg = file.getvalue()
        svg = with_own_ids(with_short_numbers(svg[svg.index("<svg") :]), f"p{zlib.crc32(words.encode()):x}-")
        return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(words)}" ', 1)

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle:
        data, metadata = cast(Bundle, super()._repr_mimebundle_(**kwargs))
        view = f'<script type="{VIEW}">{json.dumps(data[VIEW])}</script>'
        data["text/html"] = f'<div class="widget-picture">{self.picture()}</div>{view}'
        return data, metadata
