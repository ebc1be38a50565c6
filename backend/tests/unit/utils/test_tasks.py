"""Tasks that are told to end."""

import asyncio

import pytest

from mistudio.utils import tasks
from mistudio.utils.tasks import end_task


async def test_a_task_ends_though_a_library_takes_its_cancel_for_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which goes on after errors, and so is cancelled once more."""
    monkeypatch.setattr(tasks, "_AGAIN_SECONDS", 0.01)
    began, errors = asyncio.Event(), 0

    async def asked() -> None:
        began.set()
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
                await asked()
            except ConnectionError:
                errors += 1

    task = asyncio.create_task(watch())
    await began.wait()
    await end_task(task)
    assert (2, True) == (errors, task.cancelled())


async def test_what_has_ended_is_left_alone() -> None:
    """However it ended."""

    async def failing() -> None:
        raise ConnectionError

    for work in (asyncio.sleep(0), failing()):
        task = asyncio.create_task(work)
        await asyncio.wait({task})
        await end_task(task)
        assert (True, False) == (task.done(), task.cancelled())
        task.exception()
