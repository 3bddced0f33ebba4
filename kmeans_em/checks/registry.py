"""The exercises by name, and `check`, which tells an answer's verdict."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kmeans_em.checks.asking import Wrong, stopped

Hint = str | None
CHECKS: dict[str, Callable[[Any], Hint]] = {}


@dataclass(frozen=True)
class Verdict:
    """True if the answer is right; otherwise a hint."""

    name: str
    hint: Hint

    def __bool__(self) -> bool:
        return self.hint is None

    def __str__(self) -> str:
        return f"✓ {self.name}: right" if self else f"✗ {self.name}: {self.hint}"

    def __repr__(self) -> str:
        return textwrap.fill(str(self), width=70, subsequent_indent="  ")

    def _repr_html_(self) -> str:
        """A paragraph: on a phone it has other lines."""
        return f'<p class="verdict {"right" if self else "wrong"}">{html.escape(str(self))}</p>'


def check(name: str, answer: Any) -> Verdict:
    """Check an answer to the exercise called `name`.

    Parameters
    ----------
    name : str
        The exercise's name, as the book gives it.
    answer : callable or list of float
        What the exercise asks for: a function, or numbers found by hand.

    Returns
    -------
    verdict : Verdict
        True or false, and in a notebook a tick or a hint. An answer that stops with an error is
        wrong, and the hint has its message.

    Raises
    ------
    ValueError
        If there is no exercise of that name.
    """
    if name not in CHECKS:
        raise ValueError(f"name: no exercise {name!r}; there are {', '.join(sorted(CHECKS))}")
    try:
        return Verdict(name, CHECKS[name](answer))
    except Wrong as wrong:
        return Verdict(name, str(wrong))
    except Exception as error:
        return Verdict(name, stopped(error, answer))


def exercise(name: str) -> Callable[[Callable[[Any], Hint]], Callable[[Any], Hint]]:
    """Register a checker: it returns None for a right answer, a hint for a wrong one.

    A cell of any chapter can have an exercise of its own:

    >>> from kmeans_em.checks import check, exercise
    >>> @exercise("range")
    ... def _range(answer):
    ...     for x in ([3, 1, 2], [-5, -1]):
    ...         found, right = answer(x), max(x) - min(x)
    ...         if found == x[-1] - x[0]:
    ...             return f"of {x} that is the last minus the first; the numbers need not be sorted"
    ...         if found != right:
    ...             return f"of {x} the range is {right}, not {found}"
    >>> check("range", lambda x: x[-1] - x[0])
    ✗ range: of [3, 1, 2] that is the last minus the first; the numbers
      need not be sorted

    What the checkers of the book share, such as a refusal of borrowed answers, is in
    `kmeans_em.checks.asking`.
    """

    def register(checker: Callable[[Any], Hint]) -> Callable[[Any], Hint]:
        CHECKS[name] = checker
        return checker

    return register
