"""``mistudio.utils.single_flight``: concurrent callers share one call."""

import asyncio

import pytest

from mistudio.utils.single_flight import SingleFlight


class Query:
    """A query that returns the number of its call, as soon as ``release`` allows it."""

    def __init__(self) -> None:
        self.calls = 0
        self._released = asyncio.Semaphore(0)

    def release(self, calls: int) -> None:
        """Let this many calls return."""
        for _call in range(calls):
            self._released.release()

    async def __call__(self) -> int:
        """Return the number of this call, once released."""
        self.calls += 1
        number = self.calls
        await self._released.acquire()
        return number


async def let_tasks_run() -> None:
    """Let every task run as far as it can."""
    for _turn in range(10):
        await asyncio.sleep(0)


async def test_callers_before_the_start_share_the_call() -> None:
    """Fifty callers at once need one call."""
    flight, query = SingleFlight[int](), Query()
    query.release(1)
    results = await asyncio.gather(*(flight.run("list", query) for _client in range(50)))
    assert ([1] * 50, 1) == (results, query.calls)


async def test_a_caller_during_a_call_gets_a_new_call() -> None:
    """A call that has started may miss what the caller has just written."""
    flight, query = SingleFlight[int](), Query()
    first = asyncio.create_task(flight.run("list", query))
    await let_tasks_run()
    later = [asyncio.create_task(flight.run("list", query)) for _client in range(3)]
    await let_tasks_run()
    assert 1 == query.calls
    query.release(2)
    assert [1, 2, 2, 2] == await asyncio.gather(first, *later)


async def test_keys_do_not_wait_for_each_other() -> None:
    """Calls with different keys run at the same time."""
    flight, query = SingleFlight[int](), Query()
    tasks = [asyncio.create_task(flight.run(key, query)) for key in ("list", "page 2")]
    await let_tasks_run()
    assert 2 == query.calls
    query.release(2)
    assert {1, 2} == set(await asyncio.gather(*tasks))


async def test_a_cancelled_caller_cancels_no_other() -> None:
    """A client that disconnects does not affect the others."""
    flight, query = SingleFlight[int](), Query()
    gone, waiting = (asyncio.create_task(flight.run("list", query)) for _client in range(2))
    await let_tasks_run()
    gone.cancel()
    query.release(1)
    assert 1 == await waiting
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_an_error_reaches_every_caller_and_is_not_kept() -> None:
    """The next caller starts a new call."""
    flight = SingleFlight[int]()

    async def fail() -> int:
        raise ConnectionError("gone")

    async def succeed() -> int:
        return 7

    failed = await asyncio.gather(*(flight.run("list", fail) for _client in range(2)), return_exceptions=True)
    assert ["gone", "gone"] == [str(error) for error in failed]
    assert 7 == await flight.run("list", succeed)
