"""A page alone on paper, as *Print or save as PDF* in its menu makes it."""

import pytest
from pypdf import PdfReader

ORDER = """() => [...document.querySelectorAll("article :is(.exercise, .solution, .shows, details[open])")]
  .map((box) => box.id || box.className)"""


@pytest.fixture
def chapter(open_page, address):
    return open_page(f"{address}/chapters/02-k-means.html")


@pytest.fixture
def printed(chapter, tmp_path):
    chapter.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    return PdfReader(tmp_path / "page.pdf")


def test_answers_come_last_and_words_say_what_moves(chapter, printed, soups):
    text = "\n".join(page.extract_text() for page in printed.pages)
    exercises, answers = text.split("\nAnswers\n")
    soup = soups["chapters/02-k-means.html"]
    assert "Solution to" not in exercises
    assert answers.count("Solution to") == len(soup.article.select(".solution"))
    picture = soup.select_one(".widget-picture img")["alt"]
    assert "".join(picture.split()) in "".join(exercises.split())


def test_folds_are_open_on_paper(printed, soups):
    text = "".join("".join(page.extract_text() for page in printed.pages).split())
    folded = [
        fold
        for fold in soups["chapters/02-k-means.html"].article.select("details.fold")
        if not fold.select(".solution")
    ]
    assert folded
    for fold in folded:
        words = [it for it in fold.select_one(".admonition p").find_all(string=True, recursive=False) if len(it) > 20]
        assert "".join(words[0].split()) in text


def test_pages_have_numbers(printed):
    for number, page in enumerate(printed.pages, 1):
        assert str(number) in page.extract_text().split()


def test_the_screen_is_as_before(chapter, tmp_path):
    before = chapter.evaluate(ORDER)
    chapter.pdf(path=tmp_path / "page.pdf")
    assert chapter.evaluate(ORDER) == before
    assert len(before) > 5
