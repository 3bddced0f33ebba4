"""The companion about a photograph: its theorem on random data, and what it says in numbers."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kmeans_em import datasets, fit, inertia, responsibilities, update
from kmeans_em.annealing import critical_sigma
from kmeans_em.seeding import kmeans_plusplus

PAGE = (Path(__file__).parents[2] / "chapters/10-choose-photograph.md").read_text()
PHOTOGRAPH = np.asarray(Image.open(Path(__file__).parents[2] / "chapters/images/palace.png").convert("RGB"), float)
X, LINE = PHOTOGRAPH.reshape(-1, 3), datasets.line()


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def account(X, means, resp):
    """Picture, W, S, error, contrast."""
    picture = resp @ means
    W, S = (resp * sq_dists(X, means)).sum(), (resp * sq_dists(picture, means)).sum()
    return picture, W, S, ((X - picture) ** 2).sum(), ((picture - X.mean(axis=0)) ** 2).sum()


@given(
    st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 5), st.integers(1, 3), st.sampled_from([0.1, 1, 9])
)
def test_thm_soft_picture(seed, n, k, d, sigma):
    rng = np.random.default_rng(seed)
    data, means = rng.normal(size=(n, d)), rng.normal(size=(k, d))
    T = ((data - data.mean(axis=0)) ** 2).sum()
    anything = means[rng.integers(k, size=n)]
    hard = means[responsibilities(data, means, 0).argmax(axis=1)]
    J = inertia(data, means)
    assert ((data - hard) ** 2).sum() == pytest.approx(J)
    assert ((data - anything) ** 2).sum() >= J - 1e-9
    any_shares = rng.dirichlet(np.ones(k), size=n)
    any_shares[:, 0] = np.where(rng.random(n) < 0.3, 0, any_shares[:, 0]) if k > 1 else 1
    any_shares /= any_shares.sum(axis=1, keepdims=True)
    for resp in (any_shares, responsibilities(data, means, sigma)):
        _, W, S, error, _ = account(data, means, resp)
        assert error == pytest.approx(W - S, abs=1e-9)
        centred = update(data, resp, means)
        picture, W, S, error, contrast = account(data, centred, resp)
        assert picture.mean(axis=0) == pytest.approx(data.mean(axis=0), abs=1e-9)
        assert contrast == pytest.approx(T - W - S, abs=1e-9)
        assert error + contrast + 2 * S == pytest.approx(T, abs=1e-9)
    if k > 1:
        for s in (sigma, 0.3, 0.05):
            D = sq_dists(data, means)
            gaps, nearest = np.diff(np.sort(D, axis=1)[:, :2])[:, 0], means[D.argmin(axis=1)]
            off = np.linalg.norm(responsibilities(data, means, s) @ means - nearest, axis=1)
            reach = np.linalg.norm(means - nearest[:, None], axis=2).max(axis=1)
            assert (off <= (k - 1) * np.exp(-gaps / (2 * s * s)) * reach + 1e-12).all()


def test_part_3_needs_weighted_means():
    _, W, S, _, contrast = account(LINE, np.array([[1.0], [12]]), responsibilities(LINE, [[1], [12]], 4))
    assert abs(contrast - (190 - W - S)) > 1


def test_the_line():
    for sigma in (0, 2, 3, 4, 5):
        run = fit(LINE, [[1], [11]], sigma, max_steps=100_000, tol=1e-12)
        picture, W, S, error, contrast = account(LINE, run.means, run.resp)
        digits = 2 if sigma else 0
        greys, shown = (", ".join(f"{v:.{digits}f}" for v in values.ravel()) for values in (run.means, picture))
        assert f"| {sigma} | {greys} | {shown} | {error:.2f} | {contrast:.2f} |" in PAGE
        if sigma == 4:
            assert f"$W = {W:.2f}$ and $S = {S:.2f}$" in PAGE
            assert f"$190 - {W:.2f} - {S:.2f} = {contrast:.2f}$" in PAGE
            assert f"so the error is {error:.2f}" in PAGE


def test_what_the_page_says_of_its_photograph():
    assert PHOTOGRAPH.shape == (107, 160, 3)
    assert len(X) == 17_120
    assert round(critical_sigma(X)) == 142
    hard = fit(X, kmeans_plusplus(X, 8, rng=0))
    pictures = [responsibilities(X, hard.means, sigma) @ hard.means for sigma in (0, 5, 15, 25, 50, 100)]
    errors = [((X - picture) ** 2).sum() for picture in pictures]
    assert min(errors) == errors[3] < 0.7 * errors[0]
    used = [len(np.unique(picture.round(), axis=0)) for picture in pictures]
    assert used[0] == 8
    assert all(250 < count < 2600 for count in used[1:])
    assert 1800 < used[3] < 2000
    softened = [fit(X, hard.means, sigma, max_steps=2000, tol=1e-6) for sigma in (0, 25, 50, 143)]
    contrasts = [account(X, run.means, run.resp)[-1] for run in softened]
    assert contrasts == sorted(contrasts, reverse=True)
    reds = [max(colour[0] - colour[1] for colour in run.means) for run in softened]
    assert reds[0] > 50 > 30 > reds[1]  # the red leaves the palette at sigma = 25
    assert np.ptp(softened[-1].means, axis=0).max() < 1


def test_a_tied_pixel_keeps_a_blend_and_the_hard_picture_takes_the_first():
    pixels, palette = np.array([[5.0], [2]]), np.array([[0.0], [10]])
    assert (responsibilities(pixels, palette, 0.01) @ palette).ravel() == pytest.approx([5, 0])
    assert palette[fit(pixels, palette, max_steps=0).labels].ravel().tolist() == [0, 0]


def test_mackay_s_stiffness_is_one_over_sigma_squared_on_every_page():
    pages = "".join(path.read_text() for path in (Path(__file__).parents[2] / "chapters").glob("*.md"))
    assert {said.replace("\\beta = ", "") for said in re.findall(r"stiffness \$([^$]*sigma[^$]*)\$", pages)} == {
        r"1/\sigma^2"
    }


def test_a_grey_pixel():
    blend = (responsibilities([[0], [5]], [[0], [10]], 5) @ [[0], [10]]).ravel()
    assert blend[1] == pytest.approx(5)
    assert f"= {blend[0] / 10:.3f}$, the blend {blend[0]:.2f}, the error {blend[0] ** 2:.2f}" in PAGE


def test_equal_shares_at_the_end():
    means = np.array([[1.0], [12]])
    picture, W, S, _, _ = account(LINE, means, responsibilities(LINE, means, np.inf))
    assert (picture == 6.5).all()
    assert sq_dists(LINE, means).sum() / 2 == W
    assert 6 / 2 * ((means - 6.5) ** 2).sum() == S
