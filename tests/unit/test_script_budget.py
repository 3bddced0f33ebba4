"""A figure is small: the page sends what it needs, and no more."""

import re

import pytest

from benchmarks.page_weight import EXPLORER_KB, FIGURES, SCRIPT_KB, WIDGETS, own_script
from kmeans_em import widgets
from kmeans_em.widgets.base import stylesheet, without_comments, without_unused
from tests.node import compute


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_keeps_within_its_budget_of_script(name):
    assert 0 < own_script(name) <= 1000 * (EXPLORER_KB if name == "Explorer" else SCRIPT_KB)


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_that_it_needs_is_left_out(name):
    script = getattr(widgets, name)._esm
    assert compute(script, "return typeof m.default.render") == "function"
    declared = r"^(?:export )?(?:function|const|let) (\w+)"
    shared = "".join((WIDGETS / module).read_text(encoding="utf-8") for module in ("em.js", "figure.js"))
    known = set(re.findall(declared, shared, re.MULTILINE))
    called = set(re.findall(r"(?<![\w.])(\w+)\(", script))
    assert called & known <= set(re.findall(declared, script, re.MULTILINE))
    assert not re.search(r"\bimport\b|fetch|https?:", script)


def test_what_no_export_reaches_stays_at_home():
    code = """
const used = 1; // because
const [one, other] = [used, 2];
function unused() {
  return other;
}
export function figure() {
  return helper();
}
function helper() {
  return `
    ${one}`;
}
let idle;
figure();
"""
    assert without_unused(code).splitlines() == [
        "const used = 1;",
        "const [one, other] = [used, 2];",
        "export function figure() {",
        "return helper();",
        "}",
        "function helper() {",
        "return `",
        "${one}`;",
        "}",
        "figure();",
    ]


def test_comments_stay_at_home():
    code = "// why\nconst a = 1; // because\n  // and\n  const url = `https://a.b//c`;\nif (a / 2 // 3\n) b();\n"
    assert without_comments(code) == "const a = 1;\nconst url = `https://a.b//c`;\nif (a / 2\n) b();\n"


def test_the_style_of_a_figure_is_the_part_of_the_whole_that_is_not_about_others():
    whole, bell = stylesheet().splitlines(), stylesheet("bell").splitlines()
    assert set(bell) <= set(whole)
    assert {name for rule in bell for name in re.findall(r"^\.kmeans-em\.([a-z-]+)", rule)} == {"bell"}
    left_out = set(whole) - set(bell)
    assert all(re.match(r"\.kmeans-em(\.|:is)|@|--", rule) for rule in left_out)
    assert not any(re.search(r"\.bell(?![-\w])", rule) for rule in left_out)
    assert "".join(bell).count("{") == "".join(bell).count("}")
