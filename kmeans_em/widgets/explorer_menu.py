"""The explorer page's menu of data: what kmeans_em.datasets gives, to the bit, as one script of the site."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from kmeans_em import datasets
from kmeans_em.em import Array


class Entry(NamedTuple):
    """Data of the menu: the name in a link, what the menu says, the code that gives them, their columns."""

    name: str
    title: str
    python: str
    columns: tuple[str, ...]
    data: Callable[[], Array]


PLANE = ("x", "y")
ERUPTIONS = ("duration", "waiting time")
MENU = (
    Entry("line", "Six points on a line", "datasets.line()", ("x",), datasets.line),
    Entry("blobs", "Three clouds", "datasets.blobs()", PLANE, datasets.blobs),
    Entry("unequal", "Unequal sizes and spreads", "datasets.unequal()", PLANE, datasets.unequal),
    Entry("ring", "A cloud within a ring", "datasets.ring()", PLANE, datasets.ring),
    Entry("skewed", "A skewed cloud", "datasets.skewed()", PLANE, datasets.skewed),
    Entry("two_moons", "Two moons", "datasets.two_moons()", PLANE, datasets.two_moons),
    Entry("uniform", "No clusters at all", "datasets.uniform()", PLANE, datasets.uniform),
    Entry(
        "old_faithful",
        "Old Faithful",
        "datasets.old_faithful(standardised=True)",
        tuple(f"{name}, standardised" for name in ERUPTIONS),
        lambda: datasets.old_faithful(standardised=True),
    ),
    Entry(
        "old_faithful_minutes",
        "Old Faithful in minutes",
        "datasets.old_faithful()",
        tuple(f"{name} (minutes)" for name in ERUPTIONS),
        datasets.old_faithful,
    ),
)


def menu() -> list[dict[str, Any]]:
    """The entries as explorer_data.js reads them: the floats in base64, row by row, least byte first."""
    return [packed(entry) for entry in MENU]


def packed(entry: Entry) -> dict[str, Any]:
    X = entry.data()
    values = base64.b64encode(X.astype("<f8").tobytes()).decode()
    said = {"name": entry.name, "title": entry.title, "python": entry.python, "columns": entry.columns}
    return {**said, "shape": X.shape, "values": values}


def script() -> str:
    """What the page loads: a script and no .json, so that it loads from a folder on disk, too."""
    return f"var explorerMenu = {json.dumps(menu(), separators=(',', ':'))};\n"
