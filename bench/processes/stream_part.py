"""Stream rows of a repository with `datasets` and store them as Parquet: repository, rows, order, folder."""

import json
import os
import sys
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import load_dataset

repo_id, rows, order, folder = (json.loads(argument) for argument in sys.argv[1:])
stream = load_dataset(repo_id, split="train", streaming=True)
if order == "random":
    stream = stream.shuffle(seed=7, buffer_size=10_000)
Path(folder).mkdir(parents=True)
taken, count, writer = iter(stream.take(rows)), 0, None
while batch := list(islice(taken, 10_000)):
    table = pa.Table.from_pylist(batch)
    writer = writer or pq.ParquetWriter(Path(folder) / "train.parquet", table.schema, compression="zstd")
    writer.write_table(table)
    count += table.num_rows
if writer:
    writer.close()
sys.stdout.write(json.dumps({"rows": count, "chosen_bytes": None}))
sys.stdout.flush()
# A stream that was not read to its end leaves threads that abort the interpreter while it ends.
os._exit(0)
