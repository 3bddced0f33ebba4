"""Runs the cells of a page in the reader's browser. worker.js calls what is here, and hands on what `tell` is told."""

import ast
import base64
import importlib
import io
import json
import linecache
import logging
import os
import sys
import traceback
import warnings
from pathlib import Path

import needs

tell = None  # tell(kind, what): set by worker.js
codes = []  # of all cells of the page, as they are now
ran = {}  # number of a cell: the code that ran
last = {}  # name: number of the cell that bound it last
lines_ran = set()
namespace = {"__name__": "__main__"}
LARGEST_SVG = 1_000_000  # bytes; beyond, a bitmap is lighter


def begin(folder):
    Path(folder).mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    sys.path.insert(0, folder)
    namespace["display"] = display
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it says that it looks at its fonts
    warnings.filterwarnings("ignore", "JsProxy.as_object_map", RuntimeWarning)  # threadpoolctl, for scikit-learn


def source(name):
    """The text of one of the book's own modules."""
    path = name.replace(".", "/")
    for folder in (Path(importlib.import_module("kmeans_em").__file__).parents[1], Path.cwd()):
        for file in (folder / f"{path}.py", folder / path / "__init__.py"):
            if file.is_file():
                return file.read_text(encoding="utf-8")
    return None


def wanted(number):
    """JSON: the cells to run, this one last, and the import lines that they take from others."""
    lines, above = needs.plan(codes, number)
    stale = set()
    for cell in above:
        given = needs.names(codes[cell]).bound
        if (
            ran.get(cell) != codes[cell]
            or any(last.get(name) != cell for name in given & taken_from(cell, [*above, number]))
            or stale & needs.builds_on(codes, cell)[1].keys()
        ):
            stale.add(cell)
    return json.dumps({"cells": [*sorted(stale), number], "lines": lines})


def imported(plan):
    """JSON: the modules that what is wanted imports."""
    plan = json.loads(plan)
    texts = [*plan["lines"], *(codes[cell] for cell in plan["cells"])]
    return json.dumps(sorted(set().union(*(needs.modules(code, source) for code in texts))))


def taken_from(cell, others):
    """The names that other cells take from this one."""
    return set().union(*(needs.builds_on(codes, other)[1].get(cell, set()) for other in others if other > cell))


class Stream(io.TextIOBase):
    def __init__(self, name):
        self.name = name

    def write(self, text):
        tell("stream", json.dumps({"name": self.name, "text": text}))
        return len(text)


def run(number, lines):
    """Run a cell; true if it came to its end."""
    code = codes[number]
    file = f"cell {number + 1}"
    linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
    streams, sys.stdout, sys.stderr = (sys.stdout, sys.stderr), Stream("stdout"), Stream("stderr")
    try:
        for line in json.loads(lines):
            exec(line, namespace)
        tree = ast.parse(code, file)
        value = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        tell_verdicts(tree)
        exec(compile(tree, file, "exec"), namespace)
        if value:
            result = eval(compile(ast.Expression(value.value), file, "eval"), namespace)
            if result is not None and not code.rstrip().endswith(";"):
                display(result)
        show_figures()
    except BaseException as error:
        show_figures()
        tell("error", json.dumps(described(error, file)))
        ran.pop(number, None)
        return False
    finally:
        sys.stdout, sys.stderr = streams
    ran[number] = code
    last.update(dict.fromkeys(needs.names(code).bound, number))
    return True


def tell_verdicts(tree):
    """A reader may print something after `check(…)`, whose verdict would be lost."""
    for statement in tree.body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Name(id="check")) as call):
                statement.value = ast.Call(ast.Name("display", ast.Load()), [call], [])
                ast.fix_missing_locations(statement)


def described(error, file):
    """What went wrong, in the reader's lines: nothing of what runs them."""
    here = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("cell ")]
    line = next((frame.lineno for frame in reversed(here) if frame.filename == file), None)
    if isinstance(error, SyntaxError) and error.filename == file:
        line = error.lineno
    told = traceback.TracebackException.from_exception(error)
    while told.stack and not told.stack[0].filename.startswith("cell "):
        del told.stack[0]
    *_, what = told.format_exception_only()  # before it, a syntax error shows its place
    if isinstance(error, FileNotFoundError):
        what += " A file of yours is opened with Edit, then Open a file, after each visit anew."
    return {"line": line, "what": what.strip(), "trace": "".join(told.format())}


def display(*values):
    for value in values:
        tell("display", json.dumps(shown(value)))


def shown(value):
    """What a page can show of a value, by media type."""
    anywidget = sys.modules.get("anywidget")
    if anywidget and isinstance(value, anywidget.AnyWidget):
        return anywidget.bundle(value)
    for method, kind in (("_repr_html_", "text/html"), ("_repr_latex_", "text/latex"), ("_repr_svg_", "image/svg+xml")):
        if not isinstance(value, type) and (text := getattr(value, method, lambda: None)()):
            return {kind: text, "text/plain": repr(value)}
    if hasattr(value, "savefig"):
        return picture(value)
    return {"text/plain": repr(value)}


def show_figures():
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        for number in pyplot.get_fignums():
            tell("display", json.dumps(picture(pyplot.figure(number))))
        pyplot.close("all")


def picture(figure):
    file = io.BytesIO()
    figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    if len(file.getvalue()) < LARGEST_SVG:
        return {"image/svg+xml": file.getvalue().decode()}
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight", dpi=200)
    return {"image/png": base64.b64encode(file.getvalue()).decode()}


def set_traits(name, values):
    """What the reader moved in a figure."""
    sys.modules["anywidget"].WIDGETS[name].take(json.loads(values))
