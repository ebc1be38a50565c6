"""A job queue without processes."""

from mistudio.services.job_service import JobService


class FakeQueue:
    """See ``JobQueue``; ``enqueued`` are the ids in order. Its workers do nothing, and stop at once when cancelled."""

    def __init__(self, jobs: JobService) -> None:
        self._jobs = jobs
        self.enqueued: list[str] = []

    async def enqueue(self, job_id: str) -> None:
        """Record the id."""
        self.enqueued.append(job_id)

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Do nothing."""

    async def cancel(self, job_id: str) -> None:
        """End the job."""
        await self._jobs.release(job_id, None, backoff_seconds=0.0)
