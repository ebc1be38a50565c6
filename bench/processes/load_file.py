"""Load one file with ``datasets``, and print the figures as JSON: path, builder, options, empty cache folder."""

import json
import sys
import time
from pathlib import Path

import datasets

from common.measure import peak_memory

source, builder, options, cache = (json.loads(argument) for argument in sys.argv[1:])
datasets.disable_progress_bars()
start, start_cpu = time.perf_counter(), time.process_time()
data = datasets.load_dataset(builder, data_files=source, split="train", cache_dir=cache, **options)
seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
disk = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file())
figures = {"seconds": seconds, "cpu": cpu, "peak": peak_memory(), "disk": disk, "text": 0, "rows": len(data)}
json.dump(figures, sys.stdout)
