"""A table of the reader's own, from a CSV or a data frame, as an array of numbers.

What a file does not say by itself (is "1,5" one number or two?) is asked for; what it does say is told back.
"""

from __future__ import annotations

import csv
import io
import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_em.em import Array

MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-"}  # how files write that there is no value, in small letters
DELIMITERS = {";": "semicolons", "\t": "tabs", ",": "commas", " ": "spaces"}
DECIMALS = {".": "decimal points", ",": "decimal commas"}
UNUSED = "\x1f"  # a delimiter that no text has
LOOK = 1000  # rows at the top of a file, from which its form is read
NAMED = 5  # places that a message names before it counts the rest
Say = Callable[[str], object]
Column = str | int


def read_table(
    source: Any,
    columns: Column | Sequence[Column] | None = None,
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
    drop_missing: bool = False,
    say: Say | None = None,
) -> Array:
    """Read a CSV or a data frame into an array of floats.

    Delimiter, decimal sign and header are recognised where the file leaves no doubt, and `say` is told what was
    found. Where two readings are possible the call stops, and its message names the argument that decides.

    Parameters
    ----------
    source : str, path, file or data frame
        A string with a line break is the text itself, any other one a path. Files are in UTF-8.
        A data frame is whatever has `columns` and `to_numpy`, as those of pandas and polars have.
    columns : str, int or sequence of them, optional
        The columns wanted, in this order, by name or by place from 0; all when left out.
    delimiter : {";", "\\t", ",", " "}, optional
        What stands between two columns; " " is any number of blanks.
    decimal : {".", ","}, optional
    header : bool, optional
        Whether the first row holds the columns' names.
    drop_missing : bool
        Leave out the rows where a wanted value is missing, and say how many, instead of refusing them.
    say : callable, optional
        Called with one line about what was read; when left out, the line is printed.

    Returns
    -------
    X : (n, d) array

    Raises
    ------
    ValueError
        If the file can be read in two ways, a wanted value is missing, infinite or no number, the rows are not of
        one length, there are no rows, or a column that was asked for is not there.
    """
    say = say or print
    if hasattr(source, "columns") and hasattr(source, "to_numpy"):
        return _of_frame(source, columns, drop_missing, say)
    title, text = _text(source)
    delimiter, decimal = _signs(text, delimiter, decimal)
    rows = _rows(text, delimiter)
    (_, first), top = _first_rows(rows)
    header = _has_names(first, top, decimal, header)
    names = [name.strip() for name in first] if header else [f"column {place}" for place in range(len(first))]
    if columns is None and "" in names:
        raise ValueError(
            f"columns: column {names.index('')} has no name, as row numbers often have none; "
            f"say which you want: columns={[name for name in names if name]}"
        )
    wanted = _places(columns, names)
    body = top if header else chain([(1, first)], top)
    X, lines, words = _parsed(chain(body, rows), len(names), wanted, decimal)
    kept = _checked(X, [names[place] for place in wanted], lines, words, drop_missing, say)
    how = DELIMITERS.get(delimiter, "one column")
    said = ", ".join(names[place] for place in wanted) if header else "no header"
    say(f"{title}: {len(kept)} x {len(wanted)} numbers ({said}; {how}, {DECIMALS[decimal]})")
    return kept


