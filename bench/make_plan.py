"""Plan the download of a repository, in a process of its own: repository. Prints the plan as JSON."""

import json
import sys

from mistudio.core.records import as_json
from mistudio.corpus.hub import PlanRequest
from mistudio.corpus.hub.plan import make_plan

sys.stdout.write(json.dumps(as_json(make_plan(PlanRequest(json.loads(sys.argv[1]))))))
