"""Decks for a class, made from the built chapters: `python -m _extensions.slides`, which is what `make slides` runs.

A deck has what one looks at in a class: figures with their predictions, formulas with the sentence that leads to them,
theorems, proofs, tables, cells, slips, what we know, and the exercises by name; its speaker notes have the text
between. Three classes change that where an author writes: `slide` puts a block onto a slide that would be in the notes,
`no-slide` keeps one off, and what has the class `lecture` is in `lecture.html` as well, the deck of one lecture. What
the teaching guide says of a chapter is in the notes of its first slide. reveal.js shows the decks; slides.js spreads
them over slides.
"""

import json
import re
import shutil
import sys
from copy import deepcopy
from html import escape
from pathlib import Path

import yaml

from _extensions.book.fresh import asked
from _extensions.book.repository import read_config
from _extensions.one_page import OUTSIDE, beside, pages_of, place, read, tag, title_in, title_of, unfold, words

HERE = Path(__file__).parent
REVEAL = HERE.parent / "node_modules" / "reveal.js" / "dist"
COPIED = (REVEAL / "reveal.js", REVEAL / "plugin" / "notes.js", HERE / "slides.js", HERE / "slides.css")
SHEETS = ("reveal.css", "slides.css")
SCRIPTS = ("reveal.js", "notes.js", "slides.js")
OF_PAGES = ".headerlink, .runner, .copy, .toctree-wrapper, .section-number, script:not([type*=widget-view]), noscript"
STATE_TYPE = "application/vnd.jupyter.widget-state+json"
STATE = f'script[type="{STATE_TYPE}"]'
MODEL = re.compile(r'"(IPY_MODEL_)?([0-9a-f]{32})"')
PICTURE = "img, video, iframe, .animation, .widget-picture"
GUIDE = "chapters/guide"
SHORT = 240  # letters of a paragraph that may stand above a table


