"""Builds the full-text index of a dataset, replaces it as a whole, and tells whether it is stale.

The dataset's folder ``index/`` has a folder for each build, and ``manifest.json``, which names the one in use. A build
that is killed leaves a folder that no manifest names; the next build removes it and starts over. Every row is a
document in the order of the ids, rows without a text included: its id, and the words of its form with their positions.
"""

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final
from uuid import uuid4

import tantivy

from mistudio.core.errors import DataMissing
from mistudio.core.records import as_json, from_json
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.search.folding import ANALYZER, fold_array
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import Manifest, manifest_sha256, read_manifest
from mistudio.corpus.store.text_counts import estimate_text_bytes
from mistudio.corpus.store.text_source import TextSource, make_source
from mistudio.corpus.store.text_template import TextTemplate
from mistudio.utils.file_utils import (
    ensure_dir,
    file_stamp,
    free_bytes,
    fsync_directory,
    get_directory_size,
    write_bytes_atomic,
)

FORMAT_VERSION: Final = 1
TEXT: Final = "text"
ID: Final = "id"
DEFAULT_HEAP_BYTES: Final = 100_000_000
# tantivy skips longer words. A text with a million letters and no blank has such a word.
_MAX_WORD_BYTES: Final = 65_000
_OS_ERROR: Final = re.compile(r"(?:\(os error |Os \{ code: )(\d+)")
# tantivy gives no number where its writing thread met the error.
_FULL_BYTES: Final = 16 << 20


@dataclass(frozen=True, kw_only=True)
class IndexManifest:
    """What an index was built from, and by which rules. ``folder`` is below ``index/``; ``bytes`` is its size.

    ``text_column`` or ``text_template`` is what the texts were read from; neither means that of the dataset's manifest.

    If ``has_long_words``, some words are not indexed because they are too long.
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
    text_column: str | None = None
    text_template: str | None = None

    def is_of(self, source: TextSource, dataset: Manifest) -> bool:
        """Return whether the index has the texts of ``source``."""
        return source == (make_source(self.text_column, self.text_template) or dataset.text_source)


def read_index_manifest(folder: Path) -> IndexManifest | None:
    """Read the manifest of the index of the dataset in ``folder``; None if there is none that is readable."""
    try:
        manifest = from_json(IndexManifest, json.loads(DatasetLayout(folder).index_manifest.read_bytes()))
    except (OSError, ValueError):
        return None
    return manifest if manifest.format_version == FORMAT_VERSION else None


def read_index_stamp(folder: Path) -> tuple[int, int] | None:
    """Return a value that differs for each index of the dataset in ``folder``; None if there is none."""
    try:
        return file_stamp(DatasetLayout(folder).index_manifest)
    except OSError:
        return None


def has_current_index(folder: Path, text: TextSource | None = None) -> bool:
    """Return whether the dataset in ``folder`` has an index of its current data, built by the current rules.

    ``text`` is the column or template that the index must be of, by default that of the dataset's manifest.
    """
    manifest = read_index_manifest(folder)
    if manifest is None or manifest.analyzer != ANALYZER:
        return False
    if not (DatasetLayout(folder).index / manifest.folder).is_dir():
        return False
    try:
        if manifest.dataset_sha256 != manifest_sha256(folder):
            return False
        dataset = read_manifest(folder)
        return manifest.is_of(dataset.text_source if text is None else text, dataset)
    except (OSError, DataMissing):
        return False


def build_index(
    folder: Path, *, monitor: Monitor, text: TextSource | None = None, heap_bytes: int = DEFAULT_HEAP_BYTES
) -> IndexManifest:
    """Build the index of the dataset in ``folder``; it replaces any earlier one once it is complete.

    ``text`` is the column or template that texts are read from, by default that of the dataset's manifest.

    Reports rows in the phase ``indexing``. Needs ``heap_bytes`` and about 200 MB of memory, for data of any size.
    Raises what reading and ``monitor.checkpoint`` raise.
    """
    store, layout = DatasetStore(folder, text=text), DatasetLayout(folder)
    _remove_unused_builds(folder)
    target = ensure_dir(layout.index / f"build-{uuid4().hex}")
    try:
        has_long_words = _write_index(store, target, monitor, heap_bytes)
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
            text_column=None if isinstance(store.text, TextTemplate) else store.text,
            text_template=store.text.text if isinstance(store.text, TextTemplate) else None,
        )
        monitor.checkpoint()
        fsync_directory(target)
        write_bytes_atomic(layout.index_manifest, json.dumps(as_json(manifest), indent=1).encode() + b"\n")
    finally:
        store.close()
        _remove_unused_builds(folder)
    return manifest


def estimate_index_bytes(folder: Path, text: TextSource | None = None) -> int:
    """Return about how many bytes an index of the dataset in ``folder`` needs, merging included."""
    return estimate_text_bytes(read_manifest(folder), text) * 3 // 4


def drop_index(folder: Path) -> None:
    """Remove the index of the dataset in ``folder``, first its manifest, so that nobody opens an incomplete index."""
    layout = DatasetLayout(folder)
    layout.index_manifest.unlink(missing_ok=True)
    shutil.rmtree(layout.index, ignore_errors=True)


def _remove_unused_builds(folder: Path) -> None:
    manifest = read_index_manifest(folder)
    for build in DatasetLayout(folder).index.glob("build-*"):
        if manifest is None or build.name != manifest.folder:
            shutil.rmtree(build, ignore_errors=True)


def _make_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(TEXT, tokenizer_name="whitespace", index_option="position")
    builder.add_integer_field(ID, fast=True)
    return builder.build()


def _write_index(store: DatasetStore, target: Path, monitor: Monitor, heap_bytes: int) -> bool:
    """Write the index of all rows, and return whether a word was too long."""
    with _translate_tantivy_errors(target):
        return _write_documents(store, target, monitor, heap_bytes)


@contextmanager
def _translate_tantivy_errors(target: Path) -> Iterator[None]:
    """Raise an OSError in place of tantivy's ValueError about one, whose number is in its text, if anywhere."""
    try:
        yield
    except ValueError as error:
        text = str(error)
        if found := _OS_ERROR.search(text):
            number = int(found[1])
        elif "io::Error" in text:
            number = errno.ENOSPC if free_bytes(target) < _FULL_BYTES else errno.EIO
        else:
            raise
        raise OSError(number, os.strerror(number), str(target)) from error


