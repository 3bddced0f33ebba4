"""The few lines of Sphinx that this book's web page needs, one module each.

math        KaTeX at build time: no mathematics is typeset in the reader's browser
theme       the page itself: one template, one stylesheet, one small script
fonts       the letters that the pages use, of the fonts that they use
road        chapters and their companions: previous, next, and which pages have numbers
reading_time  visible words of a page, and the minutes on the map
moved       old addresses lead to where their content lives now
fold        `:class: dropdown` becomes a native <details>
alt_text    a picture without a real text alternative is a warning (and fails the build)
widgets     serves host.js to the pages that hold a widget
repository  launch, source and issue links, from the checkout's own remote
metadata    description and sharing tags
search      every section of the pages in one file, looked up in the reader's browser
"""

from . import alt_text, fold, fonts, math, metadata, moved, reading_time, repository, road, search, theme, widgets

PARTS = (math, theme, road, reading_time, moved, fonts, fold, alt_text, widgets, repository, metadata, search)


def setup(app):
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
