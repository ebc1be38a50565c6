"""The Celery tasks, one per kind of job. Only the job's id crosses the broker.

A task has its worker's host run the job in a child process. When the runner postpones the job, with a pause that
doubles from try to try, the task retries itself after that pause, three times; after that the watchdog enqueues the
job again. Messages are acknowledged when the job has ended, so the broker redelivers those of a killed worker.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from celery import shared_task

from mistudio.core.celery_app import ROUTES, SHARD_ROUTE, JobHost, Route, StudioCelery

JobTask: TypeAlias = Any  # Celery has no types.


def task(route: Route, *, max_retries: int = 3) -> Callable[[Callable[..., None]], JobTask]:
    """Return a decorator that makes a function the Celery task of a route."""
    options = {"bind": True, "max_retries": max_retries, "acks_late": True, "ignore_result": True}
    return cast("Callable[..., JobTask]", shared_task(name=route.task, **options))


def _host(running: JobTask) -> JobHost:
    host = running.app.host if isinstance(running.app, StudioCelery) else None
    if host is None:
        raise RuntimeError("This Celery worker cannot run jobs: start workers with `mistudio worker`.")
    return host


def _run(running: JobTask, job_id: str) -> None:
    pause = _host(running).run_job(job_id)
    if pause is not None and running.request.retries < running.max_retries:
        raise running.retry(countdown=pause)


@task(ROUTES["download"])
def download_dataset_task(self: JobTask, job_id: str) -> None:
    """Run a download."""
    _run(self, job_id)


@task(ROUTES["import"])
def import_dataset_task(self: JobTask, job_id: str) -> None:
    """Run the import of local files."""
    _run(self, job_id)


@task(ROUTES["extend"])
def extend_dataset_task(self: JobTask, job_id: str) -> None:
    """Run the download that extends a part."""
    _run(self, job_id)


@task(ROUTES["update"])
def update_dataset_task(self: JobTask, job_id: str) -> None:
    """Run the download of a newer commit."""
    _run(self, job_id)


@task(ROUTES["mix"])
def mix_datasets_task(self: JobTask, job_id: str) -> None:
    """Mix datasets."""
    _run(self, job_id)


@task(ROUTES["subset"])
def derive_subset_task(self: JobTask, job_id: str) -> None:
    """Make a subset of a dataset."""
    _run(self, job_id)


@task(ROUTES["tokenize"])
def tokenize_dataset_task(self: JobTask, job_id: str) -> None:
    """Run a tokenization."""
    _run(self, job_id)


@task(ROUTES["index"])
def index_dataset_task(self: JobTask, job_id: str) -> None:
    """Build an index."""
    _run(self, job_id)


@task(ROUTES["profile"])
def profile_columns_task(self: JobTask, job_id: str) -> None:
    """Compute column profiles."""
    _run(self, job_id)


@task(ROUTES["export"])
def export_rows_task(self: JobTask, job_id: str) -> None:
    """Export a dataset or a tokenization."""
    _run(self, job_id)


@task(SHARD_ROUTE, max_retries=0)
def tokenize_shard_task(self: JobTask, job_id: str, shard: int) -> None:
    """Help a running tokenization. The job makes what this does not: the task may be lost or repeated."""
    _host(self).help_job(job_id, shard)
