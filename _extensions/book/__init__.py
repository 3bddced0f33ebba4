"""The few lines of Sphinx that this book's web page needs, one module each.

math        KaTeX at build time: no mathematics is typeset in the reader's browser
theme       the page itself: one template, one stylesheet, one small script
fonts       the letters that the pages use, of the fonts that they use
road        chapters and their companions: previous, next, and which pages have numbers
reading_time  visible words of a page, and the minutes on the map
moved       old addresses lead to where their content lives now
blocks      margin notes, proofs, task lists
editions    what stands in the reader's, the students' and the teacher's edition
fold        `:class: dropdown` becomes a native <details>
design      sphinx-design (grids, cards, tabs), on the pages that use it
settings    what an author may set in _config.yml is honoured, or told that the book does without it
alt_text    a picture without a real text alternative is a warning (and fails the build)
films       files that HTML names go with the book; frames have titles
explorer    the explorer's own page, full screen
widgets     serves host.js to the pages that hold a widget
without_python  what widgets and animations show on a page without a running Python
cells       runs the cells of a page, or takes their outputs from the cache
fresh       every build begins with nothing but those outputs, and they go when a file they may show has changed
markdown    a page in plain Markdown
notebook    the page as a notebook that every program reads
launch      the menu of the ways to run the cells of a page
runner      cells that can be edited and run in the page
lite        the notebooks in the reader's browser
problems    one line for everything that stops the build: where, what, and the cure
repository  Binder, Colab, source and issue links, from the checkout's own remote
metadata    description and sharing tags
search      every section of the pages in one file, looked up in the reader's browser
"""

from importlib import import_module

PARTS = ["problems", "fresh", "cells", "math", "theme", "road", "reading_time", "moved", "fonts"]
PARTS += ["blocks", "editions", "fold", "design", "settings", "alt_text", "films", "explorer", "widgets", "runner"]
PARTS += ["notebook", "lite", "repository", "launch", "metadata", "search"]


def setup(app):
    for part in PARTS:
        import_module(f".{part}", __name__).setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
