"""Of every coded exercise the solution is right, and the first attempt is not."""

import re
from pathlib import Path

import numpy as np
import pytest

from kmeans_em import fit, gaussian, inertia, responsibilities
from kmeans_em.checks import CHECKS, check

CHAPTERS = Path(__file__).parents[2] / "chapters"
EXERCISE = re.compile(
    r"from kmeans_em\.checks import check\n(?P<attempt>.*?)\ncheck\(\"(?P<name>.*?)\", (?P<function>\w+)\)\n```\n"
    r".*?```python\n(?P<solution>.*?)```",
    re.DOTALL,
)
FOUND = [found for chapter in sorted(CHAPTERS.glob("[0-9]*.md")) for found in EXERCISE.finditer(chapter.read_text())]
NAMES = {"np": np, "gaussian": gaussian, "responsibilities": responsibilities, "fit": fit, "inertia": inertia}


def test_every_check_belongs_to_an_exercise():
    assert sorted(found["name"] for found in FOUND) == sorted(CHECKS)


@pytest.mark.parametrize("part", ["attempt", "solution"])
@pytest.mark.parametrize("found", FOUND, ids=lambda found: found["name"])
def test_the_solution_is_right_and_the_first_attempt_is_not(found, part):
    exec(found[part], names := dict(NAMES))
    assert bool(check(found["name"], names[found["function"]])) is (part == "solution")
