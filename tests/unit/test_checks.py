import numpy as np
import pytest

from kmeans_em.checks import check
from kmeans_em.gaussian import log_density


def squares(X):
    return ((X - X.mean(axis=0)) ** 2).sum()


def test_a_right_answer_gets_a_tick():
    verdict = check("gaussian-mle", lambda X: (X.mean(axis=0), np.sqrt(squares(X) / X.size)))
    assert verdict
    assert verdict.hint is None
    assert repr(verdict) == "✓ gaussian-mle: right"
    assert verdict._repr_html_() == '<p class="verdict right">✓ gaussian-mle: right</p>'


WRONG = {
    "sigma squared": (lambda X: (X.mean(axis=0), squares(X) / X.size), "return its square root"),
    "over n": (
        lambda X: (X.mean(axis=0), np.sqrt(squares(X) / len(X))),
        "on Old Faithful: .* n d = 544",
    ),
    "over n - 1": (
        lambda X: (X.mean(axis=0), np.sqrt(squares(X) / (X.size - 1))),
        r"sigma should be 5\.6\d+, not 6\.1\d+.*divided by n d",
    ),
    "spread about one number": (
        lambda X: (X.mean(axis=0), X.std()),
        r"on Old Faithful: sigma should be 9\.6\d+, not 35\.\d+",
    ),
    "median": (
        lambda X: (np.median(X, axis=0), 1.0),
        r"on the line: the mean is \[6\.\], not \[5\.\]",
    ),
    "mean of everything": (lambda X: (X.mean(), X.std()), r"shape \(1,\), not \(\)"),
    "mean as a row": (
        lambda X: (X.mean(axis=0, keepdims=True), 1.0),
        r"shape \(1,\), not \(1, 1\)",
    ),
    "swapped": (
        lambda X: (np.sqrt(squares(X) / X.size), X.mean(axis=0)),
        r"shape \(1,\), not \(\)",
    ),
    "nan": (lambda X: (X.mean(axis=0), np.nan), "sigma should be .*, not nan"),
    "a sigma for each column": (
        lambda X: (X.mean(axis=0), X.std(axis=0)),
        "sigma.*one number",
    ),
    "nothing returned": (lambda X: None, "mean.*sigma"),
    "not a function": (3.0, "function"),
}


