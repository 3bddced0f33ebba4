"""What a cell needs is read off its code: the cells above that it builds on, and the modules that are imported."""

import pytest

from _extensions.book.runner.python import needs

CELLS = [
    "import numpy as np\nfrom kmeans_em import fit, plots\nplots.use_book_style()",
    "x = np.arange(3)\ntotal = 0",
    "for value in x:\n    total += value",
    "def mean(v):\n    return sum(v) / len(v)",
    "x = [1, 2]",
    "x.append(3)",
]
IMPORT_NUMPY = "import numpy as np"


@pytest.mark.parametrize(
    ("last", "lines", "cells"),
    [
        ("print(1)", [], []),
        ("np.sqrt(2)", [IMPORT_NUMPY], []),  # the line is enough: the cell would load what draws figures
        ("plots.palette", ["from kmeans_em import plots"], [0]),  # which was changed in place
        ("total", [IMPORT_NUMPY], [1, 2]),
        ("mean([1])", [], [3]),
        ("x", [], [4, 5]),
        ("x = 1\nx", [], []),
        ("[x for x in range(3)]", [], []),
        ("{x: total for x in range(3)}", [IMPORT_NUMPY], [1, 2]),
        ("def f(x):\n    return x", [], []),
        ("def f():\n    return total", [IMPORT_NUMPY], [1, 2]),
        ("x = x + 1", [], [4, 5]),
        ("x += 1", [], [4, 5]),
        ("lambda v: mean(v)", [], [3]),
        ("with open('a') as x:\n    x.read()", [], []),
        ("try:\n    mean\nexcept NameError:\n    pass", [], [3]),
        ("a = (", [], []),  # it will be said when the cell runs
    ],
)
def test_a_cell_runs_after_what_it_builds_on(last, lines, cells):
    assert needs.plan([*CELLS, last], len(CELLS)) == (lines, cells)


OWN = {
    "book": "import json",
    "book.figures": "import matplotlib.pyplot as plt\ndef slow():\n    import scipy",
    "book.widgets": "from book import figures\nimport traitlets",
}


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("import numpy.linalg", {"numpy"}),
        ("def f():\n    import sympy", {"sympy"}),  # a reader's cell may call it
        (
            "from book.widgets import Explorer",
            {"book", "json", "traitlets", "matplotlib"},
        ),
        ("from book import figures", {"book", "json", "matplotlib"}),
        ("import (", set()),
    ],
)
def test_modules_are_found_through_the_book_s_own(code, modules):
    assert needs.modules(code, OWN.get) == modules
