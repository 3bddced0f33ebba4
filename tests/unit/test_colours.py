"""The colours of figures and widgets can be read and seen, on light paper and on dark."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from kmeans_em import plots
from kmeans_em.widgets.base import stylesheet
from tests.build import ROOT
from tests.contrast import contrast

THEMES = [plots.LIGHT, plots.DARK]
TINT = 0.18  # of the field behind the points, in plots.py and in explorer.js


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_can_be_read_on_its_paper_and_the_paper_on_it(theme):
    for colour in (theme.ink, theme.quiet, *theme.palette):
        assert contrast(to_rgb(colour), to_rgb(theme.paper)) >= 4.5, colour


@pytest.mark.parametrize("theme", THEMES)
def test_every_mixture_of_clusters_can_be_seen_on_the_field_that_it_tints(theme):
    palette, paper = np.array([to_rgb(colour) for colour in theme.palette]), np.array(to_rgb(theme.paper))
    for size in range(1, len(palette) + 1):
        for members in itertools.combinations(palette, size):
            mixture = np.mean(members, axis=0)
            assert contrast(mixture, TINT * mixture + (1 - TINT) * paper) >= 3, members


@pytest.mark.parametrize("theme", THEMES)
def test_no_two_clusters_look_alike(theme):
    for one, other in itertools.combinations(theme.palette, 2):
        assert np.linalg.norm(np.subtract(to_rgb(one), to_rgb(other))) > 0.2, (one, other)


def test_both_themes_have_a_colour_for_each_mark():
    assert len(plots.LIGHT.palette) == len(plots.DARK.palette) == len(plots.MARKERS)


def test_widgets_and_figures_stand_on_the_page_s_own_ground():
    page = (ROOT / "_extensions" / "book" / "theme" / "static" / "book.css").read_text()
    for theme in THEMES:
        assert f"--book-page: {theme.paper};" in page
        assert f"--paper: {theme.paper};" in stylesheet()
