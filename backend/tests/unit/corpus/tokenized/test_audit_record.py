"""The record of an audit: written, read, and refused when it is damaged."""

import json
from pathlib import Path

import pytest

from mistudio.core.errors import DataMissing, InvalidData, UnsupportedVersion
from mistudio.corpus.tokenized.audit_record import AUDIT_NAME, Audit, AuditCheck, read_audit, write_audit


def test_an_audit_is_read_as_it_was_written(tmp_path: Path) -> None:
    """It says what to do if it is missing, damaged, or newer than this program."""
    audit, path = (
        Audit("passed", (AuditCheck("files", "Files", True, "All match.", {"files": 3}),), 5, 0),
        tmp_path / AUDIT_NAME,
    )
    write_audit(tmp_path, audit)
    assert audit == read_audit(tmp_path)
    newer = {**json.loads(path.read_bytes()), "format_version": 2}
    cases: list[tuple[bytes | None, type[Exception], str]] = [
        (json.dumps(newer).encode(), UnsupportedVersion, "update this program"),
        (b"{", InvalidData, "delete the tokenization and tokenize again"),
        (b"{}", InvalidData, "delete the tokenization and tokenize again"),
        (None, DataMissing, "delete it and tokenize again"),
    ]
    for content, error, words in cases:
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(error, match=words):
            read_audit(tmp_path)
        path.touch()
