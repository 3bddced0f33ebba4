"""The link that carries the explorer's state: there and back, and whatever else may stand in a link."""

import math

import numpy as np
import pytest

from kmeans_em.widgets.base import source
from tests.node import compute

LINK = source("explorer_link.js")
WITH_POINTS = """
const whole = (state) => state.X
  ? { ...state, X: { n: state.X.length, d: state.X[0].length, values: Float64Array.from(state.X.flat()) } }
  : state;
"""
EVERYTHING = {
    "data": "old_faithful",
    "k": 2,
    "means": [[-1.25, 0.1], [1 / 3, 1e-9]],
    "start": "hand",
    "seed": 4_294_967_295,
    "sigma": 0.1 + 0.2,
    "weights": [0.25, 0.75],
    "learn": ["sigma", "weights"],
    "step": 7,
    "view": [-2, 2.5, -1, 1],
    "on": ["twins", "lines"],
    "panels": ["numbers"],
    "embed": True,
    "projector": True,
}


def encode(state):
    return compute(LINK, WITH_POINTS + "const s = whole(given); return [m.encodeState(s), m.linkSays(s)]", state)


def decode(*links):
    found = compute(LINK, "return given.map((link) => m.decodeState(link))", links)
    return found[0] if len(links) == 1 else found


def there_and_back(state):
    link, said = encode(state)
    found = decode(link)
    assert found["problems"] == []
    return found["state"], link, said


AT_FIRST = decode("")["state"]


def test_a_state_goes_there_and_back_whole():
    found, link, said = there_and_back(EVERYTHING)
    assert found == AT_FIRST | EVERYTHING
    assert said == ""
    assert link == (
        "v=1&data=old_faithful&k=2&means=-1.25,0.1;0.3333333333333333,1e-9&sigma=0.30000000000000004&view=-2,2.5,-1,1"
        "&weights=0.25,0.75&learn=sigma,weights&start=hand&seed=4294967295&step=7&on=twins,lines&panels=numbers"
        "&embed=1&projector=1"
    )


def test_the_state_at_first_is_a_short_link():
    found, link, _ = there_and_back({})
    assert found == AT_FIRST
    assert link == "v=1&data=blobs&k=3&start=plusplus&seed=0"


@pytest.mark.parametrize("changed", [{"sigma": 0}, {"on": []}, {"panels": []}, {"k": 8}, {"data": "line", "k": 6}])
def test_what_is_zero_or_empty_is_not_what_was_left_out(changed):
    assert there_and_back(changed)[0] == AT_FIRST | changed


def points(n, d=2, seed=0, scale=1.0, shift=0.0):
    return (shift + scale * np.random.default_rng(seed).normal(size=(n, d))).tolist()


@pytest.mark.parametrize("d", [1, 2])
def test_a_few_own_points_come_back_exactly(d):
    X = points(8, d)
    found, link, said = there_and_back({"data": "own", "X": X, "columns": ["a,b=c&d", "é <b>"][:d], "k": 2})
    assert found["X"] == {"n": 8, "d": d, "values": np.ravel(X).tolist()}
    assert found["columns"] == ["a,b=c&d", "é <b>"][:d]
    assert said == ""
    assert "<" not in link


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (1e-6, 0), (1e6, 0), (1, 1e9), (0, 3)])
def test_many_own_points_come_back_to_a_screens_thousandth(d, scale, shift):
    X = np.array(points(300, d, scale=scale, shift=shift))
    state = {"data": "own", "X": X.tolist(), "columns": ["height", "weight"][:d], "k": 3, "means": X[:3].tolist()}
    found, link, said = there_and_back(state)
    back = np.array(found["X"]["values"]).reshape(300, d)
    assert len(link) < 2000
    assert (abs(back - X) <= np.ptp(X, axis=0) / 8000).all()
    np.testing.assert_array_equal([back.min(axis=0), back.max(axis=0)], [X.min(axis=0), X.max(axis=0)])
    assert found["means"] == X[:3].tolist()
    assert "rounds your 300 points to a 4095th of each axis" in said
    again = encode(state | {"X": back.tolist()})[0]
    assert again == link


def test_a_link_of_a_link_is_that_link_for_points_anywhere():
    body = """
    let x = 12345;
    const random = () => (x = (1103515245 * x + 12345) % 2147483648) / 2147483648;
    let differ = 0;
    for (let i = 0; i < 300; i++) {
      const [n, d, unit] = [60 + Math.floor(900 * random()), 1 + (i % 2), 10 ** (18 * random() - 9)];
      const values = Float64Array.from({ length: n * d }, () => unit * (random() - 0.3));
      const link = m.encodeState({ data: "own", X: { n, d, values } });
      const { state, problems } = m.decodeState(link);
      if (problems.length || m.encodeState(state) !== link) differ++;
    }
    return differ;
    """
    assert compute(LINK, body) == 0


