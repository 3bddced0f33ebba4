"""Bad input gets a ValueError that names the argument, says what it was, and how to mend it."""

from __future__ import annotations

from collections.abc import Collection, Sized
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LARGEST = 1e140  # squares of larger numbers, summed over many rows, would overflow
SMALLEST = 1e-140  # squares of smaller ones would underflow


def numbers(name: str, value: ArrayLike, shape: str) -> NDArray[np.floating]:
    """An array of finite floats with as many axes as `shape` names; float arrays are not copied."""
    array = floats(name, value, shape)
    finite(name, array.min(), array.max())
    return array


def floats(name: str, value: ArrayLike, shape: str) -> NDArray[np.floating]:
    """As `numbers`, but NaN and infinite entries are let through."""
    if _has_masked_entries(value):
        raise ValueError(f"{name}: has masked entries; drop those rows or fill them in first")
    if hasattr(value, "to_dask_array"):
        raise ValueError(
            f"{name}: is a dask data frame; give {name}.to_dask_array(lengths=True) to kmeans_em.distributed.fit, "
            f"or {name}.compute() to functions that want it in memory"
        )
    if hasattr(value, "toarray"):
        raise ValueError(f"{name}: is a sparse matrix, and only full arrays are taken; use {name}.toarray()")
    try:
        array = np.asarray(value)
        too_large = _has_integers_beyond(2**53, array)
        if array.dtype.kind not in "biufO":
            raise TypeError(f"real ones, not {array.dtype.name}")
        if array.dtype.kind == "O" and any(isinstance(x, str | bytes) for x in array.flat):
            raise TypeError("real ones, not words")
        if array.dtype not in (np.float32, np.float64) and not too_large:
            with np.errstate(over="ignore"):  # a long double beyond float64 becomes inf, and is refused below
                array = array.astype(float)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name}: expected an array of numbers; {_not_numbers(name, value, error)}") from error
    if too_large:
        raise ValueError(f"{name}: integers beyond 2**53 do not fit into float64; subtract an offset first")
    if array.ndim != shape.count(",") + (not shape.endswith(",)")):
        hint = _as_column(name, value) if array.ndim == 1 and name in ("X", "means") else ""
        raise ValueError(f"{name}: expected shape {shape}, got {array.shape}{hint}")
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one number, got shape {array.shape}")
    return array


def _not_numbers(name: str, value: Any, error: Exception) -> str:
    """Why these are no numbers, and for a data frame what to type."""
    if hasattr(value, "select_dtypes"):
        if value.isna().to_numpy().any():
            return f"some are missing: {name}.dropna() drops their rows"
        return f"some columns hold no numbers: {name}.select_dtypes('number') are those that do"
    if hasattr(value, "dropna") and value.isna().to_numpy().any():
        return f"some are missing: {name}.dropna().to_frame() is without them"
    return str(error)


def _as_column(name: str, value: Any) -> str:
    """How to make a column of points on a line, in what the value understands."""
    if hasattr(value, "to_frame"):
        column = f"{name}.to_frame()"
    elif isinstance(value, list | tuple):
        column = f"np.array({name})[:, None]"
    else:
        column = f"{name}[:, None]"
    return f"; for points on a line use {column}"


def finite(name: str, least: Array, largest: Array) -> None:
    if not np.isfinite([least, largest]).all():
        cure = (
            f": {name} = np.array({name}, float), then {name}[np.isfinite({name}).all(axis=1)]" if name == "X" else ""
        )
        raise ValueError(f"{name}: has NaN or infinite entries; drop those rows or fill them in first{cure}")


def data_and_means(X: ArrayLike, means: ArrayLike) -> tuple[NDArray[np.floating], Array]:
    """X (n, d) and means (k, d), of one dimension d and in a range where squares are safe."""
    X = numbers("X", X, "(n, d)")
    return X, means_for(X.shape, *column_range(X), means)


def means_for(shape: tuple[int, ...], low: Array, high: Array, means: ArrayLike) -> Array:
    """Means (k, d) for data of this shape that lie between `low` and `high` in each column."""
    means = numbers("means", means, "(k, d)").astype(float)
    if means.shape[1] != shape[1]:
        raise ValueError(f"means: expected shape (k, {shape[1]}) to match X {shape}, got {means.shape}")
    low, high = np.minimum(low, means.min(axis=0)), np.maximum(high, means.max(axis=0))
    with np.errstate(over="ignore"):
        spread = (high - low).max()
    if spread > LARGEST or 0 < spread < SMALLEST:
        raise ValueError(
            f"X, means: they spread over {spread:.3g}, and squares of that leave the range of "
            "float64; multiply X, means and sigma by a common factor"
        )
    return means


def column_range(X: NDArray[np.floating]) -> tuple[Array, Array]:
    """The least and the largest number in each column."""
    n, d = X.shape
    m = 256 // d
    if X.flags.c_contiguous and n > 1000 and m > 1:  # numpy is slow along short rows: lay m of them side by side
        wide, last = X[: n - n % m].reshape(-1, m * d), X[n - m :]  # some rows are in both, which does no harm
        low = np.concatenate([wide.min(axis=0).reshape(m, d), last])
        high = np.concatenate([wide.max(axis=0).reshape(m, d), last])
    else:
        low = high = X
    if len(low) <= 1000:  # few rows, and still short: let columns lie side by side instead
        low, high = np.asfortranarray(low), np.asfortranarray(high)
    return low.min(axis=0).astype(float), high.max(axis=0).astype(float)


