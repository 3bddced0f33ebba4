"""The cell that the explorer copies as Python gives the numbers that the explorer shows."""

import ast
import contextlib
import io

import numpy as np
import pytest

from benchmarks.page_weight import WIDGETS
from kmeans_em import datasets
from kmeans_em.widgets.base import source, without_unused
from kmeans_em.widgets.explorer_menu import menu
from tests.build import ROOT
from tests.node import compute

PARTS = ("em", "figure", "explorer_state", "explorer_data", "explorer_python")
TEXTS = [(WIDGETS / f"{part}.js").read_text(encoding="utf-8") for part in PARTS]
MODULE = without_unused("\n".join([*TEXTS, "export { onward };\n"]))  # the steps of the page, which no part exports
# The run in the page, by the functions that the page uses; and the cell.
SHOWN = """
const X = given.entry ? m.unpack(given.entry)
  : { n: given.X.length, d: given.X[0].length, values: Float64Array.from(given.X.flat()) };
const { means, sigma, weights = [], learn = [], step } = given;
let state = { ...m.begin({ X, means, sigma, weights }), learn, shown: null };
if (step === null) do state = m.onward(state); while (state.moving);
else for (let t = 0; t < step; t++) state = m.onward(state);
const { inertia, "free-energy": F, "log-likelihood": logL } = m.numbersOf(state);
return {
  cell: m.asPython({ X: given.entry ? null : X, python: given.entry?.python, means, sigma, weights, learn, step }),
  shown: { means: state.means, J: inertia, F, "log L": logL, sigma: state.sigma, weights: state.weights },
};
"""


