"""Machine-checked exercises: `check("name", answer)` gives a tick, or a hint with a counter-example.

Each chapter's checkers stand in a module with the chapter's name.
"""

from kmeans_em.checks import deltas, em, k_means, limit, mixture, soften, squared_error  # noqa: F401 (they register)
from kmeans_em.checks.registry import CHECKS, Verdict, check, exercise

__all__ = ["CHECKS", "Verdict", "check", "exercise"]
