import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy.sparse import csr_array

from kmeans_em import fit, free_energy, inertia, log_likelihood, responsibilities, update
from kmeans_em.gaussian import log_density, sample
from kmeans_em.seeding import kmeans_plusplus

X = [[0.0, 0.0], [1.0, 0.0], [4.0, 1.0]]
MEANS = [[0.0, 0.0], [4.0, 1.0]]
RESP = [[1, 0], [1, 0], [0, 1]]
LONG = np.finfo(np.longdouble).max if np.longdouble(0).nbytes > 8 else np.inf

READS_DATA_AND_MEANS = {
    "responsibilities": lambda X, means: responsibilities(X, means, 1),
    "update": lambda X, means: update(X, RESP, means),
    "inertia": inertia,
    "free_energy": lambda X, means: free_energy(X, means, 1),
    "log_likelihood": lambda X, means: log_likelihood(X, means, 1),
    "fit": fit,
}
READS_WEIGHTS = {
    "responsibilities": lambda weights: responsibilities(X, MEANS, 1, weights),
    "free_energy": lambda weights: free_energy(X, MEANS, 1, weights),
    "log_likelihood": lambda weights: log_likelihood(X, MEANS, 1, weights),
    "fit": lambda weights: fit(X, MEANS, 1, weights=weights),
    "sample": lambda weights: sample(5, MEANS, 1, weights, rng=0),
}
BAD_ARRAYS = {
    "nan": ([[0.0, np.nan]], "NaN or infinite.*drop those rows or fill them in"),
    "infinite": ([[0.0, np.inf]], "NaN or infinite.*drop those rows or fill them in"),
    "missing": ([[0.0, None]], "NaN or infinite.*drop those rows or fill them in"),
    "one axis": ([0.0, 1.0], r"expected shape \(., d\), got \(2,\).*\[:, None\]"),
    "three axes": ([[[0.0, 1.0]]], r"expected shape \(., d\), got \(1, 1, 2\)"),
    "no axis": (3.0, r"expected shape \(., d\), got \(\)"),
    "no rows": (np.empty((0, 2)), r"at least one number, got shape \(0, 2\)"),
    "no columns": (np.empty((3, 0)), r"at least one number, got shape \(3, 0\)"),
    "ragged": ([[0.0, 1.0], [2.0]], "expected an array of numbers"),
    "words": ([["a", "b"]], "expected an array of numbers; real ones, not str"),
    "complex": ([[0.0, 1j]], "expected an array of numbers; real ones, not complex"),
    "beyond 2**53": ([[0, 2**53 + 1]], r"integers beyond 2\*\*53.*subtract an offset"),
    "below -2**53": ([[0, -(2**63)]], r"integers beyond 2\*\*53.*subtract an offset"),
    "beyond 2**64": ([[0, 2**70 + 1]], r"integers beyond 2\*\*53.*subtract an offset"),
    "beyond float64": ([[0, 10**400]], "(expected an array of numbers.*too large|integers beyond)"),
    "digits in strings": ([["1", "2"]], "expected an array of numbers; real ones, not str"),
    "dates": (np.array([["2026-11-22"] * 2], "datetime64[D]"), "expected an array of numbers; real ones, not datetime"),
    "digits in strings among numbers": (
        np.array([[1, "2"]], object),
        "expected an array of numbers; real ones, not words",
    ),
    "masked": (np.ma.array([[0.0, 9.0]], mask=[[False, True]]), "masked"),
    "masked row in a list": ([np.ma.array([0.0, 9.0], mask=[False, True])], "masked"),
    "sparse": (csr_array([[0.0, 1.0]]), r"sparse.*use (X|means)\.toarray\(\)"),
    "records": (np.zeros(2, [("a", float), ("b", float)]), "expected an array of numbers; real ones, not void"),
    "beyond float64 in long double": (np.array([[0, LONG]]), "NaN or infinite|too large"),
}


