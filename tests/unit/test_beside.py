"""Which files of a chapter's folder go where its code goes."""

import pytest

from _extensions.book import beside


@pytest.mark.parametrize(
    ("code", "goes"),
    [
        ('open("cups.csv")', ["cups.csv"]),
        ("import helper", ["helper.py"]),
        ("import numpy as np, helper", ["helper.py"]),
        ("if True:\n    from helper import change", ["helper.py"]),
        ("helper = 1\nimport helpers", []),
    ],
)
def test_what_the_code_names_or_imports_goes_along(tmp_path, code, goes):
    for name in ("cups.csv", "helper.py", "page.md"):
        (tmp_path / name).write_text("")
    target = tmp_path / "made"
    target.mkdir()
    assert beside.copy(tmp_path, code, target) == goes
    assert [path.name for path in target.iterdir()] == goes
