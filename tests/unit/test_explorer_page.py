"""The explorer page's script, without a browser: what it is made of, and what EM learns in it."""

import gzip
import re

import numpy as np
import pytest

from kmeans_em import datasets, fit
from kmeans_em.widgets import explorer_page
from kmeans_em.widgets.base import without_comments
from tests.build import ROOT
from tests.node import compute

PAGE_KB = 40  # gzipped, without the data
X = datasets.unequal()
LEARN = """
const X = { n: given.X.length, d: 2, values: Float64Array.from(given.X.flat()) };
let state = { ...m.begin({ ...given, X }), learn: given.learn, shown: null };
const run = [];
for (let t = 0; t < 40; t++) {
  state = m.onward(state);
  run.push([state.means, state.sigma, state.weights]);
}
return run;
"""


def test_all_of_its_modules_are_one_script_and_it_is_small():
    script = explorer_page.module()
    assert compute(script, "return typeof m.openPage") == "function"
    assert not re.search(r"\bimport\(|\bfetch\(|https?://(?!www\.w3\.org)", script)
    assert len(gzip.compress(script.encode(), 6)) < 1000 * PAGE_KB


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("unit", [1e-7, 1, 1e6])
def test_the_widest_directions_are_those_of_the_covariance_in_any_unit(d, unit):
    points = unit * np.random.default_rng(d).normal(size=(60, d)) * [1, 2, 4][:d]
    js = "return m.widest({ ...given, values: Float64Array.from(given.values) });"
    found = compute(explorer_page.module(), js, {"n": 60, "d": d, "values": points.ravel().tolist()})
    variances, vectors = np.linalg.eigh(np.cov(points.T, bias=True).reshape(d, d))
    many = min(d, 2)
    np.testing.assert_allclose(found["spreads"], np.sqrt(variances[::-1][:many]), rtol=1e-9)
    np.testing.assert_allclose(abs(np.sum(found["ways"] * vectors.T[::-1][:many], axis=1)), 1, rtol=1e-9)
    equal = compute(explorer_page.module(), js, {"n": 5, "d": d, "values": [unit] * 5 * d})
    assert equal["spreads"] == [0] * many
    assert np.isfinite(equal["ways"]).all()


def test_nothing_that_it_has_is_idle():
    widgets = ROOT / "kmeans_em" / "widgets"
    script = explorer_page.module()
    for part in explorer_page.MORE:
        text = without_comments((widgets / f"explorer_{part}.js").read_text(encoding="utf-8"))
        declared = re.findall(r"^(?:export )?(?:async )?(?:function\*?|const|let) (\w+)", text, re.MULTILINE)
        assert [name for name in declared if not re.search(rf"\b{name}\b", script)] == [], part


@pytest.mark.parametrize("learn", [["sigma"], ["weights"], ["sigma", "weights"]])
def test_sigma_and_weights_are_learned_step_by_step_as_by_fit(learn):
    means = X[[3, 100, 250]].tolist()
    weights = [1 / 3] * 3 if "weights" in learn else []
    given = {"X": X.tolist(), "means": means, "sigma": 1.2, "weights": weights, "learn": learn}
    run = compute(explorer_page.module(), LEARN, given)
    history = fit(X, means, 1.2, learn=learn, max_steps=40, tol=0).history
    for (here, sigma, shares), step in zip(run, history[1:], strict=True):
        np.testing.assert_allclose(here, step.means, rtol=1e-10, atol=1e-10)
        assert sigma == pytest.approx(step.sigma, rel=1e-10)
        if "weights" in learn:
            np.testing.assert_allclose(shares, step.weights, rtol=1e-10)


def test_at_sigma_0_there_is_no_sigma_to_learn():
    given = {"X": X.tolist(), "means": X[:3].tolist(), "sigma": 0, "weights": [], "learn": ["sigma"]}
    run = compute(explorer_page.module(), LEARN, given)
    assert {sigma for _, sigma, _ in run} == {0}
    np.testing.assert_allclose(run[-1][0], fit(X, X[:3], 0, max_steps=40).means, rtol=1e-12)


def test_sigma_falls_to_0_where_every_point_has_a_mean_and_nothing_breaks():
    given = {"X": [[0, 0], [1, 1]], "means": [[0, 0.1], [1, 0.9]], "sigma": 0.3, "weights": [], "learn": ["sigma"]}
    run = compute(explorer_page.module(), LEARN, given)
    assert run[-1][1] < 1e-6
    assert np.isfinite(np.array([means for means, _, _ in run], dtype=float)).all()
