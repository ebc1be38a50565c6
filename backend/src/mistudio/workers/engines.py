"""The two engines, each with its queue and its token vault; ``mistudio.main`` chooses one by the settings."""

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
from mistudio.workers.scaled_out.broadcast import Broadcast, connect_redis, listen, send_broadcast
from mistudio.workers.scaled_out.queue import BROKER_ERRORS, CeleryQueue
from mistudio.workers.scaled_out.token_vault import RedisTokenVault, sealing_key
from mistudio.workers.scaled_out.watchdog import Watchdog
from mistudio.workers.scaled_out.worker import list_workers

_CHECK_SECONDS = 4.0


class Engine(Protocol):
    """Brings jobs to workers and tokens to jobs."""

    @property
    def queue(self) -> JobQueue:
        """The queue of its jobs."""
        ...

    @property
    def vault(self) -> TokenVault:
        """The vault of its tokens."""
        ...

    def acquire(self) -> None:
        """Take the lock that only one server may hold. Raises AlreadyServed."""
        ...

    def announce(self, url: str) -> None:
        """Tell the commands of this machine where the server answers."""
        ...

    async def release(self) -> None:
        """Release the lock, after everything else has ended."""
        ...

    async def start(self) -> None:
        """Start to run jobs."""
        ...

    async def close(self) -> None:
        """Stop everything that this server started."""
        ...

    def forget(self, target: str) -> None:
        """Have other servers close the files of a deleted dataset or tokenization."""
        ...

    async def checks(self) -> Mapping[str, CheckResponse]:
        """Return the state of each part of the engine."""
        ...


class EmbeddedEngine:
    """Runs jobs in child processes of this server, the only one on its DATA_DIR."""

    def __init__(self, settings: Settings, jobs: JobService, *, bus: EventBus) -> None:
        self._lock = DataDirLock(settings.data_dir)
        self.vault = MemoryTokenVault()
        self.queue = LocalQueue(settings, jobs, bus=bus, vault=self.vault)

    def acquire(self) -> None:
        """Take the lock on DATA_DIR. Raises AlreadyServed."""
        self._lock.acquire()

    def announce(self, url: str) -> None:
        """Write the address into the lock's file."""
        self._lock.announce(url)

    async def release(self) -> None:
        """Release the lock on DATA_DIR."""
        self._lock.release()

    async def start(self) -> None:
        """Start to dispatch jobs."""
        await self.queue.start()

    async def close(self) -> None:
        """Kill the children."""
        await self.queue.close()

    def forget(self, target: str) -> None:
        """Do nothing: there are no other servers."""

    async def checks(self) -> Mapping[str, CheckResponse]:
        """Return whether the dispatcher runs."""
        runs = self.queue.is_dispatching
        detail = "The dispatcher starts jobs." if runs else "The dispatcher has stopped: no job is started."
        return {"engine": CheckResponse(ok=runs, detail=detail)}


class ScaledOutEngine:
    """Runs jobs on Celery workers of any machine; this server is one of several."""

    def __init__(
        self, settings: Settings, jobs: JobService, *, on_forget: Callable[[str], None] = lambda _target: None
    ) -> None:
        self._on_forget = on_forget
        self._redis = connect_redis(settings.redis_url)
        self.vault = RedisTokenVault(self._redis, sealing_key(settings))
        self.queue = CeleryQueue(settings, jobs, app=create_celery(settings), redis=self._redis)
        self._watchdog = Watchdog(settings, jobs, queue=self.queue, redis=self._redis, vault=self.vault)
        self._stack = AsyncExitStack()
        self._sending: set[asyncio.Task[None]] = set()

    def acquire(self) -> None:
        """Do nothing: any number of servers may run."""

    def announce(self, url: str) -> None:
        """Do nothing: each command is a server of its own."""

    async def release(self) -> None:
        """Wait for the last broadcasts, then close Redis: until here, a part that closes may still send one."""
        await asyncio.gather(*self._sending)
        await self._redis.aclose()

    async def start(self) -> None:
        """Listen to other servers, and start the watchdog."""
        self._stack.push_async_callback(self.queue.close)
        listening = asyncio.create_task(listen(self._redis, self._handle, ready=asyncio.Event()))
        self._stack.push_async_callback(end_task, listening)
        self._watchdog.start()
        self._stack.push_async_callback(self._watchdog.close)

    async def close(self) -> None:
        """Stop listening and watching; jobs keep running."""
        await self._stack.aclose()

    def forget(self, target: str) -> None:
        """Broadcast it in the background."""
        task = asyncio.create_task(send_broadcast(self._redis, "forget", target))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _handle(self, order: Broadcast, target: str) -> None:
        if order == "forget":
            await asyncio.to_thread(self._on_forget, target)

    async def checks(self) -> Mapping[str, CheckResponse]:
        """Return the state of broker, Redis and watchdog, and how many workers are alive."""
        broker, redis = await asyncio.gather(self._check_broker(), self._check_redis())
        runs = self._watchdog.is_watching
        detail = "The watchdog runs." if runs else "The watchdog has stopped: lost jobs stay lost."
        return {"broker": broker, **redis, "engine": CheckResponse(ok=runs, detail=detail)}

    async def _check_broker(self) -> CheckResponse:
        try:
            await asyncio.wait_for(self.queue.check_broker(), _CHECK_SECONDS)
        except (*BROKER_ERRORS, TimeoutError) as error:
            return CheckResponse(ok=False, detail=f"The broker does not answer ({type(error).__name__}).")
        return CheckResponse(ok=True, detail="The broker answers.")

    async def _check_redis(self) -> dict[str, CheckResponse]:
        try:
            count = len(await asyncio.wait_for(list_workers(self._redis), _CHECK_SECONDS))
        except (RedisError, OSError, TimeoutError) as error:
            down = CheckResponse(ok=False, detail=f"Redis does not answer ({type(error).__name__}).")
            return {"redis": down, "workers": CheckResponse(ok=False, detail="Unknown: Redis does not answer.")}
        alive = f"{count} alive." if count else "None is alive: start one with `mistudio worker`."
        return {
            "redis": CheckResponse(ok=True, detail="Redis answers."),
            "workers": CheckResponse(ok=count > 0, detail=alive),
        }