@pytest.mark.parametrize(
    ("X", "cause"),
    [
        (points(1001), "at most 1,000 points fit"),
        (points(5, 3), "at most two columns"),
        ([[1e13, 0], [0, 1]], "coordinates go up to 1000000000000"),
    ],
)
def test_points_that_do_not_fit_are_not_cut_off_silently(X, cause):
    link, said = encode({"data": "own", "X": X, "k": 4, "means": X[:4], "sigma": 2, "seed": 3, "panels": ["start"]})
    assert cause in said
    assert len(link) < 150
    found = decode(link)
    assert "points of somebody’s own" in found["problems"][0]
    assert found["state"] == AT_FIRST | {"k": 4, "seed": 3, "panels": ["start"]}


WRONG = {
    "<script>alert(1)</script>": "not one of this page",
    "v=": "not one of this page",
    "k=3": "not one of this page",
    "v=2&k=4": "of version 2",
    "v=" + "9" * 400: "of version 999999999,",
    "v=1&data=<script>alert(1)</script>": "data that this page does not have",
    "v=1&data=constructor": "data that this page does not have",
    "v=1&data=own": "points in the link cannot be read",
    "v=1&data=own&n=5000&means=1,2&k=1": "5,000 points",
    "v=1&data=own&points=1,2;3": "points in the link cannot be read",
    "v=1&data=own&points=1,2,3": "points in the link cannot be read",
    "v=1&data=own&points=NaN,1": "points in the link cannot be read",
    "v=1&data=own&points=1e999,1": "points in the link cannot be read",
    "v=1&data=own&points=1,": "points in the link cannot be read",
    "v=1&data=own&points=" + "0;" * 9000 + "0": "points in the link cannot be read",
    "v=1&data=own&points=" + "0,0;" * 1_000_000: "longer than 20,000 letters",
    "v=1&data=own&box=0,0;1,1&packed=AAA": "points in the link cannot be read",
    "v=1&data=own&box=0,0;1,1&packed=A!AA": "points in the link cannot be read",
    "v=1&data=own&box=1,1;0,0&packed=AAAA": "points in the link cannot be read",
    "v=1&data=own&box=0,0&packed=AAAA": "points in the link cannot be read",
    "v=1&data=own&box=0;1&packed=" + "AA" * 1001: "points in the link cannot be read",
    "v=1&data=own&points=1,2;3,4&k=3": "2 points in the link, too few for 3 means; k is 2",
    "v=1&data=own&points=1,2;3,4&columns=a": "names of the columns",
    "v=1&data=own&points=1,2;3,4&columns=%E0%A4,b": "names of the columns",
    "v=1&k=0": "k goes from 1 to 8",
    "v=1&k=9": "k goes from 1 to 8",
    "v=1&k=1000000000": "k goes from 1 to 8",
    "v=1&k=-1": "k goes from 1 to 8",
    "v=1&k=2.5": "k goes from 1 to 8",
    "v=1&k=NaN": "k goes from 1 to 8",
    "v=1&data=line&k=7": "k goes from 1 to 6",
    "v=1&means=1;2;3": "no means for these data",
    "v=1&means=NaN,0;1,2;3,4": "no means for these data",
    "v=1&means=Infinity,0;1,2;3,4": "no means for these data",
    "v=1&means=1e13,0;1,2;3,4": "no means for these data",
    "v=1&means=" + "1,2;" * 8 + "1,2": "no means for these data",
    "v=1&k=2&means=1,2;3,4;5,6": "has 3 means, and k is 2",
    "v=1&sigma=-1": "σ in the link",
    "v=1&sigma=NaN": "σ in the link",
    "v=1&sigma=1e400": "σ in the link",
    "v=1&sigma=1e-300": "σ in the link",
    "v=1&sigma=": "σ in the link",
    "v=1&sigma=0x10": "σ in the link",
    "v=1&weights=0.5,0.5": "weights in the link",
    "v=1&weights=0.5,0.4,0.2": "weights in the link",
    "v=1&weights=1.5,-0.5,0": "weights in the link",
    "v=1&weights=NaN,0,1": "weights in the link",
    "v=1&learn=means": "under “learn”",
    "v=1&start=__proto__": "start that this page does not have",
    "v=1&seed=-1": "seed in the link",
    "v=1&seed=4294967296": "seed in the link",
    "v=1&seed=1.5": "seed in the link",
    "v=1&step=1000000000": "0 to 1000 steps",
    "v=1&view=0,0,0,1": "part of the picture",
    "v=1&view=0,1": "part of the picture",
    "v=1&view=0,1,NaN,2": "part of the picture",
    "v=1&on=everything": "under “on”",
    "v=1&panels=a,b": "under “panels”",
    "v=1&embed=yes": "“embed”",
    "v=1&projector=": "“projector”",
}


