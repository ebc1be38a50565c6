"""Repositories for tests: small text datasets of several files and splits, with their rows."""

import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from fakes.hub import Hub

Rows = dict[str, list[dict[str, object]]]
CARD = """---
license: mit
---
# Stories

Short stories, made for tests.
"""


@dataclass(frozen=True)
class Stories:
    """A repository on the test Hub, and its rows by split."""

    repo_id: str
    rows: Rows


def story_rows(split: str, count: int) -> list[dict[str, object]]:
    """Return ``count`` rows with their split and number, three of them unusual."""
    unusual = {3: "", 5: "naïve — 日本語 🙂", 7: "line one\nline two"}
    return [
        {"text": unusual.get(number, f"{split} story {number}: once upon a time there was a fox."), "number": number}
        for number in range(count)
    ]


def parquet_bytes(rows: list[dict[str, object]], *, group_rows: int = 100) -> bytes:
    """Return ``rows`` as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, row_group_size=group_rows, compression="zstd")
    return sink.getvalue()


def add_stories(
    hub: Hub,
    repo_id: str = "lab/stories",
    *,
    files: int = 2,
    rows: int = 120,
    private: bool = False,
    gated: bool = False,
    disabled: bool = False,
) -> Stories:
    """Add a repository of ``files`` Parquet files of ``rows`` rows for training, and one file for validation."""
    train = story_rows("train", rows * files)
    validation = story_rows("validation", 30)
    content: dict[str, bytes | str] = {"README.md": CARD}
    for number in range(files):
        part = train[number * rows : (number + 1) * rows]
        content[f"data/train-{number:05d}-of-{files:05d}.parquet"] = parquet_bytes(part)
    content["data/validation-00000-of-00001.parquet"] = parquet_bytes(validation)
    hub.add(repo_id, content, private=private, gated=gated, disabled=disabled)
    return Stories(repo_id, {"train": train, "validation": validation})


def add_large(hub: Hub, repo_id: str = "lab/large", *, files: int = 3, megabytes: float = 1.0) -> None:
    """Add a repository of JSON Lines files of ``megabytes`` each, large enough to watch their download."""
    line = '{"text": "' + "abcdefghij" * 9 + '", "number": "%09d"}\n'
    count = int(megabytes * 1e6 / len(line % 0))
    content = "".join(line % number for number in range(count))
    hub.add(repo_id, {"README.md": CARD}).commit(
        {f"train-{number}.jsonl": content for number in range(files)}, lfs=True, keep=True
    )
