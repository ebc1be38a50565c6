"""Counts the rows of a whole source file without storing them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from mistudio.core.errors import Json
from mistudio.corpus.formats.byte_stream import open_streams
from mistudio.corpus.formats.columnar import read_arrow
from mistudio.corpus.formats.csv import CSV_BLOCK_BYTES, HasShortRows, RecordTooLong, read_csv
from mistudio.corpus.formats.csv_rows import read_padded_csv
from mistudio.corpus.formats.json import read_json
from mistudio.corpus.formats.text import read_text
from mistudio.corpus.formats.type_inference import KnownSchema
from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.hub.plan_types import Format

_LARGER_BLOCKS = 8


def count_rows(
    path: Path,
    *,
    file_format: Format,
    options: Mapping[str, Json],
    label: str,
    limit: int,
    checkpoint: Callable[[], None],
) -> int:
    """Return how many rows the file has; it stops reading at ``limit``. Raises InvalidData."""
    block_bytes: int | None = CSV_BLOCK_BYTES
    while True:
        rows = 0
        try:
            for chunk in _read(path, file_format, options, label=label, block_bytes=block_bytes):
                checkpoint()
                rows += chunk.batch.num_rows
                if rows >= limit:
                    break
        except RecordTooLong:
            block_bytes = (block_bytes or CSV_BLOCK_BYTES) * _LARGER_BLOCKS
            continue
        except HasShortRows:
            block_bytes = None
            continue
        return rows


def _read(
    path: Path, file_format: Format, options: Mapping[str, Json], *, label: str, block_bytes: int | None
) -> Iterator[Chunk]:
    """Read the file; ``block_bytes`` None reads a CSV file whose rows lack cells."""
    if file_format == "arrow":
        yield from read_arrow(path, label=label)
        return
    encoding = options.get("encoding")
    named = encoding if isinstance(encoding, str) else None
    with closing(open_streams(path, label=label, encoding=named)) as sources:
        for source in sources:
            if file_format == "json":
                yield from read_json(source, KnownSchema(), options=options)
            elif file_format == "csv" and block_bytes is None:
                yield from read_padded_csv(source, KnownSchema(), options=options)
            elif file_format == "csv":
                yield from read_csv(source, KnownSchema(), options=options, block_bytes=block_bytes or 0)
            else:
                yield from read_text(source, sample_by=str(options.get("sample_by", "line")))
