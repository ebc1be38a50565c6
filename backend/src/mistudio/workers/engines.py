"""The two engines, each with its queue and its vault; ``mistudio.main`` takes the one that the settings name."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Protocol

from redis.exceptions import RedisError

from mistudio.core.celery_app import create_celery
from mistudio.core.config import Settings
from mistudio.core.events import EventBus, JobQueue, TokenVault
from mistudio.core.ownership import DataDirLock
from mistudio.schemas.system import CheckResponse
from mistudio.services.job_service import JobService
from mistudio.utils.tasks import end_task
from mistudio.workers.embedded.queue import LocalQueue, MemoryTokenVault
from mistudio.workers.scaled_out.broadcast import Broadcast, call_out, connect, listen
from mistudio.workers.scaled_out.queue import BROKER_ERRORS, CeleryQueue
from mistudio.workers.scaled_out.token_vault import RedisTokenVault, sealing_key
from mistudio.workers.scaled_out.watchdog import Watcher
from mistudio.workers.scaled_out.worker import workers_seen

_CHECK_SECONDS = 4.0


class Engine(Protocol):
    """How jobs are run."""

    @property
    def queue(self) -> JobQueue:
        """Brings jobs to workers."""
        ...

    @property
    def vault(self) -> TokenVault:
        """Holds tokens."""
        ...

    def acquire(self) -> None:
        """Take what only one server may have. Raises AlreadyServed."""
        ...

    def announce(self, url: str) -> None:
        """Let this machine's commands find the server."""
        ...

    async def release(self) -> None:
        """Let another server have it; the last thing that is done with an engine."""
        ...

    async def start(self) -> None:
        """Let jobs be run from now on."""
        ...

    async def close(self) -> None:
        """Let nothing run any more that this server began."""
        ...

    def forget(self, target: str) -> None:
        """Let other servers close the files of a dataset, or a tokenization, that is gone."""
        ...

    async def checks(self) -> Mapping[str, CheckResponse]:
        """Every part of the engine with its state."""
        ...


class EmbeddedEngine:
    """Child processes of this server, which alone has DATA_DIR."""

    def __init__(self, settings: Settings, jobs: JobService, *, bus: EventBus) -> None:
        self._lock = DataDirLock(settings.data_dir)
        self.vault = MemoryTokenVault()
        self.queue = LocalQueue(settings, jobs, bus=bus, vault=self.vault)

    def acquire(self) -> None:
        """Take the lock on DATA_DIR."""
        self._lock.acquire()

    def announce(self, url: str) -> None:
        """Write it into the lock's file."""
        self._lock.announce(url)

    async def release(self) -> None:
        """Let go of the lock."""
        self._lock.release()

    async def start(self) -> None:
        """Begin to dispatch."""
        await self.queue.start()

    async def close(self) -> None:
        """End the children."""
        await self.queue.close()

    def forget(self, target: str) -> None:
        """There are no other servers."""

    async def checks(self) -> Mapping[str, CheckResponse]:
        """Whether jobs are being started."""
        runs = self.queue.is_dispatching
        return {"engine": CheckResponse(ok=runs, detail="Jobs are being started." if runs else "No jobs are started.")}


class ScaledOutEngine:
    """Celery workers on any machine; this server is one of several."""

    def __init__(
        self, settings: Settings, jobs: JobService, *, on_forget: Callable[[str], None] = lambda _target: None
    ) -> None:
        self._on_forget = on_forget
        self._redis = connect(settings.redis_url)
        self.vault = RedisTokenVault(self._redis, sealing_key(settings))
        self.queue = CeleryQueue(settings, jobs, app=create_celery(settings), redis=self._redis)
        self._watcher = Watcher(settings, jobs, queue=self.queue, redis=self._redis, vault=self.vault)
        self._stack = AsyncExitStack()
        self._calls: set[asyncio.Task[None]] = set()

    def acquire(self) -> None:
        """Nothing is this server's alone."""

    def announce(self, url: str) -> None:
        """Commands are servers of their own here: any number may be."""

    async def release(self) -> None:
        """Let the last calls arrive, and let go of Redis: until here, something that ends may have a call to make."""
        await asyncio.gather(*self._calls)
        await self._redis.aclose()

    async def start(self) -> None:
        """Hear other servers, and watch over jobs."""
        self._stack.push_async_callback(self.queue.close)
        listening = asyncio.create_task(listen(self._redis, self._hear, ready=asyncio.Event()))
        self._stack.push_async_callback(end_task, listening)
        self._watcher.start()
        self._stack.push_async_callback(self._watcher.close)

    async def close(self) -> None:
        """Stop hearing and watching; jobs run on."""
        await self._stack.aclose()

    def forget(self, target: str) -> None:
        """Call it out, without anybody waiting for it."""
        task = asyncio.create_task(call_out(self._redis, "forget", target))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _hear(self, order: Broadcast, target: str) -> None:
        if order == "forget":
            await asyncio.to_thread(self._on_forget, target)

    async def checks(self) -> Mapping[str, CheckResponse]:
        """Broker, Redis, watcher, and whether any worker was seen lately."""
        broker, redis = await asyncio.gather(self._check_broker(), self._check_redis())
        watching = self._watcher.is_watching
        watcher = CheckResponse(
            ok=watching, detail="Jobs are watched." if watching else "Nobody watches over jobs here."
        )
        return {"broker": broker, **redis, "engine": watcher}

    async def _check_broker(self) -> CheckResponse:
        try:
            await asyncio.wait_for(self.queue.check_broker(), _CHECK_SECONDS)
        except (*BROKER_ERRORS, TimeoutError) as error:
            return CheckResponse(ok=False, detail=f"The broker does not answer ({type(error).__name__}).")
        return CheckResponse(ok=True, detail="The broker answers.")

    async def _check_redis(self) -> dict[str, CheckResponse]:
        try:
            count = await asyncio.wait_for(workers_seen(self._redis), _CHECK_SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            lost = CheckResponse(ok=False, detail=f"Redis does not answer ({type(error).__name__}).")
            return {"redis": lost, "workers": CheckResponse(ok=False, detail="Unknown without Redis.")}
        seen = f"{count} seen lately." if count else "None was seen lately: start one with `mistudio worker`."
        return {
            "redis": CheckResponse(ok=True, detail="Redis answers."),
            "workers": CheckResponse(ok=count > 0, detail=seen),
        }
