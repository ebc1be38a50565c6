"""The pauses of postponed jobs: how long they may be, and how long they still last by a monotonic clock.

The jobs table has the end of a pause as a time of day, which is shown to people. Somebody may set the clock meanwhile.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mistudio.core.errors import MiStudioError
from mistudio.schemas.job import JobResponse

_MAX_BACKOFF_SECONDS: Final = 600.0
_JITTER: Final = 1.1
# A Hub that asks for a longer pause is asked again after this one.
_MAX_RETRY_AFTER_SECONDS: Final = 3600.0
_WITH_RETRY_AFTER: Final = frozenset({"rate_limited", "hub_unreachable"})


def _backoff(base_seconds: float, attempt: int) -> float:
    # The exponent is bounded, because a float is.
    return min(base_seconds * 2.0 ** min(max(attempt - 1, 0), 64), _MAX_BACKOFF_SECONDS)


def choose_pause(error: MiStudioError, base_seconds: float, attempt: int) -> float:
    """Return the seconds until the next try: exponential with a jitter of up to a tenth, or what the Hub asks for."""
    backoff = _backoff(base_seconds, attempt) * random.uniform(1.0, _JITTER)  # noqa: S311 (no secret depends on it)
    return max(backoff, min(error.retry_after or 0.0, _MAX_RETRY_AFTER_SECONDS))


def measure_pause(job: JobResponse, base_seconds: float, at: datetime) -> float:
    """Return the seconds until the job may be tried again, at most the longest pause that it can have been given.

    Without that limit, a clock that was set back would make the job wait for the difference, too.
    """
    if job.not_before is None:
        return 0.0
    longest = _backoff(base_seconds, job.attempt) * _JITTER
    if job.error_code in _WITH_RETRY_AFTER:
        longest = max(longest, _MAX_RETRY_AFTER_SECONDS)
    return min(max((job.not_before - at).total_seconds(), 0.0), longest)


@dataclass(frozen=True)
class _Pause:
    not_before: datetime | None
    ends_at: float


class PauseClock:
    """Measures each pause once, when it first sees it, and times it by a monotonic clock from then on."""

    def __init__(self, base_seconds: float) -> None:
        """``base_seconds``: the pause before a job's second attempt."""
        self._base_seconds = base_seconds
        self._pauses: dict[str, _Pause] = {}

    def remaining(self, jobs: Sequence[JobResponse], *, at: datetime, now: float) -> list[float]:
        """Return the seconds that each of all queued jobs still waits; ``now`` is in seconds of a monotonic clock."""
        self._pauses = {job.id: self._see(job, at, now) for job in jobs}
        return [max(self._pauses[job.id].ends_at - now, 0.0) for job in jobs]

    def _see(self, job: JobResponse, at: datetime, now: float) -> _Pause:
        known = self._pauses.get(job.id)
        if known and known.not_before == job.not_before:
            return known
        return _Pause(job.not_before, now + measure_pause(job, self._base_seconds, at))
