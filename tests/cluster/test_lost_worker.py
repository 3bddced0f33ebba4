"""A cluster of two processes, one of which dies in the middle of a fit."""

import os
import signal

import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster
from numpy.testing import assert_allclose, assert_array_equal

import kmeans_em
from kmeans_em import distributed


@pytest.fixture
def client():
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
        Client(cluster) as client,
    ):
        client.wait_for_workers(2)
        yield client


def test_a_fit_survives_the_loss_of_a_worker(client):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6000, 2)) + 4 * rng.integers(0, 3, (6000, 1))
    means, sigma = X[:3], 1.0
    chunked = da.from_array(X, chunks=((1000, 1, 2999, 700, 1300), 2)).persist()
    undisturbed = distributed.fit(chunked, means, sigma, max_steps=8)
    victims = []

    def kill_one(number, step):
        if number == 3:
            victims.extend(list(client.run(os.getpid).values())[:1])
            os.kill(victims[0], signal.SIGKILL)

    found = distributed.fit(chunked, means, sigma, max_steps=8, on_step=kill_one)
    assert len(victims) == 1
    assert found.steps == 8
    assert_array_equal(found.means, undisturbed.means)
    assert_allclose(found.means, kmeans_em.fit(X, means, sigma, max_steps=8).means, rtol=1e-10)
    assert_array_equal(found.labels.compute(), kmeans_em.fit(X, means, sigma, max_steps=8).labels)
    client.wait_for_workers(2)
    assert victims[0] not in client.run(os.getpid).values()
