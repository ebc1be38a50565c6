"""The arithmetic of ranges and journals."""

import struct
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.fetch.checksum import PrefixHash
from mistudio.corpus.fetch.partial_file import PartialFile, file_key, final_path, parse_journal, split_segments
from mistudio.corpus.hub.plan_types import RemoteFile

sizes = st.integers(min_value=0, max_value=1 << 40)
NOTHING: Callable[[], None] = lambda: None  # noqa: E731 (a name with a type)


@given(size=sizes, count=st.integers(min_value=1, max_value=300))
def test_segments_cover_a_file_without_gap_or_overlap(size: int, count: int) -> None:
    """End of one is start of the next, from 0 to the size."""
    segments = split_segments(size, max(1, -(-size // count)))

    edges = [0, *(segment.end for segment in segments)]
    assert edges[:-1] == [segment.start for segment in segments]
    assert size == edges[-1]
    assert all(segment.missing > 0 for segment in segments)


@given(raw=st.binary(max_size=200), size=sizes)
def test_a_journal_of_any_bytes_never_claims_more_than_the_file(raw: bytes, size: int) -> None:
    """Garbage is no journal; what is taken for one stays within its segments."""
    for segment in parse_journal(raw, size) or []:
        assert 0 <= segment.done <= segment.end - segment.start


@given(data=st.data(), size=st.integers(min_value=1, max_value=5000), step=st.integers(min_value=50, max_value=2000))
def test_what_is_committed_in_any_order_is_there_for_the_next_owner(
    data: st.DataObject, size: int, step: int, tmp_path_factory: object
) -> None:
    """The prefix never passes a gap, and the journal gives back exactly what was committed."""
    import tempfile

    content = bytes(index % 251 for index in range(size))
    with tempfile.TemporaryDirectory() as folder:
        source = RemoteFile("a.parquet", "train", size, "00")
        first = PartialFile(source, Path(folder))
        first.open(step, journaled=True, checkpoint=NOTHING)
        for segment in data.draw(st.permutations(first.segments)):
            count = data.draw(st.integers(min_value=0, max_value=segment.missing))
            first.write(memoryview(content)[segment.position : segment.position + count], segment.position)
            first.commit(segment, count)
        done = [segment.done for segment in first.segments]
        prefix = first.prefix()
        first.close()

        second = PartialFile(source, Path(folder))
        second.open(step * 2, journaled=True, checkpoint=NOTHING)
        assert (done, prefix) == ([segment.done for segment in second.segments], second.prefix())
        seen = PrefixHash(source)
        seen.catch_up(second.fd, prefix, NOTHING)
        assert prefix == seen.position
        second.close()


def test_a_journal_of_another_size_is_not_taken() -> None:
    """Its file is another one."""
    raw = struct.pack("<9sxxxxxxxQQ", b"miS part1", 100, 50) + struct.pack("<QQ", 50, 10)

    segments = parse_journal(raw, 100)

    assert segments is not None
    assert [50, 10] == [segment.done for segment in segments]
    assert parse_journal(raw, 101) is None
    assert parse_journal(raw[:-1], 100) is None


@given(path=st.text(min_size=1, max_size=300))
def test_no_path_of_the_hub_reaches_the_disk(path: str) -> None:
    """Names are a hash and at most two plain suffixes."""
    destination = Path("/somewhere")

    final = final_path(RemoteFile(path, "train", 1, "00"), destination)

    assert destination == final.parent
    assert len(final.name) <= 32 + 18
    assert final.name.isascii()


def test_another_content_has_another_name() -> None:
    """A partial file is never taken up for a file that changed."""
    one = RemoteFile("a.parquet", "train", 5, "00")

    assert file_key(one) != file_key(RemoteFile("a.parquet", "train", 5, "01"))
    assert file_key(one) != file_key(RemoteFile("a.parquet", "train", 6, "00"))
    assert final_path(RemoteFile("x/A.JSONL.GZ", "train", 5), Path("d")).name.endswith(".jsonl.gz")
