"""The explorer page's data: those of kmeans_em.datasets, to the bit."""

import gzip
import json

import numpy as np
import pytest

from kmeans_em import datasets
from kmeans_em.widgets import explorer_menu
from kmeans_em.widgets.base import source
from tests.node import compute

DATA, LINK = source("explorer_data.js"), source("explorer_link.js")


@pytest.mark.parametrize("entry", explorer_menu.menu(), ids=lambda entry: entry["name"])
def test_the_page_has_the_data_of_python_to_the_bit(entry):
    X = eval(entry["python"], {"datasets": datasets})
    found = compute(DATA, "return m.unpack(given)", entry)
    assert (found["n"], found["d"]) == X.shape
    assert found["values"] == X.ravel().tolist()
    assert len(entry["columns"]) == X.shape[1]


def test_a_link_knows_the_menu_and_the_shapes():
    words = compute(LINK, "return m.LINK_WORDS")
    names = [entry.name for entry in explorer_menu.MENU]
    assert words["data"] == [*names, "own"]
    for entry in explorer_menu.MENU:
        n, d = entry.data().shape
        means = ";".join([",".join(["0.5"] * d)] * min(n, 8))
        fits = f"v=1&data={entry.name}&k={min(n, 8)}&means={means}"
        too_many = f"v=1&data={entry.name}&k={n + 1}"
        found = compute(LINK, "return given.map((link) => m.decodeState(link))", [fits, too_many])
        assert found[0]["problems"] == []
        assert len(found[0]["state"]["means"]) == min(n, 8)
        assert f"k goes from 1 to {min(n, 8)}" in found[1]["problems"][0]


def test_the_script_is_small_and_only_data():
    script = explorer_menu.script()
    assert len(gzip.compress(script.encode(), 6)) < 60_000
    name, _, menu = script.removesuffix(";\n").partition(" = ")
    assert name == "var explorerMenu"
    assert json.loads(menu) == json.loads(json.dumps(explorer_menu.menu()))
    assert "<" not in script


def test_the_data_of_the_menu_have_points_that_differ():
    for entry in explorer_menu.MENU:
        X = entry.data()
        assert len(np.unique(X, axis=0)) >= min(len(X), 8)
