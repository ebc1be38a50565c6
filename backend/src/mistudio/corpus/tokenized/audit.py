"""Audit a finished tokenization by reading its files back from the disk.

The audit encodes documents again with the reference and compares the ids with the files, at places spread evenly over
all rows, or everywhere. Its result is "verified on n documents", which is evidence, not a guarantee.
"""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.encoders.encoding import Encoder
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.tokenized.audit_checks import FATAL, AuditEvidence, run_checks
from mistudio.corpus.tokenized.audit_counts import AuditCounts, Decode
from mistudio.corpus.tokenized.audit_record import Audit, AuditCheck, Verdict
from mistudio.corpus.tokenized.audit_sample import read_audit_batches
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.utils.file_utils import sha256_file
from mistudio.utils.prefetch import prefetch


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
