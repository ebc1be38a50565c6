"""Print events as a job's process does: their number, the seconds between them.

Each event is as large as a job's and carries the machine's clock.
"""

import json
import sys
import time

from mistudio.core.events import DATASETS_CHANNEL

count, pause = (json.loads(argument) for argument in sys.argv[1:])
filler = {"scope": "dataset", "dataset_id": "ds_" + "0" * 32, "job_id": "job_" + "0" * 32, "status": "downloading"}
for number in range(count):
    time.sleep(pause)
    event = {"type": "progress", "seq": number, "progress": 45.2, "sent": time.monotonic(), **filler}
    sys.stdout.write(json.dumps([DATASETS_CHANNEL, event]) + "\n")
    sys.stdout.flush()
