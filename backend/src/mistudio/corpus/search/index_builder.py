"""The full-text index of a dataset: built beside its data, replaced as a whole, and known to be stale when it is.

It lies in ``index/`` of the dataset's folder: a folder of its own for each build, and ``manifest.json``, which names
the one that counts. A build that is killed leaves a folder that nothing names; the next build removes it and begins
anew. Every row is a document, the rows without a text included: its words, in the form of ``folding``, with positions,
and its id. Documents lie in the order of the ids.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final
from uuid import uuid4

import tantivy

from mistudio.core.records import as_json, from_json
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.search.folding import ANALYZER, folded
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import manifest_sha256, read_manifest
from mistudio.utils.file_utils import ensure_dir, file_stamp, fsync_directory, get_directory_size, write_bytes_atomic

FORMAT_VERSION: Final = 1
TEXT: Final = "text"
ID: Final = "id"
DEFAULT_HEAP_BYTES: Final = 100_000_000
# tantivy leaves longer words out; texts may have them, where they have a million letters without a blank.
_MOST_WORD_BYTES: Final = 65_000


@dataclass(frozen=True, kw_only=True)
class IndexManifest:
    """What an index was made of, and by what rules. ``folder`` is within ``index/``; ``bytes`` its size.

    If ``has_long_words``, words are missing that are too long to be indexed.
    """

    format_version: int
    analyzer: str
    dataset_sha256: str
    folder: str
    rows: int
    bytes: int
    has_long_words: bool
    tantivy: str
    created_at: str


def read_index_manifest(folder: Path) -> IndexManifest | None:
    """The manifest of the index of the dataset in ``folder``, None where there is none that this program can read."""
    try:
        manifest = from_json(IndexManifest, json.loads(DatasetLayout(folder).index_manifest.read_bytes()))
    except (OSError, ValueError):
        return None
    return manifest if manifest.format_version == FORMAT_VERSION else None


def index_stamp(folder: Path) -> tuple[int, int] | None:
    """What changes whenever the dataset in ``folder`` gets another index; None while there is none."""
    try:
        return file_stamp(DatasetLayout(folder).index_manifest)
    except OSError:
        return None


def has_current_index(folder: Path) -> bool:
    """Whether the dataset in ``folder`` has an index that was made of its present data, by the present rules."""
    manifest = read_index_manifest(folder)
    if manifest is None or manifest.analyzer != ANALYZER:
        return False
    if not (DatasetLayout(folder).index / manifest.folder).is_dir():
        return False
    try:
        return manifest.dataset_sha256 == manifest_sha256(folder)
    except OSError:
        return False


def build_index(folder: Path, *, monitor: Monitor, heap_bytes: int = DEFAULT_HEAP_BYTES) -> IndexManifest:
    """Index the dataset in ``folder``, in place of what index it has. Reports rows in the phase ``indexing``.

    Needs about ``heap_bytes`` and 200 MB of memory, whatever the data. Raises what reading and ``monitor`` raise; the
    index that was there stays in use until the new one is whole.
    """
    store, layout = DatasetStore(folder), DatasetLayout(folder)
    place = ensure_dir(layout.index)
    present = read_index_manifest(folder)
    _remove_others(place, present.folder if present else None)
    target = ensure_dir(place / f"build-{uuid4().hex}")
    try:
        has_long_words = _write(store, target, monitor, heap_bytes)
        manifest = IndexManifest(
            format_version=FORMAT_VERSION,
            analyzer=ANALYZER,
            dataset_sha256=manifest_sha256(folder),
            folder=target.name,
            rows=store.num_rows(),
            bytes=get_directory_size(target),
            has_long_words=has_long_words,
            tantivy=version("tantivy"),
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        monitor.checkpoint()
        fsync_directory(target)
        write_bytes_atomic(layout.index_manifest, json.dumps(as_json(manifest), indent=1).encode() + b"\n")
    finally:
        store.close()
        kept = read_index_manifest(folder)
        _remove_others(place, kept.folder if kept else None)
    return manifest


def estimated_bytes(folder: Path) -> int:
    """About how large an index of the dataset in ``folder`` will be, with the room that its merging needs."""
    return (read_manifest(folder).text.utf8_bytes or 0) * 3 // 4


def drop_index(folder: Path) -> None:
    """Remove the index of the dataset in ``folder``; the manifest goes first, so that nothing opens the rest."""
    layout = DatasetLayout(folder)
    layout.index_manifest.unlink(missing_ok=True)
    shutil.rmtree(layout.index, ignore_errors=True)


def _remove_others(place: Path, kept: str | None) -> None:
    for build in place.glob("build-*"):
        if build.name != kept:
            shutil.rmtree(build, ignore_errors=True)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(TEXT, tokenizer_name="whitespace", index_option="position")
    builder.add_integer_field(ID, fast=True)
    return builder.build()


def _write(store: DatasetStore, target: Path, monitor: Monitor, heap_bytes: int) -> bool:
    """Write all rows, and answer whether a word was too long."""
    index = tantivy.Index(_schema(), str(target), reuse=False, sort_by_field=ID)
    # One thread writes: so the documents of a segment are in order, and folding has the other core.
    writer = index.writer(heap_size=heap_bytes, num_threads=1)
    try:
        has_long_words = _add_all(writer, store, monitor)
        writer.commit()
        monitor.checkpoint()
    except BaseException:
        # Its threads would go on writing into a folder that is being removed.
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()
    return has_long_words


def _add_all(writer: tantivy.IndexWriter, store: DatasetStore, monitor: Monitor) -> bool:
    row, has_long_words = 0, False
    monitor.report(0, store.num_rows(), "indexing")
    for forms in _forms(store, monitor):
        for form in forms:
            document = tantivy.Document()
            document.add_text(TEXT, form)
            document.add_integer(ID, row)
            writer.add_document(document)
            row += 1
            has_long_words = has_long_words or _has_long_word(form)
        monitor.report(row, store.num_rows(), "indexing")
    return has_long_words


def _forms(store: DatasetStore, monitor: Monitor) -> Iterator[list[str]]:
    """The forms of the texts, row group by row group."""
    for group in store.groups():
        monitor.checkpoint()
        yield folded(store.texts(group)).to_pylist()


def _has_long_word(form: str) -> bool:
    return len(form) > _MOST_WORD_BYTES // 4 and any(len(word.encode()) > _MOST_WORD_BYTES for word in form.split(" "))
