"""Detects delimiter and quote of a CSV file from its first bytes.

``datasets`` expects commas and double quotes. So another dialect is chosen only if these do not give rows of one length
and the other dialect does.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

DEFAULT_QUOTE: Final = '"'
_DELIMITERS: Final = (",", ";", "\t", "|", "^", "\x01", "\x1f")
_SINGLE_QUOTED: Final = re.compile(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|]|$)", re.MULTILINE)
# Excel's own first line.
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_MAX_RECORDS: Final = 1000
_MIN_SHARE: Final = 0.9
_MIN_SHARE_SHORT: Final = 0.5


@dataclass(frozen=True)
class CsvDialect:
    """How a file's rows are cut into cells; ``skipped`` lines before the header are none of its rows."""

    delimiter: str = ","
    quote: str = DEFAULT_QUOTE
    escape: str | None = None
    skipped: int = 0


@dataclass(frozen=True)
class _Fit:
    """The header's columns, the share of the rows that have as many, and whether some have more."""

    columns: int
    share: float
    has_long: bool = True


def detect_csv_dialect(head: bytes, *, delimiter: str = ",", is_whole: bool = False) -> CsvDialect:
    """Return the dialect of a CSV file that begins with ``head``, which is UTF-8 without a mark.

    Args:
        head: The first bytes; the last line may be cut.
        delimiter: What the file's name stands for, which wins if it fits.
        is_whole: Whether ``head`` is the whole file, so that its last line counts.
    """
    lines = head.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
    if not is_whole and len(lines) > 1:
        lines = lines[:-1]
    if lines and (named := _SEPARATOR_LINE.fullmatch(lines[0].strip())):
        return CsvDialect(delimiter=named[1], skipped=1)
    comments = _count_comments(lines)
    plain = _choose_dialect(lines, delimiter)
    if comments and _measure(lines, plain).columns < 2:
        chosen = _choose_dialect(lines[comments:], delimiter)
        if _measure(lines[comments:], chosen).columns > 1:
            return CsvDialect(chosen.delimiter, chosen.quote, chosen.escape, comments)
    return plain


def _count_comments(lines: list[str]) -> int:
    return next((at for at, line in enumerate(lines) if not line.startswith("#")), 0)


def _choose_dialect(lines: list[str], delimiter: str) -> CsvDialect:
    default = CsvDialect(delimiter)
    fit = _measure(lines, default)
    if fit.columns > 1 and fit.share == 1.0:
        return default
    best, best_fit = default, fit if fit.columns > 1 else _Fit(1, 0.0)
    for candidate in _list_candidates(lines, delimiter):
        found = _measure(lines, candidate)
        # Cells may be missing at the end of rows.
        least = _MIN_SHARE if found.has_long or fit.columns > 1 else _MIN_SHARE_SHORT
        if found.columns > 1 and found.share >= least and found.share > best_fit.share:
            best, best_fit = candidate, found
    return best


def _list_candidates(lines: list[str], delimiter: str) -> list[CsvDialect]:
    text = "".join(lines)
    delimiters = (delimiter, *(other for other in _DELIMITERS if other != delimiter and other in text))
    quotes = (DEFAULT_QUOTE, "'") if _SINGLE_QUOTED.search(text) else (DEFAULT_QUOTE,)
    escapes = (None, "\\") if '\\"' in text else (None,)
    return [CsvDialect(mark, quote, escape) for escape in escapes for quote in quotes for mark in delimiters]


def _measure(lines: list[str], dialect: CsvDialect) -> _Fit:
    reader = csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        escapechar=dialect.escape,
        doublequote=dialect.escape is None,
    )
    counts: list[int] = []
    try:
        for row in reader:
            if row:
                counts.append(len(row))
            if len(counts) > _MAX_RECORDS:
                break
    except csv.Error:
        return _Fit(1, 0.0)
    if not counts:
        return _Fit(1, 0.0)
    rows = Counter(counts[1:])
    share = rows[counts[0]] / sum(rows.values()) if rows else 1.0
    return _Fit(counts[0], share, max(rows, default=0) > counts[0])
