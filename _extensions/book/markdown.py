"""A page in plain Markdown: what every notebook program shows, whatever the page was written with.

The page is rendered as HTML once more, with its formulas as the author wrote them; so every number, title and reference
is the page's. The library markdownify turns that into Markdown; the rules here are for what Markdown has no word for:

    formulas                  $…$ and $$…$$; the number of an equation is its \\tag
    theorems, admonitions     a quotation with its title in bold letters; a proof is text, and ends in □
    what is folded            <details>, which all of them show
    links within the book     the published page, if its address is known, else words
    pictures of the book      attachments of the cell
"""

import html
import posixpath
import re
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from docutils import nodes
from markdownify import ATX, MarkdownConverter
from sphinx.util.math import get_node_equation_number

# math.py moves a full stop into the formula; KaTeX and MathJax number an environment only if it is a whole formula.
PUNCTUATION = re.compile(r"\\mathclose\{\\text\{([^{}]+)\}\}$")
ENVIRONMENT = re.compile(r"\\(begin|end)\{(align|gather|alignat)\*?\}")
WHOLE = re.compile(r"\\(begin|end)\{equation\*?\}")
CELL = "\x00{}\x00"
CELLS = re.compile(r"^[> ]*\x00(\d+)\x00$", re.MULTILINE)
AT_LINE_START = re.compile(r"^( *)(?:([#+>-]|~{3,})|(\d{1,9})([.)]))(?=\s)", re.MULTILINE)


def render(app, page):
    """The page's HTML as a soup: `.tex` for a formula, `[data-cell]` for a cell, with the captions of its figures.

    The page is a resolved doctree that has not been written yet (a writer changes it), and is used up.
    """
    page.settings = app.builder.docsettings
    writer = app.builder.create_translator(page, app.builder)
    for formula in list(page.findall(lambda it: isinstance(it, nodes.math | nodes.math_block))):
        formula.replace_self(nodes.raw("", tex(writer, formula), format="html"))
    for cell in list(page.findall(lambda it: isinstance(it, nodes.Element) and it.get("nb_element") == "cell_code")):
        place = nodes.raw("", f'<div data-cell="{cell["cell_index"]}"></div>', format="html")
        figures = list(cell.findall(nodes.figure))
        for picture in (picture for figure in figures for picture in list(figure.findall(nodes.image))):
            picture.parent.remove(picture)
        cell.replace_self([place, *figures])
    page.walkabout(writer)
    return BeautifulSoup("".join(writer.body), "html.parser")


def tex(writer, node):
    """A formula between dollars, in an element that keeps it from being read as text."""
    latex = node.astext().strip()
    if isinstance(node, nodes.math):
        found = PUNCTUATION.search(latex)
        formula, stop = (latex[: found.start()], found[1]) if found else (latex, "")
        return f'<span class="tex">{html.escape(f"${formula}${stop}")}</span>'
    latex = WHOLE.sub("", ENVIRONMENT.sub(lambda it: f"\\{it[1]}{{{it[2]}ed}}", latex)).strip()
    if node["number"]:
        latex += f" \\tag{{{get_node_equation_number(writer, node)}}}"
    return f'<div class="tex">{html.escape(latex)}</div>'


def take_solutions(soup):
    """Take the solutions off a page; returns the numbers of the cells in them."""
    cells = {int(cell["data-cell"]) for cell in soup.select(".solution [data-cell]")}
    for solution in soup.select(".solution"):
        folded = solution.parent if solution.parent.name == "details" else solution
        folded.decompose()
    return cells


class Writer(MarkdownConverter):
    """Writes one page; `pictures` then holds the names of its pictures."""

    class Options:
        heading_style = ATX
        bullets = "-"
        keep_inline_images_in = ("td", "th", "p", "a")

    def __init__(self, base="", page=""):
        """`base`: where the book is published, or ""; `page`: the page's address in it."""
        super().__init__(code_language_callback=language)
        self.base, self.page, self.pictures = base, page, set()

    def escape(self, text, parent_tags):
        text = re.sub(r"([\\`*_<\[\]$|])" if "table" in parent_tags else r"([\\`*_<\[\]$])", r"\\\1", text)
        if "_inline" in parent_tags:
            return text
        return AT_LINE_START.sub(lambda it: f"{it[1]}\\{it[2]}" if it[2] else f"{it[1]}{it[3]}\\{it[4]}", text)

    def convert_span(self, el, text, parent_tags):
        kinds = el.get("class", ())
        if "tex" in kinds:
            formula = el.get_text()
            return formula.replace("\\|", "\\Vert ").replace("|", "\\vert ") if "table" in parent_tags else formula
        if "section-number" in kinds and el.parent.name != "h1":
            return ""
        if "caption-number" in kinds and not el.find_parent(class_="admonition-title"):
            return f"**{text.strip()}** "
        return text

    def convert_div(self, el, text, parent_tags):
        kinds = el.get("class", ())
        if el.has_attr("data-cell"):
            return f"\n\n{CELL.format(el['data-cell'])}\n\n"
        if "tex" in kinds:
            formula = el.get_text()
            within = el.find_parent(["li", "td", "dd", "blockquote"]) or el.find_parent(class_="admonition")
            return f"\n\n$$ {' '.join(formula.split())} $$\n\n" if within else f"\n\n$$\n{formula}\n$$\n\n"
        if "demonstration" in kinds:
            return f"\n\n{text.strip()} □\n\n"
        if "admonition" in kinds and el.parent.name != "details" and not el.find(attrs={"data-cell": True}):
            return self.convert_blockquote(el, text, parent_tags)
        return super().convert_div(el, text, parent_tags)

    def convert_p(self, el, text, parent_tags):
        if "admonition-title" in el.get("class", ()):
            text = f"**{' '.join(text.split())}**"
        return super().convert_p(el, text, parent_tags)

    def convert_details(self, el, text, parent_tags):
        if el.find(attrs={"data-cell": True}):
            return self.convert_div(el, text, parent_tags)  # a cell cannot be folded into a text
        return f"\n\n<details>\n{text.strip()}\n\n</details>\n\n"

    def convert_summary(self, el, text, parent_tags):
        if el.parent.find(attrs={"data-cell": True}):
            return f"\n\n**{text.strip()}**\n\n"
        return f"<summary>{html.escape(el.get_text().strip(), quote=False)}</summary>\n\n"

    def convert_a(self, el, text, parent_tags):
        if "headerlink" in el.get("class", ()):
            return ""
        if "internal" in el.get("class", ()) or el.get("href", "#").startswith("#"):
            if not self.base or el.get("href", "#").startswith("#"):
                return text
            el["href"] = urljoin(self.base + self.page, el["href"])
        return super().convert_a(el, text, parent_tags)

    def convert_img(self, el, text, parent_tags):
        if "//" not in el["src"] and not el["src"].startswith("data:"):
            name = posixpath.basename(el["src"])
            self.pictures.add(name)
            el["src"] = f"attachment:{name}"
        return super().convert_img(el, text, parent_tags)

    def convert_br(self, el, text, parent_tags):
        return "<br>" if "_inline" in parent_tags else super().convert_br(el, text, parent_tags)

    def convert_dt(self, el, text, parent_tags):
        return f"\n\n**{text.strip()}**\n\n"

    def convert_dd(self, el, text, parent_tags):
        return f"\n\n{text.strip()}\n\n"


def language(pre):
    """The language of a block of code, for its fence."""
    box = pre.find_parent(class_=re.compile("^highlight-"))
    name = box["class"][0].removeprefix("highlight-") if box else ""
    return {"ipython3": "python", "default": "", "none": "", "text": ""}.get(name, name)
