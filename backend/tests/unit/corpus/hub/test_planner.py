"""The planner and its child process: errors, requests at once, and the child's end."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fakes.hub import Hub
from fakes.timing import wait_until
from mistudio.core.errors import Gated, HubUnreachable, RateLimited, UnknownConfig
from mistudio.corpus.hub.plan_types import PlanRequest
from mistudio.corpus.hub.planner import Planner

# These tests are about how processes start and end.
pytestmark = pytest.mark.usefixtures("real_starts")


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """One Hub for all tests of this module."""
    with Hub() as running:
        running.add("ada/tales", {"train.txt": "x\n"})
        running.add("ada/gated", {"train.txt": "x\n"}, gated=True)
        running.add("ada/slow", {"train.txt": "x\n"})
        running.add_token("hf_bob")
        running.fault("/api/datasets/ada/slow*", delay=30.0)
        yield running


@pytest.fixture
async def planner(hub: Hub, tmp_path: Path) -> AsyncIterator[Planner]:
    """A planner whose child process uses the Hub."""
    running = Planner(environment=hub.environment(tmp_path))
    yield running
    await running.close()


def find_children() -> list[int]:
    """Return the running child processes of the planner."""
    own = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and "planner_child" in (entry / "cmdline").read_text():
                status = (entry / "status").read_text()
                own += [int(entry.name)] if f"PPid:\t{os.getpid()}\n" in status else []
    return own


async def test_errors_of_the_child_keep_their_class(planner: Planner) -> None:
    """Plan, inspection, an error with choices and one about access come from one child process."""
    request = PlanRequest("ada/tales")

    assert ["train.txt"] == [file.path for file in (await planner.plan(request)).files]
    assert 2 == (await planner.inspect(request)).sizes.total
    with pytest.raises(UnknownConfig) as refused:
        await planner.plan(PlanRequest("ada/tales", config="no"))
    assert {"choices": ["default"]} == refused.value.extra
    with pytest.raises(Gated):
        await planner.plan(PlanRequest("ada/gated", token="hf_bob"))
    assert 1 == len(find_children())


async def test_many_plans_run_at_once(planner: Planner) -> None:
    """The library's progress bars share a lock, which one thread could delete while others use it."""
    plans = await asyncio.gather(*(planner.plan(PlanRequest("ada/tales")) for _number in range(24)))
    assert {"train.txt"} == {file.path for plan in plans for file in plan.files}


async def test_a_slow_request_delays_no_other_and_can_be_cancelled(planner: Planner) -> None:
    """Answers come in any order; a cancelled request does not end the child."""
    await planner.plan(PlanRequest("ada/tales"))
    slow = asyncio.create_task(planner.plan(PlanRequest("ada/slow")))
    await asyncio.sleep(0.1)

    await asyncio.gather(*(planner.inspect(PlanRequest("ada/tales")) for _ in range(4)))

    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_a_silent_hub_is_given_up(hub: Hub, tmp_path: Path) -> None:
    """The time limit is the server's, not the child's."""
    planner = Planner(answer_seconds=2.0, environment=hub.environment(tmp_path))
    with pytest.raises(HubUnreachable, match="within 2 seconds"):
        await planner.plan(PlanRequest("ada/slow"))
    await planner.close()


# Its pattern takes the library's regular expressions years on the name of the file.
SPINNING = "---\nconfigs:\n- config_name: default\n  data_files: '" + "*a" * 14 + "*b'\n---\n"


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_request_that_never_ends_ends_with_its_child(hub: Hub, tmp_path: Path, is_cancelled: bool) -> None:
    """Also if its caller has left; other requests go to the next child."""
    hub.add("ada/spinning", {"README.md": SPINNING, "a" * 200 + ".csv": "x"})
    planner = Planner(answer_seconds=8.0, environment=hub.environment(tmp_path))
    await planner.plan(PlanRequest("ada/tales"))
    (child,) = find_children()
    spinning = asyncio.create_task(planner.inspect(PlanRequest("ada/spinning")))

    if is_cancelled:
        await asyncio.sleep(0.5)
        spinning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await spinning
    else:
        with pytest.raises(HubUnreachable, match="ada/spinning could not be read"):
            await spinning

    await wait_until(lambda: child not in find_children())
    assert (await planner.plan(PlanRequest("ada/tales"))).files
    await planner.close()


async def test_one_repository_does_not_use_up_the_planner(hub: Hub, planner: Planner) -> None:
    """Two requests about it run, the others wait; requests about another one go on."""
    await planner.plan(PlanRequest("ada/tales"))
    before = len(hub.find_requests("ada/slow"))
    slow = [asyncio.create_task(planner.plan(PlanRequest("ada/slow"))) for _number in range(20)]
    assert (await planner.plan(PlanRequest("ada/tales"))).files
    assert len(hub.find_requests("ada/slow")) - before <= 2
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_a_dead_child_is_replaced(planner: Planner) -> None:
    """The next request succeeds."""
    await planner.plan(PlanRequest("ada/tales"))
    (child,) = find_children()
    os.kill(child, signal.SIGKILL)

    assert (await planner.plan(PlanRequest("ada/tales"))).files
    assert [child] != find_children()


async def test_an_idle_child_ends(hub: Hub, tmp_path: Path) -> None:
    """Its memory is free again; the next request starts another one."""
    planner = Planner(idle_seconds=0.2, environment=hub.environment(tmp_path))
    await planner.plan(PlanRequest("ada/tales"))
    await wait_until(lambda: not find_children())
    assert not planner.is_running
    assert (await planner.plan(PlanRequest("ada/tales"))).files
    await planner.close()
    assert [] == find_children()


async def test_the_token_is_neither_an_argument_nor_in_the_environment(planner: Planner) -> None:
    """Other users of the machine can read both."""
    await planner.inspect(PlanRequest("ada/tales", token="hf_bob"))
    (child,) = find_children()

    for name in ("cmdline", "environ"):
        assert b"hf_bob" not in Path(f"/proc/{child}/{name}").read_bytes()


async def test_an_error_keeps_its_retry_after(hub: Hub, planner: Planner) -> None:
    """So the job can show how long it waits."""
    hub.add("ada/busy", {"train.txt": "x\n"})
    hub.fault("/api/datasets/ada/busy*", status=429, retry_after="120")

    with pytest.raises(RateLimited) as refused:
        await planner.plan(PlanRequest("ada/busy"))
    assert 120 == refused.value.retry_after


async def test_a_plan_of_thousands_of_files_arrives_complete(hub: Hub, planner: Planner) -> None:
    """Its answer is so large that another thread parses it."""
    paths = [f"data/part-{number:06d}-of-the-tales.txt" for number in range(3_000)]
    hub.add("ada/many", dict.fromkeys(paths, ""))
    assert paths == [file.path for file in (await planner.plan(PlanRequest("ada/many"))).files]


async def test_dates_among_a_cards_options_stay_text(hub: Hub, planner: Planner) -> None:
    """YAML turns them into dates, which JSON lacks."""
    card = """---
configs:
- config_name: default
  data_files: a.csv
  na_values: [2024-01-01, "-", 5]
---
"""
    hub.add("ada/dates", {"README.md": card, "a.csv": "text\na\n"})
    assert {"na_values": ["2024-01-01", "-", 5]} == (await planner.plan(PlanRequest("ada/dates"))).options
