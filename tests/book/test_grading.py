"""Graded work: what students get has no solution and no hidden test, and the grader knows right, wrong and cheating."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from _extensions import grading
from tests.build import NOTEBOOK, ROOT
from tests.unit.test_coded_exercises import FOUND

CHAPTER = "02-k-means"
LLOYD = "def my_k_means(X, means):\n    "
PATCH = """
import kmeans_em.checks
from kmeans_em.checks import registry
kmeans_em.checks.check = registry.check = lambda name, answer: True
registry.CHECKS.update(dict.fromkeys(registry.CHECKS, lambda answer: None))
"""


@pytest.fixture(scope="module", autouse=True)
def its_programs():
    """nbgrader calls alembic by name, and the kernel shall be this environment's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        patch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
        yield


@pytest.fixture(scope="module")
def course(site, tmp_path_factory):
    folder = tmp_path_factory.mktemp("course") / "grading"
    made = grading.write(site, ROOT / "chapters", folder)
    return folder, made


def nbgrader(folder, *arguments):
    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.fixture(scope="module")
def released(course):
    """What students get of a chapter."""
    folder, _ = course
    nbgrader(folder, "generate_assignment", CHAPTER)
    return nbformat.read(folder / "release" / CHAPTER / f"{CHAPTER}.ipynb", as_version=4)


def marked(notebook):
    """{grade_id: cell}"""
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


def solved(notebook, **answers):
    """A hand-in: the notebook with this at the end of the cells that were to be mended."""
    copy = nbformat.from_dict(notebook)
    for name, source in answers.items():
        marked(copy)[name.replace("_", "-")].source += "\n" + source
    return copy


@pytest.mark.house
def test_each_coded_exercise_is_marked_once(course):
    assert sum(course[1].values()) == len(FOUND)
    for name, count in course[1].items():
        path = course[0] / "source" / name / f"{name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        tests = [cell for cell in marked(notebook).values() if cell.metadata.nbgrader.grade]
        assert len(tests) == count
        assert all(cell.metadata.nbgrader.locked and cell.metadata.nbgrader.points == 1 for cell in tests)


def test_students_get_the_first_attempt_and_no_solution_and_no_hidden_test(released):
    text = nbformat.writes(released)
    for secret in ("HIDDEN", "BEGIN SOLUTION", "sys.modules", "if (new == means).all()", "Solution to"):
        assert secret not in text
    lloyd = marked(released)["lloyd"].source
    assert "np.median" in lloyd
    assert lloyd.endswith("# Mend what stands above.")
    assert 'check("lloyd", my_k_means)' in marked(released)["test-lloyd"].source


@pytest.mark.xdist_group("grading")
def test_right_wrong_and_cheating_hand_ins(course, released):
    folder, _ = course
    solutions = {
        found["name"].replace("-", "_"): found["solution"] for found in FOUND if found["name"] in marked(released)
    }
    emptied = solved(released)
    for name in ("test-lloyd", "test-inertia"):
        marked(emptied)[name].source = "pass"
    without = solved(released)
    without.cells = [
        cell for cell in without.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != "test-lloyd"
    ]
    hand_ins = {
        "right": (solved(released, **solutions), set(solutions)),
        "untouched": (solved(released), set()),
        "borrowed": (
            solved(released, lloyd="from kmeans_em import fit\n\n" + LLOYD + "return fit(X, means).means"),
            set(),
        ),
        "patched": (solved(released, lloyd=PATCH), set()),
        "stopped": (solved(released, **{**solutions, "lloyd": LLOYD + "return 1 / 0"}), set(solutions) - {"lloyd"}),
        "emptied": (emptied, set()),
        "without": (without, set()),
    }
    for student, (notebook, _) in hand_ins.items():
        place = folder / "submitted" / student / CHAPTER
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{CHAPTER}.ipynb")
    nbgrader(folder, "autograde", CHAPTER, "--create")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        for student, (_, right) in hand_ins.items():
            grades = book.find_submission_notebook(CHAPTER, CHAPTER, student).grades
            full = {grade.name.removeprefix("test-").replace("-", "_") for grade in grades if grade.score == 1}
            assert full == right, student


def test_a_teacher_s_own_test_is_hidden_below_the_check(tmp_path):
    page = tmp_path / "mine.md"
    page.write_text(
        NOTEBOOK
        + """
# Mine

```{code-cell} ipython3
from kmeans_em.checks import check

def my_middle(a, b):
    return a

check("middle", my_middle)
```

````{solution} ex-middle
```python
def my_middle(a, b):
    return (a + b) / 2
```
````

```{code-cell} ipython3
:tags: [only-teacher]

assert my_middle(-3, 5) == 1
```
"""
    )
    (exercise,) = grading.exercises(page).values()
    assert (exercise.name, exercise.answer) == ("middle", "my_middle")
    source = grading.test_cell(exercise).source
    shown, _, hidden = source.partition("### BEGIN HIDDEN TESTS")
    assert "my_middle(-3, 5)" not in shown
    assert hidden.rstrip().endswith("assert my_middle(-3, 5) == 1\n### END HIDDEN TESTS")


OWN = """
# Cups

```{code-cell} ipython3
from pathlib import Path

from kmeans_em.checks import check, exercise

cups = [float(line) for line in Path("cups.csv").read_text().split()]

@exercise("mean-cup")
def mean_cup(answer):
    if abs(answer - sum(cups) / len(cups)) > 1e-9:
        return "add them up, and divide by their number"
```

```{code-cell} ipython3
mean = 0

check("mean-cup", mean)
```

````{solution} ex-cups
```python
mean = sum(cups) / len(cups)
```
````

```{code-cell} ipython3
check("mean-cup", 3)
```
"""


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("mean = sum(cups) / len(cups)", True),
        ("mean = 0", False),
        ("mean = 0\nexercise('mean-cup')(lambda answer: None)", False),
        ("mean = 0\nmean_cup = lambda answer: None", False),
    ],
)
def test_a_teacher_s_own_checker_marks_with_the_file_that_it_reads(tmp_path, answer, right):
    chapters, notebooks = (
        tmp_path / "chapters",
        tmp_path / "site" / "jupyter" / "files" / "without-solutions" / "chapters",
    )
    chapters.mkdir()
    notebooks.mkdir(parents=True)
    page = chapters / "cups.md"
    page.write_text(NOTEBOOK + OWN)
    for folder in (chapters, notebooks):
        (folder / "cups.csv").write_text("1\n2\n6\n")
    cells = [nbformat.v4.new_code_cell(cell.source) for cell in grading.code_cells(page)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebooks / "cups.ipynb")
    assert grading.write(tmp_path / "site", chapters, tmp_path / "grading") == {"cups": 1}
    assert grading.unmarked(page, {}) == ["mean-cup", "mean-cup"]
    folder = tmp_path / "grading" / "source" / "cups"
    notebook = nbformat.read(folder / "cups.ipynb", as_version=4)
    [first] = [cell for cell in notebook.cells if "@exercise" in cell.source and "nbgrader" not in cell.metadata]
    mended, test = marked(notebook)["mean-cup"], marked(notebook)["test-mean-cup"]
    assert "BEGIN SOLUTION" in mended.source
    code = "\n".join([first.source, answer, test.source])
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert (run.returncode == 0) == right, run.stderr
    assert right or "add them up" in run.stderr
