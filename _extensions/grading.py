"""The coded exercises as assignments of nbgrader: `python _extensions/grading.py`, which `make grading` runs.

A chapter's cell that ends with `check("name", answer)` becomes two: the student's, with the first attempt of the book,
and below it a locked one that is marked. What stands there beyond the check is hidden, and not in what students get:
the check once more, from a package as it is installed, whatever the notebook did to it; and the cells that follow the
exercise in the chapter's source with the tag `only-teacher`.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell

BUILD, CHAPTERS = Path("_build"), Path("chapters")
CHECKED = re.compile(r'(?P<attempt>.*)^check\("(?P<name>[^"]+)", (?P<answer>\w+)\)\s*\Z', re.MULTILINE | re.DOTALL)
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
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "soft-to-hard"
c.ClearSolutions.code_stub = {"python": "# Mend what stands above."}
c.ExecutePreprocessor.timeout = 120
"""


@dataclass(frozen=True)
class Exercise:
    """A cell to mend: the exercise's name, the name of the answer, and code."""

    name: str
    answer: str
    attempt: str
    solution: str
    hidden: tuple[str, ...]


def exercises(path):
    """The coded exercises of a chapter, as its source has them, by name."""
    text, found, last = path.read_text(encoding="utf-8"), {}, None
    for cell in jupytext.read(path).cells:
        if cell.cell_type != "code":
            continue
        if "only-teacher" in cell.metadata.get("tags", []):
            if last:
                found[last].append(cell.source)
        elif checked := CHECKED.match(cell.source):
            solved = re.search(SOLVED.format(re.escape(checked["name"])), text, re.DOTALL)
            if solved:
                last = checked["name"]
                found[last] = [checked["answer"], checked["attempt"].strip(), solved["solution"].strip()]
    return {name: Exercise(name, *parts[:3], tuple(parts[3:])) for name, parts in found.items()}


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
    hidden = "\n\n".join([AGAIN + test, *exercise.hidden])
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
            nbformat.write(assignment(nbformat.read(path, as_version=4), known), folder / path.name)
            made[path.stem] = len(known)
    return made


def main():
    made = write(BUILD / "html", CHAPTERS, BUILD / "grading")
    print(f"Made: {BUILD / 'grading'} ({len(made)} assignments of nbgrader, {sum(made.values())} exercises to mark)")


if __name__ == "__main__":
    main()
