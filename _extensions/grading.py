"""The coded exercises as assignments of nbgrader: `python -m _extensions.grading`, which `make grading` runs.

A chapter's cell that ends with `check("name", answer)` becomes two: the student's, with the first attempt of the book,
and below it a locked one that is marked. What stands there beyond the check is hidden, and not in what students get:
the check once more, from a package as it is installed, whatever the notebook did to it, with the chapter's own checker
if it has one; and the cells that follow the exercise in the chapter's source with the tag `only-teacher`. The files
that the cells read go with them.
"""

import ast
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell

from _extensions.book import beside

BUILD, CHAPTERS = Path("_build"), Path("chapters")
CHECKED = re.compile(
    r'(?P<attempt>.*)^check\("(?P<name>[^"]+)", (?P<answer>[^\W\d]\w*)\)\s*\Z', re.MULTILINE | re.DOTALL
)
ASKED = re.compile(r'^check\("(?P<name>[^"]+)", .*\)\s*\Z', re.MULTILINE | re.DOTALL)
SOLVED = r'check\("{}", \w+\)\n```\n.*?```python\n(?P<solution>.*?)```'
TEST = """\
from kmeans_em.checks import check

verdict = check("{name}", {answer})
assert verdict, verdict"""
AGAIN = """\
import sys

for module in [module for module in sys.modules if module.partition(".")[0] == "kmeans_em"]:
    del sys.modules[module]  # with whatever was changed in it
"""
OWN = """\
from kmeans_em.checks import exercise

"""
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "soft-to-hard"
c.ClearSolutions.code_stub = {"python": "# Mend what stands above."}
c.ExecutePreprocessor.timeout = 120
"""


CURE = 'What is marked ends with check("name", answer), where answer is a name, and has a solution in ```python'


@dataclass(frozen=True)
class Exercise:
    """A cell to mend: the exercise's name, the name of the answer, and code."""

    name: str
    answer: str
    attempt: str
    solution: str
    checker: str
    hidden: tuple[str, ...]


def code_cells(path):
    return [cell for cell in jupytext.read(path).cells if cell.cell_type == "code"]


def exercises(path):
    """The coded exercises of a chapter, as its source has them, by name."""
    text, found, last, own = path.read_text(encoding="utf-8"), {}, None, {}
    for cell in code_cells(path):
        own |= checkers(cell.source)
        if "only-teacher" in cell.metadata.get("tags", []):
            if last:
                found[last].append(cell.source)
        elif checked := CHECKED.match(cell.source):
            solved = re.search(SOLVED.format(re.escape(checked["name"])), text, re.DOTALL)
            if solved:
                last = checked["name"]
                found[last] = [checked["answer"], checked["attempt"].strip(), solved["solution"].strip()]
    return {name: Exercise(name, *parts[:3], own.get(name, ""), tuple(parts[3:])) for name, parts in found.items()}


def checkers(code):
    """{name of the exercise: its checker} of those that a cell registers with `@exercise("name")`."""
    try:
        functions = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError:  # an attempt to be mended, or IPython's own words
        return {}
    lines, found = code.splitlines(), {}
    for function in functions:
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "exercise":
                source = lines[decorator.lineno - 1 : function.end_lineno]
                found[ast.literal_eval(decorator.args[0])] = "\n".join(source)
    return found


def unmarked(path, known):
    """Names of the exercises that are checked in the chapter and cannot be marked."""
    asked = [ASKED.search(cell.source) for cell in code_cells(path)]
    return [found["name"] for found in asked if found and found["name"] not in known]


def assignment(notebook, known):
    """The notebook for nbgrader: each exercise's cell in two, all other code as it is."""
    cells = []
    for cell in notebook.cells:
        checked = CHECKED.match(cell.source) if cell.cell_type == "code" else None
        exercise = known.get(checked["name"]) if checked else None
        cells += [answer_cell(exercise), test_cell(exercise)] if exercise else [cell]
    for place, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{place}"
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


def answer_cell(exercise):
    source = f"{exercise.attempt}\n\n### BEGIN SOLUTION\n{exercise.solution}\n### END SOLUTION"
    return new_code_cell(source, metadata={"nbgrader": marks(exercise.name, solution=True)})


def test_cell(exercise):
    test = TEST.format(name=exercise.name, answer=exercise.answer)
    own = [OWN + exercise.checker] if exercise.checker else []
    hidden = "\n\n".join([AGAIN, *own, test, *exercise.hidden])
    source = f"{test}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    return new_code_cell(source, metadata={"nbgrader": marks(f"test-{exercise.name}", grade=True)})


def marks(name, *, grade=False, solution=False):
    about = {
        "schema_version": 3,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": grade,
        "task": False,
    }
    return {**about, "points": 1} if grade else about


def write(site, chapters, target):
    """A course of nbgrader with an assignment for each page that has coded exercises; gives how many it has of each."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    made = {}
    for path in sorted((site / "jupyter" / "files" / "without-solutions" / "chapters").glob("*.ipynb")):
        if known := exercises(chapters / f"{path.stem}.md"):
            folder = target / "source" / path.stem
            folder.mkdir(parents=True)
            notebook = nbformat.read(path, as_version=4)
            nbformat.write(assignment(notebook, known), folder / path.name)
            code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
            beside.copy(path.parent, code, folder)
            made[path.stem] = len(known)
    return made


def main():
    made = write(BUILD / "html", CHAPTERS, BUILD / "grading")
    for page in sorted((BUILD / "html" / "jupyter" / "files" / "chapters").glob("*.ipynb")):
        path = CHAPTERS / f"{page.stem}.md"
        for name in unmarked(path, exercises(path)):
            print(f"{path}: {name} is not marked. {CURE}")
    print(f"Made: {BUILD / 'grading'} ({len(made)} assignments of nbgrader, {sum(made.values())} exercises to mark)")


if __name__ == "__main__":
    main()
