"""Data as they come from pandas and Dask: what works, and that each error's remedy works when typed in."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from kmeans_em import distributed, fit
from kmeans_em.widgets import Explorer

TABLE = pd.DataFrame({"a": [1.0, 2.0, 4.0, 8.0], "b": [0.0, 1.0, 1.0, 2.0]})


def test_a_data_frame_is_data():
    assert_allclose(fit(TABLE, [[1, 0], [8, 2]]).means, fit(TABLE.to_numpy(), [[1, 0], [8, 2]]).means)
    assert Explorer(TABLE, TABLE[:2]).X.shape == (4, 2)
    assert Explorer(TABLE, TABLE[:2]).axis_labels == ["a", "b"]


# What is given, the words of the error, and what they say to type.
REMEDIES = {
    "NA among objects": (TABLE.astype(object).replace(2.0, pd.NA), r"X\.dropna\(\)"),
    "NA among integers": (TABLE.replace(2.0, pd.NA).astype("Int64"), r"X\.dropna\(\)"),
    "a column of words": (TABLE.assign(name="x"), r"X\.select_dtypes\('number'\)"),
    "a column of dates": (TABLE.assign(day=pd.Timestamp("2026-11-26")), r"X\.select_dtypes\('number'\)"),
    "a series": (TABLE["a"], r"X\.to_frame\(\)"),
    "a series with NA": (TABLE["a"].replace(2.0, pd.NA).astype(object), r"X\.dropna\(\)\.to_frame\(\)"),
    "a list": ([1.0, 2.0, 4.0], r"np\.array\(X\)\[:, None\]"),
    "an array on one axis": (np.arange(4.0), r"X\[:, None\]"),
}


@pytest.mark.parametrize(("X", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_the_remedy_works_when_typed_in(X, remedy):
    with pytest.raises(ValueError, match=f"X: .*{remedy}") as caught:
        fit(X, [[1.0, 1.0]])
    typed = re.search(remedy, str(caught.value))[0]
    mended = np.asarray(eval(typed, {"X": X, "np": np}), dtype=float)
    assert np.isfinite(fit(mended, mended[:1]).means).all()


@pytest.mark.parametrize("X", [TABLE.replace(2.0, np.inf), [[0.0, None], [1.0, 2.0]], [[np.nan, 1], [2, 3]]])
def test_rows_that_are_not_finite_go_by_what_the_error_says(X):
    with pytest.raises(ValueError, match=r"X: has NaN or infinite entries") as caught:
        fit(X, [[1.0, 1.0]])
    typed = str(caught.value).partition(": X = ")[2]
    first, then = typed.split(", then ")
    names = {"X": X, "np": np}
    names["X"] = eval(first, names)
    assert len(fit(eval(then, names), [[1.0, 1.0]]).labels) < len(X)


class DaskFrame:
    """What Dask's data frames show of themselves; they would need one more large package."""

    def to_dask_array(self, lengths=None):
        raise AssertionError


def test_a_dask_data_frame_is_told_how_it_becomes_an_array():
    for call in (fit, distributed.fit):
        with pytest.raises(ValueError, match=r"X: is a dask data frame.*X\.to_dask_array\(lengths=True\)"):
            call(DaskFrame(), [[0.0]])


def test_an_explorer_keeps_its_number_of_means():
    explorer = Explorer(TABLE, [[1, 0], [8, 2]])
    with pytest.raises(ValueError, match="means: this explorer shows 2, got 3; make a new one"):
        explorer.means = [[1, 0], [8, 2], [4, 1]]
    assert_allclose(explorer.means, [[1, 0], [8, 2]])


def test_axis_labels_are_a_list_with_a_name_for_each_axis():
    with pytest.raises(ValueError, match=r"axis_labels: expected a list.*write \['duration'\]"):
        Explorer([[0.0], [1.0]], [[0.0]], axis_labels="duration")
    explorer = Explorer(TABLE, [[1, 0]])
    with pytest.raises(ValueError, match="axis_labels: expected 2 of them, got 1"):
        explorer.axis_labels = ["duration"]


@pytest.mark.parametrize("n", [1000, 1001, 50_000])
def test_a_still_picture_of_many_points_is_light(n):
    X = np.random.default_rng(0).normal(size=(n, 2))
    assert len(Explorer(X, X[:3], sigma=0.5).picture()) < 300_000


def test_labels_are_plain_words_in_any_script():
    words = ["价格 in $ und 50 % $x$", "משך"]
    picture = Explorer(TABLE, [[1, 0]], axis_labels=words).picture()
    assert "%E4%BB%B7%E6%A0%BC" in picture  # the browser writes what no font here can
