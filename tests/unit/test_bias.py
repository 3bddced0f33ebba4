"""The picture of the centres outside the means on paper, and what the figure takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import foldnorm

from kmeans_em.widgets import Bias


def test_the_curve_is_the_mean_of_the_folded_bell():
    figure = Bias(1.5).draw()
    m, off = figure.axes[1].lines[0].get_data()
    np.testing.assert_allclose(off + m, [foldnorm.mean(each) for each in m], rtol=1e-12)
    assert figure.axes[1].lines[1].get_data() == ([1.5], [pytest.approx(1.5586 - 1.5, abs=5e-5)])
    plt.close("all")


def test_the_words_have_the_numbers():
    assert "at plus and minus 1.1666 s, outside the means by 0.1666 s" in Bias().describe()


def test_it_can_be_set_later_and_is_checked():
    figure = Bias()
    figure.separation = 2.5
    for value in (-0.1, 4.1, np.nan):
        with pytest.raises(ValueError, match=r"^separation: expected"):
            figure.separation = value
    assert figure.separation == 2.5
