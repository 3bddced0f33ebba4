"""The page of the package says what the package does: names, defaults, refusals and digits."""

import inspect
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

import kmeans_em
from benchmarks.accuracy import errors, families, hard, worst
from kmeans_em import annealing, checks, datasets, distributed, dp_means, gaussian, plots, seeding, symbolic, widgets

PAGE = (Path(__file__).parents[2] / "chapters/appendix/api.md").read_text()
SECTIONS = re.findall(r"```python\nkmeans_em\.([\w.]+)(\([^\n]*\))\n```\n(.*?)(?=\n```|\n#|\nA `|\Z)", PAGE, re.DOTALL)
LINES = re.findall(r"^\| `(\w+\.\w+)(\(.*?\))` \| [^`]", PAGE, re.MULTILINE)
CLASSES = re.findall(r"A `kmeans_em\.(\w+)` has:\n(.*?)(?=\n[A#])", PAGE, re.DOTALL)
REFUSALS = re.findall(r"^`(.*)`\n: `(.*)`$", PAGE, re.MULTILINE)
DIGITS = re.findall(r"^\| (.*?)" + 6 * r" \| \$10\^\{(-\d+)\}\$" + r" \|$", PAGE, re.MULTILINE)
NAMES = (
    {name: getattr(kmeans_em, name) for name in kmeans_em.__all__}
    | vars(annealing)
    | vars(dp_means)
    | vars(gaussian)
    | vars(seeding)
)
NAMES |= {
    "distributed": distributed,
    "datasets": datasets,
    "read_table": datasets.read_table,
    "checks": checks,
    **{name: getattr(widgets, name) for name in widgets.__all__},
}
NAMES |= {"np": np, "nan": np.nan, "inf": np.inf, "csr_array": csr_array}


def named(path):
    found = kmeans_em
    for part in path.split("."):
        found = getattr(found, part)
    return found


def signature(function):
    whole = inspect.signature(function)
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in whole.parameters.values()]
    return whole.replace(parameters=bare, return_annotation=inspect.Signature.empty)


def public():
    """Whatever a reader can call: the functions and classes of each module."""
    yield from (f"{name}" for name in kmeans_em.__all__)
    for module in (annealing, dp_means, gaussian, seeding, datasets, checks, symbolic, plots):
        for name, thing in vars(module).items():
            if (
                not name.startswith("_")
                and getattr(thing, "__module__", "").startswith(module.__name__)
                and callable(thing)
            ):
                yield f"{module.__name__.rpartition('.')[2]}.{name}"
    yield from (f"widgets.{name}" for name in widgets.__all__)


@pytest.mark.parametrize(("path", "written"), [pair[:2] for pair in SECTIONS] + LINES)
def test_a_signature_on_the_page_is_the_one_in_the_code(path, written):
    assert written == str(signature(named(path)))


@pytest.mark.parametrize(("path", "table"), [(path, table) for path, _, table in SECTIONS])
def test_each_argument_has_its_row_in_order(path, table):
    rows = re.findall(r"^\| `?(\w+)`? \| \S.*\|$", table, re.MULTILINE)
    returns = [] if path.startswith("widgets.") else ["returns"]
    assert rows == ["argument", *signature(named(path)).parameters, *returns]


@pytest.mark.parametrize(("name", "table"), CLASSES)
def test_each_attribute_has_its_row(name, table):
    rows = re.findall(r"^\| `(\w+)` \| \S.*\|$", table, re.MULTILINE)
    kind = named(name)
    attributes = [field.name for field in fields(kind)] + [key for key in vars(kind) if key in ("labels", "resp")]
    assert sorted(rows) == sorted(key for key in attributes if not key.startswith("_"))


@pytest.mark.parametrize("path", list(public()))
def test_every_public_name_is_on_the_page(path):
    headed = {found for found, *_ in SECTIONS} | {found for found, _ in LINES} | {name for name, _ in CLASSES}
    assert path in headed or f"`{path.rpartition('.')[2]}`" in PAGE


@pytest.mark.parametrize(("call", "words"), REFUSALS)
def test_what_the_page_says_is_refused_is_refused_in_those_words(call, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        eval(call, NAMES)


def test_every_function_that_can_refuse_has_a_refusal_on_the_page():
    called = {call.partition("(")[0] for call, _ in REFUSALS}
    for path, *_ in SECTIONS:
        assert path.rpartition(".")[2] in called


@pytest.mark.parametrize(("name", "cases"), families().items(), ids=list(families()))
def test_as_many_digits_are_right_as_the_page_says(name, cases):
    stated = {row[0]: [float(f"1e{power}") for power in row[1:]] for row in DIGITS}
    found = worst([errors(*case) for case in cases])
    measured = [found.F, found.share_rel, found.J, found.log_L, found.means, found.sigma]
    assert found.share < 1e-15
    assert all(error < bound for error, bound in zip(measured, stated[name], strict=True)), measured
    assert len(stated) == len(families())


@pytest.mark.parametrize(("far", "bound"), [("1e+02", 1e-12), ("1e+04", 1e-8), ("1e+06", 1e-4)])
def test_far_from_all_means_digits_are_lost_as_the_page_says(far, bound):
    case = dict(hard())[f"points {far} sigma from two means side by side"]
    assert errors(*case).share_rel < bound
