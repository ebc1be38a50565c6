"""The Celery application of the scaled-out engine. Celery only carries job ids; the jobs table is the only truth.

Workers fetch one message at a time and acknowledge it late, so a message stays with the broker until a worker is free.
There are no time limits, because a job's heartbeat shows whether it is alive, and results are not stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from celery import Celery

from mistudio.core.config import Settings


@dataclass(frozen=True)
class Route:
    """The task that runs a kind of job, and the queue that brings it."""

    task: str
    queue: str


ROUTES: Mapping[str, Route] = {
    "download": Route("mistudio.download_dataset", "downloads"),
    "import": Route("mistudio.import_dataset", "downloads"),
    "extend": Route("mistudio.extend_dataset", "downloads"),
    "update": Route("mistudio.update_dataset", "downloads"),
    "mix": Route("mistudio.mix_datasets", "downloads"),
    "subset": Route("mistudio.derive_subset", "downloads"),
    "tokenize": Route("mistudio.tokenize_dataset", "tokenization"),
    "index": Route("mistudio.index_dataset", "indexes"),
    "profile": Route("mistudio.profile_columns", "indexes"),
    "export": Route("mistudio.export_rows", "indexes"),
}
SHARD_ROUTE = Route("mistudio.tokenize_shard", "tokenization")
QUEUES: tuple[str, ...] = tuple(dict.fromkeys(route.queue for route in ROUTES.values()))


class JobHost(Protocol):
    """Runs the jobs of a worker process for its tasks."""

    def run_job(self, job_id: str) -> float | None:
        """Run the job to its end; return the seconds until its next try, None if there is none."""
        ...

    def help_job(self, job_id: str, shard: int) -> None:
        """Make shards of the tokenization that this job runs, from number ``shard`` on."""
        ...


class StudioCelery(Celery):  # type: ignore[misc]  # Celery has no types.
    """A Celery application. ``host`` runs jobs; only worker processes have one."""

    host: JobHost | None = None


def create_celery(settings: Settings) -> StudioCelery:
    """Return the Celery application for these settings."""
    app = StudioCelery("mistudio", broker=settings.celery_broker_url, include=["mistudio.workers.dataset_tasks"])
    app.conf.update(
        task_acks_late=True,
        task_ignore_result=True,
        task_time_limit=None,
        task_soft_time_limit=None,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=QUEUES[0],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"socket_connect_timeout": 3, "socket_timeout": 10},
    )
    return app
