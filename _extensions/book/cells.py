"""Runs the cells of a page, or takes their outputs from the cache, with the same result.

Outputs are kept until a file that a cell could open has changed (fresh.py); those of a page that failed are not.
What is random in them (ids of widgets and cells, addresses) is not. A cell that fails is one line: where, and why.
"""

import json
import os
import re
from contextlib import nullcontext
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import myst_nb.core.execute
import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from jupyter_client.kernelspec import NoSuchKernel
from myst_nb.core.execute.base import NotebookClientBase
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from sphinx.util.logging import getLogger

from . import without_python

WIDGETS = "application/vnd.jupyter.widget-state+json"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
TELLING = re.compile(r"\w+(?:Warning|Error|Exception): \S.*")
STDERR = {}  # (page, number among all cells): (number among cells of code, line of the page, what it wrote)


class Client(NotebookClientBase):
    """Stands in for myst-nb's own clients: those end the whole build at the first cell that fails."""

    def start_client(self):
        keep = self.nb_config.execution_mode == "cache"
        executed = self.kept_or_run() if keep else self.run()[0]
        self.notebook.update(executed)  # in place: myst-nb writes this very notebook for the download
        if self.path.suffix != ".ipynb":
            number_cells(self.notebook)
        for place, said in without_python.mend(self.notebook):
            self.logger.warning(f"cell {self.number(place)}: {said}", subtype="exec", **self.at(place))
        for place, said in without_python.still(self.notebook):
            where = ":".join([f"{self.logger.extra['docname']}{self.path.suffix}", *map(str, self.at(place).values())])
            getLogger(__name__).info("%s: cell %d: %s", where, self.number(place), said)
        for place, said in stderr(self.notebook):
            STDERR[self.logger.extra["docname"], place + 1] = self.number(place), self.first_line(place), said

    def kept_or_run(self):
        folder = PurePosixPath(self.logger.extra["docname"]).parent
        cache = get_cache(Path(self.nb_config.execution_cache_path, folder))  # cells elsewhere open other files
        try:
            return self.kept(cache)
        except KeyError:
            notebook, seconds = self.run()
        if seconds is None:
            return notebook
        bundle = CacheBundleIn(notebook, str(self.path), data={"seconds": seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        return self.kept(cache)

    def kept(self, cache):
        """The page with the outputs of an earlier run."""
        key, notebook = cache.merge_match_into_notebook(self.notebook)
        record = cache.get_cache_record(key)
        self.note(record.created.timestamp(), record.data["seconds"])
        return notebook

    def run(self):
        """(the page with the outputs of its cells as far as they ran, the seconds or None when one failed)"""
        notebook, begun = nbformat.from_dict(self.notebook), []
        folder = TemporaryDirectory() if self.nb_config.execution_in_temp else nullcontext(self.path.parent)
        try:
            with folder as cwd:
                result = single_nb_execution(
                    notebook,
                    cwd=str(Path(cwd).absolute()),
                    timeout=self.nb_config.execution_timeout,
                    allow_errors=self.nb_config.execution_allow_errors,
                    coalesce_streams=True,  # what is printed arrives in pieces, by chance
                    on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
                )
            error, seconds = result.err, result.time
        except (RuntimeError, NoSuchKernel) as caught:  # the kernel died, or there is none of this name
            error, seconds = caught, None
        leave_no_chance(notebook)
        if not error:
            self.note(self.path.stat().st_mtime, seconds)
            return notebook, seconds
        line, what = self.describe(error, begun[-1] if begun else None)
        self.logger.warning(what, subtype="exec", **({"line": line} if line else {}))
        if begun:
            notebook.cells[begun[-1]].outputs = []  # what it wrote on its way would be a second problem
        return notebook, None

    def note(self, when, seconds):
        """What the directive nb-exec-table shows."""
        self.exec_metadata = {
            "mtime": when,
            "runtime": seconds,
            "method": self.nb_config.execution_mode,
            "succeeded": True,
            "error": None,
            "traceback": None,
        }

    def describe(self, error, index):
        """(line of the page, what went wrong) for the cell that stopped the run; no index: none was begun."""
        if index is None:
            return None, f"{type(error).__name__}: {error}"
        number, line = self.number(index), self.first_line(index)
        if isinstance(error, CellTimeoutError):
            what = f"ran longer than {self.nb_config.execution_timeout} seconds"
        elif isinstance(error, CellExecutionError):
            what = re.sub(r" \(\d+\.py, line \d+\)$", "", f"{error.ename}: {error.evalue}".splitlines()[0].rstrip(": "))
            frame = re.search(rf"Cell In\[{number}\], line (\d+)", COLOURS.sub("", error.traceback))
            line = line and line + (int(frame[1]) - 1 if frame else 0)
        else:
            what = f"{type(error).__name__}: {error}"
        return line, f"cell {number}: {what}"

    def number(self, index):
        """A cell's number among those of code, as a reader counts."""
        return sum(cell.cell_type == "code" for cell in self.notebook.cells[: index + 1])

    def at(self, index):
        """Where a cell's code begins, as a warning wants it."""
        line = self.first_line(index)
        return {"line": line} if line else {}

    def first_line(self, index):
        """The line of the page on which the code of a cell begins."""
        if "source_map" not in self.notebook.metadata:
            return None
        fence, code = self.cell_line(index), self.notebook.cells[index].source.splitlines()
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return next((n for n, line in enumerate(lines[fence:], fence + 1) if line == code[0]), fence)


def stderr(notebook):
    """(index of a cell, the line that tells most) for each cell that wrote to stderr."""
    for place, cell in enumerate(notebook.cells):
        said = "".join(out.text for out in cell.get("outputs", ()) if out.get("name") == "stderr").strip()
        if said:
            found = TELLING.search(said)
            yield place, found[0] if found else said.splitlines()[0]


def leave_no_chance(notebook):
    """The same cells give the same page: widgets have numbers, in the order of creation, and objects no addresses."""
    models = notebook.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    number = {name: f"{place:032x}" for place, name in enumerate(models, start=1)}
    chance = re.compile("|".join([r" at 0x[0-9a-f]+(?=>)", *number]))

    def cleared(part):
        return nbformat.from_dict(json.loads(chance.sub(lambda found: number.get(found[0], ""), json.dumps(part))))

    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = cleared(cell.outputs)
    if models:
        notebook.metadata.widgets = cleared(notebook.metadata.widgets)


def number_cells(notebook):
    """Markdown has no ids for cells, and those that nbformat gives are random."""
    for place, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{place}"


def setup(app):
    os.environ.setdefault("PYTHONHASHSEED", "0")  # for kernels: a set prints its members in one order
    execute = myst_nb.core.execute
    execute.NotebookClientCache = execute.NotebookClientDirect = Client
