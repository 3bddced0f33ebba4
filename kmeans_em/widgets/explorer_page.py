"""The explorer's own page, explorer.html: its script, put together of the explorer's modules and its own."""

from __future__ import annotations

from kmeans_em.widgets.base import source
from kmeans_em.widgets.explorer import PARTS

KNOWS = ("data", "starts", "link", "table", "python", "photo", "save")  # without the page
SHOWS = ("markup", "curves", "runs", "open", "edit", "share", "room", "page")
MORE = KNOWS + SHOWS
MODULES = ("em.js", "figure.js", "trail.js", *(f"explorer_{part}.js" for part in (*PARTS, *MORE)))


def module() -> str:
    """One ES module; `boot` is what the page calls."""
    return source(*MODULES)
