"""Machine-checked exercises: `check("name", answer)` gives a tick, or a hint with a counter-example.

Each chapter's checkers stand in a module with the chapter's name.
"""

from kmeans_em.checks import (  # noqa: F401 (they register)
    choose,
    deltas,
    elsewhere,
    em,
    k_means,
    learn,
    limit,
    mixture,
    soften,
    squared_error,
    turn_up,
)
from kmeans_em.checks.registry import CHECKS, Verdict, check, exercise

__all__ = ["CHECKS", "Verdict", "check", "exercise"]