def _text(source: Any) -> tuple[str, str]:
    """What to call the source, and all that it holds."""
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        return "text", source.removeprefix("\ufeff")
    if isinstance(source, str | Path):
        if not Path(source).is_file():
            raise ValueError(f"source: there is no file {str(source)!r} here; a text of one's own needs a line break")
        title = Path(source).name
        data: Any = Path(source).read_bytes()
    elif hasattr(source, "read"):
        title, data = Path(str(getattr(source, "name", "file"))).name, source.read()
    else:
        raise ValueError(f"source: expected a path, a text, a file or a data frame, got {type(source).__name__}")
    if isinstance(data, str):
        return title, data.removeprefix("\ufeff")
    try:
        return title, data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cure = "give it open in its own encoding, such as open(path, encoding='cp1252')"
        raise ValueError(f"source: {title} is not in UTF-8; {cure}") from error


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with their line numbers, from 1; empty lines are none."""
    if delimiter == " ":
        yield from ((line, row.split()) for line, row in enumerate(io.StringIO(text, None), 1) if row.strip())
        return
    reader = csv.reader(io.StringIO(text, None), delimiter=delimiter or UNUSED, skipinitialspace=True)
    try:
        for row in reader:
            if len(row) > 1 or any(map(str.strip, row)):
                yield reader.line_num, row
    except csv.Error as error:
        raise ValueError(f"source: line {reader.line_num} cannot be read ({error}); is a quote left open?") from error


def _first_rows(rows: Iterator[tuple[int, list[str]]]) -> tuple[tuple[int, list[str]], list[tuple[int, list[str]]]]:
    first = next(rows, None)
    if first is None:
        raise ValueError("source: has no rows")
    return first, list(islice(rows, LOOK))


def _signs(text: str, delimiter: str | None, decimal: str | None) -> tuple[str, str]:
    """Delimiter ("" for a single column) and decimal sign: those given, or those of which there is no doubt."""
    if delimiter is not None and delimiter not in DELIMITERS:
        raise ValueError(f"delimiter: expected one of {list(DELIMITERS)}, got {delimiter!r}")
    if decimal is not None and decimal not in DECIMALS:
        raise ValueError(f"decimal: expected '.' or ',', got {decimal!r}")
    lines = [line.strip() for line in islice(io.StringIO(text, None), LOOK) if line.strip()]
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]  # what stands in quotes separates nothing
    if delimiter is None:
        delimiter = _delimiter(bare, decimal)
    if decimal is None:
        cells = [cell.strip() for _, row in islice(_rows("\n".join(lines), delimiter), LOOK) for cell in row]
        decimal = _decimal(cells)
    if delimiter == decimal == "," and not any('"' in line for line in lines):
        raise ValueError("decimal: commas cannot both separate the columns and stand in numbers without quotes")
    return delimiter, decimal


def _delimiter(lines: list[str], decimal: str | None) -> str:
    for sign in (";", "\t"):
        if any(sign in line for line in lines):
            return sign
    if not any("," in line for line in lines):
        return " " if any(" " in line for line in lines[1:]) or _blank_between_numbers(lines) else ""
    if any(re.search(r"\d,\d+\s+[-+\d]", line) for line in lines) and not any(
        re.search(r",\s", line) for line in lines
    ):
        return " "  # 1,5 2,5
    numbers = [line for line in lines if re.fullmatch(r"\s*[-+]?\d+,\d+\s*", line)]
    if len(numbers) < len(lines) - 1 or not numbers:
        return ","
    names = [line for line in lines if line not in numbers]
    if decimal is not None:
        return "" if decimal == "," else ","
    if names == lines[:1] or any("," in line for line in names):  # 3,4.5 is no number with a decimal comma
        return "," if "," in names[0] else ""
    raise ValueError(
        f"delimiter: {numbers[0]!r} may be two columns or one number with a decimal comma; "
        "say delimiter=',' or decimal=','"
    )


def _blank_between_numbers(lines: list[str]) -> bool:
    return bool(lines) and bool(re.search(r"\d\s+[-+.\d]", lines[0]))


def _decimal(cells: list[str]) -> str:
    """The sign in the numbers of these cells; a point where there is none."""
    with_comma = [cell for cell in cells if re.fullmatch(r"[-+]?\d*,\d+(e[-+]?\d+)?|[-+]?\d+,", cell, re.IGNORECASE)]
    with_point = [cell for cell in cells if re.fullmatch(r"[-+]?\d*\.\d+(e[-+]?\d+)?|[-+]?\d+\.", cell, re.IGNORECASE)]
    if with_comma and with_point:
        raise ValueError(
            f"decimal: there are both {with_comma[0]!r} and {with_point[0]!r}; say decimal='.' or decimal=',', "
            "and take other signs out of the numbers"
        )
    if with_comma and all(re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", cell) for cell in with_comma):
        raise ValueError(
            f"decimal: {with_comma[0]!r} may be a decimal comma or one between thousands; say decimal=',', "
            "or take the commas out of the file"
        )
    return "," if with_comma else "."


def _has_names(first: list[str], top: list[tuple[int, list[str]]], decimal: str, header: bool | None) -> bool:
    """Whether the first row holds names: no number in it, and not only marks of what is missing."""
    if header is not None:
        return header
    values = [_number(cell, decimal) for cell in first]
    words = [value is None for value in values]
    if not any(words):
        return False
    if all(value is None or math.isnan(value) for value in values):
        return True
    below = top[0][1] if top else []
    if any(word and (i >= len(below) or _number(below[i], decimal) is not None) for i, word in enumerate(words)):
        raise ValueError(f"header: the first row, {first}, may be names or data; say header=True or header=False")
    return False


def _places(columns: Column | Sequence[Column] | None, names: Sequence[Any]) -> list[int]:
    """Where the wanted columns stand."""
    if columns is None:
        return list(range(len(names)))
    wanted = [columns] if isinstance(columns, str | int) else list(columns)
    if not wanted:
        raise ValueError("columns: expected at least one name or place; leave it out for all")
    return [_place(column, names) for column in wanted]


def _place(column: Column, names: Sequence[Any]) -> int:
    found = [place for place, name in enumerate(names) if name == column]
    if len(found) > 1:
        raise ValueError(f"columns: {len(found)} columns have the name {column!r}; give places, such as {found[0]}")
    if found:
        return found[0]
    if isinstance(column, int) and 0 <= column < len(names):
        return column
    raise ValueError(f"columns: there is no {column!r}; there are {', '.join(map(str, names))}, or places from 0")


def _number(cell: str, decimal: str) -> float | None:
    """A float, NaN where the value is missing, or None where there is no number."""
    if decimal == ",":
        cell = cell.replace(".", "_").replace(",", ".")  # a point is then no sign of ours, and "_" is refused
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return math.nan if cell.strip().lower() in MISSING else None


Words = dict[int, tuple[str, Any]]  # for a wanted column with words: where the first of them is, and what it says


def _parsed(
    rows: Iterable[tuple[int, list[str]]], width: int, wanted: list[int], decimal: str
) -> tuple[Array, Callable[[int], str], Words]:
    """The wanted columns, NaN where a value is missing or a word; where a row stands; the words."""
    values, lines, words = array("d"), array("q"), Words()
    for line, row in rows:
        if len(row) != width:
            raise ValueError(f"source: line {line} has {len(row)} columns, and the first row has {width}")
        lines.append(line)
        for place, column in enumerate(wanted):
            value = _number(row[column], decimal)
            if value is None:
                words.setdefault(place, (f"line {line}", row[column]))
            values.append(math.nan if value is None else value)
    X = np.frombuffer(values).reshape(-1, len(wanted)) if values else np.empty((0, len(wanted)))
    return X, lambda row: f"line {lines[row]}", words


def _of_frame(frame: Any, columns: Column | Sequence[Column] | None, drop_missing: bool, say: Say) -> Array:
    names = list(frame.columns)
    wanted = _places(columns, names)
    values = frame.to_numpy()[:, wanted] if wanted else np.empty((len(frame), 0))
    words = Words()
    if values.dtype.kind in "biuf":
        X = values.astype(float)
    else:
        X = np.empty(values.shape)
        for row, place in np.ndindex(values.shape):
            X[row, place] = math.nan if (value := _value(values[row, place])) is None else value
            if value is None:
                words.setdefault(place, (f"row {row}", values[row, place]))
    return _checked(X, [str(names[place]) for place in wanted], lambda row: f"row {row}", words, drop_missing, say)


def _value(value: Any) -> float | None:
    """As `_number`, for what a data frame holds."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return math.nan
    if isinstance(value, str | bytes | np.datetime64 | np.timedelta64):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _checked(
    X: Array, names: list[str], place: Callable[[int], str], words: Words, drop_missing: bool, say: Say
) -> Array:
    """The rows without a gap, or a ValueError that names the first gaps."""
    if X.size == 0:
        raise ValueError(f"source: has no rows below the names {', '.join(names)}" if names else "source: has no rows")
    if words:
        told = [f"{names[column]} (in {where}: {str(word)!r})" for column, (where, word) in sorted(words.items())]
        rest = [name for column, name in enumerate(names) if column not in words]
        cure = f"; columns={rest} are numbers" if rest else ""
        raise ValueError(f"source: holds words where numbers should be, in {_listed(told)}{cure}")
    if np.isinf(X).any():
        where = [f"{place(int(row))}, {names[column]}" for row, column in np.argwhere(np.isinf(X))]
        raise ValueError(f"source: holds infinite values, in {_listed(where)}; drop those rows or correct them")
    gaps = np.isnan(X)
    full = ~gaps.any(axis=1)
    if full.all():
        return X.copy()
    if not drop_missing:
        where = [f"{place(int(row))}, {names[column]}" for row, column in islice(np.argwhere(gaps), NAMED)]
        more = f" and {gaps.sum() - NAMED} more" if gaps.sum() > NAMED else ""
        raise ValueError(
            f"source: values are missing, in {'; '.join(where)}{more}; fill them in, "
            "or say drop_missing=True to leave those rows out"
        )
    if not full.any():
        raise ValueError("source: in every row a value is missing; choose other columns")
    say(f"left out {len(X) - full.sum()} of {len(X)} rows, in which a value is missing")
    return np.ascontiguousarray(X[full])


def _listed(parts: list[str]) -> str:
    more = f" and {len(parts) - NAMED} more" if len(parts) > NAMED else ""
    return "; ".join(parts[:NAMED]) + more
