"""Index a dataset in a process of its own: its folder; prints what that took."""

import json
import sys
import time
from pathlib import Path

from common.measure import held
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.index_builder import build_index

folder = Path(json.loads(sys.argv[1]))
began, began_cpu = time.perf_counter(), time.process_time()
manifest = build_index(folder, monitor=NullMonitor())
said = {
    "seconds": time.perf_counter() - began,
    "cpu": time.process_time() - began_cpu,
    "bytes": manifest.bytes,
    "rows": manifest.rows,
    # What is mapped from files is the kernel's to take back: only the process's own memory counts.
    "own": held("self", "RssAnon"),
}
json.dump(said, sys.stdout)
