"""A table of the reader's own in the explorer page: read as Python reads it; where Python asks, told and offered."""

import json

import numpy as np
import pytest

from kmeans_em.datasets import read_table
from kmeans_em.widgets.base import source
from tests.build import ROOT
from tests.node import compute

TABLE = source("explorer_table.js")
PARSE = f"""
const module = {{ exports: {{}} }};
new Function("module", "exports", {json.dumps((ROOT / "node_modules/papaparse/papaparse.min.js").read_text())})(
  module, module.exports);
const {"{ parse }"} = module.exports;
const read = (text, choices) => m.readTable(text, choices, parse);
"""


def read(text, **choices):
    return compute(TABLE, PARSE + "return read(given.text, given.choices)", {"text": text, "choices": choices})


def numbers(table):
    return {column["name"]: column["values"] for column in table["columns"]}


READ_AS_PYTHON = {
    "commas": "a,b\n1,2.5\n3,4\n",
    "semicolons": "a;b\n1,5;2\n3;4,25\n",
    "tabs": "a\tb\n1,5\t2\n3\t4\n",
    "blanks": "1  2.5\n 3 4\n",
    "decimal commas between blanks": "1,5 2,5\n3,5 4,5\n",
    "no header": "1,2,3\n3,4.5,6\n",
    "one column": "a\n1\n2\n3",
    "one column without a name": "1\n2.5\n3",
    "one column of decimal commas": "a\n1,5\n2,5\n",
    "two columns of whole numbers": "a,b\n1,5\n2,5\n",
    "a mark before the text": "\ufeffa,b\n1,2\n",
    "Windows": "a,b\r\n1,2\r\n3,4\r\n",
    "old Macintosh": "a,b\r1,2\r3,4",
    "empty lines": "a,b\n\n1,2\n\n3,4\n\n",
    "quotes": '"a, in cm","b"\n"1","2"\n3,4\n',
    "a line break in quotes": '"a\nlong","b"\n1,2\n',
    "decimal commas in quotes": 'a,b\n"1,5",2\n"2,5",3\n',
    "powers of ten": "a,b\n1e3,2E-2\n-3,+4\n.5,5.\n",
    "blanks around": "a, b\n 1, 2 \n3, 4\n",
}


@pytest.mark.parametrize("text", READ_AS_PYTHON.values(), ids=READ_AS_PYTHON)
def test_what_leaves_no_doubt_is_read_as_python_reads_it(text):
    table = read(text)
    assert (table["problems"], table["questions"]) == ([], [])
    said = []
    expected = read_table(text, say=said.append)
    np.testing.assert_array_equal(np.transpose(list(numbers(table).values())), expected)
    assert table["rows"] == len(expected)
    if "no header" in said[0]:
        assert list(numbers(table)) == [f"column {i + 1}" for i in range(expected.shape[1])]
    else:
        names = said[0].partition("(")[2].rpartition(";")[0]
        assert ", ".join(numbers(table)) == " ".join(names.split())


def test_a_table_says_how_it_was_read():
    assert read("a;b\n1,5;2\n")["reading"] == "1 row, 2 columns: semicolons, decimal commas, names in the first line."
    assert read("1,2\n3,4.5\n")["reading"] == "2 rows, 2 columns: commas, decimal points, no names in the first line."


def test_missing_values_are_counted_and_words_named():
    table = read("a,b,kind,empty\n1,NA,shell,\n,4,,\n5,?,x,-\n")
    a, b, kind, empty = table["columns"]
    assert (a["values"], a["missing"], a["says"]) == ([1, None, 5], 1, "1 value missing")
    assert (b["values"], b["missing"], b["says"]) == ([None, 4, None], 2, "2 values missing")
    assert (kind["values"], kind["numbers"]) == (None, False)
    assert kind["says"] == "2 cells without a number: “shell” in row 1 of the data"
    assert (empty["values"], empty["says"]) == (None, "no value at all")
    assert table["problems"] == []


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e400", "1e100", "0x10", "1_000", "12 %", "$3", "1.2.3"])
def test_what_python_would_not_take_as_a_number_is_none(cell):
    table = read(f'a\tb\n1\t"{cell}"\n2\t3\n')
    assert [column["numbers"] for column in table["columns"]] == [True, False]


