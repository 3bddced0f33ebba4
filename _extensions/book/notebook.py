"""The page as a notebook to download: its source, with the outputs that the page shows, and macros written out."""

import shutil
from pathlib import Path

import nbformat

from .math import expand, macros


def add_notebook(app, pagename, templatename, context, doctree):
    context["is_notebook"] = "kernelspec" in app.env.metadata.get(pagename, {})
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if context["is_notebook"] and executed.exists():
        copy = Path(app.outdir, "_sources", f"{pagename}.ipynb")
        copy.parent.mkdir(parents=True, exist_ok=True)
        if known := macros(app.config):
            notebook = nbformat.read(executed, as_version=4)
            for cell in notebook.cells:
                if cell.cell_type == "markdown":
                    cell.source = expand(cell.source, known)
            nbformat.write(notebook, copy)
        else:
            shutil.copy(executed, copy)
        context["notebook"] = f"{pagename}.ipynb"


def setup(app):
    app.connect("html-page-context", add_notebook)
