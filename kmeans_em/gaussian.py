"""The Gaussian with covariance sigma^2 I, and samples from a mixture of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_em import validation as check
from kmeans_em.em import Array, sq_dists


def log_density(X: ArrayLike, mean: ArrayLike, sigma: float) -> Array:
    """log N(x; mean, sigma^2 I) = -|x - mean|^2 / 2 sigma^2 - d log sigma - (d/2) log 2 pi.

    Parameters
    ----------
    X : (n, d) array_like
    mean : (d,) array_like
    sigma : float, 0 < sigma <= 1e140, in the units of X

    Returns
    -------
    log_density : (n,) array
        Natural logarithms, with the unit of X as the unit of length.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X, mean = check.numbers("X", X, "(n, d)"), check.numbers("mean", mean, "(d,)")
    if mean.shape != X.shape[1:]:
        raise ValueError(f"mean: expected shape {X.shape[1:]} to match X {X.shape}, got {mean.shape}")
    X, means = check.data_and_means(X, mean[None, :])
    sigma = check.sigma(sigma, at_most=check.LARGEST, positive=True)
    d = X.shape[1]
    with np.errstate(over="ignore"):
        misfit = sq_dists(X, means)[0] / sigma / (2 * sigma)
    log_constant: float = -d * (np.log(sigma) + np.log(2 * np.pi) / 2)
    return np.asarray(log_constant - misfit)


def sample(
    n: int,
    means: ArrayLike,
    sigma: float,
    weights: ArrayLike | None = None,
    rng: int | np.random.Generator | None = None,
) -> tuple[Array, NDArray[np.intp]]:
    """Tell the mixture's story n times: draw a label z from the weights, then x around mean z.

    Parameters
    ----------
    n : int
    means : (k, d) array_like
    sigma : float, 0 <= sigma <= 1e140
    weights : (k,) array_like, optional
        Equal when left out.
    rng : int, numpy Generator or None
        A seed or a source of random numbers.

    Returns
    -------
    X : (n, d) array
    labels : (n,) array of int

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    n = check.whole("n", n, at_least=1)
    means = check.numbers("means", means, "(k, d)").astype(float)
    sigma = check.sigma(sigma, at_most=check.LARGEST)
    weights = check.weights(weights, len(means))
    generator = check.generator(rng)
    labels = generator.choice(len(means), size=n, p=weights)
    noise = generator.standard_normal((n, means.shape[1]))
    return means[labels] + sigma * noise, labels
