"""Figures that the reader moves, in Jupyter and on the built page alike."""

from kmeans_em.widgets.bell import Bell
from kmeans_em.widgets.bias import Bias
from kmeans_em.widgets.bifurcation import Bifurcation
from kmeans_em.widgets.blocks import Blocks
from kmeans_em.widgets.climb import Climb
from kmeans_em.widgets.collapse import Collapse
from kmeans_em.widgets.deltas import Deltas
from kmeans_em.widgets.explorer import Explorer
from kmeans_em.widgets.learn_sigma import LearnSigma
from kmeans_em.widgets.likelihood import Likelihood
from kmeans_em.widgets.narrowing import Narrowing
from kmeans_em.widgets.price import Price
from kmeans_em.widgets.sweeps import Sweep, sweep
from kmeans_em.widgets.temperature import Temperature
from kmeans_em.widgets.two_bells import TwoBells

__all__ = [
    "Bell",
    "Bias",
    "Bifurcation",
    "Blocks",
    "Climb",
    "Collapse",
    "Deltas",
    "Explorer",
    "LearnSigma",
    "Likelihood",
    "Narrowing",
    "Price",
    "Sweep",
    "Temperature",
    "TwoBells",
    "sweep",
]