def run(cell):
    """What the cell prints, by name."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(cell, {})
    pairs = [line.rsplit(" ", 1) if "[" not in line else line.split(" ", 1) for line in printed.getvalue().splitlines()]
    return {name: ast.literal_eval(value) for name, value in pairs}


def both(**given):
    found = compute(MODULE, SHOWN, given)
    return found["cell"], run(found["cell"]), found["shown"]


def agree(printed, shown, rtol=1e-12, unit=1.0):
    """A mean that is 0 but for rounding has no digits of its own: it has those of the data, whose size is `unit`."""
    for name in printed.keys() - {"steps"}:
        atol = 1e-14 * unit if name == "means" else 0
        np.testing.assert_allclose(printed[name], shown[name], rtol, atol, err_msg=name)


ENTRIES = {entry["name"]: entry for entry in menu()}


@pytest.mark.parametrize("sigma", [0, 0.05, 1, 30])
@pytest.mark.parametrize("step", [0, 1, 7])
@pytest.mark.parametrize("name", ENTRIES)
def test_a_cell_prints_what_the_page_shows_for_each_data_set(name, step, sigma):
    entry = ENTRIES[name]
    X = eval(entry["python"], {"datasets": datasets})
    cell, printed, shown = both(entry=entry, means=X[[0, 2, 4]].tolist(), sigma=sigma, step=step)
    assert printed["steps"] <= step
    assert set(printed) == {"steps", "means", "J", "F"} | ({"log L"} if sigma > 0 else set())
    agree(printed, shown, unit=abs(X).max())
    assert f"X = {entry['python']}\n" in cell


@pytest.mark.parametrize("learn", [[], ["weights"], ["sigma"], ["sigma", "weights"]])
@pytest.mark.parametrize("weights", [[], [0.2, 0.5, 0.3]])
@pytest.mark.parametrize("sigma", [0, 0.8])
def test_with_weights_and_what_is_learned(sigma, weights, learn):
    X = datasets.unequal()
    # the page begins with equal weights written out where they are learned
    weights = weights or ([1 / 3] * 3 if "weights" in learn else [])
    given = {"X": X.tolist(), "means": X[[0, 10, 20]].tolist(), "sigma": sigma, "weights": weights, "learn": learn}
    _, printed, shown = both(**given, step=6)
    agree(printed, shown)
    assert ("sigma" in printed, "weights" in printed) == ("sigma" in learn and sigma > 0, "weights" in learn)


@pytest.mark.parametrize("sigma", [0, 0.7])
def test_until_the_means_rest(sigma):
    X = datasets.blobs()
    cell, printed, shown = both(entry=ENTRIES["blobs"], means=X[[0, 2, 4]].tolist(), sigma=sigma, step=None)
    assert "max_steps=5000)" in cell
    np.testing.assert_allclose(printed["means"], shown["means"], atol=1e-6)
    for name in ("J", "F"):
        assert printed[name] == pytest.approx(shown[name], rel=1e-8)


@pytest.mark.parametrize("d", [1, 2])
def test_own_points_are_printed_to_their_last_digit(d):
    X = np.random.default_rng(0).normal(size=(40, d)) * 10.0 ** np.random.default_rng(1).integers(-9, 9, (40, d))
    X[:2] = [[0.1 + 0.2] * d, [-0.0] * d]
    cell, printed, shown = both(X=X.tolist(), means=X[:2].tolist(), sigma=1e3, step=2)
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(cell, space)
    assert space["X"] == X.tolist()
    agree(printed, shown, rtol=1e-9)
    assert max(map(len, cell.splitlines())) <= 100


def test_a_small_cell_is_one_to_read():
    cell, *_ = both(entry=ENTRIES["line"], means=[[0], [16.5]], sigma=0.5, step=3)
    assert cell == (
        "from kmeans_em import datasets, fit, free_energy, inertia, log_likelihood\n"
        "\n"
        "X = datasets.line()\n"
        "means = [[0], [16.5]]\n"
        "found = fit(X, means, sigma=0.5, max_steps=3, tol=0)\n"
        "\n"
        'print("steps", found.steps)\n'
        'print("means", found.means.tolist())\n'
        'print("J", inertia(X, found.means))\n'
        'print("F", free_energy(X, found.means, found.sigma))\n'
        'print("log L", log_likelihood(X, found.means, found.sigma))\n'
    )


def test_a_sigma_that_is_learned_down_to_nothing_has_no_log_likelihood():
    X = [[0], [0], [5], [5]]
    _, printed, _ = both(X=X, means=[[1], [4]], sigma=0.5, learn=["sigma"], step=9)
    assert (printed["sigma"], printed["log L"], printed["F"]) == (0, None, 0)


MANY = """
const { table, file, names } = given;
const module = { exports: {} };
new Function("module", "exports", given.papa)(module, module.exports);
const read = m.readTable(table, {}, module.exports.parse);
const { X, keys } = m.chooseColumns(read, names ?? read.columns.map(({ name }) => name));
const from = file && { name: file, columns: keys, form: read.form };
return m.asPython({ X, file: from, means: [[0, 0], [1, 1]], sigma: 0.5, step: 2 });
"""


def from_file(table, file="my table.csv", names=None):
    papa = (ROOT / "node_modules/papaparse/papaparse.min.js").read_text()
    given = {"table": table, "file": file, "names": names, "papa": papa}
    return compute(source("explorer_table.js", "explorer_python.js"), MANY, given)


@pytest.mark.parametrize("kind", ["names", "strange names", "no names", "decimal commas"])
def test_more_points_than_one_prints_come_from_the_readers_file(kind, tmp_path, monkeypatch):
    X = np.round(np.random.default_rng(0).normal(size=(6000, 2)), 3)
    heads = {"names": "a,b", "strange names": '"size ""in"" cm","</script>é\\n"', "decimal commas": "a;b"}
    rows = [",".join(map(repr, row)) for row in X.tolist()]
    if kind == "decimal commas":
        rows = [row.replace(",", ";").replace(".", ",") for row in rows]
    table = "\n".join([heads[kind], *rows] if kind in heads else rows)
    cell = from_file(table)
    assert len(cell) < 1000
    (tmp_path / "my table.csv").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(cell, space)
    np.testing.assert_array_equal(space["X"], X)


def test_many_points_without_a_file_are_asked_for_by_a_name_to_put_in():
    cell = from_file("\n".join(["a,b", *["1,2"] * 5001]), file=None)
    assert 'X = datasets.read_table("points.csv", drop_missing=True)\n' in cell
