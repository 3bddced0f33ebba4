"""The page as a notebook to download: for Colab, VS Code, JupyterLab without extensions, nbgrader.

Its text is plain Markdown (markdown.py), its code that of the page, its outputs those that the page shows, with the
still picture for a figure that moves: it moves when its cell is run. There is one with the solutions, folded, and one
without. The first cell gets the book's package where it is missing, and macros are written out. The files that its
cells read lie beside it.
"""

import base64
import mimetypes
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from . import beside, markdown, repository
from .math import expand, macros

FOLDER = "jupyter/files"  # of the site
PACKAGE = "kmeans_em"
WIDGET = "application/vnd.jupyter.widget-view+json"
INSTALL = f'''\
try:
    import {PACKAGE}
except ModuleNotFoundError:  # the book's package, and what the cells below need besides
    %pip install --quiet "{{}}"'''
BY_HAND = f"""\
The cells below use the book's package, `{PACKAGE}`.
Where it is missing, `%pip install "path/to/the/book[book]"` installs it from the folder of the book."""

RESOLVED = {}  # {page: its doctree before it is written}


def keep(app, doctree, docname):
    if app.builder.format == "html" and "kernelspec" in app.env.metadata.get(docname, {}):
        RESOLVED[docname] = doctree.deepcopy()


def add_notebooks(app, pagename, templatename, context, doctree):
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if pagename not in RESOLVED or not executed.exists():
        return
    page = markdown.render(app, RESOLVED.pop(pagename))
    if context.get("parents"):
        for number in page.select("h1 .section-number"):
            number.decompose()  # as on the page: only chapters have one
    ran = nbformat.read(executed, as_version=4)
    without = set(app.env.metadata[pagename].get("cells_left_out", ()))
    context["notebooks"] = [write(app, f"{FOLDER}/{pagename}.ipynb", pagename, page, ran, without)]
    if page.select(".solution"):
        name = f"{FOLDER}/without-solutions/{pagename}.ipynb"
        without |= markdown.take_solutions(page)
        context["notebooks"].append(write(app, name, pagename, page, ran, without))
    code = "\n".join(cell.source for cell in of_code(ran, ()).values())
    beside.copy(Path(app.srcdir, pagename).parent, code, *[Path(app.outdir, it).parent for it in context["notebooks"]])


def write(app, name, *what):
    """The path of the notebook that holds this page, within the site."""
    target = Path(app.outdir, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(assemble(app, *what), target)
    return name


def assemble(app, pagename, page, ran, without):
    """The page and the cells that ran, but for those of these numbers."""
    writer = markdown.Writer(app.config.html_baseurl, app.builder.get_target_uri(pagename))
    text = expand(writer.convert_soup(page), macros(app.config))  # elsewhere nobody knows the book's macros
    pieces = markdown.CELLS.split(text)
    cells, code = first_cells(app, ran), of_code(ran, without)
    for words, place in zip(pieces[::2], [*pieces[1::2], len(ran.cells)]):
        if words.strip("> \n"):
            cells.append(with_pictures(app, new_markdown_cell(words.strip()), writer.pictures))
        for number in [number for number in code if number <= int(place)]:  # what the page hides runs here, too
            cells.append(clean(code.pop(number)))
    for place, cell in enumerate(cells, start=1):
        cell["id"] = f"cell-{place}"  # nbformat's own are random
    known = {name: ran.metadata[name] for name in ("kernelspec", "language_info") if name in ran.metadata}
    return new_notebook(cells=cells, metadata=known)


def of_code(ran, without):
    """{index among all cells: cell} of the cells of code, but for those left out."""
    return {n: cell for n, cell in enumerate(ran.cells) if cell.cell_type == "code" and n not in without}


def first_cells(app, ran):
    """What gets the package, or says how; nothing if no cell needs it."""
    if not any(PACKAGE in cell.source for cell in ran.cells if cell.cell_type == "code"):
        return []
    if app.config.book_repository:
        return [new_code_cell(INSTALL.format(repository.requirement(app.config.book_repository, "kmeans-em[book]")))]
    return [new_markdown_cell(BY_HAND)]


def clean(cell):
    """A cell of code with its outputs, less what only this book's page reads."""
    tags = cell.metadata.get("tags", [])
    metadata = {"tags": tags} if tags else {}
    if "hide-input" in tags or "hide-cell" in tags:
        metadata["jupyter"] = {"source_hidden": True}
    for output in cell.outputs:
        output.get("data", {}).pop(WIDGET, None)  # without a kernel there is nobody to answer it
    return new_code_cell(cell.source, metadata=metadata, outputs=cell.outputs, execution_count=cell.execution_count)


def with_pictures(app, cell, names):
    """The cell with the pictures that it shows."""
    source = {name: path for path, name in app.builder.images.items()}  # not one that is missing: the build says so
    shown = [name for name in names if name in source and f"(attachment:{name}" in cell.source]
    for name in shown:
        kind = mimetypes.guess_type(name)[0] or "image/png"
        data = base64.b64encode(Path(app.srcdir, source[name]).read_bytes()).decode()
        cell.setdefault("attachments", {})[name] = {kind: data}
    return cell


def setup(app):
    app.connect("doctree-resolved", keep, priority=900)
    app.connect("html-page-context", add_notebooks)
