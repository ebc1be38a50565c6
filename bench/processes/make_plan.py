"""Plan the download of a repository, and print the plan as JSON: repository."""

import json
import sys

from mistudio.core.records import as_json
from mistudio.corpus.hub import PlanRequest
from mistudio.corpus.hub.plan import make_plan

sys.stdout.write(json.dumps(as_json(make_plan(PlanRequest(json.loads(sys.argv[1]))))))
