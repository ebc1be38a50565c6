"""The first bytes of a file as all detectors take them: unpacked, and UTF-8 without a mark."""

import pytest

from fakes.corpora import COMPRESSORS
from mistudio.corpus.formats.detection import decode_head

TEXT = "name,größe\nä,1\n"


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_a_packed_head_is_unpacked(suffix: str) -> None:
    """Whichever way it is packed."""
    assert TEXT.encode() == decode_head(COMPRESSORS[suffix](TEXT.encode()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_detected_and_the_mark_dropped(encoding: str) -> None:
    """Of a text that is long enough to tell."""
    text = "Die Größe der Häuser überrascht jeden, der über die Straße geht.\n" * 20
    assert text.encode() == decode_head(text.encode(encoding))


def test_a_given_encoding_is_obeyed() -> None:
    """Bytes that it cannot decode are replaced, as the head may end within a character."""
    assert "ж\n".encode() == decode_head("ж\n".encode("cp1251"), "cp1251")
    assert "a\ufffd".encode() == decode_head(b"a\xe2\x82", "utf-8")
