"""Makes the manifest of a dataset of the raw files that an ingest has written."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal

import pyarrow as pa

from mistudio.core.errors import NoData
from mistudio.corpus.store.columns import choose_text_column, merge_columns
from mistudio.corpus.store.manifest import IngestedFile, Manifest, RawFile, SkippedFile, SourceRecord, SplitManifest
from mistudio.corpus.store.text_source import TextSource, require_paths
from mistudio.corpus.store.text_template import TextTemplate


def make_manifest(
    files: Sequence[IngestedFile],
    *,
    source: Literal["huggingface", "local", "derived"],
    splits: Sequence[str],
    repo: str | None = None,
    config: str | None = None,
    commit: str | None = None,
    text_column: TextSource | None = None,
    sources: Sequence[SourceRecord] | None = None,
    skipped: Sequence[SkippedFile] = (),
) -> Manifest:
    """Return the manifest of a dataset that is made of ``files`` now.

    Raises NoData if there are no rows or no text, UnknownColumn if ``text_column`` is absent or holds no text, or
    if a column of a template is absent.

    Args:
        files: In the order of the raw files.
        source: Where the data came from.
        splits: The names of the splits, in order.
        repo: The repository's id.
        config: The repository's config.
        commit: The repository's commit.
        text_column: The requested text column, or the template in its place; None chooses a column.
        sources: The source files, if they are not those of ``files``.
        skipped: The files beside them that are not rows.
    """
    columns = merge_columns(file.report for file in files)
    template, requested = (text_column, None) if isinstance(text_column, TextTemplate) else (None, text_column)
    by_split: dict[str, list[RawFile]] = {split: [] for split in splits}
    for file in files:
        by_split[file.split].append(_to_raw_file(file))
    if not any(file.report.rows for file in files):
        raise NoData("The files hold no rows, so there is no data for a dataset. Choose files with at least one row.")
    require_paths(columns, template.paths if template else ())
    return Manifest(
        source=source,
        repo=repo,
        config=config,
        commit=commit,
        splits=tuple(SplitManifest(split, tuple(raw_files)) for split, raw_files in by_split.items()),
        # One source file may serve several splits.
        sources=tuple(sources or {(file.source.path, file.source.sha256): file.source for file in files}.values()),
        text_column=None if template else choose_text_column(columns, requested=requested),
        text_template=template.text if template else None,
        columns=columns,
        versions={"mistudio": version("mistudio"), "pyarrow": pa.__version__, "python": platform.python_version()},
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        skipped=tuple(skipped),
    )


def _to_raw_file(file: IngestedFile) -> RawFile:
    report = file.report
    return RawFile(path=file.path, rows=report.rows, bytes=report.bytes, sha256=report.sha256, kept=report.kept)