def enough_points(X: Sized, means: Array) -> None:
    if len(means) > len(X):
        raise ValueError(f"means: {len(means)} centres for {len(X)} points; use at most as many as points")


def resp(value: ArrayLike, n: int, k: int) -> Array:
    """Responsibilities (n, k), entries >= 0."""
    array = numbers("resp", value, "(n, k)").astype(float, copy=False)
    if array.shape != (n, k):
        raise ValueError(f"resp: expected shape {(n, k)}, got {array.shape}")
    if array.min() < 0:
        raise ValueError(f"resp: entries must be >= 0, got {array.min():.3g}")
    return array


def sigma(value: Any, at_most: float = np.inf, positive: bool = False) -> float:
    """One number, 0 <= sigma <= at_most (0 < sigma if `positive`)."""
    number = _float("sigma", value)
    if not 0 <= number <= at_most or (positive and number == 0):
        low = "0 < sigma" if positive else "0 <= sigma"
        raise ValueError(f"sigma: expected {low} <= {at_most:.3g}, got {value!r}")
    return number


def sigma_range(value: Any) -> tuple[float, float]:
    """The ends of a slider for sigma, 0 < low < high, so far from 0 and infinity that squares are safe."""
    ends = numbers("sigma_range", value, "(2,)").tolist()
    if len(ends) != 2 or not SMALLEST**0.5 < ends[0] < ends[1] < LARGEST**0.5:
        raise ValueError(f"sigma_range: expected two numbers, 0 < low < high, got {value!r}")
    return ends[0], ends[1]


def within(name: str, value: Any, limit: float) -> float:
    """One number, -limit <= number <= limit."""
    number = _float(name, value)
    if not -limit <= number <= limit:
        raise ValueError(f"{name}: expected {-limit:.3g} <= {name} <= {limit:.3g}, got {value!r}; subtract an offset")
    return number


def between(name: str, value: Any, low: float, high: float) -> float:
    """One number, low <= number <= high."""
    number = _float(name, value)
    if not low <= number <= high:
        raise ValueError(f"{name}: expected {low:.3g} <= {name} <= {high:.3g}, got {value!r}")
    return number


def weights(value: ArrayLike | None, k: int) -> Array:
    """Mixing weights (k,), >= 0 and of sum 1; None stands for 1/k each."""
    if value is None:
        return np.full(k, 1 / k)
    given = numbers("weights", value, "(k,)")
    array = given.astype(float)
    if array.shape != (k,):
        raise ValueError(f"weights: expected shape ({k},), one for each mean, got {array.shape}")
    if array.min() < 0:
        raise ValueError(f"weights: must be >= 0, got {array.min():.3g}")
    with np.errstate(over="ignore"):
        total = array.sum()
    if abs(total - 1) > (1e-6 if given.dtype == np.float32 else 1e-9):
        raise ValueError(f"weights: must sum to 1, got a sum of {total:.10g}; divide by the sum")
    shares: Array = array / total
    return shares


def learn(value: Collection[str]) -> frozenset[str]:
    value = value.tolist() if isinstance(value, np.ndarray) else value
    names = [value] if isinstance(value, str) or not isinstance(value, Collection) else value
    unknown = [str(name) for name in names if not (isinstance(name, str) and name in ("sigma", "weights"))]
    if unknown:
        raise ValueError(f"learn: may hold 'sigma' and 'weights', got {', '.join(unknown)}")
    return frozenset(names)


def whole(name: str, value: Any, at_least: int = 0) -> int:
    """An integer, at least `at_least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < at_least:
        raise ValueError(f"{name}: expected a whole number >= {at_least}, got {value!r}")
    return int(value)


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name}: expected True or False, got {value!r}")
    return bool(value)


def not_negative(name: str, value: Any) -> float:
    number = _float(name, value)
    if not 0 <= number < np.inf:
        raise ValueError(f"{name}: expected a finite number >= 0, got {value!r}")
    return number


def generator(value: int | np.random.Generator | None) -> np.random.Generator:
    try:
        return np.random.default_rng(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"rng: expected a seed >= 0, a numpy Generator or None, got {value!r}") from error


def _float(name: str, value: Any) -> float:
    try:
        given = np.asarray(value)
        if given.ndim > 0 or given.dtype.kind not in "iufO" or _has_masked_entries(value):
            raise TypeError
        with np.errstate(over="ignore"):
            return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name}: expected one number, got {value!r}") from error


def _has_masked_entries(value: Any) -> bool:
    parts = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(part, np.ma.MaskedArray) and np.ma.is_masked(part) for part in parts)


def _has_integers_beyond(limit: int, array: NDArray[Any]) -> bool:
    whole = array.dtype.kind in "iu" or (
        array.dtype.kind == "O" and all(isinstance(x, int | np.integer) for x in array.flat)
    )
    return whole and array.size > 0 and max(abs(int(array.min())), abs(int(array.max()))) > limit
