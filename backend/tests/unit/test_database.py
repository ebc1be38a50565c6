"""What a task that is cancelled in the middle of a question hears."""

import asyncio

from sqlalchemy import text

from mistudio.core.database import Database


async def test_a_cancel_is_a_cancel_wherever_it_comes(async_db: Database) -> None:
    """At every step of a question: the task ends as cancelled, never with an error that somebody might wait out."""

    async def asked() -> object:
        async with async_db.write() as session:
            return await session.scalar(text("SELECT 1"))

    ends = set()
    for steps in range(40):
        task = asyncio.create_task(asked())
        for _step in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        (end,) = await asyncio.gather(task, return_exceptions=True)
        ends.add(type(end))
    assert ends <= {asyncio.CancelledError, int}
    assert 1 == await asked()
