"""The search: every section of the built pages in one file, which the reader's browser fetches when a search field gets
the focus, and MiniSearch (from npm) to look things up in it. Nothing of Sphinx's own search is left.

Code and outputs are not searched. Of mathematics, what reads as plain text stays (k = 2, σ → 0); the rest becomes "…".
`keywords: …` in a page's front matter lead to that page without being shown.
"""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

MINISEARCH = Path(__file__).parents[2] / "node_modules" / "minisearch"
BUILDERS = ("html", "dirhtml")  # a page each
SPHINX_SEARCH = ("searchtools", "language_data", "sphinx_highlight", "doctools", "documentation_options")

HEADINGS = {"h1", "h2", "h3", "h4"}
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}
BREAKS = {"br", "dd", "div", "dt", "li", "p", "summary", "td", "th"}  # between words, where the source has no space
LEFT_OUT = {"annotation", "button", "nav", "footer", "pre", "script", "style", "svg"}
LEFT_OUT_CLASSES = {"above-input", "headerlink", "katex-html", "section-number", "text_html"}
PLAIN_MATHS = {"math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "mtext", "mspace"}


class Reader(HTMLParser):
    """Reads a page into `sections`: [anchor, heading, text] each, in the order of the page."""

    def __init__(self):
        super().__init__()
        self.keywords = ""
        self.sections = []
        self.around = []  # the open sections, innermost last
        self.open = []  # (tag, what it is here)
        self.formula = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "meta" and attributes.get("name") == "keywords":
            self.keywords = attributes["content"]
        if tag in BREAKS:
            self.add(" ")
        if tag not in VOID:
            self.open.append((tag, self.role(tag, attributes)))

    def role(self, tag, attributes):
        classes = set((attributes.get("class") or "").split())
        if tag in LEFT_OUT or classes & LEFT_OUT_CLASSES:
            return "left out"
        if tag == "section" and "id" in attributes:
            self.around.append([attributes["id"], "", ""])
            self.sections.append(self.around[-1])
            return "section"
        if tag in HEADINGS and self.open[-1][1] == "section":
            return "heading"
        if tag == "math":
            self.formula = ""
        elif self.formula is not None and tag not in PLAIN_MATHS:
            self.formula = "…"
        return None

    def handle_endtag(self, tag):
        while self.open:  # an element whose end is left to the browser ends with the one around it
            opened, role = self.open.pop()
            if role == "section":
                self.around.pop()
            if opened == tag:
                break
        if tag == "math":
            formula, self.formula = self.formula, None
            self.add(formula)
        elif tag in BREAKS:
            self.add(" ")

    def handle_data(self, data):
        if self.formula is None:
            self.add(data)
        elif self.formula != "…" and not self.within("left out"):
            self.formula += data

    def add(self, text):
        if self.around and not self.within("left out"):
            self.around[-1][1 if self.within("heading") else 2] += text

    def within(self, role):
        return any(role == around for _, around in self.open)


def read(html):
    """(keywords, sections) of a page; a section is [anchor, heading, text]."""
    reader = Reader()
    reader.feed(html)
    return reader.keywords, [[anchor, *map(tidy, words)] for anchor, *words in reader.sections if words[0].strip()]


def tidy(text):
    return " ".join(text.replace("\u2061", "").split())  # MathML's invisible "of" in log L


def write_index(app, exception):
    if exception or app.builder.name not in BUILDERS:
        return
    pages = []
    for docname in sorted(app.env.found_docs):
        html = Path(app.builder.get_outfilename(docname)).read_text(encoding="utf-8")
        pages.append([app.builder.get_target_uri(docname), *read(html)])
    static = Path(app.outdir, "_static")
    target = static / "search"
    target.mkdir(exist_ok=True)
    index = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    # A script, not a .json: it loads from a folder on disk, too.
    (target / "pages.js").write_text(f"var bookPages = {index};\n", encoding="utf-8")
    shutil.copy(MINISEARCH / "dist" / "umd" / "index.js", target / "minisearch.js")
    shutil.copy(MINISEARCH / "LICENSE.txt", target / "minisearch.txt")
    for name in SPHINX_SEARCH:
        (static / f"{name}.js").unlink(missing_ok=True)


def replace_sphinx_search(app):
    app.builder.search = False


def search_page(app):
    return [("search", {}, "search.html")] if app.builder.name in BUILDERS else []


def setup(app):
    app.connect("builder-inited", replace_sphinx_search)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_index)