class Deck:
    """The slides of one deck: a stack of them for each section, and in a lecture for each page."""

    def __init__(self, site, guide, lecture=False):
        self.site, self.guide, self.lecture = site, guide, lecture
        self.stack, self.stacks, self.states, self.sheets = tag("section"), [], [], {}
        self.unsaid = []  # for the notes of the next slide

    def add(self, name, title="", about=""):
        """The slides of a page, below its title what it is about; in a lecture those of its blocks that are marked.

        What the guide says of the page is for the notes of its first slide.
        """
        source = read(self.site, name)
        self.name, self.all = name, not self.lecture
        self.language, self.theme = source.html.get("lang", "en"), source.head.script.get_text()
        for sheet in source.head.select("link[rel=stylesheet]"):
            self.sheets[self.link(sheet["href"])] = None
        self.title = title or title_of(source)
        article = self.own(source)
        self.begin_stack()
        guide = [*(self.guide.minute(name) if self.lecture else ()), *self.guide.about(self.title)]
        self.unsaid = [with_mathml(block) for block in guide]
        if self.all or not self.stacks:
            self.open(tag("h1", self.title), "title")
            if about:
                self.unit(tag("p", about), "question")
        self.section(article.section, tag("h2", self.title))
        self.begin_stack()

    def own(self, source):
        """The article, with models, links and pictures that hold beside those of other pages."""
        page = rf'"\g<1>{len(self.states):08x}\g<2>"'
        state = source.select_one(STATE)
        self.states.append(json.loads(MODEL.sub(page, state.string))["state"] if state else {})
        article = source.article
        for unused in article.select(OF_PAGES):
            unused.decompose()
        for view in article.select("script"):
            view.string = MODEL.sub(page, view.string)
        for inner in article.select(".admonition section"):
            inner.name = "div"  # to reveal.js every section is a slide
        for link in article.select("a[href]"):
            link["href"] = self.link(link["href"])
        for shown in article.select("[src], [poster]"):
            shown.attrs |= {kind: self.link(shown[kind]) for kind in ("src", "poster") if kind in shown.attrs}
            shown.attrs.pop("loading", None)
        return article

    def link(self, address):
        """From the folder of the decks."""
        if OUTSIDE.match(address):
            return address
        path, mark, inner = address.partition("#")
        there = beside(self.name, path) if path else f"{self.name}.html"
        return f"../{there}{mark}{inner}"

    def section(self, section, heading):
        """What of a section belongs on slides, in its order; the rest is for the notes."""
        heading = section.find(["h2", "h3", "h4"], recursive=False) or heading
        blocks = [block for block in section.find_all(recursive=False) if not re.fullmatch("h[1-6]", block.name)]
        if all(is_reading_list(block) for block in blocks):
            return
        places = [place for place, block in enumerate(blocks) if "exercise" in block.get("class", ())]
        first = min(places, default=len(blocks))
        before = None
        for block in blocks[:first]:
            if block.name == "section":
                if block.h2 and not self.lecture:
                    self.begin_stack()
                self.section(block, heading)
            elif kind := self.kind(block):
                self.show(kind, heading, block, lead(before, block))
            else:
                self.note(heading, block)
            before = block
        if places and self.all:
            self.exercises(heading, blocks[first:])

    def kind(self, block):
        """What a block is on a slide; None if it is on none."""
        marks = {name.removeprefix("tag_") for name in block.get("class", ())}
        if "no-slide" in marks:
            return None
        if self.slide_kind == "with-figure" and (also := goes_with_figure(block)):
            return also
        marked = "lecture" in marks or ("slide" in marks and not self.lecture)
        if not marked and not self.all:
            return None
        return kind_of(block, marks) or ("text" if marked else None)

    def show(self, kind, heading, block, before):
        """Put a block onto the slide that is open, or onto a new one."""
        if kind == "predictions":
            for item in block.select("li"):
                item["class"] = "fragment"
            self.row.append(tag("div", block.extract(), class_="unit predictions"))
            return
        if kind == "figure":
            self.open(heading, "with-figure")
            for source in block.select(":scope > details, :scope > .cell_input"):
                source.decompose()
            figure = tag("div", without_ids(block), class_="unit figure")
            self.row = tag("div", figure, class_="figure-place", data_holds_figures="")
            self.slide.append(self.row)
            return
        if kind == "why":
            self.open(tag("h2", block.summary.extract().get_text()), "why")
            block.name, block.attrs = "div", {}
        elif kind in ("theorem", "proof", "cell") or (self.slide_kind, self.heading) != ("flow", heading):
            self.open(heading, "flow")
        if before:
            self.unit(before, "lead")
        if kind != "proof":
            self.unit(block, kind)
            return
        unfold(block)
        parts = block.select(
            ":scope > :not(.admonition-title, section, div:not([class])), :scope > div:not([class]) > *"
        )
        for part in parts:
            self.unit(part, "proof-part")

    def unit(self, block, kind):
        self.slide.append(tag("div", without_ids(block), class_=f"unit {kind}"))

    def begin_stack(self):
        """What comes now begins a new stack."""
        if self.stack.contents:
            self.stacks.append(self.stack)
        self.stack = tag("section")
        self.slide = self.heading = self.slide_kind = self.row = None

    def open(self, heading, kind):
        """A new slide."""
        self.slide, self.heading, self.slide_kind = tag("section", class_=kind), heading, kind
        head = deepcopy(heading)
        head.name, head.attrs = ("h1" if kind == "title" else "h2"), {}
        above = [] if head.get_text() == self.title else [tag("p", self.title, class_="chapter-name")]
        self.slide.append(tag("header", *above, head))
        self.stack.append(self.slide)
        for said in self.unsaid:
            self.say(said)
        self.unsaid = []

    def note(self, heading, block):
        """For the speaker; but the question of a page is on its first slide, and a picture that is on none ends one."""
        if self.slide_kind == "title" and is_question(block):
            self.unit(block, "question")
        elif has_picture(block):
            self.slide_kind = None
        elif "cell" not in block.get("class", ()) and block.get_text().strip() and not is_solution(block):
            if self.slide is None and self.all:
                self.unsaid.append(with_mathml(block))
            elif self.slide and (self.all or heading == self.heading):
                self.say(with_mathml(block))

    def say(self, said):
        """Into the notes that stand where the slide has come to: what is spread over several takes its notes along."""
        if self.slide.contents[-1].name != "aside":
            self.slide.append(tag("aside", class_="notes"))
        self.slide.contents[-1].append(said)

    def exercises(self, heading, blocks):
        """By name, since whoever does one does it on the page; what is asked is in the notes."""
        names = tag("ul")
        self.open(heading, "flow")
        self.slide.append(tag("div", names, class_="unit exercises"))
        for block in blocks:
            if "exercise" in block.get("class", ()):
                title = deepcopy(title_in(block))
                names.append(tag("li", tag("a", *list(title.contents), href=self.link(f"#{block['id']}"))))
            self.note(heading, block)

    def models(self):
        """As the pages have them: those that a figure here shows, with what they name."""
        everything = {name: model for state in self.states for name, model in state.items()}
        views = [view.string for stack in self.stacks for view in stack.select("script")]
        used, ahead = {}, set(named("".join(views)))
        while ahead:
            name = ahead.pop()
            used[name] = everything[name]
            ahead |= {other for other in named(json.dumps(used[name])) if other in everything and other not in used}
        return json.dumps({"state": dict(sorted(used.items()))}).replace("</", "<\\/")

    def html(self, title):
        links = "\n".join(f'<link rel="stylesheet" href="{escape(it)}">' for it in [*self.sheets, *SHEETS])
        states = f'<script type="{STATE_TYPE}">{self.models()}</script>'
        scripts = "\n".join(f'<script defer src="{it}"></script>' for it in ("../_static/widgets/host.js", *SCRIPTS))
        return f"""<!DOCTYPE html>
<html lang="{self.language}" data-theme="light"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<script>{self.theme}</script>
{links}
{states}
{scripts}
</head>
<body><div class="reveal" role="main"><div class="slides">{"".join(map(str, self.stacks))}</div></div></body></html>
"""