@pytest.mark.parametrize(("answer", "hint"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_gets_its_hint(answer, hint):
    verdict = check("gaussian-mle", answer)
    assert not verdict
    assert repr(verdict).startswith("✗ gaussian-mle: ")
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(verdict.hint)


def test_an_answer_may_spoil_the_data_it_is_given():
    def answer(X):
        mean = X.mean(axis=0)
        X -= mean
        return mean, np.sqrt((X**2).mean())

    assert check("gaussian-mle", answer)


def test_an_unknown_exercise_is_told_the_known_ones():
    with pytest.raises(ValueError, match=r"^name: no exercise 'mle'; there are .*gaussian-mle"):
        check("mle", None)


def shares(X, means, sigma):
    D = ((X[:, None] - means) ** 2).sum(axis=2)
    D -= D.min(axis=1, keepdims=True)
    resp = np.exp(-D / (2 * sigma**2))
    return resp / resp.sum(axis=1, keepdims=True)


WRONG_SHARES = {
    "no subtraction": (
        lambda X, means, sigma: (
            (r := np.exp(-((X[:, None] - means) ** 2).sum(axis=2) / (2 * sigma**2))) / r.sum(axis=1, keepdims=True)
        ),
        r"sigma = 0\.001: the shares of the point 0 are NaN",
    ),
    "no factor 2": (lambda X, means, sigma: shares(X, means, sigma / np.sqrt(2)), "over 2 sigma"),
    "not normalised": (lambda X, means, sigma: 2 * shares(X, means, sigma), "add up to 2, not to 1"),
    "transposed": (lambda X, means, sigma: shares(X, means, sigma).T, r"shape \(6, 2\), not \(2, 6\)"),
    "normalised over points": (
        lambda X, means, sigma: (r := shares(X, means, sigma)) / r.sum(axis=0),
        r"add up to .*, not to 1",
    ),
    "hard": (lambda X, means, sigma: shares(X, means, 1e-9), r"the point 8 should be \[0\.2227, 0\.7773\]"),
    "not a function": (3.0, "function"),
}


@pytest.mark.parametrize(("answer", "hint"), WRONG_SHARES.values(), ids=WRONG_SHARES)
def test_wrong_shares_get_their_hint(answer, hint):
    assert check("responsibilities", shares)
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(check("responsibilities", answer).hint)


def log_joint(X, means, sigma, weights):
    log_p = np.array([log_density(X, mean, sigma) for mean in means])
    return np.log(weights)[:, None] + log_p


WRONG_LIKELIHOODS = {
    "logarithms averaged": (
        lambda X, m, s, w: (np.array(w)[:, None] * (log_joint(X, m, s, w) - np.log(w)[:, None])).sum(),
        "you averaged the log-densities",
    ),
    "weights twice": (
        lambda X, m, s, w: np.logaddexp.reduce(log_joint(X, m, s, w), axis=0).sum() - len(X) * np.log(len(w)),
        "factor 1/k too much",
    ),
    "underflow": (
        lambda X, m, s, w: np.log(np.exp(log_joint(X, m, s, w)).sum(axis=0)).sum(),
        r"sigma = 0\.1, .* the result is -inf: add in the logarithm",
    ),
    "one number a point": (lambda X, m, s, w: np.logaddexp.reduce(log_joint(X, m, s, w), axis=0), r"not shape \(6,\)"),
    "without weights": (
        lambda X, m, s, w: np.logaddexp.reduce(log_joint(X, m, s, w) - np.log(w)[:, None], axis=0).sum(),
        "weights are missing",
    ),
    "equal weights": (
        lambda X, m, s, w: np.logaddexp.reduce(log_joint(X, m, s, np.full(len(w), 1 / len(w))), axis=0).sum(),
        r"weights are \[0\.8, 0\.2\]",
    ),
    "nothing returned": (lambda X, m, s, w: None, "one number"),
    "not a function": (3.0, "function"),
}


@pytest.mark.parametrize(("answer", "hint"), WRONG_LIKELIHOODS.values(), ids=WRONG_LIKELIHOODS)
def test_wrong_likelihoods_get_their_hint(answer, hint):
    assert check("mixture-likelihood", lambda X, m, s, w: np.logaddexp.reduce(log_joint(X, m, s, w), axis=0).sum())
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(check("mixture-likelihood", answer).hint)


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def gaps(D):
    nearest, second = np.sort(D, axis=1)[:, :2].T
    return second - nearest


def hard_sigma(X, means, tol, gap=lambda D: gaps(D).min(), others=None, odds=None):
    if len(means) == 1:
        return np.inf
    others = len(means) - 1 if others is None else others
    return np.sqrt(gap(sq_dists(X, means)) / (2 * np.log(others * (odds or (1 - tol) / tol))))


WRONG_SIGMAS = {
    "no factor 2": (lambda X, m, tol: np.sqrt(2) * hard_sigma(X, m, tol), "lacks a factor 2"),
    "no k - 1": (lambda X, m, tol: hard_sigma(X, m, tol, others=1), r"on three blobs.* there are k - 1 = 2"),
    "k for k - 1": (lambda X, m, tol: hard_sigma(X, m, tol, others=len(m)), r"should be 2\.086\d*, not 1\.94"),
    "largest gap": (
        lambda X, m, tol: hard_sigma(X, m, tol, lambda D: gaps(D).max()),
        "largest gap; .* 40 of the point 8",
    ),
    "first point": (lambda X, m, tol: hard_sigma(X, m, tol, lambda D: gaps(D)[0]), "first point; the smallest gap, 40"),
    "mean gap": (lambda X, m, tol: hard_sigma(X, m, tol, lambda D: gaps(D).mean()), "mean gap; the smallest"),
    "distances": (lambda X, m, tol: hard_sigma(X, m, tol, lambda D: gaps(np.sqrt(D)).min()), "squared distances"),
    "squared": (lambda X, m, tol: hard_sigma(X, m, tol) ** 2, r"^on the line.* 4\.35\d* is sigma squared"),
    "no 1 - tol": (lambda X, m, tol: hard_sigma(X, m, tol, odds=1 / tol), r"safe, but not the largest: .* 2\.086"),
    "minus": (lambda X, m, tol: hard_sigma(X, m, tol, odds=tol / (1 - tol)), r"should be 2\.086\d*, not nan"),
    "any at a tie": (
        lambda X, m, tol: hard_sigma(X, m, tol) or np.inf,
        "the point 0 is tied.* only 0 will do, not inf",
    ),
    "one for each point": (lambda X, m, tol: hard_sigma(X, m, tol, gaps), r"one number, .* not shape \(6,\)"),
    "nothing returned": (lambda X, m, tol: None, "one number"),
    "0 for one mean": (
        lambda X, m, tol: hard_sigma(X, m, tol) if len(m) > 1 else 0.0,
        "one mean 7: .* np.inf, not 0.0",
    ),
    "no second mean": (
        lambda X, m, tol: hard_sigma(X, m, tol) if len(m) > 1 else gaps(sq_dists(X, m)),
        r"it stopped in line \d+, `.*`, with an error \(not enough values .*return np\.inf",
    ),
    "not a function": (3.0, "function"),
}


@pytest.mark.parametrize(("answer", "hint"), WRONG_SIGMAS.values(), ids=WRONG_SIGMAS)
def test_a_wrong_hard_sigma_gets_its_hint(answer, hint):
    assert check("hard-enough", hard_sigma)
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(check("hard-enough", answer).hint)


def test_the_hard_sigma_is_the_one_where_the_softest_point_of_two_means_gives_away_tol():
    X, means = np.array([[0.0], [1], [2], [8], [9], [16]]), np.array([[1.0], [11]])
    given_away = 1 - shares(X, means, hard_sigma(X, means, 0.01)).max(axis=1)
    assert given_away.max() == pytest.approx(0.01)


def hard_labels(X, means, sigma, weights, factor=2.0):
    return (sq_dists(X, means) - factor * sigma**2 * np.log(weights)).argmin(axis=1)


def after(X, means, labels):
    """The right means and weights for some labels."""
    sizes = np.bincount(labels, minlength=len(means))
    new = [X[labels == j].mean(axis=0) if sizes[j] else means[j] for j in range(len(means))]
    return labels, np.array(new), sizes / len(X)


def hard_em_step(X, means, sigma, weights):
    return after(X, means, hard_labels(X, means, sigma, weights))


def soft_means(X, means, sigma, weights):
    joint = sq_dists(X, means) / (-2 * sigma**2) + np.log(weights)
    r = np.exp(joint - joint.max(axis=1, keepdims=True))
    r /= r.sum(axis=1, keepdims=True)
    return r.T @ X / r.sum(axis=0)[:, None]


def last_of_the_tied(X, means, sigma, weights):
    return after(X, means, len(means) - 1 - hard_labels(X, means[::-1], sigma, weights[::-1]))


WRONG_HARD_STEPS = {
    "weights ignored": (lambda X, m, s, w: after(X, m, hard_labels(X, m, s, 1 + 0 * w)), "did not get the weights"),
    "wrong sign": (lambda X, m, s, w: after(X, m, hard_labels(X, m, s, 1 / w)), "on the line.* sign"),
    "no factor 2": (lambda X, m, s, w: after(X, m, hard_labels(X, m, s, w, factor=1)), "factor 2 is missing"),
    "last of the tied": (last_of_the_tied, "where 0 is tied: the label of the point 0 should be 0, not 1"),
    "labels from 1": (lambda X, m, s, w: (hard_labels(X, m, s, w) + 1, m, w), "count from 0"),
    "soft means": (
        lambda X, m, s, w: ((step := hard_em_step(X, m, s, w))[0], soft_means(X, m, s, w), step[2]),
        "means are those of the shares",
    ),
    "old means": (
        lambda X, m, s, w: ((step := hard_em_step(X, m, s, w))[0], m, step[2]),
        r"means should be \[\[4\.0\], \[16\.0\]\], not \[\[1\.0\], \[11\.0\]\]",
    ),
    "nan": (
        lambda X, m, s, w: (
            (step := hard_em_step(X, m, s, w))[0],
            np.where(step[2][:, None] > 0, step[1], np.nan),
            step[2],
        ),
        "gets no points: a mean is NaN",
    ),
    "old weights": (
        lambda X, m, s, w: (*hard_em_step(X, m, s, w)[:2], w),
        r"n_j / n = \[0\.8333, 0\.1667\], not \[0\.8, 0\.2\]",
    ),
    "sizes": (
        lambda X, m, s, w: ((step := hard_em_step(X, m, s, w))[0], step[1], len(X) * step[2]),
        r"n_j / n = .*, not \[5\.0, 1\.0\]",
    ),
    "only classes with points": (
        lambda X, m, s, w: (
            (step := hard_em_step(X, m, s, w))[0],
            step[1][step[2] > 0],
            step[2][step[2] > 0],
        ),
        r"shape \(3, 1\), not \(2, 1\)",
    ),
    "a weight of 0 dropped": (
        lambda X, m, s, w: hard_em_step(X, m, s, np.where(w > 0, w, 1.0)),
        "at 8 of weight 0: a class of weight 0 got a point",
    ),
    "one-hot": (
        lambda X, m, s, w: (np.eye(len(m))[(step := hard_em_step(X, m, s, w))[0]], *step[1:]),
        r"labels, one for each point, should have shape \(6,\), not \(6, 2\)",
    ),
    "only two": (lambda X, m, s, w: hard_em_step(X, m, s, w)[1:], "tuple of three"),
    "nothing returned": (lambda X, m, s, w: None, "tuple of three"),
    "not a function": (3.0, "function"),
}


@pytest.mark.parametrize(("answer", "hint"), WRONG_HARD_STEPS.values(), ids=WRONG_HARD_STEPS)
def test_a_wrong_hard_step_gets_its_hint(answer, hint):
    assert check("hard-em", hard_em_step)
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(check("hard-em", answer).hint)


def powers(X, means, sigma):
    return np.exp(-((X[:, None] - means) ** 2).sum(axis=2) / (2 * sigma**2))


def tempered(X, means, sigma, weights, share):
    parts = weights * powers(X, means, sigma)
    return share(parts / parts.sum(axis=1, keepdims=True))


def averaged_log(X, means, sigma, w):
    log_p = np.array([log_density(X, mean, sigma) for mean in means]).T - np.log(len(means))
    return (w * log_p).sum()


def log_mixture(X, means, sigma, w):
    return np.log(np.exp([log_density(X, mean, sigma) for mean in means]).mean(axis=0)).sum()


def blocks(X, means, sigma):
    D = ((X[:, None] - means) ** 2).sum(axis=2)
    return np.exp(-(D - D.min(axis=1, keepdims=True)) / (2 * sigma**2)).sum(axis=1)


WRONG_ON_THE_ROAD = {
    "mean over n": ("weighted-mean", lambda X, a: a @ X / len(X), "divided by n = 6; the weights add up to 3.5"),
    "plain mean": ("weighted-mean", lambda X, a: X.mean(axis=0), "that is the plain mean"),
    "mean as a row": ("weighted-mean", lambda X, a: (a @ X / a.sum())[None], r"shape \(1,\), not \(1, 1\)"),
    "first point": ("weighted-mean", lambda X, a: X[0], r"the weighted mean is \[6.0\], not \[0.0\]"),
    "no prior": (
        "posterior",
        lambda X, means, sigma, weights: tempered(X, means, sigma, 1, lambda p: p),
        "the weights are missing",
    ),
    "sum without prior": (
        "posterior",
        lambda X, means, sigma, weights: (
            weights * powers(X, means, sigma) / powers(X, means, sigma).sum(axis=1, keepdims=True)
        ),
        r"add up to 0\.\d+, not to 1",
    ),
    "exchanged": (
        "posterior",
        lambda X, means, sigma, weights: tempered(X, means, sigma, weights, lambda p: p[:, ::-1]),
        "the posterior of the point 0 should be",
    ),
    "transposed": (
        "posterior",
        lambda X, means, sigma, weights: tempered(X, means, sigma, weights, np.transpose),
        r"shape \(6, 2\), not \(2, 6\)",
    ),
    "no weights in the bound": (
        "lower-bound",
        lambda X, means, sigma, w: (
            averaged_log(X, means, sigma, w) + len(X) * np.log(len(means)) - (w * np.log(w)).sum()
        ),
        "the weights 1/k are missing",
    ),
    "no entropy": ("lower-bound", averaged_log, "the entropy is missing"),
    "entropy subtracted": (
        "lower-bound",
        lambda X, means, sigma, w: averaged_log(X, means, sigma, w) + (w * np.log(w)).sum(),
        "wrong sign",
    ),
    "the likelihood": ("lower-bound", log_mixture, "that is log L itself"),
    "a list": ("lower-bound", lambda X, means, sigma, w: w, "return one number"),
    "nothing": ("lower-bound", lambda X, means, sigma, w: 0.0, "the bound is -24.4"),
    "blocks from zero": (
        "total",
        lambda X, means, sigma: powers(X, means, sigma).sum(axis=1),
        "below 1: the tallest block",
    ),
    "the share": ("total", lambda X, means, sigma: 1 / blocks(X, means, sigma), "the largest share"),
    "one total": ("total", lambda X, means, sigma: blocks(X, means, sigma).sum(), r"shape \(6,\), not \(\)"),
    "always 1": ("total", lambda X, means, sigma: np.ones(len(X)), "the total of the point 8 should be 1.286"),
}


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG_ON_THE_ROAD.values(), ids=WRONG_ON_THE_ROAD)
def test_a_wrong_answer_on_the_road_gets_its_hint(name, answer, hint):
    verdict = check(name, answer)
    assert not verdict
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(verdict.hint)


def probabilities(X, centres, divide=lambda J, X: np.sqrt(J / X.size)):
    sigma = divide(sq_dists(X, centres).min(axis=1).sum(), X)
    return shares(X, centres, sigma)


WRONG_PROBABILITIES = {
    "over n": (lambda X, c: probabilities(X, c, lambda J, X: np.sqrt(J / len(X))), "Old Faithful.*divide by n d"),
    "sigma squared": (lambda X, c: probabilities(X, c, lambda J, X: J / X.size), "on the line.*square root"),
    "around the mean": (
        lambda X, c: probabilities(X, c, lambda J, X: np.sqrt(squares(X) / X.size)),
        "not around the nearest centres",
    ),
    "hard": (lambda X, c: np.eye(len(c))[sq_dists(X, c).argmin(axis=1)], "sigma is 2.58199, and the point 8"),
    "one column": (lambda X, c: probabilities(X, c)[:, 0], r"shape \(6, 2\), not \(6,\)"),
}


@pytest.mark.parametrize(("answer", "hint"), WRONG_PROBABILITIES.values(), ids=WRONG_PROBABILITIES)
def test_wrong_probabilities_get_their_hint(answer, hint):
    assert check("probabilities", probabilities)
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(check("probabilities", answer).hint)


def spreads(X, ddof=0):
    return np.linalg.eigvalsh(np.atleast_2d(np.cov(X.T, ddof=ddof)))


WRONG_GROWTHS = {
    "n - 1": (lambda X, sigma: spreads(X, 1)[-1] / sigma**2, "divide by n, not by n - 1"),
    "a column": (lambda X, sigma: X.var(axis=0).max() / sigma**2, "slanting direction"),
    "the sum": (lambda X, sigma: spreads(X).sum() / sigma**2, "not their sum"),
    "the root": (lambda X, sigma: np.sqrt(spreads(X)[-1]) / sigma, "without the root"),
    "sigma": (lambda X, sigma: spreads(X)[-1] / sigma, "divide by sigma"),
    "many": (lambda X, sigma: spreads(X) / sigma**2, "return one number"),
    "another": (lambda X, sigma: 1, "the factor should be 1.9792, not 1.0000"),
}


@pytest.mark.parametrize(("answer", "hint"), WRONG_GROWTHS.values(), ids=WRONG_GROWTHS)
def test_wrong_growths_get_their_hint(answer, hint):
    assert check("growth", lambda X, sigma: spreads(X)[-1] / sigma**2)
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(check("growth", answer).hint)
