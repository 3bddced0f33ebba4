"""Fonts, cut down to the letters that the built pages use, and served by us.

KaTeX's weigh a third of what they come as; the text face keeps all of Latin-1, since widgets write text of their own.
"""

import logging
import re
from html import unescape
from pathlib import Path

from fontTools import subset

PACKAGES = Path(__file__).parents[2] / "node_modules"
TEXT = PACKAGES / "@fontsource" / "source-serif-4" / "files"
FACES = ("latin-400-normal", "latin-400-italic", "latin-600-normal", "greek-400-normal", "greek-600-normal")
KATEX = PACKAGES / "katex" / "dist" / "fonts"
ALWAYS = set(range(0x20, 0x17F)) | set(range(0x370, 0x400)) | set(range(0x2010, 0x2040))


def letters(pages):
    """Every character that stands in these pages, tags left out."""
    return {ord(letter) for page in pages for letter in unescape(re.sub(r"<[^>]*>", "", page.read_text()))}


def cut(source, target, characters):
    options = subset.Options(flavor="woff2", hinting=False, ignore_missing_unicodes=True)
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, target, options)


def write_fonts(app, exception):
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    used = letters(Path(app.outdir).rglob("*.html"))
    for face in FACES:
        name = f"source-serif-4-{face}.woff2"
        cut(TEXT / name, static / "fonts" / name, used | ALWAYS)
    for font in sorted(KATEX.glob("*.woff2")):
        cut(font, static / "katex" / "fonts" / font.name, used)


def setup(app):
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it reports every table of every font
    app.connect("build-finished", write_fonts)
