"""``mistudio.services.jobs.pauses``: pauses that a clock, set back or forth, neither lengthens nor shortens."""

from datetime import UTC, datetime, timedelta

import pytest

from mistudio.core.errors import HubUnreachable, MiStudioError, RateLimited
from mistudio.core.states import JobState
from mistudio.schemas.job import JobResponse
from mistudio.services.jobs.pauses import PauseClock, choose_pause, measure_pause

BASE = 5.0
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def queued(seconds: float | None, *, attempt: int = 1, code: str = "worker_died") -> JobResponse:
    """A queued job that may be tried again so many seconds after ``NOW``."""
    return JobResponse(
        id="job_1",
        kind="download",
        dataset_id="ds_1",
        tokenization_id=None,
        state=JobState.QUEUED,
        phase=None,
        done=0,
        total=0,
        unit="bytes",
        progress=0.0,
        attempt=attempt,
        max_attempts=3,
        not_before=None if seconds is None else NOW + timedelta(seconds=seconds),
        cancel_requested=False,
        error_code=code,
        error_message=None,
        created_at=NOW,
        started_at=None,
        finished_at=None,
    )


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (queued(None), 0.0),
        (queued(-10.0), 0.0),
        (queued(5.2), 5.2),
        (queued(3600.0), 5.5),
        (queued(3600.0, attempt=0), 5.5),
        (queued(3600.0, attempt=3), 22.0),
        (queued(1e6, attempt=200), 660.0),
        (queued(120.0, code="rate_limited"), 120.0),
        (queued(1e6, code="rate_limited"), 3600.0),
        (queued(1e6, code="hub_unreachable"), 3600.0),
    ],
)
def test_a_pause_is_never_longer_than_it_can_have_been(job: JobResponse, expected: float) -> None:
    """A clock that was set back makes its end seem farther away, also after a restart."""
    assert expected == pytest.approx(measure_pause(job, BASE, NOW))


@pytest.mark.parametrize("error", [HubUnreachable("x"), RateLimited("x", retry_after=90.0), RateLimited("x")])
@pytest.mark.parametrize("attempt", [1, 2, 3, 20])
def test_a_chosen_pause_is_within_the_limit(error: MiStudioError, attempt: int) -> None:
    """So a job that waits for it is never started early."""
    pause = choose_pause(error, BASE, attempt)
    job = queued(pause, attempt=attempt, code=error.code)
    assert pause == pytest.approx(measure_pause(job, BASE, NOW))
    assert pause >= max(min(BASE * 2 ** (attempt - 1), 600.0), error.retry_after or 0.0)


def test_a_hub_that_asks_for_a_day_is_asked_again_after_an_hour() -> None:
    """A date in ``Retry-After``, read by a wrong clock, may ask for anything."""
    assert 3600.0 == choose_pause(RateLimited("x", retry_after=86_400.0), BASE, 1)


@pytest.mark.parametrize("jump", [timedelta(hours=-5), timedelta(days=400)])
def test_a_clock_that_jumps_changes_no_pause_that_was_seen(jump: timedelta) -> None:
    """The pause began before the jump; it is timed by the monotonic clock alone."""
    clock, job = PauseClock(BASE), queued(5.0)
    assert [5.0] == clock.remaining([job], at=NOW, now=100.0)
    assert [2.0] == clock.remaining([job], at=NOW + jump, now=103.0)
    assert [0.0] == clock.remaining([job], at=NOW + jump, now=105.0)


def test_the_next_pause_of_a_job_is_measured_anew() -> None:
    """A job without a pause may start at once, and one that left the queue is forgotten."""
    clock = PauseClock(BASE)
    assert [0.0] == clock.remaining([queued(None)], at=NOW, now=0.0)
    assert [5.0] == clock.remaining([queued(5.0)], at=NOW, now=1.0)
    assert [] == clock.remaining([], at=NOW, now=2.0)
    assert [5.0] == clock.remaining([queued(5.0)], at=NOW, now=4.0)
