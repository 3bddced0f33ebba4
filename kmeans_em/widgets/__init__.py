"""Figures that the reader moves, in Jupyter and on the built page alike."""

from kmeans_em.widgets.blocks import Blocks
from kmeans_em.widgets.explorer import Explorer
from kmeans_em.widgets.likelihood import Likelihood
from kmeans_em.widgets.narrowing import Narrowing
from kmeans_em.widgets.two_bells import TwoBells

__all__ = ["Blocks", "Explorer", "Likelihood", "Narrowing", "TwoBells"]
