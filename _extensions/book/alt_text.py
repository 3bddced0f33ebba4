"""A picture without a real text alternative is a warning, and warnings fail the build.

Markdown: `![what it shows](file.svg)`. A cell: metadata `mystnb: {image: {alt: "what it shows"}}`.
"""

import re
from pathlib import PurePosixPath

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)
SHORTEST = 10  # characters; anything shorter names a picture, it does not say what it shows


def problem(alt, uri):
    """What is wrong with this text alternative, or None."""
    text = (alt or "").strip()
    if not text:
        return "no text alternative"
    if text == uri or PurePosixPath(text).name == PurePosixPath(uri).name or re.fullmatch(r"\S+\.\w{2,4}", text):
        return f"a file name for text alternative ({text})"
    if re.fullmatch(r"[0-9a-f]{16,}", PurePosixPath(text).stem):
        return f"a hash for text alternative ({text})"
    if len(text) < SHORTEST:
        return f"a text alternative of {len(text)} characters ({text})"
    return None


class AltText(SphinxPostTransform):
    default_priority = 5  # right after myst-nb chose one output of each cell, before pictures are copied and renamed
    formats = ("html",)

    def run(self, **kwargs):
        for image in self.document.findall(nodes.image):
            what = problem(image.get("alt"), image.get("uri", ""))
            if what:
                logger.warning("%spicture with %s", cell(image), what, location=place(image), type="alt_text")


def place(node):
    """The node itself, or the nearest one around it that knows its line: pictures made by a cell know none."""
    while node.parent is not None and not node.line:
        node = node.parent
    return node


def cell(image):
    """Which cell of the page made the picture."""
    around = image.parent
    while around is not None and around.get("nb_element") != "cell_code":
        around = around.parent
    if around is None:
        return ""
    cells = [node for node in image.document.findall(nodes.container) if node.get("nb_element") == "cell_code"]
    return f"cell {cells.index(around) + 1}: "


def setup(app):
    app.add_post_transform(AltText)
