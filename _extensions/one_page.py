"""The built pages made one, as `pdf.py` prints it: links between them are links within it, answers stand at its end."""

import json
import posixpath
import re
from html import escape
from typing import NamedTuple
from urllib.parse import unquote, urljoin

from bs4 import BeautifulSoup

NEW = BeautifulSoup("", "html.parser")
OF_SCREENS = ".headerlink, .runner, .toctree-wrapper, details.hide, script, noscript"
FILMS = "video, audio, iframe, object, embed, canvas"
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
NAMING = ("for", "headers", "name", "aria-labelledby", "aria-describedby", "aria-controls")
PUNCTUATION = re.compile(r"\\mathclose\{\\text\{(.*?)\}\}")  # the build put it into the formula


class Page(NamedTuple):
    """A page of the site; `part` is that of the contents to which it belongs, if there are parts."""

    name: str
    part: str = ""
    numbered: bool = False
    companion: bool = False


def tag(kind, *children, **attributes):
    """A new element; `class_` and `data_page_of` are the attributes class and data-page-of."""
    made = NEW.new_tag(kind, attrs={name.strip("_").replace("_", "-"): text for name, text in attributes.items()})
    made.extend(children)
    return made


def read(site, name):
    return BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def pages_of(site, root):
    """Every page in the order of the contents: companions follow their chapter."""
    yield Page(root)
    part = ""
    for block in read(site, root).select("nav#contents > p.caption, nav#contents > ul"):
        if block.name == "p":
            part = block.get_text()
            continue
        for link in block.select(".toctree-l1 > a"):
            chapter, _ = place(root, link["href"])
            yield Page(chapter, part, numbered=link.get_text()[:1].isdigit())
            for below in read(site, chapter).select("nav#contents .toctree-l1.current .toctree-l2 > a"):
                yield Page(place(chapter, below["href"])[0], part, companion=True)
        part = ""


def place(name, href):
    """(page, anchor) that a link on the page `name` leads to."""
    path, _, inner = href.partition("#")
    there = beside(name, unquote(path)).removesuffix(".html") if path else name
    return there, unquote(inner)


def beside(name, path):
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def anchor(name, inner=""):
    """What the anchor `inner` of a page is called where all pages are one."""
    return re.sub(r"[^\w.-]+", "-", f"{name}--{inner}" if inner else name)


def number_of(target):
    """Stands for the number of the page on which `target` will be printed."""
    return tag("span", "000", class_="page-number", data_page_of=target)


def words(node):
    return " ".join(node.get_text().split())


def title_in(box):
    """The line that names an exercise or its solution: in the box, or above it if that is folded."""
    return (box.parent.name == "details" and box.parent.summary) or box.select_one(".admonition-title")


def line(title, target):
    """A line of the contents."""
    return tag("a", tag("span", title), tag("i"), number_of(target), href=f"#{target}")


def title_of(source):
    """A page's title in words, with its number if it is a chapter."""
    heading = source.article.h1
    if source.body.get("class") == ["companion"]:
        for number in heading.select(".section-number"):
            number.extract()
    return words(heading).removesuffix("¶")


def unfold(block):
    """Paper has no folds: what is folded stands under its line."""
    for fold in block.select("details"):
        fold.name, fold.attrs = "div", {"class": "unfolded"}
        if fold.summary:
            fold.summary.attrs = {"class": "admonition-title"}
            fold.summary.name = "p"


def speak(block):
    """A formula is a picture whose text is its LaTeX; MathML beside what is drawn would be printed unseen."""
    for formula in block.select(".katex:has(annotation)"):
        latex = PUNCTUATION.sub(r"\1", formula.annotation.get_text())
        formula.select_one(".katex-mathml").decompose()
        del formula.select_one(".katex-html")["aria-hidden"]
        formula["role"], formula["aria-label"] = "img", f"${' '.join(latex.split())}$"


def describe(block):
    """What moves on a screen is its picture here, and words say what it shows."""
    for picture in block.select(".widget-picture, .animation"):
        said = (picture.img or picture).get("alt", "")
        picture.append(tag("p", tag("strong", "Moves on the page."), f" {said}", class_="shows"))
    for film in block.select(FILMS):
        said = film.get("title") or film.get("aria-label") or ""
        poster = [tag("img", src=film["poster"], alt="")] if film.get("poster") else []
        film.replace_with(tag("p", *poster, tag("strong", "On the page."), f" {said}", class_="shows"))


def lower(block, steps):
    """Make room above the headings for those of the book's parts; `rank` keeps how large they are."""
    for rank in (4, 3, 2, 1):
        for heading in block.select(f"h{rank}"):
            heading.name = f"h{min(rank + steps, 6)}"
            heading["class"] = [*heading.get("class", ()), f"rank-{rank}"]
            for number in heading.select(".section-number") if rank > 1 else ():
                number.decompose()


