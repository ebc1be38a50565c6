"""Take in one file, in a process of its own: path, format, label, target; prints what that took."""

import json
import sys
import time
from pathlib import Path

import pyarrow as pa

from common.measure import peak_bytes
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor

# pyarrow imports pandas before its first scalar, and imports are not counted.
pa.scalar(0)
source, source_format, label, target = (json.loads(argument) for argument in sys.argv[1:])
began, began_cpu = time.perf_counter(), time.process_time()
report = ingest_file(Path(source), Path(target), format=source_format, label=label, monitor=NullMonitor())
seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
text = next(column.utf8_bytes for column in report.columns if column.name == "text")
said = {"seconds": seconds, "cpu": cpu, "peak": peak_bytes(), "disk": report.bytes, "text": text, "rows": report.rows}
json.dump(said, sys.stdout)