@pytest.mark.parametrize(("bad", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
@pytest.mark.parametrize("function", READS_DATA_AND_MEANS.values(), ids=READS_DATA_AND_MEANS)
def test_bad_data_and_bad_means_are_named_with_their_remedy(function, bad, message):
    with pytest.raises(ValueError, match=f"^X: .*{message}"):
        function(bad, MEANS)
    with pytest.raises(ValueError, match=f"^means: .*{message}"):
        function(X, bad)


@pytest.mark.parametrize("function", READS_DATA_AND_MEANS.values(), ids=READS_DATA_AND_MEANS)
def test_means_must_have_the_dimension_of_the_data(function):
    message = r"^means: expected shape \(k, 2\) to match X \(3, 2\), got \(2, 3\)"
    with pytest.raises(ValueError, match=message):
        function(X, np.zeros((2, 3)))


@pytest.mark.parametrize("spread", [1e-150, 1e150, 1e308])
@pytest.mark.parametrize("function", READS_DATA_AND_MEANS.values(), ids=READS_DATA_AND_MEANS)
def test_data_whose_squares_leave_float64_must_be_rescaled(function, spread):
    with pytest.raises(ValueError, match=r"^X, means: .*multiply X, means and sigma by a common factor"):
        function([[0.0], [spread], [-spread]], [[0.0], [spread]])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        pytest.param([1.0], r"expected shape \(2,\), one for each mean, got \(1,\)", id="too few"),
        pytest.param([[0.5, 0.5]], r"expected shape \(k,\), got \(1, 2\)", id="two axes"),
        pytest.param(1.0, r"expected shape \(k,\), got \(\)", id="no axis"),
        pytest.param([-0.5, 1.5], r"must be >= 0, got -0\.5", id="negative"),
        pytest.param([0.5, 0.6], r"must sum to 1, got a sum of 1\.1; divide by the sum", id="sum"),
        pytest.param([0.5, 0.5001], r"must sum to 1, got a sum of 1\.0001; divide by the sum", id="near"),
        pytest.param([0.0, 0.0], r"must sum to 1, got a sum of 0; divide by the sum", id="zero"),
        pytest.param([1e308, 1e308], r"must sum to 1, got a sum of inf; divide by the sum", id="beyond float64"),
        pytest.param([0.5, np.nan], "NaN or infinite", id="nan"),
        pytest.param(["a", "b"], "expected an array of numbers", id="words"),
    ],
)
@pytest.mark.parametrize("function", READS_WEIGHTS.values(), ids=READS_WEIGHTS)
def test_bad_weights_are_named_with_their_remedy(function, bad, message):
    with pytest.raises(ValueError, match=f"^weights: .*{message}"):
        function(bad)


@pytest.mark.parametrize("function", READS_WEIGHTS.values(), ids=READS_WEIGHTS)
def test_weights_in_float32_sum_to_one_as_well_as_float32_can(function):
    function(np.array([1 / 3, 2 / 3], dtype=np.float32))


NOT_NEGATIVE = {
    "responsibilities": lambda sigma: responsibilities(X, MEANS, sigma),
    "fit": lambda sigma: fit(X, MEANS, sigma),
    "free_energy": lambda sigma: free_energy(X, MEANS, sigma),
    "sample": lambda sigma: sample(5, MEANS, sigma),
}
POSITIVE = {
    "log_likelihood": lambda sigma: log_likelihood(X, MEANS, sigma),
    "log_density": lambda sigma: log_density(X, MEANS[0], sigma),
    "fit, learned": lambda sigma: fit(X, MEANS, sigma, learn="sigma"),
}
EVERY = NOT_NEGATIVE | POSITIVE
NOT_A_NUMBER = [None, "wide", "1", b"1", True, np.True_, 1j, np.complex128(1), np.datetime64("2026"), np.ma.masked]
NOT_A_NUMBER += [[1.0], [1.0, 2.0], [[1.0], [2.0, 3.0]], np.array([1.0]), 10**400]
FINITE = {name: EVERY[name] for name in EVERY if name not in ("responsibilities", "fit")}


@pytest.mark.parametrize("function", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("bad", [-1, -5e-324, -np.inf, np.nan])
def test_sigma_is_neither_negative_nor_nan(function, bad):
    with pytest.raises(ValueError, match=rf"^sigma: expected 0 <=? sigma <= \S+, got {bad}$"):
        function(bad)


@pytest.mark.parametrize("function", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("bad", NOT_A_NUMBER, ids=repr)
def test_sigma_is_one_number(function, bad):
    with pytest.raises(ValueError, match=f"^sigma: expected one number, got {re.escape(repr(bad))}$"):
        function(bad)


@pytest.mark.parametrize("function", POSITIVE.values(), ids=POSITIVE)
def test_a_density_needs_a_positive_sigma(function):
    with pytest.raises(ValueError, match=r"^sigma: expected 0 < sigma <= 1e\+140, got 0$"):
        function(0)


@pytest.mark.parametrize("function", FINITE.values(), ids=FINITE)
@pytest.mark.parametrize("bad", [1e150, np.inf])
def test_only_shares_can_be_had_at_infinite_sigma(function, bad):
    with pytest.raises(ValueError, match=r"^sigma: expected 0 <=? sigma <= 1e\+140, got "):
        function(bad)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        pytest.param([[1], [1], [1]], r"expected shape \(3, 2\), got \(3, 1\)", id="too narrow"),
        pytest.param([[1, 0]] * 4, r"expected shape \(3, 2\), got \(4, 2\)", id="too long"),
        pytest.param([1, 0], r"expected shape \(n, k\), got \(2,\)", id="one axis"),
        pytest.param([[1, 0], [1, 0], [2, -1]], "entries must be >= 0, got -1", id="negative"),
        pytest.param([[1, 0], [1, 0], [1, np.nan]], "NaN or infinite", id="nan"),
    ],
)
def test_bad_responsibilities_are_named_with_what_they_may_be(bad, message):
    with pytest.raises(ValueError, match=f"^resp: .*{message}"):
        update(X, bad, MEANS)


