"""Index a dataset, and print the figures as JSON: its folder."""

import json
import sys
import time
from pathlib import Path

from common.measure import memory_figure
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.index_builder import build_index

folder = Path(json.loads(sys.argv[1]))
start, start_cpu = time.perf_counter(), time.process_time()
manifest = build_index(folder, monitor=NullMonitor())
figures = {
    "seconds": time.perf_counter() - start,
    "cpu": time.process_time() - start_cpu,
    "bytes": manifest.bytes,
    "rows": manifest.rows,
    # The kernel can evict mapped files: only the process's own memory counts.
    "own": memory_figure("self", "RssAnon"),
}
json.dump(figures, sys.stdout)
