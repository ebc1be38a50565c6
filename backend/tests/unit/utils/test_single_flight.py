"""One answer for all who ask the same at the same time."""

import asyncio

import pytest

from mistudio.utils.single_flight import SingleFlight


class Asked:
    """A question whose answers are numbered, and given when ``let`` says so."""

    def __init__(self) -> None:
        self.begun = 0
        self._let = asyncio.Semaphore(0)

    def let(self, answers: int) -> None:
        """Let so many answers be given."""
        for _answer in range(answers):
            self._let.release()

    async def __call__(self) -> int:
        """The number of this question, once it may be given."""
        self.begun += 1
        number = self.begun
        await self._let.acquire()
        return number


async def turns() -> None:
    """Let everything that can go on go on."""
    for _turn in range(10):
        await asyncio.sleep(0)


async def test_who_asks_before_it_begins_shares_the_answer() -> None:
    """Fifty at once: one question."""
    together, asked = SingleFlight[int](), Asked()
    asked.let(1)
    answers = await asyncio.gather(*(together.answer("list", asked) for _client in range(50)))
    assert ([1] * 50, 1) == (answers, asked.begun)


async def test_who_asks_while_it_runs_gets_a_fresh_answer() -> None:
    """What was under way before may miss what the asker has just written."""
    together, asked = SingleFlight[int](), Asked()
    first = asyncio.create_task(together.answer("list", asked))
    await turns()
    later = [asyncio.create_task(together.answer("list", asked)) for _client in range(3)]
    await turns()
    assert 1 == asked.begun
    asked.let(2)
    assert [1, 2, 2, 2] == await asyncio.gather(first, *later)


async def test_other_questions_do_not_wait() -> None:
    """Each key is by itself."""
    together, asked = SingleFlight[int](), Asked()
    tasks = [asyncio.create_task(together.answer(key, asked)) for key in ("list", "page 2")]
    await turns()
    assert 2 == asked.begun
    asked.let(2)
    assert {1, 2} == set(await asyncio.gather(*tasks))


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    """A client that hangs up."""
    together, asked = SingleFlight[int](), Asked()
    gone, here = (asyncio.create_task(together.answer("list", asked)) for _client in range(2))
    await turns()
    gone.cancel()
    asked.let(1)
    assert 1 == await here
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_an_error_is_everybodys_and_is_not_kept() -> None:
    """The next question is put again."""
    together = SingleFlight[int]()

    async def refused() -> int:
        raise ConnectionError("gone")

    async def answered() -> int:
        return 7

    failed = await asyncio.gather(*(together.answer("list", refused) for _client in range(2)), return_exceptions=True)
    assert ["gone", "gone"] == [str(error) for error in failed]
    assert 7 == await together.answer("list", answered)
