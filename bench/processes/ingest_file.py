"""Ingest one file, and print the figures as JSON: path, format, label, target."""

import json
import sys
import time
from pathlib import Path

import pyarrow as pa

from common.measure import peak_memory
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor

# pyarrow imports pandas for its first scalar; imports are not measured.
pa.scalar(0)
source, source_format, label, target = (json.loads(argument) for argument in sys.argv[1:])
start, start_cpu = time.perf_counter(), time.process_time()
report = ingest_file(Path(source), Path(target), format=source_format, label=label, monitor=NullMonitor())
seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
text = next(column.utf8_bytes for column in report.columns if column.name == "text")
figures = {
    "seconds": seconds,
    "cpu": cpu,
    "peak": peak_memory(),
    "disk": report.bytes,
    "text": text,
    "rows": report.rows,
}
json.dump(figures, sys.stdout)
