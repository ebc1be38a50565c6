"""A running server for the tests that ask for one, on the engine that their module chooses.

Embedded is the default. A module whose tests hold on both engines sets ``pytestmark = BOTH_ENGINES``.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from fakes.cluster import Cluster, run_cluster
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings


@pytest.fixture(scope="session")
def scaled_out_cluster(postgres_url: str, database_template: str, redis_url: str) -> Iterator[Cluster]:
    """The servers of the scaled-out engine and a Celery worker, one of each for a test process."""
    with run_cluster(postgres_url, database_template, redis_url) as cluster:
        yield cluster


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The engine that runs the jobs: ``embedded`` or ``scaled-out``."""
    return str(getattr(request, "param", "embedded"))


@pytest.fixture
async def settings(settings: Settings, engine: str, request: pytest.FixtureRequest) -> AsyncIterator[Settings]:
    """Settings of a server on this engine."""
    if engine == "embedded":
        yield settings
        return
    cluster: Cluster = request.getfixturevalue("scaled_out_cluster")
    async with cluster.settings(settings) as scaled_out:
        yield scaled_out


@pytest.fixture
async def server(settings: Settings, engine: str, request: pytest.FixtureRequest) -> AsyncIterator[RunningServer]:
    """The whole application, listening on a port, with its job engine and sockets."""
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(running_server(settings))
        if engine != "embedded":
            cluster: Cluster = request.getfixturevalue("scaled_out_cluster")
            running.worker = await stack.enter_async_context(cluster.run_worker(settings))
        yield running


@pytest.fixture
def test_client(server: RunningServer) -> RunningServer:
    """The running server as something to send requests to."""
    return server
