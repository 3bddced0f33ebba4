"""The book's symbols, once, in sympy; and `same`, which proves an equality or says where it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

x, mu, m = sp.symbols("x mu m", real=True)
sigma, A = sp.symbols("sigma A", positive=True)
n, d, k = sp.symbols("n d k", integer=True, positive=True)

LONGEST_SHOWN = 200  # characters of LaTeX that fit the text column


@dataclass(frozen=True)
class Equal:
    """Two expressions proved equal."""

    left: sp.Expr
    right: sp.Expr

    def _repr_latex_(self) -> str:
        equation = f"{sp.latex(self.left)} \\;=\\; {sp.latex(self.right)}"
        if len(equation) > LONGEST_SHOWN:
            names = ",\\, ".join(sp.latex(symbol) for symbol in _symbols(self.left, self.right))
            equation = f"\\text{{left}} \\;=\\; \\text{{right}} \\quad\\text{{for all }} {names}"
        return f"$\\displaystyle {equation} \\quad\\checkmark$"


def same(left: Any, right: Any) -> Equal:
    """Prove that two expressions are equal, by simplifying their difference to 0.

    Raises
    ------
    AssertionError
        If they differ, with values of the symbols at which they do; or if neither a proof nor a
        difference was found.
    """
    left, right = sp.sympify(left), sp.sympify(right)
    difference = left - right
    for simplify in (
        sp.expand,
        sp.simplify,
        lambda e: sp.simplify(sp.expand_log(e.doit())),
    ):
        if simplify(difference) == 0:
            return Equal(left, right)
    raise AssertionError(_where_they_differ(left, right))


def _where_they_differ(left: sp.Expr, right: sp.Expr) -> str:
    symbols = _symbols(left, right)
    for shift in (2, 3, 5):
        # values that every assumption of the book's symbols allows: distinct positive integers
        values = {symbol: sp.Integer(shift + i) for i, symbol in enumerate(symbols)}
        a, b = left.subs(values).doit(), right.subs(values).doit()
        gap = sp.N(a - b, 30)
        if gap.is_finite and abs(gap) > sp.Float("1e-20"):
            where = ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
            return (
                f"not the same: at {where or 'every point'} the left side is {sp.N(a, 8)}, the right side {sp.N(b, 8)}"
            )
    return f"could not prove {left} = {right}, nor find a point where they differ; rewrite one side"


def _symbols(left: sp.Expr, right: sp.Expr) -> list[sp.Symbol]:
    return sorted(left.free_symbols | right.free_symbols, key=str)
