"""The names of raw files, and what the manifest says of each."""

from collections import Counter
from collections.abc import Sequence
from itertools import count

from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.ingest.raw_files import FinishedFile, PlannedFile
from mistudio.corpus.store.layout import DatasetLayout, name_raw_file
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord
from mistudio.corpus.store.part_record import SourcePart


def name_raw_files(files: Sequence[RemoteFile]) -> list[PlannedFile]:
    """Return the files with the names of their raw files, ``<split>-00000-of-00003.parquet``."""
    totals = Counter(file.split for file in files)
    numbers = {split: count() for split in totals}
    return [
        PlannedFile(file, name_raw_file(file.split, next(numbers[file.split]), totals[file.split])) for file in files
    ]


def to_manifest_entry(finished: FinishedFile, layout: DatasetLayout) -> IngestedFile:
    """Return what the manifest says of a complete raw file."""
    source = finished.planned.source
    return IngestedFile(
        split=source.split,
        path=layout.relative(layout.raw / finished.planned.raw_name),
        report=finished.report,
        source=SourceRecord(
            source.path, source.size, finished.source_sha256, finished.report.reading, _to_part_entry(finished)
        ),
    )


def _to_part_entry(finished: FinishedFile) -> SourcePart | None:
    source, part = finished.planned.source, finished.planned.source.part
    if part is None:
        return None
    return SourcePart(
        taken=part,
        rows=finished.report.rows,
        bytes=part.num_bytes,
        verified="whole" if part.num_bytes == source.size else "decoded",
        source_sha256=source.sha256,
        source_git_sha1=source.git_sha1,
    )
