"""DP-means finds what its rule finds, is the same for any offset, and refuses what it cannot take."""

import numpy as np
import pytest

from kmeans_em import datasets
from kmeans_em.dp_means import dp_means

LINE = datasets.line()


def by_the_rule(X, price, order):
    """Kulis and Jordan's algorithm, in plain loops."""
    means, before, clusters = [X.mean(axis=0)], None, [[*range(len(X))]]
    while clusters != before:
        before, clusters = clusters, [[] for _ in means]
        for i in order:
            D = [((X[i] - mean) ** 2).sum() for mean in means]
            if min(D) > price:
                means.append(X[i])
                clusters.append([i])
            else:
                clusters[D.index(min(D))].append(i)
        clusters = [sorted(cluster) for cluster in clusters if cluster]
        means = [X[cluster].mean(axis=0) for cluster in clusters]
    return sorted(map(tuple, means))


@pytest.mark.parametrize("seed", range(20))
def test_it_follows_the_rule(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rng.integers(1, 30), rng.integers(1, 4)))
    order, price = rng.permutation(len(X)), 10.0 ** rng.uniform(-2, 1)
    labels, means = dp_means(X, price, order=order)
    np.testing.assert_allclose(sorted(map(tuple, means)), by_the_rule(X, price, order), atol=1e-12)
    for j, mean in enumerate(means):
        np.testing.assert_allclose(mean, X[labels == j].mean(axis=0))


def test_a_dear_cluster_is_the_only_one_and_a_cheap_one_is_a_point():
    assert dp_means(LINE, 1e6)[1].tolist() == [[6.0]]
    assert sorted(dp_means(LINE, 1e-6)[1].ravel()) == LINE.ravel().tolist()
    assert dp_means([[3.0]], 1.0)[1].tolist() == [[3.0]]


def test_an_offset_changes_no_label():
    for price in (0.3, 3, 20, 99):
        np.testing.assert_array_equal(dp_means(LINE, price)[0], dp_means(LINE + 1e8, price)[0])


def test_rounds_may_be_few():
    assert len(dp_means(LINE, 3, max_rounds=1)[1]) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"price": -1}, "price: expected a finite number >= 0"),
        ({"price": np.nan}, "price: "),
        ({"price": 1, "order": [0, 1]}, "order: expected each of the rows 0 to 5 once"),
        ({"price": 1, "order": [[0]]}, "order: "),
        ({"price": 1, "max_rounds": 0}, "max_rounds: "),
        ({"price": 1, "X": [[0], [np.inf]]}, "X: has NaN"),
        ({"price": 1, "X": [[1e200], [0]]}, "X"),
    ],
)
def test_what_it_refuses(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        dp_means(**{"X": LINE} | arguments)
