"""Audit a finished tokenization by reading its files back from the disk.

The audit encodes documents again with the reference and compares the ids with the files, at places spread evenly over
all rows, or everywhere. Its result is "verified on n documents", which is evidence, not a guarantee.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

from mistudio.core.errors import DataMissing, InvalidData, Json, UnsupportedVersion
from mistudio.core.records import as_json, from_json
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.encoders.encoding import Encoder
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.tokenized.audit_checks import FATAL, AuditCheck, AuditEvidence, run_checks
from mistudio.corpus.tokenized.audit_counts import AuditCounts, Decode
from mistudio.corpus.tokenized.audit_sample import read_audit_batches
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.messages import FILES_MISSING
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.utils.file_utils import sha256_file, write_bytes_atomic
from mistudio.utils.prefetch import prefetch

AUDIT_NAME: Final = "audit.json"
FORMAT_VERSION: Final = 1
Verdict: TypeAlias = Literal["passed", "warning", "failed"]


@dataclass(frozen=True)
class Audit:
    """The checks and the verdict."""

    verdict: Verdict
    checks: tuple[AuditCheck, ...]
    documents_compared: int
    differences: int


def write_audit(folder: Path, audit: Audit) -> None:
    """Write the audit into the tokenization's folder, atomically."""
    content = {"format_version": FORMAT_VERSION, **as_json(audit)}
    write_bytes_atomic(folder / AUDIT_NAME, json.dumps(content, indent=1).encode() + b"\n")


def read_audit(folder: Path) -> Audit:
    """Return the audit of the tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
    try:
        content = cast("dict[str, Json]", json.loads((folder / AUDIT_NAME).read_bytes()))
        if cast("int", content["format_version"]) > FORMAT_VERSION:
            raise UnsupportedVersion("A newer version of this program wrote the audit: update this program.")
        return from_json(Audit, content)
    except FileNotFoundError as error:
        raise DataMissing(FILES_MISSING) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidData("The audit is damaged: delete the tokenization and tokenize again.") from error


def audit_files(
    folder: Path,
    manifest: TokenizedManifest,
    reader: TextReader,
    *,
    reference: Encoder,
    decode: Decode,
    is_lossless: bool,
    monitor: Monitor,
) -> Audit:
    """Audit the files in ``folder``; ``reader`` reads the texts that they were made of."""
    store, counts = TokenizedStore(folder, manifest), AuditCounts()
    for split in manifest.splits:
        with closing(prefetch(read_audit_batches(store, split, manifest, reader))) as batches:
            for batch in batches:
                monitor.checkpoint()
                monitor.report(counts.rows, manifest.rows, "finish")
                for row in batch.rows:
                    counts.count_row(row, manifest)
                counts.compare_documents(batch, manifest, reference, decode if is_lossless else None)
    checks = run_checks(AuditEvidence(manifest, counts, is_lossless, _count_damaged_files(folder, manifest)))
    return Audit(_judge(checks), checks, counts.documents, counts.differences)


def _judge(checks: Sequence[AuditCheck]) -> Verdict:
    failed = {check.name for check in checks if check.passed is False}
    if FATAL & failed:
        return "failed"
    return "warning" if failed else "passed"


def _count_damaged_files(folder: Path, manifest: TokenizedManifest) -> int:
    """Return how many data files differ from what was written, by size; a full audit also compares the SHA-256."""
    is_full = manifest.settings.verify == "full"
    files = [(file, folder / file.path) for split in manifest.splits for file in split.files]
    return sum(
        path.stat().st_size != file.bytes or (is_full and sha256_file(path) != file.sha256) for file, path in files
    )
