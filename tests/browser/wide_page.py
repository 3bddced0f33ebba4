"""A page of everything that is wider than a phone, each in its own section, for the tests of narrow screens."""

from tests.build import NOTEBOOK

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
TERMS = " ".join(f"x_{{{i}}}" for i in range(60))
FORMULA = rf"\left( {TERMS} \right)"
ADDRESS = "https://example.org/" + "a-long-path/" * 20
CELLS = " | ".join(f"column{i}" for i in range(14))
TABLE = f"| {CELLS} |\n|{'---|' * 14}\n| {CELLS} |"
RAW_TABLE = f"<table><tr>{''.join(f'<td>column{i}</td>' for i in range(14))}</tr></table>"

WIDE = {
    "iframe": '<iframe src="about:blank" width="560" height="315" title="a film"></iframe>',
    "video": '<video width="560" height="315" controls></video>',
    "audio": '<audio style="width: 560px" controls></audio>',
    "embed": '<embed src="about:blank" type="text/html" width="560" height="100">',
    "object": '<object data="about:blank" type="text/html" width="560" height="100"></object>',
    "canvas": '<canvas width="560" height="100"></canvas>',
    "drawing": '<svg width="560" height="100" role="img" aria-label="nothing"></svg>',
    "division": '<div style="width: 560px">A box of 560 pixels.</div>',
    "image": "```{image} wide.svg\n:alt: a wide picture\n:width: 560px\n```",
    "figure": "```{figure} wide.svg\n:alt: a wide picture\n:figwidth: 560px\n\nIts caption.\n```",
    "word": LONG,
    "heading": f"### {LONG}",
    "code": f"`{LONG}`",
    "link": f"<{ADDRESS}>",
    "list": f"- {LONG}\n  1. {LONG}\n     - {LONG}",
    "quotation": f"> {LONG}",
    "definition": f"{LONG}\n: {LONG}",
    "admonition": f"```{{admonition}} {LONG}\n{LONG}\n```",
    "theorem": f"```{{prf:theorem}} {LONG}\n:label: thm-long\n{LONG} ${FORMULA}$\n```",
    "footnote": f"A note[^long].\n\n[^long]: {LONG}",
    "listing": f"```python\n{LONG} = 1\n```",
    "raw-listing": f"<pre>{LONG}</pre>",
    "table": TABLE,
    "raw-table": RAW_TABLE,
    "list-table": f"```{{list-table}}\n:width: 800px\n\n* - {LONG}\n  - {LONG}\n```",
    "table-in-a-list": f"- A table:\n\n  {RAW_TABLE}",
    "formula": f"Here ${FORMULA}$ is.",
    "formula-in-a-list": f"- Here ${FORMULA}$ is.\n  - And ${FORMULA}$.",
    "formula-in-a-heading": f"### Here ${FORMULA}$ is",
    "fraction": rf"Here $\frac{{{TERMS}}}{{2}}$, and again $\frac{{{TERMS}}}{{3}}$.",
    "display": f"$$\n{FORMULA}\n$$ (eq-wide)",
    "display-in-a-list": f"- Here\n\n  $$\n  {FORMULA}\n  $$",
    "output": "```{code-cell} ipython3\nprint('word' * 100)\n```",
    "html-output": (
        "```{code-cell} ipython3\nfrom IPython.display import HTML\n"
        'HTML(\'<div style="width: 900px">wide</div>' + RAW_TABLE + "')\n```"
    ),
    "iframe-output": (
        "```{code-cell} ipython3\nfrom IPython.display import IFrame\n"
        "IFrame('about:blank', 700, 100, extras=['title=\"a page\"'])\n```"
    ),
}
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="100"><rect width="900" height="100"/></svg>'
PAGE = f"{NOTEBOOK}\n# Wide things\n\n" + "\n\n".join(
    f"## {name.replace('-', ' ').capitalize()}\n\n{text}" for name, text in WIDE.items()
)
