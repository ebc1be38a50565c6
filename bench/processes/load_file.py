"""The same file by way of ``datasets``, into a fresh cache: path, builder, options, cache; prints what it took."""

import json
import sys
import time
from pathlib import Path

import datasets

from common.measure import peak_bytes

source, builder, options, cache = (json.loads(argument) for argument in sys.argv[1:])
datasets.disable_progress_bars()
began, began_cpu = time.perf_counter(), time.process_time()
data = datasets.load_dataset(builder, data_files=source, split="train", cache_dir=cache, **options)
seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
disk = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file())
said = {"seconds": seconds, "cpu": cpu, "peak": peak_bytes(), "disk": disk, "text": 0, "rows": len(data)}
json.dump(said, sys.stdout)
