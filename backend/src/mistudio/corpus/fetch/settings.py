"""Limits of the fetcher in one record, so that tests can shorten every wait."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class FetchSettings:
    """Limits of the fetcher; times in seconds, sizes in bytes.

    - ``connections``: requests at once.
    - ``split_bytes``: a file of at least this size is fetched in ranges, several at once. A range has at most
      ``segment_bytes`` and at least half of ``split_bytes``: files finish one after the other, not all at the end.
    - ``buffer_bytes``: size of a worker's read buffer.
    - ``connect_seconds``: limit of each wait while a connection is made.
    - ``stall_seconds``: a read that gets no byte for this long is retried.
    - ``poll_seconds``: longest time that a cancel waits for a pause between two attempts.
    - ``retries``: failures of a range until ``progress_bytes`` more of it are kept. Pauses double from
      ``backoff_seconds`` to ``backoff_limit_seconds``.
    - ``restarts``: how often a file begins again because the server refuses ranges.
    - ``max_retry_after_seconds``: the Hub's Retry-After is obeyed up to this; a longer one ends the fetch with
      RateLimited.
    - ``waiting_bytes``: while a finished file waits for the consumer, another one is begun only if both together have
      at most this size.
    - ``journal_above_bytes``: smaller files have no journal; after a kill they are fetched again.
    """

    connections: int = 6
    segment_bytes: int = 32 * MIB
    split_bytes: int = 16 * MIB
    buffer_bytes: int = 256 * 1024
    connect_seconds: float = 10.0
    stall_seconds: float = 20.0
    poll_seconds: float = 0.25
    retries: int = 6
    progress_bytes: int = MIB
    restarts: int = 3
    backoff_seconds: float = 0.5
    backoff_limit_seconds: float = 8.0
    max_retry_after_seconds: float = 20.0
    waiting_bytes: int = 16 * MIB
    journal_above_bytes: int = MIB
