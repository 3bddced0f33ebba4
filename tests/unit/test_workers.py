"""Tests of one group share what takes minutes to make, so one worker has to run them all."""

import pytest


@pytest.mark.xdist_group("workers")
def test_a_group_stays_with_one_worker(request):
    """A pytest whose names of tests xdist cannot mark runs all the same, and deals the group out to everybody."""
    by_groups = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@workers") == by_groups
