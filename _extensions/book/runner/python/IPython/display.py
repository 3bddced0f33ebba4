"""Stands in for IPython's: what cells commonly import from it."""

from dataclasses import dataclass

from session import display as display


@dataclass
class HTML:
    data: str

    def _repr_html_(self):
        return self.data


@dataclass
class Markdown:
    data: str

    def __repr__(self):
        return self.data


@dataclass
class Math:
    data: str

    def _repr_latex_(self):
        return f"$\\displaystyle {self.data}$"


Latex = Math
