"""The chapters' predictions as quizzes for a learning platform: `python -m _extensions.quiz`, which `make quiz` runs.

What is asked and why it is so stand in the chapter, once: a list of "**Predict:** ..." and, folded below it, *Why*.
Here each becomes a question with an open answer, whose feedback is the reason: as text2qti's plain text, which goes to
Canvas and what else reads QTI, and as Moodle's XML. Read from the notebooks, which have numbers instead of labels.
"""

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

BUILD = Path("_build")
TASKS = re.compile(
    r"^(?P<tasks>(?:\d+\. )?\*\*Predict:\*\*.*?)\n+<details>\n<summary>Why</summary>\n(?P<reasons>.*?)</details>",
    re.MULTILINE | re.DOTALL,
)
ITEM = re.compile(r"^\d+\. +(.*?)(?=^\d+\. |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Question:
    """A prediction: what to guess, what to do then, and why it comes out as it does; in Markdown."""

    chapter: str
    guess: str
    do: str
    why: str


def questions(notebook):
    """The predictions of a chapter, in its order."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    chapter = re.search(r"^# (.+)$", text, re.MULTILINE)[1]
    for found in TASKS.finditer(text):
        tasks, reasons = items(found["tasks"]), items(found["reasons"])
        if len(tasks) != len(reasons):
            sys.exit(f"{chapter}: {len(tasks)} predictions, but Why has {len(reasons)} answers: {found['tasks'][:60]}")
        for task, why in zip(tasks, reasons, strict=True):
            guess, _, do = task.removeprefix("**Predict:**").strip().partition("\n")
            yield Question(chapter, guess[0].upper() + guess[1:], do, why)


def items(text):
    """The items of a numbered list, or all of it where there is one without a number."""
    found = ITEM.findall(text.strip() + "\n") or [text]
    return [re.sub(r"^ +", "", item, flags=re.MULTILINE).strip() for item in found]


def as_text2qti(chapter, asked):
    """A quiz as text2qti reads it: what belongs to a question is as far in as its first line."""
    lines = [f"Quiz title: {plain(chapter)}", "Quiz description: Guess before you move the figure; then move it.", ""]
    for number, question in enumerate(asked, 1):
        begin = f"{number}. "
        lines += [indented(begin, whole(question)), indented("... ", question.why), "____", ""]
    return "\n".join(lines)


def whole(question):
    """With the figure it is about; what a question calls "the figure" is that of its page."""
    parts = [f"*{question.chapter}*", question.guess, question.do and f"Then: {question.do}"]
    return "\n\n".join(part for part in parts if part)


def indented(begin, text):
    return begin + text.replace("\n", "\n" + " " * len(begin)).replace("\n" + " " * len(begin) + "\n", "\n\n")


def plain(title):
    return title.replace("$\\sigma$", "σ")


def as_moodle(asked):
    """All questions as Moodle's XML, a category for each chapter."""
    quiz, now = ET.Element("quiz"), None
    for number, question in enumerate(asked, 1):
        if question.chapter != now:
            now = question.chapter
            category = ET.SubElement(quiz, "question", type="category")
            text(ET.SubElement(category, "category"), f"$course$/top/{plain(now).replace('/', '//')}")
        essay = ET.SubElement(quiz, "question", type="essay")
        text(ET.SubElement(essay, "name"), f"{number:03} {plain(question.guess)[:60]}")
        text(ET.SubElement(essay, "questiontext", format="html"), html(whole(question)))
        text(ET.SubElement(essay, "generalfeedback", format="html"), html(question.why))
        for name, value in {"defaultgrade": "1", "responseformat": "plain", "responserequired": "1"}.items():
            ET.SubElement(essay, name).text = value
    ET.indent(quiz)
    return ET.tostring(quiz, encoding="unicode", xml_declaration=True)


def text(element, content):
    ET.SubElement(element, "text").text = content


def html(markdown):
    """HTML in which a formula stands between \\( and \\), where Moodle looks for it."""
    reader = MarkdownIt().use(dollarmath_plugin, renderer=formula)
    return reader.render(markdown).strip()


def formula(latex, options):
    begin, end = ("\\[", "\\]") if options["display_mode"] else ("\\(", "\\)")
    latex = latex.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{begin}{latex}{end}"


def write(site, target):
    """All quizzes of a built book; gives its questions."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    everything = []
    notebooks = (site / "jupyter" / "files" / "chapters").glob("*.ipynb")
    for path in sorted(notebooks, key=lambda path: path.stem):  # a chapter before its companions
        if asked := list(questions(nbformat.read(path, as_version=4))):
            (target / f"{path.stem}.txt").write_text(as_text2qti(asked[0].chapter, asked), encoding="utf-8")
            everything += asked
    (target / "moodle.xml").write_text(as_moodle(everything), encoding="utf-8")
    return everything


def main():
    made = write(BUILD / "html", BUILD / "quiz")
    pages = len({question.chapter for question in made})
    print(f"Made: {BUILD / 'quiz'} ({len(made)} questions of {pages} pages, for text2qti and for Moodle)")


if __name__ == "__main__":
    main()
