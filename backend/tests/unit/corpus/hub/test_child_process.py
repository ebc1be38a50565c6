"""The planner's side of its child process, with small Python programs as children."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE

import pytest

from mistudio.corpus.hub.child_process import ChildDied, ChildProcess
from mistudio.corpus.hub.plan_types import PlanRequest

# Reads two requests, and answers the second first, with its question and repository.
REVERSING = """
import json, sys
asked = [json.loads(sys.stdin.readline()) for _ in range(2)]
for message in reversed(asked):
    answer = json.dumps([message["question"], message["request"]["repo_id"]])
    print(message["id"], answer, flush=True)
sys.stdin.read()
"""
SILENT = "import sys; sys.stdin.read()"
QUITTING = "import sys; sys.stdin.readline()"
# No test waits for it.
LONG = 600.0


async def start(program: str, answer_seconds: float = LONG) -> tuple[ChildProcess, asyncio.subprocess.Process]:
    """Start a child that runs ``program``."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=PIPE, stdout=PIPE)
    return ChildProcess(process, answer_seconds), process


async def test_answers_are_assigned_by_their_number() -> None:
    """In whatever order they come; then no request waits."""
    child, process = await start(REVERSING)
    states = [child.is_idle]
    first, second = [await child.send("plan", PlanRequest(name)) for name in ("ada/one", "ada/two")]
    states.append(child.is_idle)
    answers = await asyncio.gather(first, second)
    assert [["plan", "ada/one"], ["plan", "ada/two"]] == [json.loads(answer) for answer in answers]
    assert [True, False, True] == [*states, child.is_idle]
    await child.end()
    assert 0 == process.returncode


async def test_a_child_that_ends_fails_what_waits_and_takes_no_more() -> None:
    """Nobody waits for ever."""
    child, _process = await start(QUITTING)
    answer = await child.send("inspect", PlanRequest("ada/tales"))
    with pytest.raises(ChildDied):
        await answer
    assert not child.is_alive
    assert child.is_idle
    with pytest.raises(ChildDied):
        await child.send("inspect", PlanRequest("ada/tales"))
    await child.end()


async def test_a_late_child_is_killed() -> None:
    """Every request fails that waits for it."""
    child, process = await start(SILENT, answer_seconds=0.0)
    answer = await child.send("plan", PlanRequest("ada/tales"))
    with pytest.raises(ChildDied):
        await answer
    assert child.is_killed
    assert not child.is_alive
    await child.end()
    assert 0 != process.returncode


async def test_the_end_of_the_pipe_ends_the_child() -> None:
    """It is not killed."""
    child, process = await start(SILENT)
    await child.end()
    assert 0 == process.returncode
    assert not child.is_alive
