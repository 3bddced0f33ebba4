"""The loop in the page gives Python's numbers."""

import numpy as np
import pytest
from scipy.special import entr

from kmeans_em import free_energy, log_likelihood, responsibilities, update
from kmeans_em.em import rms_radius
from kmeans_em.widgets.base import source

COMPUTE = """
async ([esm, n, d, values, means, sigma, logWeights]) => {
  const em = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  const X = { n, d, values: Float64Array.from(values) };
  logWeights = logWeights && logWeights.map((w) => w ?? -Infinity); // JSON has no -Infinity
  const now = em.pass(X, means, sigma, null, logWeights);
  return {
    resp: [...em.responsibilities(X, means, sigma, logWeights)],
    inertia: now.inertia,
    freeEnergy: now.freeEnergy,
    logLikelihood: sigma > 0 ? em.logLikelihood(X, now, sigma, means.length, logWeights) : 0,
    terms: em.terms(X, means, em.responsibilities(X, means, sigma, logWeights)),
    step: em.step(X, means, sigma, logWeights),
    radius: em.rmsRadius(X),
  };
}
"""


def cases():
    rng = np.random.default_rng(7)
    sigmas = [0.0, 1e-300, 1e-8, 1e-3, 0.1, 1.0, 10.0, 1e8]
    for case in range(48):
        n, d, k = rng.integers(1, 40), rng.integers(1, 3), rng.integers(1, 9)
        X = rng.normal(size=(n, d)) * 10.0 ** rng.integers(-3, 4) + rng.integers(-1, 2) * 1e3
        means = X[rng.integers(n, size=k)] + rng.normal(size=(k, d)) * rng.integers(0, 2)
        yield X, means, sigmas[case % len(sigmas)], weights(rng, k)
    # small integers: exact ties, duplicates, coincident means, empty clusters
    for case in range(48):
        n, d, k = rng.integers(1, 12), rng.integers(1, 3), rng.integers(1, 6)
        X, means = rng.integers(-2, 3, (n, d)), rng.integers(-2, 3, (k, d))
        yield X.astype(float), means.astype(float), sigmas[case % len(sigmas)], weights(rng, k)


def weights(rng, k):
    """None, or weights of which some may be 0."""
    parts = rng.integers(0, 4, k)
    return parts / parts.sum() if parts.any() and rng.random() < 0.5 else None


@pytest.fixture
def blank(open_page):
    return open_page("about:blank")


def test_the_page_computes_what_python_computes(blank):
    esm = source("em.js")
    for X, means, sigma, pi in cases():
        log_weights = None if pi is None else [float(np.log(w)) if w > 0 else None for w in pi]
        page = blank.evaluate(COMPUTE, [esm, *X.shape, X.ravel().tolist(), means.tolist(), sigma, log_weights])
        resp = responsibilities(X, means, sigma, pi)
        J = free_energy(X, means, 0, pi)
        F = free_energy(X, means, sigma, pi)
        scale = max(1.0, np.abs(X).max(), np.abs(means).max())
        note = f"n, d = {X.shape}, k = {len(means)}, sigma = {sigma}"
        np.testing.assert_allclose(page["resp"], resp.ravel(), atol=1e-9, rtol=0, err_msg=note)
        np.testing.assert_allclose(page["inertia"], J, rtol=1e-9, atol=1e-300, err_msg=note)
        np.testing.assert_allclose(page["freeEnergy"], F, rtol=1e-9, atol=1e-9 * max(J, sigma**2), err_msg=note)
        if sigma >= 1e-8:
            log_L = log_likelihood(X, means, sigma, pi)
            np.testing.assert_allclose(float(page["logLikelihood"]), log_L, rtol=1e-9, atol=1e-9 * X.size, err_msg=note)
        D = ((X[:, None] - means) ** 2).sum(axis=2)
        terms = {"energy": (resp * D).sum(), "entropy": entr(resp).sum(), "even": D.mean(axis=1).sum()}
        for name, value in terms.items():
            np.testing.assert_allclose(page["terms"][name], value, rtol=1e-9, atol=1e-9, err_msg=f"{name}, {note}")
        np.testing.assert_allclose(page["step"], update(X, resp, means), rtol=0, atol=1e-9 * scale, err_msg=note)
        np.testing.assert_allclose(page["radius"], rms_radius(X), rtol=1e-9, atol=1e-9 * scale, err_msg=note)


def test_an_exact_tie_goes_to_the_lowest_index_in_the_page_too(blank):
    page = blank.evaluate(COMPUTE, [source("em.js"), 3, 1, [-1, 0, 1], [[1], [-1]], 0, None])
    assert page["resp"] == [0, 1, 1, 0, 1, 0]
