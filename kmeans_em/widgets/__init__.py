"""Figures that the reader moves, in Jupyter and on the built page alike."""

from kmeans_em.widgets.climb import Climb
from kmeans_em.widgets.explorer import Explorer
from kmeans_em.widgets.likelihood import Likelihood
from kmeans_em.widgets.narrowing import Narrowing
from kmeans_em.widgets.temperature import Temperature

__all__ = ["Climb", "Explorer", "Likelihood", "Narrowing", "Temperature"]