TWO_READINGS = {
    "1,5\n2,5\n": ([[1, 5], [2, 5]], "“1,5” was read as two columns", [[1.5], [2.5]]),
    "a;b\n1,500;2\n": ([[1.5, 2]], "“1,500” were read with decimal commas", [[1500, 2]]),
    'a,b\n"1,500",2\n': ([[1500, 2]], "“1,500” were read with commas between thousands", [[1.5, 2]]),
    "a;b\n1.5;2,5\n3.5;4.5\n": ([[1.5], [3.5]], "decimal points were taken", [[2.5]]),
    "2025,kind\n3,4\n": ([[3, 4]], "first line was taken as names", [[2025], [3]]),
    "2019,2020\n0.5,1.5\n": ([[2019, 2020], [0.5, 1.5]], "first line was read as numbers", [[0.5, 1.5]]),
    "0;1\n0.5;1.5\n": ([[0, 1], [0.5, 1.5]], "first line was read as numbers", [[0.5, 1.5]]),
    "1,5,2,5\n3,0,4,25\n": ([[1, 5, 2, 5], [3, 0, 4, 25]], "as 4 columns of whole numbers", [[1.5, 2.5], [3, 4.25]]),
}


@pytest.mark.parametrize(("text", "expected"), TWO_READINGS.items())
def test_of_two_readings_one_is_taken_and_said_and_the_other_offered(text, expected):
    taken, words, offered = expected
    table = read(text)
    (question,) = table["questions"]
    assert words in question["said"]
    assert question["offer"]
    values = [column["values"] for column in table["columns"] if column["numbers"]]
    assert np.transpose(values).tolist() == taken
    other = read(text, **question["choices"])
    assert other["questions"] == [] or words not in other["questions"][0]["said"]
    found = [column["values"] for column in other["columns"] if column["numbers"]]
    if "1.5;2,5" in text:  # then both columns hold words
        assert found == []
    elif "kind" in text:
        assert found == [[2025, 3]]
    else:
        assert np.transpose(found).tolist() == offered


def test_where_python_asks_there_is_a_question():
    for text in ("1,5\n2,5", "a;b\n1,500;2", "2025,kind\n3,4", "a;b\n1.5;2,5\n"):
        with pytest.raises(ValueError, match=r"say (delimiter|decimal|header)"):
            read_table(text)
        assert len(read(text)["questions"]) == 1


def test_decimal_commas_between_commas_are_known_by_the_names_above():
    table = read("height,weight\n1,5,2,5\n3,0,4,25\n")
    assert numbers(table) == {"height": [1.5, 3], "weight": [2.5, 4.25]}
    assert "commas between columns and in numbers" in table["reading"]


def test_a_second_choice_keeps_the_first():
    text = "2025;kind\n1,500;2\n"
    first, second = read(text)["questions"]
    after = read(text, **first["choices"])["questions"]
    assert [question["said"] for question in after] == [second["said"]]
    assert after[0]["choices"] == first["choices"] | second["choices"]


def test_comments_are_left_out_and_that_is_said():
    table = read("# measured in May\na,b\n1,2\n# lunch\n3,4\n")
    assert numbers(table) == {"a": [1, 3], "b": [2, 4]}
    assert table["problems"] == ["Lines that begin with # are taken as comments and left out."]


def test_rows_of_another_length_are_left_out_and_that_is_said():
    table = read("a,b\n1,2\n3\n4,5,6\n7,8\n9,10\n")
    assert numbers(table) == {"a": [1, 7, 9], "b": [2, 8, 10]}
    assert table["problems"] == ["Left out: 2 rows with another number of cells than 2; the first is row 3, with 1."]


