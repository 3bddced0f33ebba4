"""What KaTeX writes is MathML as its standard has it: browsers with a strict reader complain of anything else."""

import re
from xml.etree import ElementTree

import pytest

from _extensions.book.math import OPTIONS, typeset

PARTS = {"msub": 2, "msup": 2, "munder": 2, "mover": 2, "mfrac": 2, "mroot": 2, "msubsup": 3, "munderover": 3}


@pytest.mark.parametrize(
    "latex",
    [
        r"R_{\min}",
        r"R_{\min}^2",
        r"x^{\log}",
        r"\sum_{\min}^{\max} a",
        r"\frac{\min}{\max}",
        r"\sqrt[\min]{x}",
        r"\overset{\operatorname{ab}}{=}",
        r"x_{y_{\min}}",
        r"\min_j \lVert x_i - \mu_j \rVert^2",
    ],
)
def test_a_name_alone_is_one_part_of_a_script_a_fraction_and_a_root(latex):
    html, error = typeset(latex, **OPTIONS)
    assert error is None
    mathml = ElementTree.fromstring(re.search(r"<math.*</math>", html, re.DOTALL)[0])
    for element in mathml.iter():
        name = element.tag.rpartition("}")[2]
        assert len(element) == PARTS.get(name, len(element)), ElementTree.tostring(element, encoding="unicode")
