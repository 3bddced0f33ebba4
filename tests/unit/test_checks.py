import numpy as np
import pytest

from kmeans_em.checks import check


def squares(X):
    return ((X - X.mean(axis=0)) ** 2).sum()


def test_a_right_answer_gets_a_tick():
    verdict = check("gaussian-mle", lambda X: (X.mean(axis=0), np.sqrt(squares(X) / X.size)))
    assert verdict
    assert verdict.hint is None
    assert repr(verdict) == "✓ gaussian-mle: right"


WRONG = {
    "sigma squared": (lambda X: (X.mean(axis=0), squares(X) / X.size), "return its square root"),
    "over n": (
        lambda X: (X.mean(axis=0), np.sqrt(squares(X) / len(X))),
        "on Old Faithful .* n d = 544",
    ),
    "over n - 1": (
        lambda X: (X.mean(axis=0), np.sqrt(squares(X) / (X.size - 1))),
        r"sigma should be 5\.6\d+, not 6\.1\d+.*divided by n d",
    ),
    "spread about one number": (
        lambda X: (X.mean(axis=0), X.std()),
        r"on Old Faithful sigma should be 9\.6\d+, not 35\.\d+",
    ),
    "median": (
        lambda X: (np.median(X, axis=0), 1.0),
        r"on the line the mean is \[6\.\], not \[5\.\]",
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
    with pytest.raises(ValueError, match=r"^name: no exercise 'mle'; there are gaussian-mle"):
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
        r"sigma = 0\.001 the shares of point 1 are NaN",
    ),
    "no factor 2": (lambda X, means, sigma: shares(X, means, sigma / np.sqrt(2)), "over 2 sigma"),
    "not normalised": (lambda X, means, sigma: 2 * shares(X, means, sigma), "add up to 2, not to 1"),
    "transposed": (lambda X, means, sigma: shares(X, means, sigma).T, r"shape \(6, 2\), not \(2, 6\)"),
    "normalised over points": (
        lambda X, means, sigma: (r := shares(X, means, sigma)) / r.sum(axis=0),
        r"add up to .*, not to 1",
    ),
    "hard": (lambda X, means, sigma: shares(X, means, 1e-9), r"point 4 should be \[0\.2227, 0\.7773\]"),
    "not a function": (3.0, "function"),
}


@pytest.mark.parametrize(("answer", "hint"), WRONG_SHARES.values(), ids=WRONG_SHARES)
def test_wrong_shares_get_their_hint(answer, hint):
    assert check("responsibilities", shares)
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(check("responsibilities", answer).hint)