def test_a_title_above_the_names_is_left_out_and_that_is_said():
    for title in ("My measurements", "My, measurements, of, May"):
        table = read(f"{title}\na,b\n1,2\n3,4\n5,6\n")
        assert numbers(table) == {"a": [1, 3, 5], "b": [2, 4, 6]}
        assert "Left out: 1 row" in table["problems"][0]


def test_rows_with_names_of_their_own_as_r_writes_them():
    table = read("a b\nr1 1 2\nr2 3 4\n")
    assert numbers(table) == {"a": [1, 3], "b": [2, 4], "column 1": None}
    assert "one cell less" in table["problems"][0]


def test_names_are_plain_text_told_apart():
    table = read('a,a,"<script>alert(1)</script>",,"x\ny\u0007"\n1,2,3,4,5\n')
    assert list(numbers(table)) == ["a", "a (2)", "<script>alert(1)</script>", "column 4", "x y"]


NO_TABLE = {
    "": "The text is empty",
    " \n\n": "The text is empty",
    "# only\n# comments": "nothing in the text but",
    '""\n""\n': "nothing in the text but",
    "a,b\n": "no row below the names",
    "a,b": "no row below the names",
    "<!DOCTYPE html><html><body>1,2</body></html>": "a web page",
    "<table><tr><td>1</td></tr></table>": "a web page",
    '{"a": [1, 2]}': "JSON",
    "[[1, 2], [3, 4]]": "JSON",
    "PK\u0003\u0004rubbish": "another kind of file",
    "a,b\n1,\u0000": "another kind of file",
    "a\n1,2\n1,2,3\n1,2,3,4\n5,6,7,8,9\n": "different numbers of cells",
    "Dear all,\nhere are the numbers.\nYours\n": "",
    'a,b\n1,"2\n3,4\n': "quotation mark is not closed",
    'a,b\n1,"2"3\n': "quotation mark is not closed",
    "a,b\n" + ",".join(["1"] * 300) + "\n": "300 columns; at most 200",
    "just words\nand more words\n": "No column of this text holds numbers",
    "kind\nshell\nstar\n": "No column of this text holds numbers",
}


@pytest.mark.parametrize(("text", "words"), NO_TABLE.items(), ids=[text[:20] for text in NO_TABLE])
def test_what_is_no_table_gets_a_sentence(text, words):
    table = read(text)
    assert any(words in problem for problem in table["problems"])
    assert not any(column["numbers"] for column in table["columns"])
    assert all(problem.endswith(".") for problem in table["problems"])


def test_a_million_rows_are_cut_and_that_is_said():
    body = """
    const size = (text) => {
      const { rows, columns, problems } = read(text);
      return [rows, columns.map(({ values }) => [values.length, values[0], values.at(-1)]), problems];
    };
    const rows = (n, between) => Array.from({ length: n }, (_, i) => `${i}${between}${i}.5`).join("\\n");
    return [
      size("a,b\\n" + rows(1e6, ",")), size(rows(1e6, " ")), size("a,b\\n" + rows(1e5, ",")), size("7".repeat(1e8 + 1)),
      size(rows(12000, ",5".repeat(99) + ",")),
    ];
    """
    commas, blanks, all_of_them, endless, wide = compute(TABLE, PARSE + body)
    for cut in (commas, blanks):
        assert cut[0] == 100_000
        assert cut[1] == [[100_000, 0, 99_999], [100_000, 0.5, 99_999.5]]
        assert cut[2] == ["The table is longer: only its first 100,000 rows are read."]
    assert (all_of_them[0], all_of_them[2]) == (100_000, [])
    assert (wide[0], len(wide[1])) == (9901, 101)  # a million cells
    assert wide[2] == ["The table is longer: only its first 9,901 rows are read."]
    assert endless == [0, [], ["The text has more than 100 million letters; it is not read."]]


def choose(text, names, **options):
    body = PARSE + "return m.chooseColumns(read(given.text), given.names, given.options)"
    return compute(TABLE, body, {"text": text, "names": names, "options": options})


FAITHFUL = "n,duration,wait,kind\n1,3.6,79,x\n2,,54,y\n3,3.333,,x\n4,2.283,62,y\n"


