"""The explorer's state: plain values, and functions from a state to the next, without a browser."""

import numpy as np
import pytest

from kmeans_em import datasets, fit, free_energy, inertia, log_likelihood, responsibilities
from kmeans_em.widgets import Explorer
from tests.node import compute

BLOBS = datasets.blobs(60)
MEANS = [[0.0, 1.0], [1.0, 0.0], [4.0, 2.0]]
BEGIN = """
const given_ = given.begin;
const X = { n: given_.X.length, d: given_.X[0].length, values: Float64Array.from(given_.X.flat()) };
const start = m.begin({ ...given_, X });
"""


def after(body, X=BLOBS, means=MEANS, sigma=1.0, given=None, **switches):
    """What `body` returns, which knows the module `m` and `start`, the state at the beginning."""
    begin = {"X": np.asarray(X).tolist(), "means": means, "sigma": sigma, **switches}
    return compute(Explorer._esm, BEGIN + body, {"begin": begin, **(given or {})})


def test_steps_are_those_of_em_and_of_k_means_and_can_be_taken_back():
    run = after("""
      const states = [start];
      for (let t = 0; t < 4; t++) states.push(m.advance(states.at(-1)));
      let here = states.at(-1);
      const way = states.map(({ means, lloyd, past }) => [means, lloyd, past.length]);
      const home = [];
      for (let t = 0; t < 5; t++) { here = m.back(here); home.push([here.means, here.lloyd, here.past.length]); }
      return { way, home };
    """)
    for t, (means, lloyd, steps) in enumerate(run["way"]):
        np.testing.assert_allclose(means, fit(BLOBS, MEANS, 1, max_steps=t).means if t else MEANS, rtol=1e-9)
        np.testing.assert_allclose(lloyd, fit(BLOBS, MEANS, 0, max_steps=t).means if t else MEANS, rtol=1e-9)
        assert steps == t
    assert run["home"] == [*run["way"][-2::-1], run["way"][0]]


def test_no_function_changes_the_state_that_it_is_given():
    assert after("""
      const all = { ...start, weights: [0.2, 0.3, 0.5] };
      const freeze = (value) => {
        if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
        Object.values(value).forEach(freeze);
        return Object.freeze(value);
      };
      const before = freeze(m.advance(m.advance(all)));
      const values = [...before.X.values];
      const changes = [
        m.advance(before), m.back(before), m.place(before, [[0, 0], [1, 1], [2, 2]]), m.drag(before, 1, [9, 9]),
        m.setSigma(before, 3), m.setWeight(before, 0, 0.5), m.setFollow(before, true), m.setTwins(before, false),
      ];
      m.readings(before);
      return changes.every((next) => next !== before) && values.every((x, i) => x === before.X.values[i]);
    """)


def test_a_run_begins_anew_where_the_reader_changes_something():
    found = after("""
      const run = m.advance(m.advance(start));
      const brief = ({ start, means, lloyd, past, sigma }) => ({ start, means, lloyd, steps: past.length, sigma });
      return {
        run: brief(run),
        same: m.setSigma(run, run.sigma) === run && m.setWeights(run, []) === run,
        sigma: brief(m.setSigma(run, 2)),
        placed: brief(m.place(run, [[0, 0], [1, 1], [2, 2]])),
        dragged: brief(m.drag(run, 1, [9, 9])),
      };
    """)
    assert found["same"]
    here = found["run"]["means"]
    assert found["sigma"] == {"start": here, "means": here, "lloyd": here, "steps": 0, "sigma": 2}
    assert found["placed"]["means"] == found["placed"]["start"] == found["placed"]["lloyd"] == [[0, 0], [1, 1], [2, 2]]
    assert found["dragged"]["means"] == found["dragged"]["start"] == [here[0], [9, 9], here[2]]
    assert found["placed"]["steps"] == found["dragged"]["steps"] == 0


def test_a_step_taken_back_leaves_the_switches():
    assert after("return m.back(m.setTwins(m.advance(start), false)).twins") is False


