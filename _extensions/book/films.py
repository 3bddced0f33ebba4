"""Films, sounds, pictures and frames that are written in HTML, by an author or by a cell.

A file beside the page goes with the book; one that is not there is a problem, as is a frame that does not say in its
title what it holds.
"""

import re
import shutil
from functools import partial
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from .alt_text import cell, place

logger = logging.getLogger(__name__)
NAMED = re.compile(r'(<(?:video|audio|source|track|iframe|embed|img)\b[^>]*?\s(?:src|poster)=")([^":#?]+)(["#?])')
FRAME = re.compile(r"<iframe\b(?![^>]*\s(?:title|aria-label)=)[^>]*>")


class Films(SphinxPostTransform):
    default_priority = 20  # after myst-nb chose one output of each cell
    formats = ("html",)

    def run(self, **kwargs):
        for raw in self.document.findall(nodes.raw):
            if "html" in raw.get("format", ""):
                html = NAMED.sub(partial(self.with_file, raw), raw.astext())
                raw.children = [nodes.Text(html)]
                if FRAME.search(html):
                    logger.warning("%sframe with no title", cell(raw), location=place(raw), type="alt_text")

    def with_file(self, raw, found):
        before, name, after = found.groups()
        docname = self.env.docname
        path, file = self.env.relfn2path(name, docname)
        page = path.removesuffix(".html") in self.env.found_docs
        if page or name.startswith("/") or not name.strip():
            return found[0]
        if not Path(file).is_file():
            logger.warning("download file not readable: %s", name, location=place(raw))
            return found[0]
        copied = self.env.dlfiles.add_file(docname, path)
        return f"{before}{'../' * docname.count('/')}_downloads/{copied}{after}"


def copy(app, exception):
    """Sphinx copied what it knew of before the pages were written."""
    if exception or app.builder.format != "html":
        return
    for source, (_, name) in app.env.dlfiles.items():
        target = Path(app.outdir, "_downloads", name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(app.srcdir, source), target)


def setup(app):
    app.add_post_transform(Films)
    app.connect("build-finished", copy)