@pytest.mark.parametrize(("link", "words"), WRONG.items(), ids=[link[:40] for link in WRONG])
def test_what_is_wrong_in_a_link_is_said_and_left_as_it_was(link, words):
    found = decode(link)
    assert [words in sentence for sentence in found["problems"]] == [True]
    assert found["problems"][0].endswith(".")
    assert "<" not in found["problems"][0]
    same = {"X", "columns", "data"} if "data=own&points=1,2" in link or "data=line" in link else set()
    expected = AT_FIRST | {name: found["state"][name] for name in same}
    if "k=2&" in link or "points=1,2;3,4" in link:
        expected["k"] = 2
    if "k=1" in link.split("&"):
        expected["k"] = 1
    lists = {name: [] for name in ("on", "panels") if f"{name}=" in link}
    assert found["state"] == expected | lists


def test_a_link_may_begin_with_its_sign_and_have_its_commas_written_out():
    state = "v=1&data=blobs&k=2&means=1%2C2%3B3%2C4"
    assert decode(f"#{state}") == decode(state)
    assert decode(state)["state"]["means"] == [[1, 2], [3, 4]]
    assert decode(state)["problems"] == []


def test_k_is_that_of_the_means_where_it_is_left_out():
    assert decode("v=1&means=1,2;3,4")["state"]["k"] == 2


def test_a_run_may_be_told_by_its_seed_alone():
    found = decode("v=1&data=ring&k=4&start=random&seed=12&step=5")
    assert found["problems"] == []
    assert found["state"] == AT_FIRST | {"data": "ring", "k": 4, "start": "random", "seed": 12, "step": 5}
    assert decode("v=1&means=1,2&step=5&k=2")["state"]["step"] == 0  # of means that are not there, no step is taken


def test_means_may_wait_for_points_of_ones_own():
    state = {"data": "own", "X": [[1, 2]], "k": 3, "means": [[0, 0], [1, 1], [2, 0]], "sigma": 1}
    assert there_and_back(state)[0]["means"] == state["means"]


def test_names_of_columns_are_one_short_line_each():
    found = decode("v=1&data=own&points=1;2&k=1&columns=" + "a%00b%0A%E2%80%AEc" + "x" * 99)
    assert found["problems"] == []
    assert found["state"]["columns"] == ["a b c" + "x" * 35]


def test_random_links_never_throw_and_never_hold_what_is_no_number():
    body = """
    let x = 7;
    const random = (most) => Math.floor((most * (x = (1103515245 * x + 12345) % 2147483648)) / 2147483648);
    const pieces = ["v=1", "&", "=", ",", ";", "k", "data", "own", "line", "points", "packed", "box", "means", "sigma",
      "NaN", "1e9", "-", "0", "1", "2.5", "1e308", "weights", "view", "step", "%", "%41", "__proto__", "\\u0000", "é",
      "AAAA", "columns", "<b>", "seed"];
    const names = ["data", "points", "box", "packed", "k", "means", "sigma", "weights", "learn", "start", "seed",
      "step", "view", "on", "panels", "embed", "projector", "n", "columns"];
    const strange = [];
    const finite = (value) => typeof value === "number" ? Number.isFinite(value)
      : value && typeof value === "object" ? [...Object.values(value)].every(finite) : true;
    const junk = () => Array.from({ length: random(8) }, () => pieces[random(pieces.length)]).join("");
    const fits = ({ X, k, means, weights }) =>
      (!X || ((means || k <= X.n) && X.values.length === X.n * X.d))
      && (!X || (means ?? []).every((mean) => mean.length === X.d))
      && (!means || means.length === k) && (weights.length === 0 || weights.length === k);
    for (let i = 0; i < 20000; i++) {
      const fields = Array.from({ length: random(6) }, () => `&${names[random(names.length)]}=${junk()}`);
      const link = `v=1${fields.join("")}`;
      try {
        const { state, problems } = m.decodeState(i % 3 ? link : junk());
        const good = fits(state) && finite(state) && problems.every((said) => typeof said === "string")
          && state.k >= 1 && state.k <= 8;
        if (!good) strange.push(link);
        if (m.decodeState(m.encodeState(state)).problems.length) strange.push("again: " + link);
      } catch (error) { strange.push(`${error}: ${link}`); }
    }
    return strange.slice(0, 5);
    """
    assert compute(LINK, body) == []


@pytest.mark.parametrize("given", [None, 5, [], {}, True, math.pi])
def test_whatever_is_given_as_a_link_has_an_answer(given):
    assert decode(given, "")[0]["state"] == AT_FIRST
