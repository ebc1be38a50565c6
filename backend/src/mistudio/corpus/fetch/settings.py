"""How hard the fetcher tries: one record, so that tests can shrink every wait."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class FetchSettings:
    """Limits of the fetcher; times in seconds, sizes in bytes.

    A file of at least ``split_bytes`` is fetched in ranges, several at once, of at most ``segment_bytes`` and at least
    half of ``split_bytes``, so that files come one after the other and not all at the end. A read without a byte
    for ``stall_seconds`` is taken up anew. ``retries`` counts failures in a row without a single byte; waits grow from
    ``backoff_seconds`` to ``backoff_limit_seconds``. The Hub's own Retry-After is obeyed up to ``patience_seconds``;
    a longer one ends the fetch with RateLimited. ``poll_seconds`` bounds how long a cancel takes. While a finished file
    waits for the consumer, another is only begun if together they have at most ``waiting_bytes``. Files of up to
    ``journal_above_bytes`` are not worth a journal: after a kill they come again.
    """

    connections: int = 6
    segment_bytes: int = 32 * MIB
    split_bytes: int = 16 * MIB
    buffer_bytes: int = 256 * 1024
    connect_seconds: float = 10.0
    stall_seconds: float = 20.0
    poll_seconds: float = 0.25
    retries: int = 6
    backoff_seconds: float = 0.5
    backoff_limit_seconds: float = 8.0
    patience_seconds: float = 20.0
    waiting_bytes: int = 16 * MIB
    journal_above_bytes: int = MIB
