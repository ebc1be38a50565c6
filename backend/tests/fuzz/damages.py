"""Ways to damage a DATA_DIR, each by a name."""

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fuzz.values import VALUES

Damage = Callable[[Path], None]
# Files of a finished life, below DATA_DIR; of several that match, the first is damaged.
_TARGETS: Final = (
    "mistudio.db",
    "server.lock",
    "datasets",
    "staging",
    "trash",
    "huggingface_cache",
    "datasets/*/tokenized",
    "datasets/*/tokenized/*/manifest.json",
    "datasets/*/tokenized/*/audit.json",
    "datasets/*/tokenized/*/dataset_dict.json",
    "datasets/*/tokenized/*/train",
    "datasets/*/tokenized/*/train/*.arrow",
    "datasets/*/tokenized/*/train/lengths.npy",
    "datasets/*/tokenized/*/train/*.npy",
    "datasets/*/tokenized/*/train/state.json",
    "datasets/*/tokenized/*/train/dataset_info.json",
    "datasets/*/index",
    "datasets/*/index/manifest.json",
    "datasets/*/index/build-*",
    "datasets/*/index/build-*/meta.json",
    "datasets/*/index/build-*/.managed.json",
    "datasets/*/index/build-*/*.store",
    "datasets/*/index/build-*/*.idx",
    "datasets/*/index/build-*/*.term",
    "datasets/*/index/build-*/*.pos",
    "datasets/*/index/build-*/*.fast",
    "datasets/*/index/build-*/*.fieldnorm",
    "datasets/*/raw",
    "datasets/*/raw/train-00000-of-00002.parquet",
    "datasets/*/manifest.json",
    "huggingface_cache/hub/*/snapshots/*/tokenizer.json",
    "huggingface_cache/hub/*/snapshots/*/tokenizer_config.json",
    "huggingface_cache/hub/*/refs",
)


@dataclass(frozen=True)
class Place:
    """A file or folder that is damaged in one of several ways."""

    pattern: str

    def find(self, data: Path) -> Path | None:
        """Return the first that there is."""
        return next(iter(sorted(data.glob(self.pattern))), None)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(5000))


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for number in range(1, 6):
        content[len(content) * number // 7] ^= 0xFF
    path.write_bytes(content)


def _doubled(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


def _folder(path: Path) -> None:
    _remove(path)
    path.mkdir()


def _file(path: Path) -> None:
    _remove(path)
    path.write_bytes(b"not a folder")


def _loop(path: Path) -> None:
    _remove(path)
    path.symlink_to(path)


_OF_FILES: Final[dict[str, Damage]] = {
    "is missing": _remove,
    "is empty": _emptied,
    "is garbage": _garbage,
    "is cut to half": _half,
    "has changed bytes": _changed,
    "is there twice over": _doubled,
    "is a folder": _folder,
    "is a link to itself": _loop,
}
_OF_FOLDERS: Final[dict[str, Damage]] = {
    "is missing": _remove,
    "is empty": _folder,
    "is a file": _file,
    "is a link to itself": _loop,
}


def damages(life: Path) -> Iterator[tuple[str, Damage]]:
    """Return every damage that can be done to this life, by a name; each is done to a copy of it."""
    for pattern in _TARGETS:
        found = Place(pattern).find(life)
        if found is None:
            continue
        for name, damage in (_OF_FOLDERS if found.is_dir() else _OF_FILES).items():
            yield f"{pattern} {name}", _at(pattern, damage)
        if pattern.endswith(".json") and pattern.startswith("datasets"):
            yield from _json_damages(pattern, found)
    for name, statement in _DATABASE.items():
        yield f"the database: {name}", _in_database(statement)


def _at(pattern: str, damage: Damage) -> Damage:
    def do(data: Path) -> None:
        found = Place(pattern).find(data)
        assert found is not None
        # A file in the cache is a link: its target is what is read.
        damage(found.resolve() if found.is_symlink() else found)

    return do


def _json_damages(pattern: str, found: Path) -> Iterator[tuple[str, Damage]]:
    for name in ("null", "empty list", "empty object", "text", "deep list", "5,000 digits"):
        yield f"{pattern} is {name}", _at(pattern, _writing(VALUES[name]))
    content = json.loads(found.read_bytes())
    if not isinstance(content, dict):
        return
    yield f"{pattern} is of version 999", _at(pattern, _with("format_version", 999))
    for key in content:
        for name in ("null", "negative", "text", "empty list", "object", "path upwards"):
            yield f"{pattern}: {key} is {name}", _at(pattern, _with(key, VALUES[name]))
        yield f"{pattern}: without {key}", _at(pattern, _without(key))


def _writing(value: Any) -> Damage:  # JSON of any kind
    def do(path: Path) -> None:
        path.write_text(json.dumps(value))

    return do


def _with(key: str, value: Any) -> Damage:  # JSON of any kind
    def do(path: Path) -> None:
        path.write_text(json.dumps({**json.loads(path.read_bytes()), key: value}))

    return do


def _without(key: str) -> Damage:
    def do(path: Path) -> None:
        content = json.loads(path.read_bytes())
        del content[key]
        path.write_text(json.dumps(content))

    return do


_DATABASE: Final = {
    "of a newer version": "UPDATE alembic_version SET version_num = 'ffffffffffff'",
    "of no version": "DELETE FROM alembic_version",
    "without its version's table": "DROP TABLE alembic_version",
    "without jobs": "DROP TABLE jobs",
    "without datasets": "DROP TABLE datasets",
    "with a column more": "ALTER TABLE datasets ADD COLUMN strange TEXT NOT NULL DEFAULT 'x'",
    "metadata that is no JSON": "UPDATE datasets SET metadata = '{'",
    "metadata of another kind": "UPDATE datasets SET metadata = '[1]'",
    "settings that are no JSON": "UPDATE tokenizations SET settings = '{'",
    "settings of another kind": 'UPDATE tokenizations SET settings = \'{"max_length": "x"}\'',
    "a status that there is not": "UPDATE datasets SET status = 'strange'",
    "a date that is none": "UPDATE datasets SET created_at = 'yesterday'",
    "ids that climb": "UPDATE datasets SET id = '../../etc' WHERE name = 'letters'",
    "names of control characters": "UPDATE datasets SET name = char(27) || '[31m' || char(0)",
    "every job running": "UPDATE jobs SET state = 'running', finished_at = NULL",
    "every job queued": "UPDATE jobs SET state = 'queued', finished_at = NULL",
    "ready datasets that download": "UPDATE datasets SET status = 'downloading'",
    "no datasets": "DELETE FROM datasets",
    "no tokenizations": "DELETE FROM tokenizations",
}


def _in_database(statement: str) -> Damage:
    def do(data: Path) -> None:
        with closing(sqlite3.connect(data / "mistudio.db")) as database:
            database.execute("PRAGMA foreign_keys = OFF")
            database.execute(statement)
            database.commit()

    return do