class Guide:
    """What the teaching guide, if there is one, says of a chapter: in the plan of a lecture, and under its number."""

    def __init__(self, site):
        there = (site / f"{GUIDE}.html").exists()
        self.article = read(site, GUIDE).article if there else tag("article")
        self.sections = {
            words(section.h2).partition(" ")[0]: section for section in self.article.select("section:has(> h2)")
        }
        for unused in self.article.select(OF_PAGES):
            unused.decompose()

    def minute(self, name):
        """From which minute on it is told, and what of it."""
        for row in self.article.select("tbody tr:has(a[href])"):
            minute, what, _ = row.select("td")[:3]
            if place(GUIDE, row.a["href"])[0] == name:
                return [tag("p", f"From minute {words(minute)}: ", *deepcopy(what).contents)]
        return []

    def about(self, title):
        section = self.sections.get(title.partition(".")[0])
        blocks = deepcopy(section).find_all(recursive=False) if section else []
        for link in [link for block in blocks for link in block.select("a")]:
            link.name, link.attrs = "span", {}
        return [block for block in blocks if block.name != "h2"]


def named(text):
    return re.findall(r'"(?:IPY_MODEL_)?([0-9a-f]{40})"', text)


def kind_of(block, marks):
    """What a block that nobody marked is on a slide; None if it belongs into the notes."""
    if "demonstration" in marks:
        return "proof"
    if "proof" in marks:
        return "theorem"
    if has_picture(block):
        return "figure"
    if "cell" in marks:
        return "cell"
    point = block.name == "p" and getattr(next(iter(block.contents), None), "name", None) == "strong"
    known = point or marks & {"math", "wide", "warning"} or block.name in ("ul", "ol", "blockquote")
    return "text" if known else None


