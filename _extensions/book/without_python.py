"""What cells made for a running Python, fit for a page that has none.

Boxes and tabs of ipywidgets show what they hold, and an Output what it captured: host.js sees to that, and the build
says which cells hold a control that stands still. Animations of matplotlib lose the icons that they fetch from a CDN.
"""

import re

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
STANDS_STILL = (
    "what needs a running Python stands still on the page: {}. "
    "What moves without: an Explorer, or an animation's `HTML(animation.to_jshtml())`"
)
CONTROLS = "@jupyter-widgets/controls"
NO_CONTROLS = re.compile(r"(?:V|H|Grid)?Box|Tab|Accordion|Stack|HTML|HTMLMath|Label|.*Link|.*Progress")
ICON_FONT = re.compile(r'<link rel="stylesheet"\s+href="https?://[^"]*font-awesome[^"]*">\s*')
ICON = re.compile(r'<i class="fa ([\w -]+)"></i>')
SIGNS = {
    "fa-minus": "−",
    "fa-fast-backward": "|◂",
    "fa-step-backward": "◂|",
    "fa-play fa-flip-horizontal": "◂",
    "fa-pause": "||",
    "fa-play": "▸",
    "fa-step-forward": "|▸",
    "fa-fast-forward": "▸|",
    "fa-plus": "+",
}


def mend(notebook):
    """Mend the outputs in place; yield (index of a cell, what it lacks)."""
    for place, cell in enumerate(notebook.cells):
        alt, shown = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", ""), False
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "anim-controls" in data.get("text/html", ""):
                data["text/html"], shown = animation(data["text/html"], alt, place), True
        for model in models_of(notebook, cell):
            for captured in model["state"].get("outputs", ()):
                captured.setdefault("metadata", {})["alt"] = alt
                shown |= any(kind.startswith("image/") for kind in captured.get("data", ()))
        if shown and not alt:
            yield place, "picture with no text alternative"


def still(notebook):
    """(index of a cell, the controls in it that stand still) for each that has some."""
    for place, cell in enumerate(notebook.cells):
        found = {
            model["model_name"].removesuffix("Model")
            for model in models_of(notebook, cell)
            if model["state"].get("_model_module") == CONTROLS
        }
        if controls := sorted(name for name in found if not NO_CONTROLS.fullmatch(name)):
            yield place, STANDS_STILL.format(", ".join(controls))


def models_of(notebook, cell):
    """The widgets that a cell shows, with all that they hold."""
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    for output in cell.get("outputs", ()):
        yield from within(output.get("data", {}).get(VIEW, {}).get("model_id"), models)


def within(name, models):
    """A model and all that it holds."""
    if name in models:
        yield models[name]
        for child in models[name]["state"].get("children", ()):
            yield from within(child.removeprefix("IPY_MODEL_"), models)


def animation(html, alt, place):
    """matplotlib's player with signs for icons, labels for all, and no number that chance gave."""
    html = ICON.sub(lambda icon: f'<span aria-hidden="true">{SIGNS.get(icon[1], "?")}</span>', ICON_FONT.sub("", html))
    if found := re.search(r"_anim_img(\w+)", html):
        html = html.replace(found[1], f"{place:032x}")
    html = html.replace('<img id="_anim', f'<img alt="{alt.replace(chr(34), "&quot;")}" id="_anim')
    return html.replace('type="range"', 'type="range" aria-label="Frame"')


def markdown(text, typeset):
    """HTML of what `display(Markdown(…))` left in an Output."""
    parser = (
        MarkdownIt("commonmark")
        .enable("table")
        .use(
            dollarmath_plugin,
            allow_digits=False,
            allow_space=False,
            renderer=lambda latex, options: typeset(latex, displayMode=options["display_mode"])[0] or latex,
        )
    )
    return parser.render(text)
