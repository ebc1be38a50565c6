"""The interfaces that carry events, jobs and tokens, and the channels of events.

An event is a dictionary of JSON values; ``mistudio.schemas.event`` has its shapes. ``mistudio.workers`` and
``mistudio.core.websocket`` implement the interfaces; ``mistudio.main`` puts them together.
"""

from collections.abc import Mapping
from typing import Protocol

from mistudio.core.errors import Json

DATASETS_CHANNEL = "datasets"


def progress_channel(dataset_id: str) -> str:
    """Return the channel of all events about one dataset."""
    return f"datasets/{dataset_id}/progress"


class EventBus(Protocol):
    """Sends events to the subscribers of their channel."""

    async def publish(self, channel: str, event: Mapping[str, Json]) -> None:
        """Send one event; the events of one publisher stay in order."""
        ...


class JobQueue(Protocol):
    """Brings jobs to workers by their ids; the jobs table has everything else."""

    async def enqueue(self, job_id: str) -> None:
        """Have a worker run this job once one is free and the job's ``not_before`` has passed."""
        ...

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Have the standby process, if there is one, load this tokenizer: a tokenization may follow in a moment.

        ``tokenizer`` is a path, or a repository whose files at the commit ``revision`` are in the cache.
        """
        ...

    async def cancel(self, job_id: str) -> None:
        """Stop the job, whose ``cancel_requested`` is set. Returns when the job has stopped."""
        ...


class TokenVault(Protocol):
    """Holds the Hugging Face tokens of active jobs, in memory or encrypted, never in the database or a log."""

    async def put(self, job_id: str, token: str) -> None:
        """Keep the token until the job ends."""
        ...

    async def get(self, job_id: str) -> str | None:
        """Return the token of this job, None if there is none."""
        ...

    async def drop(self, job_id: str) -> None:
        """Delete the token of this job."""
        ...
