"""``mistudio.utils.tasks``: a cancelled task ends."""

import asyncio

from mistudio.utils.tasks import end_task


async def test_a_task_ends_though_a_library_turns_its_cancel_into_an_error() -> None:
    """The task survives such errors, so it is cancelled again."""
    started, errors = asyncio.Event(), 0

    async def call_library() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            if errors < 2:
                raise ConnectionError from error
            raise

    async def watch() -> None:
        nonlocal errors
        while True:
            try:
                await call_library()
            except ConnectionError:
                errors += 1

    task = asyncio.create_task(watch())
    await started.wait()
    await end_task(task, retry_seconds=0.01)
    assert (2, True) == (errors, task.cancelled())


async def test_an_ended_task_is_not_cancelled() -> None:
    """It may have returned or raised."""

    async def fail() -> None:
        raise ConnectionError

    for work in (asyncio.sleep(0), fail()):
        task = asyncio.create_task(work)
        await asyncio.wait({task})
        await end_task(task)
        assert (True, False) == (task.done(), task.cancelled())
        task.exception()
