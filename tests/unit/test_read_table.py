"""A table of the reader's own: what is sure is said, what is not is asked for, and every gap has its place."""

import io

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from kmeans_em import fit
from kmeans_em.datasets import old_faithful, read_table

SHELLS = np.array([[1.5, 20], [2.25, 31], [-4, 0.5]])


@pytest.fixture
def heard():
    return []


def read(text, *arguments, **options):
    return read_table(text, *arguments, say=lambda line: None, **options)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("length,width\n1.5,20\n2.25,31\n-4,0.5\n", "length, width; commas, decimal points"),
        ("length;width\n1,5;20\n2,25;31\n-4;0,5", "length, width; semicolons, decimal commas"),
        ("length;width\r\n1.5;20\r\n2.25;31\r\n-4;0.5\r\n", "length, width; semicolons, decimal points"),
        ("length\twidth\n1,5\t20\n2,25\t31\n-4\t0,5\n", "length, width; tabs, decimal commas"),
        ("length width\n 1.5   20\n2.25  31\n\n-4   0.5\n", "length, width; spaces, decimal points"),
        ("1.5,20\n2.25,31\n-4,5e-1\n", "no header; commas, decimal points"),
        ('"length","width"\n"1,5","20"\n"2,25","31"\n"-4","0,5"\n', "length, width; commas, decimal commas"),
        ('"length, mm", width\n1.5, 20\n2.25, 31\n-4, 0.5\n', "length, mm, width; commas, decimal points"),
        ("\ufefflength,width\r1.5,20\r2.25,31\r-4,0.5", "length, width; commas, decimal points"),
    ],
)
def test_a_file_that_leaves_no_doubt_is_read_and_its_form_said(text, form, heard):
    assert_array_equal(read_table(text, say=heard.append), SHELLS)
    assert heard == [f"text: 3 x 2 numbers ({form})"]


@pytest.mark.parametrize("text", ["length\n1,5\n2,25\n", "length\n1.5\n2.25", "1.5\n2.25", "a;length\n7;1,5\n7;2,25"])
def test_one_column_stays_a_column(text):
    assert_array_equal(read(text, "length" if ";" in text else None), [[1.5], [2.25]])


def test_what_has_two_readings_is_asked_for_and_the_answer_decides():
    with pytest.raises(ValueError, match=r"^delimiter: .* say delimiter=',' or decimal=','"):
        read("1,5\n2,5\n")
    assert_array_equal(read("1,5\n2,5\n", delimiter=","), [[1, 5], [2, 5]])
    assert_array_equal(read("1,5\n2,5\n", decimal="."), [[1, 5], [2, 5]])
    assert_array_equal(read("1,2\n3,4.5\n"), [[1, 2], [3, 4.5]])  # no number has both signs: nothing to ask
    assert_array_equal(read("1,5\n2,5\n", decimal=","), [[1.5], [2.5]])
    with pytest.raises(ValueError, match=r"^decimal: '1,500' .* thousands"):
        read("a;b\n1,500;2\n2,125;3\n")
    assert_array_equal(read("a;b\n1,500;2\n", decimal=","), [[1.5, 2]])
    assert_array_equal(read("a;b\n0,500;2\n"), [[0.5, 2]])  # no thousands begin with 0
    with pytest.raises(ValueError, match=r"^decimal: there are both '1,5' and '2\.5'"):
        read("a;b\n1,5;2.5\n")
    with pytest.raises(ValueError, match=r"^header: .* say header=True or header=False"):
        read("2025,kind\n1,2\n")
    assert_array_equal(read("2025,kind\n1,2\n", header=True), [[1, 2]])
    assert_array_equal(read("2024,2025\n1,2\n9,9\n", "2025", delimiter=",", header=True), [[2], [9]])


def test_row_numbers_that_a_program_wrote_are_not_taken_for_data():
    with pytest.raises(ValueError, match=r"^columns: column 0 has no name.*columns=\['a', 'b'\]$"):
        read(",a,b\n0,1,2\n1,3,4\n")
    assert_array_equal(read(",a,b\n0,1,2\n1,3,4\n", ["a", "b"]), [[1, 2], [3, 4]])


def test_columns_by_name_by_place_and_in_any_order():
    text = "kind,length,width\nshell,1,2\nsnail,3,4\n"
    for columns in (["width", "length"], [2, 1], ["width", 1]):
        assert_array_equal(read(text, columns), [[2, 1], [4, 3]])
    with pytest.raises(ValueError, match=r"^columns: there is no 'height'; there are kind, length, width"):
        read(text, "height")
    with pytest.raises(ValueError, match=r"^source: .* in kind \(in line 2: 'shell'\); columns=\['length', 'width'\]"):
        read(text)
    with pytest.raises(ValueError, match=r"^columns: 2 columns have the name 'a'"):
        read("a,a\n1,2\n", "a")
    with pytest.raises(ValueError, match=r"^columns: expected at least one"):
        read(text, [])


@pytest.mark.parametrize("mark", ["", "NA", "nan", "n/a", "NULL", "None", "?", "-", " "])
def test_a_missing_value_is_named_with_line_and_column(mark, heard):
    text = f"a,b\n1,2\n\n3,{mark}\n{mark},6\n7,8\n"
    with pytest.raises(ValueError, match=r"^source: values are missing, in line 4, b; line 5, a; fill them in"):
        read_table(text)
    assert_array_equal(read_table(text, drop_missing=True, say=heard.append), [[1, 2], [7, 8]])
    assert heard[0] == "left out 2 of 4 rows, in which a value is missing"