def test_there_are_at_most_as_many_centres_as_points():
    with pytest.raises(ValueError, match=r"^means: 4 centres for 3 points; use at most as many"):
        fit(X, np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"^k: 4 centres for 3 points; use at most as many"):
        kmeans_plusplus(X, 4)


@pytest.mark.parametrize("bad", ["means", ["sigma", "pi"], {"Sigma"}, [1]])
def test_only_sigma_and_weights_can_be_learned(bad):
    with pytest.raises(ValueError, match=r"^learn: may hold 'sigma' and 'weights', got (means|pi|Sigma|1)$"):
        fit(X, MEANS, 1, learn=bad)


@pytest.mark.parametrize("bad", [None, 3])
def test_learn_is_a_collection(bad):
    with pytest.raises(ValueError, match=r"^learn: may hold 'sigma' and 'weights'"):
        fit(X, MEANS, 1, learn=bad)


@pytest.mark.parametrize("bad", [-1, 1.0, True, None, "3", np.nan])
def test_counts_are_whole_numbers(bad):
    got = re.escape(repr(bad))
    with pytest.raises(ValueError, match=f"^max_steps: expected a whole number >= 0, got {got}$"):
        fit(X, MEANS, max_steps=bad)
    with pytest.raises(ValueError, match=f"^k: expected a whole number >= 1, got {got}$"):
        kmeans_plusplus(X, bad)
    with pytest.raises(ValueError, match=f"^n: expected a whole number >= 1, got {got}$"):
        sample(bad, MEANS, 1)


@pytest.mark.parametrize("bad", [-1e-9, np.nan, np.inf])
def test_tol_is_finite_and_not_negative(bad):
    with pytest.raises(ValueError, match=r"^tol: expected a finite number >= 0, got "):
        fit(X, MEANS, tol=bad)


@pytest.mark.parametrize("bad", NOT_A_NUMBER, ids=repr)
def test_tol_is_one_number(bad):
    with pytest.raises(ValueError, match=f"^tol: expected one number, got {re.escape(repr(bad))}$"):
        fit(X, MEANS, tol=bad)


@pytest.mark.parametrize("one", [np.float32(1), np.int64(1), np.array(1.0), Fraction(1), Decimal(1)], ids=repr)
def test_one_number_may_have_any_real_type(one):
    assert free_energy(X, MEANS, one) == free_energy(X, MEANS, 1.0)
    assert fit(X, MEANS, one, tol=one).steps == fit(X, MEANS, 1.0, tol=1.0).steps


@pytest.mark.parametrize("bad", ["a", -1, 1.5])
def test_a_bad_seed_is_named_with_what_it_may_be(bad):
    message = f"^rng: expected a seed >= 0, a numpy Generator or None, got {bad!r}$"
    with pytest.raises(ValueError, match=message):
        kmeans_plusplus(X, 2, bad)
    with pytest.raises(ValueError, match=message):
        sample(5, MEANS, 1, rng=bad)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        pytest.param(0.0, r"expected shape \(d,\), got \(\)", id="no axis"),
        pytest.param([[0.0, 0.0]], r"expected shape \(d,\), got \(1, 2\)", id="two axes"),
        pytest.param([0.0, 0.0, 0.0], r"expected shape \(2,\)", id="another dimension"),
        pytest.param([0.0, np.nan], "NaN or infinite", id="nan"),
    ],
)
def test_a_bad_mean_is_named_with_what_it_may_be(bad, message):
    with pytest.raises(ValueError, match=f"^mean: .*{message}"):
        log_density(X, bad, 1)


@pytest.mark.parametrize(("bad", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_seeding_density_and_sampling_refuse_the_same_arrays(bad, message):
    with pytest.raises(ValueError, match=f"^X: .*{message}"):
        kmeans_plusplus(bad, 1)
    with pytest.raises(ValueError, match=f"^X: .*{message}"):
        log_density(bad, [0.0, 0.0], 1)
    with pytest.raises(ValueError, match=f"^means: .*{message}"):
        sample(5, bad, 1)
