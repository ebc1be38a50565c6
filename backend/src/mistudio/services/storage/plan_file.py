"""Stores the plan of a download or import beside its files, so that every attempt follows the same plan."""

import json
from pathlib import Path

from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.corpus.ingest.local_files import LocalPlan
from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic

PLAN_NAME = "plan.json"


def write_plan(staging: Path, plan: DownloadPlan | LocalPlan) -> None:
    """Write the plan into the dataset's staging folder, which is created if missing."""
    ensure_dir(staging)
    write_bytes_atomic(staging / PLAN_NAME, json.dumps(as_json(plan)).encode())


def read_plan(staging: Path) -> DownloadPlan | None:
    """Return the plan of a download; None if it is missing or damaged: the job plans again then."""
    try:
        return from_json(DownloadPlan, json.loads((staging / PLAN_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_local_plan(staging: Path) -> LocalPlan | None:
    """Return the plan of an import; None if it is missing or damaged: the files cannot be used then."""
    try:
        return from_json(LocalPlan, json.loads((staging / PLAN_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