class OnePage:
    """Pages of a built site; `web` is the address of the site, if it has one, for what is not among them."""

    def __init__(self, site, pages, web=""):
        self.site, self.pages, self.web = site, list(pages), web
        self.names = {page.name for page in self.pages}
        self.first = {page.part: page for page in reversed(self.pages) if page.part}
        self.titles, self.sheets, self.answers, self.heads = {}, {}, [], ["Contents", "Answers"]
        self.chapters = [self.chapter(page) for page in self.pages]
        self.cite_only_what_is_named()

    def chapter(self, page):
        source = read(self.site, page.name)
        self.language = source.html.get("lang", "en")
        self.titles[page.name] = title_of(source)
        for sheet in source.head.select("link[rel=stylesheet]"):
            self.sheets[self.file(page.name, sheet["href"].partition("?")[0])] = None
        article = source.article
        for unused in article.select(OF_SCREENS):
            unused.decompose()
        solutions = self.solutions(page.name, article)
        for block in filter(None, (article, solutions)):
            unfold(block)
            speak(block)
            self.rename(page.name, block)
            self.relink(page.name, block)
            describe(block)
            lower(block, 1 if block is solutions else bool(page.part) + page.companion)
        if solutions:
            self.answers.append(solutions)
        if not page.companion:
            self.heads.append(self.titles[page.name])
        article.name = "section"
        article.attrs = {
            "id": anchor(page.name),
            "class": "further-in" if page.companion else "chapter",
            "style": f"page: head-{len(self.heads) - 1}",
        }
        if self.first.get(page.part) == page:
            article.insert(0, tag("h1", page.part, class_="part"))
        return article

    def solutions(self, name, article):
        """Take the solutions out; an exercise then says where its answer is, and the answer where the exercise."""
        exercises = {words(title_in(exercise)): exercise for exercise in article.select(".exercise[id]")}
        group = tag("section", tag("h1", self.titles[name]))
        for number, solution in enumerate(article.select(".solution"), 1):
            title, fold = title_in(solution).extract(), solution.parent
            said = words(title)
            for link in title.select("a"):
                link.unwrap()
            title.name, title["class"] = "p", "answer-title"
            solution.attrs = {"id": solution.get("id", f"answer-{number}"), "class": "answer"}
            solution.insert(0, title)
            for exercise in [exercises[it] for it in exercises if said.endswith(it)]:
                back = tag("a", *list(title.contents), href=f"#{exercise['id']}")
                title.extend([back, ", page ", number_of(anchor(name, exercise["id"]))])
                forth = [tag("a", "Answer", href=f"#{solution['id']}"), " on page "]
                exercise.append(tag("p", *forth, number_of(anchor(name, solution["id"])), class_="to-answer"))
            group.append(solution.extract())
            if fold.name == "details":
                fold.decompose()
        return group if group.select(".answer") else None

    def rename(self, name, block):
        """No two pages have an anchor in common."""
        for node in block.find_all(id=True):
            node["id"] = anchor(name, node["id"])
        for naming in NAMING:
            for node in block.find_all(attrs={naming: True}):
                said = node[naming] if isinstance(node[naming], list) else node[naming].split()
                node[naming] = " ".join(anchor(name, one) for one in said)

    def relink(self, name, block):
        """A link to a page that is in here leads there; to another, to the web, if the book has an address."""
        for link in block.select("a[href]"):
            if OUTSIDE.match(link["href"]):
                continue
            there, inner = place(name, link["href"])
            if there in self.names:
                link["href"] = f"#{anchor(there, inner)}"
            elif self.web:
                link["href"] = urljoin(f"{self.web}{name}.html", link["href"])
            else:
                link.name, link.attrs = "span", {}
        for kind in ("src", "poster"):
            for shown in block.select(f"[{kind}]"):
                shown[kind] = self.file(name, shown[kind])
                shown.attrs.pop("loading", None)

    def file(self, name, path):
        return path if OUTSIDE.match(path) else f"../{self.site.name}/{beside(name, path)}"

    def cite_only_what_is_named(self):
        """Of the lists of literature, the entries that a page in here refers to."""
        blocks = [*self.chapters, *self.answers]
        named = {link["href"] for block in blocks for link in block.select('a[href^="#"]')}
        for entry in [entry for block in blocks for entry in block.select("div.citation")]:
            if f"#{entry['id']}" not in named:
                entry.decompose()

    def contents(self):
        table = tag("ul")
        for page in self.pages:
            if self.first.get(page.part) == page:
                table.append(tag("li", page.part, class_="part"))
            kind = "further-in" if page.companion else "chapter"
            table.append(tag("li", line(self.titles[page.name], anchor(page.name)), class_=kind))
        if self.answers:
            table.append(tag("li", line("Answers", "answers"), class_="chapter"))
        return tag("section", tag("h1", "Contents", class_="rank-1"), table, id="contents", style="page: head-0")

    def html(self, title, cover, style):
        """The page in which all is one; `cover` comes first, `style` follows the site's own stylesheets."""
        answers = tag(
            "section",
            tag("h1", "Answers", class_="rank-1"),
            *self.answers,
            id="answers",
            class_="chapter",
            style="page: head-1",
        )
        body = [cover, self.contents(), *self.chapters, *([answers] if self.answers else [])]
        sheets = "\n".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in self.sheets)
        return f"""<!DOCTYPE html>
<html lang="{self.language}" data-theme="light"><head><meta charset="utf-8"><title>{escape(title)}</title>
{sheets}
<style>{style}{self.running_heads(title)}</style></head><body>{"".join(map(str, body))}</body></html>
"""

    def running_heads(self, title):
        """A page's head is that of its name, and each chapter's pages have a name of their own."""
        left = f"@top-left {{ content: {quoted(title)}; }}"
        return "".join(
            f"@page head-{number} {{ {left} @top-right {{ content: {quoted(head)}; }} }}\n"
            for number, head in enumerate(self.heads)
        )


def quoted(text):
    """As a string of CSS."""
    return json.dumps(text, ensure_ascii=False).replace("<", r"\3c ")
