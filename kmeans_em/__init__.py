"""One loop with one knob: soft k-means, and at sigma = 0 k-means itself."""

from kmeans_em.em import (
    Fit,
    Step,
    fit,
    free_energy,
    inertia,
    log_likelihood,
    responsibilities,
    update,
)

__version__ = "0.1.0"

__all__ = [
    "Fit",
    "Step",
    "fit",
    "free_energy",
    "inertia",
    "log_likelihood",
    "responsibilities",
    "update",
]