def goes_with_figure(block):
    """What to guess before it is moved, and the reason, folded."""
    if block.name in ("ol", "p") and block.strong and block.get_text().strip().startswith("Predict"):
        return "predictions"
    folded = block.name == "details" and block.summary and block.summary.get_text().strip() == "Why"
    return "why" if folded else None


def has_picture(block):
    shown = block.select_one(":scope > .cell_output") if "cell" in block.get("class", ()) else block
    return bool(shown) and block.name in ("div", "figure") and bool(shown.select_one(PICTURE))


def is_solution(block):
    return "solution" in block.get("class", ()) or bool(block.select(".solution"))


def is_question(block):
    return block.name == "p" and [child.name for child in block.contents] == ["em"]


def is_reading_list(block):
    """Each item names a page or a work, with a link, and says after a colon what it is."""
    items = [(it.a, *it.get_text().partition(":")) for it in block.find_all("li", recursive=False)]
    return bool(items) and all(link and colon and link.get_text() in name for link, name, colon, _ in items)


def lead(paragraph, block):
    """What leads to a block: to a formula the last sentence, else a paragraph that is short or ends with a colon."""
    if paragraph is None or paragraph.name != "p" or paragraph.find_parent(class_="unit"):
        return None
    marks, text = block.get("class", ()), paragraph.get_text().strip()
    if "math" not in marks and not text.endswith(":"):
        return deepcopy(paragraph) if "wide" in marks and len(text) < SHORT else None
    said = deepcopy(paragraph)
    for node in reversed(said.contents):  # an author's line is a sentence
        if isinstance(node, str) and "\n" in node.strip(" "):
            for earlier in list(node.previous_siblings):
                earlier.extract()
            node.replace_with(node.rpartition("\n")[2])
            break
    return said


def without_ids(block):
    """Links lead to the page; here another page's anchor may have the same name."""
    for node in [block, *block.find_all(id=True)]:
        if not node.find_parent("svg"):
            node.attrs.pop("id", None)
    return block.extract()


def with_mathml(block):
    """A copy that the speaker's window, which has no stylesheet of KaTeX, shows too."""
    said = deepcopy(block)
    for formula in said.select(".katex:has(math)"):
        formula.annotation.decompose()
        formula.replace_with(formula.math.extract())
    return said


def stylesheet():
    """reveal.js's own, which means its controls, and not those of a figure."""
    return (REVEAL / "reveal.css").read_text(encoding="utf-8").replace(".reveal .controls", ".reveal > .controls")


def write(folder, output):
    """All decks of a built book; their names."""
    site = output / "html"
    target = site / "slides"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for file in COPIED:
        shutil.copy(file, target)
    (target / "reveal.css").write_text(stylesheet(), encoding="utf-8")
    root = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))["root"]
    about = read_config(folder).get("title", "")
    guide = Guide(site)
    lecture, decks = Deck(site, guide, lecture=True), {}
    for page in pages_of(site, root):
        if page.name == root or page.numbered:
            deck = decks[Path(page.name).name] = Deck(site, guide)
            title, _, below = about.partition(": ") if page.name == root else ("", "", "")
            deck.add(page.name, title, below)
            lecture.add(page.name, title, below)
    lecture.title = "One lecture"
    decks["lecture"] = lecture
    for name, deck in decks.items():
        (target / f"{name}.html").write_text(deck.html(f"{deck.title} · {about}"), encoding="utf-8")
    return list(decks)


def main():
    folder, output, _ = asked(__doc__)
    if not (output / "state").exists():
        sys.exit(f"{output / 'html'}: no book has been built there; `make slides` builds it first")
    made = write(folder, output)
    print(f"Made: {output / 'html' / 'slides'} ({len(made)} decks: {', '.join(made)})")


if __name__ == "__main__":
    main()
