"""The facts about a tokenization that commands print: its record, its ledger, its audit."""

from collections.abc import Iterator, Mapping
from typing import Any

from mistudio.commands.edit import describe_text
from mistudio.utils.file_utils import format_size


def facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:  # a tokenization as JSON
    """Return the facts about a tokenization, by name."""
    commit = f" at {record['tokenizer_revision']}" if record["tokenizer_revision"] else ""
    found = [
        ("Id", record["id"]),
        ("Tokenizer", f"{record['tokenizer']}{commit}"),
        ("Status", record["error_message"] or record["status"]),
        ("Text", describe_text(record["resolved"] or record["settings"])),
    ]
    if record["status"] == "ready":
        reason = f" ({record['engine_reason']})" if record["engine_reason"] else ""
        found += [
            ("Rows", f"{record['num_rows']:,}"),
            ("Tokens", f"{record['num_tokens']:,}"),
            ("Engine", f"{record['engine']}{reason}"),
            *_list_checks(record["ledger"], record["audit"]),
            ("Size", format_size(record["size_bytes"])),
            ("Folder", record["path"]),
        ]
    return found


def _list_checks(
    ledger: Mapping[str, Any] | None, audit: Mapping[str, Any] | None
) -> Iterator[tuple[str, str]]:  # both as JSON
    if ledger:
        parts = (("data_tokens", "kept"), ("truncated", "truncated"), ("dropped", "dropped"))
        more = (("filtered", "filtered"), ("held_out", "held out"), ("repeated", "repeated"), ("unused", "unused"))
        listed = ", ".join(
            f"{ledger[key]:,} {word}" for key, word in (*parts, *more) if ledger[key] or key in dict(parts)
        )
        yield (
            "Ledger",
            f"{ledger['source_tokens']:,} tokens: {listed}; {'balances' if ledger['balances'] else 'does NOT balance'}",
        )
        if ledger["unread_rows"]:
            yield "", f"{ledger['unread_rows']:,} rows were not read: max_tokens was reached before them"
    if audit:
        yield (
            "Audit",
            f"{audit['verdict']}; {audit['documents_compared']:,} documents compared, {audit['differences']} differ",
        )
        for check in audit["checks"]:
            if check["passed"] is False:
                yield "", check["detail"]
