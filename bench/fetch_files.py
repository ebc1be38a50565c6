"""Fetch a whole repository with our fetcher, in a process of its own: endpoint, repository, folder."""

import json
import sys
from pathlib import Path

from mistudio.corpus.fetch import FetchSettings, fetch_files
from mistudio.corpus.plan import make_plan
from mistudio.corpus.plan_types import PlanRequest
from mistudio.corpus.work import Unwatched

_endpoint, repo_id, folder = (json.loads(argument) for argument in sys.argv[1:])
plan_file = Path(f"{folder}.plan.json")
plan = make_plan(PlanRequest(repo_id=repo_id))
for fetched in fetch_files(
    plan.files,
    Path(folder),
    repo_id=plan.repo_id,
    revision=plan.revision,
    token=None,
    work=Unwatched(),
    settings=FetchSettings(),
):
    sys.stdout.write(f"{fetched.source.path} {fetched.sha256}\n")
