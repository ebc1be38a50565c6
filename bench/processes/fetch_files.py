"""Fetch the files of a plan with our fetcher: plan file, folder."""

import json
import sys
from pathlib import Path

from mistudio.core.records import from_json
from mistudio.corpus.fetch import FetchSettings, fetch_files
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.corpus.monitor import NullMonitor

plan_file, folder = (Path(json.loads(argument)) for argument in sys.argv[1:])
plan = from_json(DownloadPlan, json.loads(plan_file.read_text(encoding="utf-8")))
for fetched in fetch_files(
    plan.files,
    folder,
    repo_id=plan.repo_id,
    revision=plan.revision,
    token=None,
    monitor=NullMonitor(),
    settings=FetchSettings(),
):
    sys.stdout.write(f"{fetched.source.path} {fetched.sha256}\n")
