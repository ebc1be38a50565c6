"""Make a dataset of a part of a repository, as a job does: repository, rows, order, folder."""

import json
import sys
from pathlib import Path

from mistudio.corpus.fetch import FetchSettings
from mistudio.corpus.hub.part_types import Part
from mistudio.corpus.hub.plan import make_plan
from mistudio.corpus.hub.plan_types import PlanRequest
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.part_origin import HubAccess, PartOrigin, pin_selection
from mistudio.corpus.monitor import NullMonitor

repo_id, rows, order, folder = (json.loads(argument) for argument in sys.argv[1:])
plan = make_plan(PlanRequest(repo_id, part=Part("rows", rows, order, 7)))
access, staging = HubAccess(None, FetchSettings()), Path(folder) / "staging"
origin = PartOrigin(plan, pin_selection(plan, staging, access, NullMonitor()), access)
manifest = build_dataset(origin, staging, Path(folder) / "dataset", text_column=None, monitor=NullMonitor())
parts = [source.part for source in manifest.sources if source.part]
sys.stdout.write(json.dumps({"rows": manifest.rows, "chosen_bytes": sum(part.bytes for part in parts)}))
