"""The climbing figure on paper, and what it takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kmeans_em import datasets, log_likelihood
from kmeans_em.widgets import Climb


@pytest.fixture
def drawn():
    yield lambda *arguments: Climb(*arguments).draw().axes[0]
    plt.close("all")


@pytest.mark.parametrize(("others", "m", "sigma"), [([11], 16, 4), ([11], -1, 1.5), ([3, 12], 5, 2)])
def test_the_bound_touches_the_curve_and_is_nowhere_above_it(drawn, others, m, sigma):
    ax = drawn(None, others, m, sigma)
    (x, curve), (_, bound), (_, upright) = (np.transpose(line.get_xydata()) for line in ax.lines[:3])
    expected = [log_likelihood(datasets.line(), [[each], *([other] for other in others)], sigma) for each in x]
    np.testing.assert_allclose(curve, expected)
    assert (bound <= curve + 1e-9).all()
    assert np.interp(m, x, curve - bound) == pytest.approx(0, abs=0.01)
    assert bound.max() == pytest.approx(upright[0], abs=0.01)
    assert upright[0] <= upright[1]


def test_the_words_have_the_chain():
    words = Climb().describe()
    assert "touches it at m = 16; its top is at m = 12.81" in words
    assert "log L = B = -27.011; at the top B = -26.663 and log L = -25.856." in words


def test_all_but_the_data_can_be_set_later_and_are_checked():
    widget = Climb()
    assert (widget.others, widget.m, widget.sigma) == ([11], 16, 4)
    widget.others, widget.m, widget.sigma = np.array([3, 12]), 5, 2
    assert (widget.others, widget.m, widget.sigma) == ([3, 12], 5, 2)
    bad = [("others", []), ("others", [[1]]), ("others", [np.nan]), ("m", np.inf), ("sigma", 0), ("sigma", np.nan)]
    for name, value in [*bad, ("sigma", 1e-3), ("sigma", 1e6)]:
        with pytest.raises(ValueError, match=f"^{name}: "):
            setattr(widget, name, value)
    assert (widget.others, widget.m, widget.sigma) == ([3, 12], 5, 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"X": [[0, 1]]}, r"^X: expected points on a line, shape \(n, 1\), got \(1, 2\); choose one column$"),
        ({"X": [0, 1]}, r"^X: expected shape \(n, d\), got \(2,\); for points on a line use np.array\(X\)\[:, None\]$"),
        ({"X": [[np.nan]]}, "^X: "),
        ({"others": 11}, "^others: "),
        ({"m": "16"}, "^m: expected one number"),
        ({"m": None}, "^m: expected one number"),
        ({"sigma": 0}, "^sigma: expected 0 < sigma"),
        ({"sigma": "4"}, "^sigma: expected one number"),
        ({"sigma": 1e-3}, "^sigma: expected 0.016 <= sigma <= 1.6e[+]04 for these points, got 0.001$"),
    ],
)
def test_what_has_no_picture_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        Climb(**arguments)
