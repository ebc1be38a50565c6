"""The scaled-out engine on one machine: two servers on PostgreSQL and Valkey."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from fakes.cluster import database_server, fresh_database, redis_server, scale_out
from fakes.hub import Hub
from fakes.process import ServerProcess, server_process
from mistudio.core.config import Settings


@asynccontextmanager
async def start_cluster(folder: Path, hub: Hub) -> AsyncIterator[tuple[Settings, list[ServerProcess]]]:
    """Start two servers on PostgreSQL and Valkey, and yield them with their settings."""
    with database_server() as postgres, redis_server() as redis:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(fresh_database(postgres))
            base = Settings(
                data_dir=folder / "data",
                hf_endpoint=hub.url,
                hf_home=folder / "hf",
                retry_backoff_seconds=0.5,
                search_index="off",
            )
            # Twice the lease of the tests: benchmarks keep the machine busy, and a late heartbeat must not look like
            # a dead worker.
            settings = scale_out(base, database_url=url, redis_url=redis).model_copy(update={"lease_seconds": 6.0})
            servers = [
                await stack.enter_async_context(server_process(settings, folder / f"server-{number}.log"))
                for number in range(2)
            ]
            yield settings, servers