def test_many_gaps_are_counted():
    with pytest.raises(ValueError, match=r"line 6, b and 15 more; fill"):
        read("a,b\n" + "1,\n" * 20)
    with pytest.raises(ValueError, match=r"^source: in every row a value is missing"):
        read("a,b\n" + "1,\n" * 20, drop_missing=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n\n", "source: has no rows"),
        ("a,b\n", "source: has no rows below the names a, b"),
        ("a,b\n1,2\n3\n", "source: line 3 has 1 columns, and the first row has 2"),
        ("a,b\n1,-inf\n", "source: holds infinite values, in line 2, b"),
        ("a;b\n1.234,5;2\n", r"source: holds words .* in a \(in line 2: '1.234,5'\)"),
        ("a,b\n1_000,2\n", r"source: holds words .* in a \(in line 2: '1_000'\)"),
        ('a,b\n"1,' + "2,3\n" * 50_000, "source: line .* cannot be read .* quote left open"),
    ],
)
def test_what_cannot_be_read_is_refused_by_place(text, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        read(text)


def test_arguments_have_few_values():
    with pytest.raises(ValueError, match=r"^delimiter: expected one of"):
        read("1\n2\n", delimiter="|")
    with pytest.raises(ValueError, match=r"^decimal: expected '\.' or ','"):
        read("1\n2\n", decimal="'")
    with pytest.raises(ValueError, match=r"^decimal: commas cannot both"):
        read("a,b\n1,2\n", delimiter=",", decimal=",")
    with pytest.raises(ValueError, match=r"^source: expected a path, a text, a file or a data frame, got ndarray"):
        read(SHELLS)
    with pytest.raises(ValueError, match=r"^source: there is no file 'shels.csv' here"):
        read("shels.csv")


def test_paths_and_files(tmp_path, heard):
    path = tmp_path / "shells.csv"
    path.write_text("Länge;Breite\n1,5;20\n2,25;31\n-4;0,5\n", encoding="utf-8")
    with path.open("rb") as binary, path.open(encoding="utf-8") as plain:
        for source in (path, str(path), binary, plain, io.StringIO(path.read_text(encoding="utf-8"))):
            assert_array_equal(read_table(source, ["Länge", "Breite"], say=heard.append), SHELLS)
    assert [line.partition(":")[0] for line in heard] == ["shells.csv"] * 4 + ["file"]
    path.write_text("Länge;Breite\n1,5;20\n", encoding="cp1252")
    with pytest.raises(ValueError, match=r"^source: shells\.csv is not in UTF-8; .*encoding='cp1252'"):
        read(path)
    with path.open(encoding="cp1252") as file:
        assert_array_equal(read(file), [[1.5, 20]])


def test_data_frames():
    frame = pd.DataFrame(
        {"kind": ["a", "b", "c"], "length": SHELLS[:, 0], "count": [1, 2, 3], "ok": [True, False, True]}
    )
    assert_array_equal(read(frame, ["length", "count", "ok"]), [[1.5, 1, 1], [2.25, 2, 0], [-4, 3, 1]])
    assert_array_equal(read(frame[["count"]]), [[1], [2], [3]])
    with pytest.raises(ValueError, match=r"in kind \(in row 0: 'a'\); columns=\['length', 'count', 'ok'\] are numbers"):
        read(frame)
    for gap in (None, np.nan, pd.NA):
        gappy = pd.DataFrame({"kind": ["a", "b"], "n": pd.array([1, gap], dtype="Int64")})
        with pytest.raises(ValueError, match=r"^source: values are missing, in row 1, n;"):
            read(gappy, "n")
        assert_array_equal(read(gappy, "n", drop_missing=True), [[1]])
    dates = pd.DataFrame({"day": pd.to_datetime(["2026-01-01"]), "n": [1]})
    with pytest.raises(ValueError, match=r"^source: holds words .* in day"):
        read(dates)
    with pytest.raises(ValueError, match=r"^source: has no rows below the names a"):
        read(pd.DataFrame({"a": []}))
    assert_array_equal(read(pd.DataFrame({2025: [1], 0: [2]}), 0), [[2]])  # a name goes before a place


def test_whatever_has_columns_and_to_numpy_is_a_data_frame():
    class Frame:
        columns = ("a", "b")

        def to_numpy(self):
            return SHELLS.astype(np.float32)

    found = read(Frame(), "b")
    assert found.dtype == float
    assert_array_equal(found, SHELLS[:, 1:])


def test_the_array_is_the_callers_own_and_ready_for_the_loop():
    X = read("a,b\n1,2\n3,4\n9,9\n")
    assert X.flags.writeable
    assert X.flags.c_contiguous
    assert fit(X, X[:2]).converged


def test_what_was_written_with_all_digits_is_read_to_the_bit():
    X = old_faithful(standardised=True)
    text = "\n".join(";".join(repr(float(value)) for value in row) for row in X)
    assert_array_equal(read(text), X)
    assert_array_equal(read(text.replace(".", ",")), X)


def test_a_million_rows():
    X = read("a,b\n" + "0.25,-3e2\n" * 1_000_000)
    assert X.shape == (1_000_000, 2)
    assert (X == [0.25, -300]).all()
