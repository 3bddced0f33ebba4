"""What chapter 7 and the page of the answer say in numbers, in text, figures and solutions."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import entropy, norm

from kmeans_em import datasets, fit, inertia, log_likelihood, responsibilities, update

LINE, MEANS = datasets.line(), np.array([[1.0], [11.0]])
Z = datasets.old_faithful(standardised=True)


def hard_em(X, means, sigma, weights=None, learn_sigma=False):
    """Means and sigma after each step of hard EM, until they rest."""
    while True:
        labels = responsibilities(X, means, sigma, weights).argmax(axis=1)
        new = update(X, np.eye(len(means))[labels], means)
        sigma = np.sqrt(((X - new[labels]) ** 2).sum() / X.size) if learn_sigma else sigma
        yield new, sigma
        if np.array_equal(new, means):
            return
        means = new


def penalised(labels, sigma):
    """G + 2 sigma^2 n H of two classes on the line."""
    labels = np.array(labels)
    G = sum(((LINE[labels == j] - LINE[labels == j].mean()) ** 2).sum() for j in set(labels.tolist()))
    return G, 2 * sigma**2 * 6 * entropy(np.bincount(labels, minlength=2) / 6)


def test_the_shares_of_the_point_8():
    r = responsibilities(LINE, MEANS, 4)[3]
    assert (r.round(2).tolist(), r.round(3).tolist()) == ([0.22, 0.78], [0.223, 0.777])
    assert round(responsibilities(LINE, MEANS, 2)[3, 0], 4) == 0.0067


def test_hard_em_with_a_large_sigma():
    r = responsibilities(LINE, [[0], [16]], 50)
    assert 0.48 < r.min() < r.max() < 0.52
    assert r[3].tolist() == [0.5, 0.5]
    path = [means.ravel().tolist() for means, _ in hard_em(LINE, np.array([[0.0], [16]]), 50)]
    assert path[:2] == [[2.75, 12.5], [1, 11]]
    assert path[-1] == [1, 11]
    path = [step.means.ravel().tolist() for step in fit(LINE, [[0], [16]]).history]
    assert path[1:3] == [[2.75, 12.5], [1, 11]]


def test_a_learned_sigma_hard_and_soft():
    sigmas = [round(float(s), 3) for _, s in hard_em(LINE, np.array([[0.0], [16]]), 5, learn_sigma=True)]
    assert sigmas[:2] == [3.247, 2.582]
    soft = fit(LINE, MEANS, 4, learn="sigma")
    assert soft.means.ravel().round(3).tolist() == [1.247, 11.084]
    assert round(soft.sigma, 3) == 2.739


def test_a_hard_step_may_lower_the_likelihood():
    rest = fit(LINE, MEANS, 4).means
    assert rest.ravel().round(2).tolist() == [2.14, 10.96]
    hard = next(hard_em(LINE, rest, 4))[0]
    assert hard.ravel().tolist() == [1, 11]
    assert np.round([log_likelihood(LINE, means, 4) for means in (rest, hard)], 3).tolist() == [-18.604, -18.699]


def test_k_means_pushes_overlapping_clusters_apart():
    # the right half of half N(0, 1), half N(2, 1): E|Y| for Y from N(1, 1), by symmetry
    assert round(1 + (2 * norm.cdf(1) - 1) + 2 * norm.pdf(1), 2) == 2.17


def test_the_classified_likelihood_of_the_line():
    CML = -40 / 32 - 3 * np.log(2 * np.pi * 16) - 6 * np.log(2)
    log_L = log_likelihood(LINE, MEANS, 4)
    assert np.round([CML, log_L, log_L - CML, 6 * np.log(2)], 4).tolist() == [-19.2403, -18.6986, 0.5417, 4.1589]
    assert -np.log(responsibilities(LINE, MEANS, 4).max(axis=1)).sum() == pytest.approx(log_L - CML)


def test_unequal_weights_on_the_line():
    path = [means.ravel().tolist() for means, _ in hard_em(LINE, MEANS, 4, [0.8, 0.2])]
    assert path == [[2.75, 12.5], [4, 16], [4, 16]]
    assert round(6 + 16 / 10 * np.log(4), 2) == 8.22
    assert round((2.75 + 12.5) / 2 + 16 / (12.5 - 2.75) * np.log(4), 2) == 9.90


def test_learned_weights_like_unequal_classes():
    even, odd = penalised([0, 0, 0, 1, 1, 1], 4), penalised([0, 0, 0, 0, 0, 1], 4)
    assert (even[0], round(even[1], 2), round(sum(even), 2)) == (40, 133.08, 173.08)
    assert (odd[0], round(odd[1], 2), round(sum(odd), 2)) == (70, 86.51, 156.51)
    assert min(sum(penalised(labels, 4)) for labels in product((0, 1), repeat=6)) == pytest.approx(sum(odd))


def test_hard_em_on_old_faithful():
    found = list(hard_em(Z, Z[:2], 10, learn_sigma=True))[:4]
    for (means, _), step in zip(found, fit(Z, Z[:2]).history[1:], strict=False):
        np.testing.assert_allclose(means, step.means, rtol=0, atol=1e-12)
    assert responsibilities(Z, Z[:2], 10).max() < 0.52


def test_the_gap_tends_to_0_and_both_fall():
    rest = fit(Z, Z[:2])
    log_L = [log_likelihood(Z, rest.means, s) for s in (2, 1, 0.5, 0.2, 0.1)]
    J = inertia(Z, rest.means)
    CML = [-J / (2 * s**2) - 272 * np.log(2 * np.pi * s**2) - 272 * np.log(2) for s in (2, 1, 0.5, 0.2, 0.1)]
    gap = np.subtract(log_L, CML)
    assert (np.diff(gap) < 0).all()
    assert gap[-1] < 0.05
    assert gap[0] < 272 * np.log(2)
    assert int(np.argmax(log_L)) == int(np.argmax(CML)) == 2


def test_by_hand():
    X, sigma = np.array([[0.0], [4.0]]), np.sqrt(8 / np.log(3))
    assert fit(X, X, sigma, max_steps=1).means.ravel() == pytest.approx([1, 3])
    assert next(hard_em(X, X, sigma))[0].ravel().tolist() == [0, 4]
    assert -np.log(responsibilities(X, X, sigma).max(axis=1)).sum() == pytest.approx(2 * np.log(4 / 3))
    assert round(2 * np.log(4 / 3), 4) == 0.5754


def test_the_naked_loop_of_the_answer_is_fit():
    start = np.array([[-0.4, 0.3], [0.4, -0.3]])
    for sigma in (0.5, 0.1, 0):
        means = start
        for _ in range(200):
            means = update(Z, responsibilities(Z, means, sigma), means)
        assert abs(means - fit(Z, start, sigma).means).max() < 1e-6
