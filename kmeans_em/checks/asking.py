"""How a checker asks an answer, and reads what comes back, whatever that is."""

from __future__ import annotations

import copy
import reprlib
import sys
import traceback
import warnings
from collections.abc import Collection, Mapping
from types import FrameType
from typing import Any

import numpy as np

from kmeans_em.em import Array

LIBRARIES = ("kmeans_em", "sklearn")  # an exercise asks to write what these have


class Wrong(Exception):
    """The answer is wrong; the message is the hint."""


def ask(answer: Any, title: str, *arguments: Any, allowed: Collection[str] = ()) -> Any:
    """What the answer returns for copies of the arguments.

    An answer that hands its work to this package or to scikit-learn is refused, under whatever name
    it has it: each function of theirs that is entered during the call is seen, but for those that
    these call in turn.

    Parameters
    ----------
    answer : callable
    title : str
        The case, as a hint names it after "on".
    arguments
        An answer may change what it is given.
    allowed : collection of str
        Functions of the package that the answer may call.

    Raises
    ------
    Wrong
        If the answer is no function, stops with an error, or calls what is not allowed.
    """
    if not callable(answer):
        raise Wrong(f"give the function itself, not what it returned: {reprlib.repr(answer)} is no function")
    borrowed: list[str] = []

    def watch(frame: FrameType, event: str, _: Any) -> None:
        caller = frame.f_back
        if event == "call" and _of_a_library(frame) and (caller is asking or not _of_a_library(caller)):
            borrowed.append(frame.f_code.co_qualname)

    asking, given, before = sys._getframe(), copy.deepcopy(arguments), sys.getprofile()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            sys.setprofile(watch)
            found = answer(*given)
    except Exception as error:
        raise Wrong(f"on {title}: {stopped(error, answer)}") from error
    finally:
        sys.setprofile(before)
    if others := [name for name in borrowed if name not in allowed]:
        raise Wrong(f"`{others[0]}` is not yours: the exercise is to write what it does")
    return found


def _of_a_library(frame: FrameType | None) -> bool:
    return frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in LIBRARIES


def stopped(error: Exception, answer: Any) -> str:
    """Which error an answer stopped with, and in which of its lines: nobody numbers those of a cell."""
    file = getattr(getattr(answer, "__code__", None), "co_filename", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    place = f" in line {frames[-1].lineno}, `{frames[-1].line}`," if frames else ""
    return f"it stopped{place} with an error ({error or type(error).__name__})"


def told(found: Any) -> str:
    """What came back, in a few words."""
    if found is None:
        return "nothing (is there a return?)"
    try:
        return f"shape {np.shape(found)}" if np.ndim(found) else reprlib.repr(found)
    except ValueError:  # rows of unequal length
        return reprlib.repr(found)


def array(found: Any, shape: tuple[int, ...], title: str, what: str) -> Array:
    """Numbers of this shape, or Wrong."""
    try:
        values = np.asarray(found, dtype=float)
    except (TypeError, ValueError):
        values = None
    if found is None or values is None:
        raise Wrong(f"on {title}: {what} should have shape {shape}, but what came back is {told(found)}")
    if values.shape != shape:
        raise Wrong(f"on {title}: {what} should have shape {shape}, not {values.shape}")
    return values


def number(found: Any, title: str, what: str) -> float:
    """A single number, or Wrong."""
    try:
        if np.ndim(found) == 0:
            return float(found)
    except (TypeError, ValueError):
        pass
    raise Wrong(f"on {title}: return one number, {what}, not {told(found)}")


def parts(found: Any, title: str, *names: str) -> tuple[Any, ...]:
    """A tuple with as many things as names, or Wrong."""
    if not isinstance(found, tuple) or len(found) != len(names):
        count = {2: "two", 3: "three"}[len(names)]
        what = found if isinstance(found, tuple) else told(found)
        raise Wrong(f"on {title}: return a tuple of {count}: {', '.join(names)}, not {reprlib.repr(what)}")
    return found


def close(found: Any, right: Any, rtol: float = 1e-9, atol: float = 1e-12) -> bool:
    """Of one shape, and equal up to rounding."""
    return np.shape(found) == np.shape(right) and bool(np.allclose(found, right, rtol=rtol, atol=atol))


def slip(found: Any, slips: Mapping[str, Any], rtol: float = 1e-9) -> str | None:
    """The hint whose value was found: {hint: what that mistake would give}."""
    return next((hint for hint, value in slips.items() if close(found, value, rtol)), None)


def the_point(X: Array, i: int) -> str:
    """A point by its place where that is one number, so that nobody takes a row for a place; else by its row."""
    return f"the point {X[i, 0]:g}" if X.shape[1] == 1 else f"the point X[{i}]"


def rounded(values: Array) -> Any:
    return np.asarray(values).round(4).tolist()


def by_hand(answer: Any, *wanted: tuple[str, float, Mapping[float, str]], rtol: float = 0.005) -> str | None:
    """Compare numbers found by hand, given as a list in the order of `wanted`.

    Parameters
    ----------
    answer : list of float
    wanted : (what, value, slips)
        `slips` has the hint for a likely mistake: {value: hint}.
    rtol : float
        Three digits are enough.
    """
    if callable(answer):
        raise Wrong("give the numbers, a list, not a function")
    names = ", ".join(what for what, _, _ in wanted)
    try:
        found = [float(value) for value in answer]
    except (TypeError, ValueError):
        raise Wrong(f"give a list of numbers: {names}") from None
    if len(found) != len(wanted):
        raise Wrong(f"there should be {len(wanted)} numbers, not {len(found)}: {names}")
    for value, (what, right, slips) in zip(found, wanted):
        if not np.isclose(value, right, rtol=rtol, atol=0):
            why = next((hint for wrong, hint in slips.items() if np.isclose(value, wrong, rtol=rtol, atol=1e-12)), None)
            return f"{what} is not {value:.4g}" + (f": {why}" if why else "")
    return None