def _write_documents(store: DatasetStore, target: Path, monitor: Monitor, heap_bytes: int) -> bool:
    index = tantivy.Index(_make_schema(), str(target), reuse=False, sort_by_field=ID)
    # With one writing thread the documents of a segment are in order, and folding has the other core.
    writer = index.writer(heap_size=heap_bytes, num_threads=1)
    try:
        has_long_words = _add_documents(writer, store, monitor)
        writer.commit()
        monitor.checkpoint()
    except BaseException:
        # Otherwise its threads go on writing into a folder that is being removed.
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()
    return has_long_words


def _add_documents(writer: tantivy.IndexWriter, store: DatasetStore, monitor: Monitor) -> bool:
    row, has_long_words = 0, False
    monitor.report(0, store.num_rows(), "indexing")
    for forms in _fold_groups(store, monitor):
        for form in forms:
            document = tantivy.Document()
            document.add_text(TEXT, form)
            document.add_integer(ID, row)
            writer.add_document(document)
            row += 1
            has_long_words = has_long_words or _has_long_word(form)
        monitor.report(row, store.num_rows(), "indexing")
    return has_long_words


def _fold_groups(store: DatasetStore, monitor: Monitor) -> Iterator[list[str]]:
    """Yield the forms of the texts of each row group."""
    for group in store.groups():
        monitor.checkpoint()
        yield fold_array(store.texts(group)).to_pylist()


def _has_long_word(form: str) -> bool:
    return len(form) > _MAX_WORD_BYTES // 4 and any(len(word.encode()) > _MAX_WORD_BYTES for word in form.split(" "))
