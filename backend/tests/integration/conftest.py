"""A running server for every test that asks for one."""

from collections.abc import AsyncIterator

import pytest

from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[RunningServer]:
    """The whole application, listening on a port, with its job engine and sockets."""
    async with running_server(settings) as running:
        yield running


@pytest.fixture
def test_client(server: RunningServer) -> RunningServer:
    """The running server as something to send requests to."""
    return server
