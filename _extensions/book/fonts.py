"""Fonts, cut down to the letters that the built pages use, and served by us.

KaTeX's weigh a third of what they come as, the text face half.
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
ALWAYS = set(range(0x20, 0x7F))  # widgets write numbers and words of their own
# KaTeX sets these two in spans of a class of their own; the other faces are small, or used all over
CLASSES = {"KaTeX_AMS-Regular": "amsrm|mathbb", "KaTeX_Math-Italic": "mathnormal"}


def letters(texts):
    """Every character that stands in these pages, tags left out; in a widget's state some are escaped."""
    shown = {ord(letter) for text in texts for letter in unescape(re.sub(r"<[^>]*>", "", text))}
    return shown | {int(code, 16) for text in texts for code in re.findall(r"\\u([0-9a-f]{4})", text)}


def letters_of(classes, texts):
    """Every character in a span of one of these classes."""
    spans = re.compile(rf'<span class="[^"]*\b(?:{classes})\b[^"]*"[^>]*>([^<]*)<')
    return {ord(letter) for text in texts for span in spans.findall(text) for letter in unescape(span)}


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
    pages = [page.read_text(encoding="utf-8") for page in Path(app.outdir).rglob("*.html")]
    used = letters(pages)
    for face in FACES:
        name = f"source-serif-4-{face}.woff2"
        cut(TEXT / name, static / "fonts" / name, used | ALWAYS)
    for font in sorted(KATEX.glob("*.woff2")):
        own = letters_of(CLASSES[font.stem], pages) if font.stem in CLASSES else used
        cut(font, static / "katex" / "fonts" / font.name, own)


def setup(app):
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it reports every table of every font
    app.connect("build-finished", write_fonts)