def test_columns_are_chosen_and_rows_without_a_value_left_out():
    found = choose(FAITHFUL, ["wait", "duration"])
    assert found["X"] == {"n": 2, "d": 2, "values": [79, 3.6, 62, 2.283]}
    assert found["columns"] == ["wait", "duration"]
    assert found["said"] == "2 points. Left out: 2 rows with a value missing."
    expected = read_table(FAITHFUL, ["wait", "duration"], drop_missing=True, say=str)
    assert np.reshape(found["X"]["values"], (2, 2)).tolist() == expected.tolist()
    assert found["keys"] == ["wait", "duration"]
    one = choose(FAITHFUL, ["n"])
    assert one["X"] == {"n": 4, "d": 1, "values": [1, 2, 3, 4]}
    assert one["said"] == "4 points."


@pytest.mark.parametrize(
    ("names", "options", "words"),
    [
        ([], {}, "Choose one column or two"),
        (["n", "wait", "duration"], {}, "Choose one column or two"),
        (["n", "n"], {}, "two different columns"),
        (["N"], {}, "no column “N”"),
        (["kind"], {}, "“kind” does not hold numbers alone: 4 cells without a number: “x”"),
        (["wait", "duration"], {"missing": "ask"}, "In 2 rows a value is missing"),
    ],
)
def test_columns_that_cannot_be_chosen_get_a_sentence(names, options, words):
    found = choose(FAITHFUL, names, **options)
    assert found["X"] is None
    assert words in found["said"]


def test_python_has_a_key_for_each_column():
    assert [column["key"] for column in read("a,b,a,\n1,2,3,4\n")["columns"]] == [0, "b", 2, 3]
    assert [column["key"] for column in read("1,2,3\n4,5,6\n")["columns"]] == [0, 1, 2]
    assert read("a;b\n1,5;2\n")["form"] == {"delimiter": ";", "decimal": ",", "header": True}


def test_columns_that_never_have_values_together_get_a_sentence():
    assert choose("a,b\n1,\n,2\n", ["a", "b"]) == {
        "X": None,
        "columns": [],
        "keys": [],
        "said": "In every row one of the two values is missing.",
    }


def test_long_lines_and_long_cells_are_no_long_wait():
    body = """
    const long = (text) => text.repeat(2e6 / text.length);
    return ["a", "1", "a ", "1 ", "1,", ",", '"', " ", "1.", "a\\u0000", "-", "ab cd ", "1,5 ", "#"].map((text) => {
      const { columns, problems } = read(`x\n${long(text)}x`);
      return columns.some(({ numbers }) => numbers) ? text : problems.length;
    });
    """
    found = compute(TABLE, PARSE + body)
    assert all(type(each) is int for each in found), found
    assert all(each > 0 for each in found), found


def test_random_texts_never_throw():
    body = """
    let x = 3;
    const random = (most) => Math.floor((most * (x = (1103515245 * x + 12345) % 2147483648)) / 2147483648);
    const pieces = ["1", "2.5", "1,5", ",", ",", ";", "\\t", " ", "\\n", "\\n", "\\r\\n", '"', "a", "NA", "#", "-",
      "é", "<b>", "1e9", "inf"];
    const strange = [];
    for (let i = 0; i < 5000; i++) {
      const text = Array.from({ length: random(30) }, () => pieces[random(pieces.length)]).join("");
      try {
        const table = read(text);
        for (const choices of table.questions.map((question) => question.choices)) read(text, choices);
        const names = table.columns.filter(({ numbers }) => numbers).map(({ name }) => name).slice(0, 2);
        const { X } = m.chooseColumns(table, names);
        if (X && !X.values.every(Number.isFinite)) strange.push(text);
        if (table.columns.length === 0 && table.problems.length === 0) strange.push(text);
      } catch (error) { strange.push(`${error.stack}: ${text}`); }
    }
    return strange.slice(0, 3);
    """
    assert compute(TABLE, PARSE + body) == []
