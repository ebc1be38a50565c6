"""Counts the texts of a column or template over a whole dataset."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.columns import list_text_columns
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.file_report import ColumnReport
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.store.text_path import find_root
from mistudio.corpus.store.text_source import TextSource, list_paths, read_source
from mistudio.corpus.store.text_template import TextTemplate


@dataclass
class TextCounter:
    """The figures of the texts of one source, counted table by table."""

    source: TextSource
    nulls: int = 0
    characters: int = 0
    utf8_bytes: int = 0
    empty: int = 0
    incomplete: int = 0

    def add(self, table: pa.Table) -> None:
        """Count the rows of ``table``."""
        texts = read_source(self.source, table)
        lengths = pc.binary_length(texts)
        self.nulls += texts.null_count
        self.characters += pc.sum(pc.utf8_length(texts)).as_py() or 0
        self.utf8_bytes += pc.sum(lengths).as_py() or 0
        self.empty += pc.sum(pc.equal(lengths, 0)).as_py() or 0
        if isinstance(self.source, TextTemplate):
            self.incomplete += self.source.count_incomplete(table)

    def to_report(self, columns: Iterable[ColumnReport]) -> ColumnReport:
        """Return the figures; the texts that were repaired are those of the columns that the source reads."""
        is_template = isinstance(self.source, TextTemplate)
        return ColumnReport(
            name=self.source.text if isinstance(self.source, TextTemplate) else self.source,
            type="template" if is_template else "string",
            kind="text",
            nulls=self.nulls,
            characters=self.characters,
            utf8_bytes=self.utf8_bytes,
            empty=self.empty,
            invalid=_count_invalid(self.source, columns),
            incomplete=self.incomplete,
        )


def _count_invalid(source: TextSource, columns: Iterable[ColumnReport]) -> int:
    listed = list(columns)
    names = {find_root(path, [column.name for column in listed]) for path in list_paths(source)}
    return sum(column.invalid or 0 for column in listed if column.name in names)


def count_texts(store: DatasetStore, *, monitor: Monitor) -> ColumnReport:
    """Read all texts of ``store`` and return their figures; reports rows in the phase ``statistics``."""
    counter, done = TextCounter(store.text), 0
    for group in store.groups():
        monitor.checkpoint()
        counter.add(store.read(group, columns=list_paths(store.text)))
        done += group.rows
        monitor.report(done, store.num_rows(), "statistics")
    return counter.to_report(store.manifest.columns)


def find_counts(manifest: Manifest, source: TextSource) -> ColumnReport | None:
    """Return the figures of ``source`` if the manifest has them: those of its columns, fields and own template."""
    if isinstance(source, TextTemplate):
        return manifest.template_counts if source.text == manifest.text_template else None
    return list_text_columns(manifest.columns).get(source)


def estimate_text_bytes(manifest: Manifest, source: TextSource | None = None) -> int:
    """Return the bytes of all texts of ``source``, by default the manifest's; of a new template, at least about."""
    source = manifest.text_source if source is None else source
    if (known := find_counts(manifest, source)) is not None:
        return known.utf8_bytes or 0
    paths, texts = list_paths(source), list_text_columns(manifest.columns)
    roots = [path if path in texts else find_root(path, texts) for path in paths]
    written = len(source.text) if isinstance(source, TextTemplate) else 0
    return written * manifest.rows + sum(texts[root].utf8_bytes or 0 for root in roots if root)


def add_template_counts(store: DatasetStore, *, monitor: Monitor) -> Manifest:
    """Return the manifest of ``store`` with the figures of its template's texts."""
    return replace(store.manifest, template_counts=count_texts(store, monitor=monitor))
