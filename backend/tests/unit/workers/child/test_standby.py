"""``mistudio.workers.child.standby``: which job gets the standby process, and for how long it stays preloaded."""

from asyncio.subprocess import Process

import pytest

from fakes.timing import TIMEOUT, wait_until
from mistudio.core.config import Settings
from mistudio.workers.child.standby import StandbyProcess, send_order
from mistudio.workers.messages import CancelOrder, PreloadOrder

# These tests are about how child processes start.
pytestmark = pytest.mark.usefixtures("real_starts")


@pytest.fixture
def order(settings: Settings) -> PreloadOrder:
    """The order to load a tokenizer that does not exist."""
    return PreloadOrder(
        tokenizer="./tokenizers/nothing", revision=None, cache_dir=settings.cache_dir, data_dir=settings.data_dir
    )


async def kill(*children: Process) -> None:
    """Kill these processes."""
    for child in children:
        child.kill()
        await child.wait()


async def test_a_preloaded_process_goes_to_a_tokenization_only(settings: Settings, order: PreloadOrder) -> None:
    """Another job gets a new process; the expected one gets the process that preloaded the tokenizer."""
    standby = StandbyProcess(settings, preloaded_seconds=TIMEOUT)
    await standby.preload(order)
    preloaded_id = standby.process_id
    another = await standby.take(wants_preloaded=False)
    preloaded = await standby.take(wants_preloaded=True)
    assert (preloaded_id, None) == (preloaded.pid, standby.process_id)
    assert another.pid != preloaded_id
    await kill(another, preloaded)
    await standby.close()


async def test_the_process_stays_with_the_order_that_it_has(settings: Settings, order: PreloadOrder) -> None:
    """The same order is not sent again, and another one goes to the same process."""
    standby = StandbyProcess(settings, preloaded_seconds=TIMEOUT)
    await standby.preload(order)
    process_id = standby.process_id
    await standby.preload(order)
    await standby.preload(order.model_copy(update={"tokenizer": "./tokenizers/another"}))
    assert process_id == standby.process_id
    await standby.close()


async def test_a_preloaded_tokenizer_is_dropped_when_no_job_comes(settings: Settings, order: PreloadOrder) -> None:
    """Where the settings ask for a standby process, one without a tokenizer follows; after the close none does."""
    standby = StandbyProcess(settings.model_copy(update={"spare_process": True}), preloaded_seconds=0.0)
    await standby.preload(order)
    preloaded_id = standby.process_id
    await wait_until(lambda: standby.process_id not in (None, preloaded_id))
    await standby.close()
    await standby.preload(order)
    standby.replace_soon()
    assert standby.process_id is None


async def test_an_order_to_a_dead_process_is_ignored(settings: Settings) -> None:
    """Its job is given back when its end is noticed."""
    standby = StandbyProcess(settings)
    child = await standby.take(wants_preloaded=False)
    await kill(child)
    for _order in range(3):
        await send_order(child, CancelOrder())
    await standby.close()
