"""The predictions as quizzes: all of them, with their reasons, in files that the learning platforms read."""

import re
import zipfile
from xml.etree import ElementTree as ET

import nbformat
import pytest
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from _extensions import quiz
from tests.build import ROOT


@pytest.fixture(scope="module")
def made(site, tmp_path_factory):
    """(the folder, its questions)."""
    folder = tmp_path_factory.mktemp("made") / "quiz"
    return folder, quiz.write(site, folder)


@pytest.fixture(scope="module")
def essays(made):
    return ET.parse(made[0] / "moodle.xml").getroot().findall("question[@type='essay']")


def predicted(path):
    return path.read_text().count("**Predict:**")


@pytest.mark.house
def test_every_prediction_of_the_book_is_asked_once(made):
    asked = sum(predicted(path) for path in (ROOT / "chapters").glob("*.md"))
    assert len(made[1]) == asked > 30
    assert len({question.guess for question in made[1]}) == asked


def test_a_chapter_comes_before_its_companions_and_each_has_its_file(made):
    folder, questions = made
    chapters = list(dict.fromkeys(question.chapter for question in questions))
    files = sorted(folder.glob("*.txt"), key=lambda path: path.stem)
    titles = [path.read_text().splitlines()[0].removeprefix("Quiz title: ") for path in files]
    assert titles == [quiz.plain(chapter) for chapter in chapters]


def test_each_has_what_to_guess_what_to_do_and_why(made):
    for question in made[1]:
        assert question.guess.rstrip().endswith("?"), question
        assert len(question.why) > 20, question
        assert not re.search(r"\{\w+\}`|:::|<details|\*\*Predict", question.guess + question.do + question.why)


def test_text2qti_makes_a_package_of_each_file(made, tmp_path):
    folder, questions = made
    packed = 0
    for path in folder.glob("*.txt"):
        read = Quiz(path.read_text(), config=Config(), source_name=path.name)
        QTI(read).save(tmp_path / f"{path.stem}.zip")
        with zipfile.ZipFile(tmp_path / f"{path.stem}.zip") as package:
            (name,) = [name for name in package.namelist() if re.search(r"(\w+)/\1\.xml$", name)]
            items = ET.fromstring(package.read(name)).findall(".//{*}item")
        packed += len(items)
        for item in items:
            assert item.find(".//{*}itemfeedback//{*}mattext").text.strip(), path.name
    assert packed == len(questions)


def test_moodle_gets_the_same_questions_by_chapter(made, essays):
    assert len(essays) == len(made[1])
    for essay, question in zip(essays, made[1], strict=True):
        asked, why = (essay.findtext(f"{part}/text") for part in ("questiontext", "generalfeedback"))
        assert question.guess.split("$")[0].split("*")[0].strip() in asked
        assert why.startswith("<p>")
        for html in (asked, why):
            assert "$" not in html
            assert html.count("\\(") == html.count("\\)")
            ET.fromstring(f"<div>{html}</div>")  # well formed


def test_a_prediction_without_a_reason_is_said(tmp_path):
    tasks = "# A chapter\n\n1. **Predict:** a?\n2. **Predict:** b?\n\n"
    text = f"{tasks}<details>\n<summary>Why</summary>\n\n1. So.\n\n</details>"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    with pytest.raises(SystemExit, match="A chapter: 2 predictions, but Why has 1 answers"):
        list(quiz.questions(notebook))
