"""Findings that are known and not yet mended: a pattern for the case and its reason, and what it is."""

from collections.abc import Mapping
from typing import Final

KNOWN: Final[Mapping[str, str]] = {
    r"left over: \['staging": "The staging of a ready tokenization stays after a death before its removal.",
    r"open mistudio\.db-wal\).*TimeoutError": "A job whose first open of the database fails retries for ever.",
    r"(?s)a traceback in the log: log: .*(ownership|migrations|_prepare_sqlite)": "A start ends with a traceback.",
    r"(?s)a traceback in the log: log: .*ensure_dir": "A full disk while a tokenizer is pinned.",
    r"BrokenPipeError.*planner_child": "A planner whose server was killed ends with a traceback.",
    r"(?s)(ENOSPC|full) at .* of index .*traceback": "A full disk while an index is built is logged as a crash.",
    r"(?s)(ENOSPC|full) at .*internal_error": "A request, or planning, that meets a full disk answers internal_error.",
    r"(?s)EINTR at .*(internal_error|traceback)": "An interrupted fsync, open or write of Arrow is not tried again.",
    r"(?s)EIO at .*(internal_error|traceback)": "A disk that reports an error is told as internal_error.",
}
