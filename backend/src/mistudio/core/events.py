"""What is said while work goes on, and the seams over which work and news travel.

An event is a plain dictionary in JSON's types: its shapes are ``mistudio.schemas.event``. Implementations of the seams
stand in ``mistudio.workers`` and ``mistudio.core.websocket``; ``mistudio.main`` puts them together.
"""

from collections.abc import Mapping
from typing import Protocol

from mistudio.core.errors import Json

DATASETS_CHANNEL = "datasets"


def progress_channel(dataset_id: str) -> str:
    """The channel on which everything about one dataset is said."""
    return f"datasets/{dataset_id}/progress"


class EventBus(Protocol):
    """Carries events to whoever subscribed to their channel."""

    async def publish(self, channel: str, event: Mapping[str, Json]) -> None:
        """Send one event; its order among the events of one publisher is kept."""
        ...


class JobQueue(Protocol):
    """Brings jobs to workers. Only the job's id crosses; the jobs table says everything else."""

    async def enqueue(self, job_id: str) -> None:
        """Let a worker run this job as soon as one is free and its ``not_before`` has come."""
        ...

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """A tokenization by this tokenizer may follow in a moment: who would run it here may load it meanwhile.

        ``tokenizer`` is a path, or a repository whose files at the commit ``revision`` are in the cache.
        """
        ...

    async def cancel(self, job_id: str) -> None:
        """Tell the worker, if any, that its job's ``cancel_requested`` is set. Returns when the job has stopped."""
        ...


class TokenVault(Protocol):
    """Holds the Hugging Face tokens of jobs under way, in memory or sealed, never in the database or a log."""

    async def put(self, job_id: str, token: str) -> None:
        """Keep the token until the job ends."""
        ...

    async def get(self, job_id: str) -> str | None:
        """The token of this job, if one was given and is still held."""
        ...

    async def drop(self, job_id: str) -> None:
        """Forget the token of this job."""
        ...
