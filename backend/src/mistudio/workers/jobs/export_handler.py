"""The handler of jobs that export a dataset or a tokenization."""

import asyncio

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import ExportFailed
from mistudio.core.records import read_record
from mistudio.services.jobs.figures import ExportFigures
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.runner import JobContext


async def handle_export(context: JobContext, *, settings: Settings, database: Database) -> ExportFigures:
    """Write the files that the export's plan describes, from the start if an earlier try was cut off."""
    await asyncio.to_thread(_export, context, StorageService(settings, database))
    return ExportFigures()


def _export(context: JobContext, storage: StorageService) -> None:
    from mistudio.corpus.export.build import export_dataset, export_tokenization
    from mistudio.corpus.export.plan import ExportLayout, ExportPlan

    job = context.job
    target = ExportLayout(storage.export(job.dataset_id, job.id))
    plan = read_record(ExportPlan, target.plan)
    if plan is None:
        raise ExportFailed("The plan of this export is no longer on disk. Start the export again.")
    if job.tokenization_id:
        folder = storage.tokenized(job.dataset_id, job.tokenization_id)
        export_tokenization(folder, target, plan, monitor=context.monitor)
    else:
        export_dataset(storage.folder(job.dataset_id), target, plan, monitor=context.monitor)
