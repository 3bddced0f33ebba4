import pytest
import sympy as sp

from kmeans_em.symbolic import A, d, k, m, mu, n, same, sigma, x

f, g = sp.Function("f"), sp.Function("g")
i = sp.Symbol("i", integer=True)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (2, 2),
        ((x - mu) ** 2, x**2 - 2 * x * mu + mu**2),
        (sp.sin(x) ** 2 + sp.cos(x) ** 2, 1),
        (sp.log(sigma**2), 2 * sp.log(sigma)),
        (sp.log(A * sigma), sp.log(A) + sp.log(sigma)),
        (sp.sqrt(sigma**2), sigma),
        (sp.log(sp.exp(-((x - mu) ** 2) / (2 * sigma**2))), -((x - mu) ** 2) / (2 * sigma**2)),
        (sp.diff((x - m) ** 2, m), 2 * (m - x)),
        (
            sp.Integral(sp.exp(-(x**2) / (2 * sigma**2)), (x, -sp.oo, sp.oo)),
            sp.sqrt(2 * sp.pi) * sigma,
        ),
        (sp.Sum(i, (i, 1, n)), n * (n + 1) / 2),
        (sp.Sum(sp.log(A * sigma**i), (i, 1, n)), n * sp.log(A) + n * (n + 1) / 2 * sp.log(sigma)),
        (f(x) - f(x), 0),
    ],
)
def test_same_proves_what_is_equal(left, right):
    proof = same(left, right)
    assert (proof.left, proof.right) == (sp.sympify(left), sp.sympify(right))


def test_a_proof_shows_both_sides_in_latex():
    assert r"\mu^{2} \;=\; \mu^{2}" in same(mu * mu, mu**2)._repr_latex_()


def test_a_long_proof_shows_only_its_symbols():
    power = (x + mu + sigma) ** 20
    latex = same(power, sp.expand(power))._repr_latex_()
    assert len(latex) < 200
    assert r"\mu,\, \sigma,\, x" in latex


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        (x**2, 2 * x + 1, r"not the same: at x = 2 the left side is 4\.0+, the right side 5\.0+"),
        # they meet at x = 2 and part at x = 3
        (x**2, 2 * x, r"not the same: at x = 3 the left side is 9\.0+, the right side 6\.0+"),
        (sp.log(sigma), sp.log(sigma**2), r"not the same: at sigma = 2 the left side is 0\.69\d+"),
        (
            d * k,
            d + k + n,
            r"not the same: at d = 2, k = 3, n = 4 the left side is 6\.0+, .* 9\.0+",
        ),
        (1, 2, r"not the same: at every point the left side is 1\.0+, the right side 2\.0+"),
    ],
)
def test_same_refutes_with_a_counter_example(left, right, message):
    with pytest.raises(AssertionError, match=message):
        same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(f(x), g(x), id="nothing known"),
        pytest.param((x - 2) * (x - 3) * (x - 5), 0, id="equal wherever it looks"),
    ],
)
def test_same_confesses_when_it_finds_neither_proof_nor_counter_example(left, right):
    with pytest.raises(AssertionError, match=r"could not prove .* nor find a point .* rewrite one side"):
        same(left, right)


def test_same_looks_on_where_a_side_is_undefined():
    # both sides are infinite at x = 2; at x = 3 they are 1 and 2
    with pytest.raises(AssertionError, match=r"not the same: at x = 3 the left side is 1\.0+, .* 2\.0+"):
        same(1 / (x - 2), 2 / (x - 2))
