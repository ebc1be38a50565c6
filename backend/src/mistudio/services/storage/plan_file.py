"""The plan of a download or import as it lies beside the bytes that it speaks of, so that every try does the same."""

import json
from pathlib import Path

from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.corpus.ingest.local_files import LocalPlan
from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic

PLAN_NAME = "plan.json"


def write_plan(staging: Path, plan: DownloadPlan | LocalPlan) -> None:
    """Keep the plan in the dataset's staging folder, which is made if need be."""
    ensure_dir(staging)
    write_bytes_atomic(staging / PLAN_NAME, json.dumps(as_json(plan)).encode())


def read_plan(staging: Path) -> DownloadPlan | None:
    """The plan of a download; None where there is none or it cannot be read, which makes the job plan again."""
    try:
        return from_json(DownloadPlan, json.loads((staging / PLAN_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_local_plan(staging: Path) -> LocalPlan | None:
    """The plan of an import; None where there is none or it cannot be read: then nobody knows what the files are."""
    try:
        return from_json(LocalPlan, json.loads((staging / PLAN_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
