"""The planner and its child: errors travel, several ask at once, and no child outlives its use."""

import asyncio
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from fakes.hub import Hub
from fakes.pace import PATIENCE, until_true
from mistudio.core.errors import Gated, HubUnreachable, RateLimited, UnknownConfig
from mistudio.corpus.hub.plan_types import PlanRequest
from mistudio.corpus.hub.planner import Planner
from mistudio.corpus.hub.planner_child import serve

# What is tested is how they start and end.
pytestmark = pytest.mark.usefixtures("true_starts")


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """One Hub for all tests here."""
    with Hub() as running:
        running.add("ada/tales", {"train.txt": "x\n"})
        running.add("ada/gated", {"train.txt": "x\n"}, gated=True)
        running.add("ada/slow", {"train.txt": "x\n"})
        running.add_token("hf_bob")
        running.fault("/api/datasets/ada/slow*", delay=30.0)
        yield running


@pytest.fixture
async def planner(hub: Hub, tmp_path: Path) -> AsyncIterator[Planner]:
    """A planner whose child speaks to the Hub."""
    running = Planner(environment=hub.environment(tmp_path))
    yield running
    await running.close()


def children() -> list[int]:
    """Processes that this one started and that live."""
    own = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and "planner_child" in (entry / "cmdline").read_text():
                status = (entry / "status").read_text()
                own += [int(entry.name)] if f"PPid:\t{os.getpid()}\n" in status else []
    return own


async def test_questions_are_answered_and_errors_come_back_as_themselves(planner: Planner) -> None:
    """Plan, inspection, an error with choices and one about access, all from one child."""
    request = PlanRequest("ada/tales")

    assert ["train.txt"] == [file.path for file in (await planner.plan(request)).files]
    assert 2 == (await planner.inspect(request)).sizes.total
    with pytest.raises(UnknownConfig) as refused:
        await planner.plan(PlanRequest("ada/tales", config="no"))
    assert {"choices": ["default"]} == refused.value.extra
    with pytest.raises(Gated):
        await planner.plan(PlanRequest("ada/gated", token="hf_bob"))
    assert 1 == len(children())


async def test_many_plans_at_once_do_not_disturb_each_other(planner: Planner) -> None:
    """The library's progress bars share a lock, which it would take away under the feet of others."""
    plans = await asyncio.gather(*(planner.plan(PlanRequest("ada/tales")) for _number in range(24)))
    assert {"train.txt"} == {file.path for plan in plans for file in plan.files}


async def test_a_slow_question_holds_up_no_other_and_can_be_cancelled(planner: Planner) -> None:
    """Answers come in their own time; a cancelled question leaves the child at work for others."""
    await planner.plan(PlanRequest("ada/tales"))
    slow = asyncio.create_task(planner.plan(PlanRequest("ada/slow")))
    await asyncio.sleep(0.1)

    await asyncio.gather(*(planner.inspect(PlanRequest("ada/tales")) for _ in range(4)))

    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_a_hub_that_does_not_answer_is_given_up(hub: Hub, tmp_path: Path) -> None:
    """The time limit holds whatever the child is doing."""
    planner = Planner(answer_seconds=2.0, environment=hub.environment(tmp_path))
    with pytest.raises(HubUnreachable, match="within 2 seconds"):
        await planner.plan(PlanRequest("ada/slow"))
    await planner.close()


async def test_a_child_that_died_is_replaced(planner: Planner) -> None:
    """The next question does not notice."""
    await planner.plan(PlanRequest("ada/tales"))
    (child,) = children()
    os.kill(child, signal.SIGKILL)

    assert (await planner.plan(PlanRequest("ada/tales"))).files
    assert [child] != children()


async def test_an_idle_child_ends(hub: Hub, tmp_path: Path) -> None:
    """Its memory is given back; the next question starts another."""
    planner = Planner(idle_seconds=0.2, environment=hub.environment(tmp_path))
    await planner.plan(PlanRequest("ada/tales"))
    await until_true(lambda: not children())
    assert not planner.is_running
    assert (await planner.plan(PlanRequest("ada/tales"))).files
    await planner.close()
    assert [] == children()


async def test_the_token_is_neither_an_argument_nor_in_the_environment(planner: Planner) -> None:
    """Other users of the machine can read both."""
    await planner.inspect(PlanRequest("ada/tales", token="hf_bob"))
    (child,) = children()

    for name in ("cmdline", "environ"):
        assert b"hf_bob" not in Path(f"/proc/{child}/{name}").read_bytes()


async def test_retry_after_travels(hub: Hub, planner: Planner) -> None:
    """So that the job can say until when it waits."""
    hub.add("ada/busy", {"train.txt": "x\n"})
    hub.fault("/api/datasets/ada/busy*", status=429, retry_after="120")

    with pytest.raises(RateLimited) as refused:
        await planner.plan(PlanRequest("ada/busy"))
    assert 120 == refused.value.retry_after


async def test_a_plan_of_thousands_of_files_arrives_whole(hub: Hub, planner: Planner) -> None:
    """Its answer is so large that another thread reads it."""
    paths = [f"data/part-{number:06d}-of-the-tales.txt" for number in range(3_000)]
    hub.add("ada/many", dict.fromkeys(paths, ""))
    assert paths == [file.path for file in (await planner.plan(PlanRequest("ada/many"))).files]


def test_an_answer_that_is_no_json_is_a_defect_at_once() -> None:
    """Whoever asked is told under which number the log has it; other questions are answered."""
    answers = io.BytesIO()
    asked = [b'{"id": 7, "is": "wrong"}\n', b'{"id": 8, "is": "right"}\n', b'{"id": 9}\n']

    def answer(message: Mapping[str, object]) -> Mapping[str, object]:
        return {"ok": object() if message["is"] == "wrong" else {}}

    serve(io.BytesIO(b"".join(asked)), answers, answer=answer)

    until = time.monotonic() + PATIENCE
    while answers.getvalue().count(b"\n") < 3 and time.monotonic() < until:
        time.sleep(0.01)
    told = {line[:2]: json.loads(line[2:]) for line in answers.getvalue().splitlines()}
    assert {"ok": {}} == told[b"8 "]
    assert [32, 32] == [len(told[number]["defect"]) for number in (b"7 ", b"9 ")]


async def test_a_card_with_dates_among_its_options_is_no_defect(hub: Hub, planner: Planner) -> None:
    """YAML makes dates of what looks like them; they travel as they were written."""
    card = """---
configs:
- config_name: default
  data_files: a.csv
  na_values: [2024-01-01, "-", 5]
---
"""
    hub.add("ada/dates", {"README.md": card, "a.csv": "text\na\n"})
    assert {"na_values": ["2024-01-01", "-", 5]} == (await planner.plan(PlanRequest("ada/dates"))).options


def test_the_child_ends_with_its_parent() -> None:
    """Its pipe closes, and it goes, even while it starts."""
    child = subprocess.Popen([sys.executable, "-m", "mistudio.corpus.hub.planner_child"], stdin=subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.close()

    assert child.wait(timeout=PATIENCE) == 0