def test_means_that_follow_em_go_to_rest_and_k_means_centres_stand_at_theirs():
    found = after(
        """
        let state = m.setSigma(start, 0.6);
        for (let t = 0; t < 5000 && state.moving; t++) state = m.advance(state);
        const { means, lloyd, past, moving } = state;
        return { means, lloyd, steps: past.length, moving };
        """,
        follow=True,
    )
    assert not found["moving"]
    assert found["steps"] == 0
    rest = fit(BLOBS, found["means"], 0.6, max_steps=1).means
    np.testing.assert_allclose(found["means"], rest, atol=1e-7)
    np.testing.assert_allclose(found["lloyd"], fit(BLOBS, MEANS, 0).means, rtol=1e-9)


def test_means_in_one_place_are_parted_when_sigma_falls():
    found = after(
        """
        let state = start;
        for (const sigma of [9, 0.6]) {
          state = m.setSigma(state, sigma);
          for (let t = 0; t < 5000 && state.moving; t++) state = m.advance(state);
        }
        return state.means;
        """,
        follow=True,
    )
    np.testing.assert_allclose(found, fit(BLOBS, fit(BLOBS, MEANS, 0).means, 0.6, tol=1e-9).means, atol=1e-4)


def test_e_step_and_m_step_together_are_a_step_of_em():
    found = after(
        """
        const e = m.advance(start);
        const both = m.advance(e);
        return { e: [e.means, e.held], m: [both.means], numbers: [start, e, both].map((state) => m.numbersOf(state)) };
        """,
        halves=True,
    )
    resp = responsibilities(BLOBS, MEANS, 1)
    assert found["e"][0] == MEANS
    np.testing.assert_allclose(found["e"][1], resp.ravel(), atol=1e-12)
    np.testing.assert_allclose(found["m"][0], fit(BLOBS, MEANS, 1, max_steps=1).means, rtol=1e-9)
    first, e, m = found["numbers"]
    assert first["lower-bound"] < e["lower-bound"] == pytest.approx(log_likelihood(BLOBS, MEANS, 1))
    assert e["divergence"] == pytest.approx(0, abs=1e-9)
    assert e["lower-bound"] < m["lower-bound"] < m["log-likelihood"]


def test_where_a_run_stood_is_kept_until_the_next_one_has_begun():
    found = after(
        """
        const run = m.advance(m.advance(start));
        const moved = m.setSigma(run, 2);
        return [run, moved, m.advance(moved)].map(({ before }) => before && before["log-likelihood"]);
        """,
        halves=True,
    )
    after_em = fit(BLOBS, MEANS, 1, max_steps=1).means
    assert found == [None, pytest.approx(log_likelihood(BLOBS, after_em, 1)), None]


@pytest.mark.parametrize(("old", "expected"), [([0.5, 0.3, 0.2], [0.1, 0.54, 0.36]), ([1, 0, 0], [0.1, 0.45, 0.45])])
def test_of_the_weights_one_is_set_and_the_others_keep_their_proportions(old, expected):
    assert after("return m.setWeight(start, 0, 0.1).weights", weights=old) == pytest.approx(expected)


@pytest.mark.parametrize("weights", [[], [0.5, 0.3, 0.2]])
@pytest.mark.parametrize("sigma", [0, 0.3, 2])
def test_the_readings_are_pythons(sigma, weights):
    found = after("return m.readings(m.advance(start))", sigma=sigma, weights=weights)
    pi = weights or None
    means = fit(BLOBS, MEANS, sigma, weights=pi, max_steps=1).means
    assert found["free-energy"] == pytest.approx(free_energy(BLOBS, means, sigma, pi))
    assert found["inertia"] == pytest.approx(inertia(BLOBS, means))
    assert found["bound"] == pytest.approx(inertia(BLOBS, means) - 2 * sigma**2 * 60 * np.log(3))
    np.testing.assert_allclose(found["resp"], responsibilities(BLOBS, means, sigma, pi).ravel(), atol=1e-9)
    assert [step["free-energy"] for step in found["run"]] == [
        pytest.approx(free_energy(BLOBS, place, sigma, pi)) for place in (MEANS, means)
    ]
    if sigma > 0:
        assert found["log-likelihood"] == pytest.approx(log_likelihood(BLOBS, means, sigma, pi))
