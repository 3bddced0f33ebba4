"""Figures that the reader moves, in Jupyter and on the built page alike."""

from kmeans_em.widgets.bell import Bell
from kmeans_em.widgets.deltas import Deltas
from kmeans_em.widgets.explorer import Explorer
from kmeans_em.widgets.likelihood import Likelihood
from kmeans_em.widgets.narrowing import Narrowing

__all__ = ["Bell", "Deltas", "Explorer", "Likelihood", "Narrowing"]
