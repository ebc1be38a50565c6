"""Detects the encoding of text that is not UTF-8, from its first bytes or from lines that are not UTF-8.

charset-normalizer says which encodings are possible. Of short texts it often names several, so how likely each one's
letters are decides between them: capitals within words, symbols within words, and rare characters count against it.
"""

import codecs
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The encodings that data files have, the likelier first; each covers its older relatives (Latin-1, GB 2312, EUC-KR).
_ENCODINGS: Final = (
    *("cp1252", "cp932", "gb18030", "cp1251", "euc_jp", "cp949", "big5", "koi8_r", "cp1250", "iso8859_2", "cp1254"),
    *("cp1253", "cp1255", "cp1256", "cp874", "cp866", "iso8859_5", "mac_roman", "cp850"),
)
# The last lead byte, in the second encoding, of the common characters of the first.
_COMMON: Final[Mapping[str, tuple[str, int, int]]] = {
    "cp932": ("euc_jp", 0xA1, 0xCF),
    "euc_jp": ("euc_jp", 0xA1, 0xCF),
    "gb18030": ("gb2312", 0xA1, 0xD7),
    "big5": ("big5", 0xA1, 0xC6),
    "cp949": ("euc_kr", 0xA1, 0xC8),
}
_CASED: Final = ("cp1253", "cp1251", "koi8_r", "cp866", "iso8859_5")
# Bytes that damage leaves most, words of one letter, usual symbols, and characters of UTF-8 without their end.
_DAMAGE: Final = frozenset(b"\xfe\xff")
_WORDS: Final = frozenset("àáéèêíìóòôúùåöøÀÁÉÈÓÅÖØ")
_SYMBOLS: Final = frozenset("“”‘’‚„–—…•·€£¥°§«»‹›¿¡™®©²³½¼¾µ±×ªº†\xa0")
_CUT: Final = re.compile(rb"\xe2\x80|\xf0\x9f")
_MAX_ODDITY: Final = 0.6
_SAMPLE_BYTES: Final = 32 << 10


def detect_encoding(head: bytes) -> str | None:
    """Return the encoding of a text's first bytes, as Python names it; None if they are UTF-8 or not recognised.

    A character that the end of ``head`` cuts is ignored.
    """
    if head.startswith(codecs.BOM_UTF8):
        return None
    if wide := detect_mark(head):
        return wide
    if wide := _detect_wide(head):
        return wide
    if is_utf8(head):
        return "iso2022_jp" if b"\x1b$B" in head and b"\x1b(" in head else None
    sample = sample_lines(head)
    return None if _is_mostly_utf8(head) or _is_cut_utf8(sample) else _choose_encoding(sample)


def detect_mark(head: bytes) -> str | None:
    """Return the encoding that the byte order mark of UTF-16 or UTF-32 stands for."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def is_utf8(head: bytes) -> bool:
    """Return whether bytes are UTF-8, but for a character that their end cuts."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def is_text(head: bytes) -> bool:
    """Return whether bytes can be text: UTF-8, another encoding without control characters, or UTF-16 or UTF-32."""
    if detect_mark(head) or _detect_wide(head):
        return True
    controls = sum(code < 32 and code not in b"\t\n\v\f\r\x1b" for code in head)
    return not controls if is_utf8(head) else controls * 100 < len(head)


def sample_lines(data: bytes) -> bytes:
    """Return the lines of ``data`` that are not plain ASCII, at most 32 KB."""
    # The end may cut a character of two bytes.
    lines = data[: data.rfind(b"\n") + 1 or len(data)].splitlines()
    # charset-normalizer counts repeated lines against an encoding.
    found = dict.fromkeys(line[:_SAMPLE_BYTES] for line in lines if not line.isascii())
    return b"\n".join(found)[:_SAMPLE_BYTES]


def _detect_wide(head: bytes) -> str | None:
    """Return the encoding of UTF-16 or UTF-32 without a mark: most characters of data files are ASCII."""
    size = len(head) // 4 * 4
    if size < 4 or b"\0" not in head:
        return None
    zeros = [head[at:size:4].count(0) * 4 / size for at in range(4)]
    found = {
        "utf-32-le": zeros[0] < 0.1 and min(zeros[1:]) > 0.4,
        "utf-32-be": zeros[3] < 0.1 and min(zeros[:3]) > 0.4,
        "utf-16-le": max(zeros[0], zeros[2]) < 0.1 and min(zeros[1], zeros[3]) > 0.4,
        "utf-16-be": max(zeros[1], zeros[3]) < 0.1 and min(zeros[0], zeros[2]) > 0.4,
    }
    return next((name for name, is_found in found.items() if is_found), None)


def _is_mostly_utf8(data: bytes) -> bool:
    """Return whether most lines or characters beyond ASCII are UTF-8: then the others are damaged."""
    lines = [line for line in data[: data.rfind(b"\n") + 1 or len(data)].splitlines() if not line.isascii()]
    texts = [line.decode("utf-8", "replace") for line in lines]
    broken = sum("\ufffd" in text for text in texts)
    letters = [letter for text in texts for letter in text if not letter.isascii()]
    return broken * 2 < len(lines) or letters.count("\ufffd") * 2 <= len(letters)


def _is_cut_utf8(sample: bytes) -> bool:
    """Return whether most bytes beyond ASCII begin a quote, dash or emoji of UTF-8, and are no text in another one."""
    beyond = sum(code > 127 for code in sample)
    return len(_CUT.findall(sample)) * 4 >= beyond


def _choose_encoding(sample: bytes) -> str | None:
    chaos, decoded, oddities = _measure_chaos(sample), {}, {}
    for name in _ENCODINGS:
        try:
            decoded[name] = sample.decode(name)
        except UnicodeDecodeError:
            continue
        oddity = _measure_oddity(decoded[name], name)
        if oddity < _MAX_ODDITY and (name in _COMMON or _has_evidence(sample, decoded[name], name)):
            oddities[name] = round(oddity + chaos.get(name, 0.15), 2)
    return min(oddities, key=lambda name: oddities[name], default=None)


def _has_evidence(sample: bytes, text: str, encoding: str) -> bool:
    """Return whether most bytes beyond ASCII are where text has them: a few odd bytes are damage.

    ``encoding`` has one byte for each character.
    """
    places = [at for at, code in enumerate(sample) if code > 127]
    common = sum(
        sample[at] not in _DAMAGE and _is_common(text[at - 1 : at], text[at], text[at + 1 : at + 2], encoding)
        for at in places
    )
    return common * 2 >= len(places)


def _is_common(before: str, letter: str, after: str, encoding: str) -> bool:
    if _is_odd(before, letter, after, encoding):
        return False
    if unicodedata.category(letter)[0] in "LM":
        return before.isalpha() or after.isalpha() or letter in _WORDS
    return letter in _SYMBOLS


def _measure_chaos(sample: bytes) -> dict[str, float]:
    """Return how messy charset-normalizer finds the text in each encoding that it thinks possible."""
    # Loaded only for files that are not UTF-8.
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=list(_ENCODINGS), enable_fallback=False)
    return {
        name: match.chaos - 0.2 * match.coherence
        for match in found
        for name in {match.encoding, *match.could_be_from_charset}
    }


def _measure_oddity(text: str, encoding: str) -> float:
    """Return the share of characters beyond ASCII that real text hardly has where they are."""
    letters = [letter for letter in text if not letter.isascii()]
    if not letters:
        return 1.0
    odd = sum(
        _is_odd(text[at - 1 : at], letter, text[at + 1 : at + 2], encoding)
        for at, letter in enumerate(text)
        if not letter.isascii()
    )
    cases = {letter.isupper() for letter in letters if letter.isalpha()}
    # Hebrew, which has no capitals, reads as Cyrillic or Greek of one case.
    return odd / len(letters) + (0.05 if encoding in _CASED and len(letters) > 8 and len(cases) == 1 else 0.0)


def _is_odd(before: str, letter: str, after: str, encoding: str) -> bool:
    category = unicodedata.category(letter)
    if category in ("Cc", "Co", "Cn"):
        return True
    if encoding in _COMMON:
        return _is_rare(letter, encoding)
    if category[0] != "L":
        return before.isalpha() and after.isalpha() and letter != "’" and category[0] != "M"
    if not before.isalpha():
        # A word of Latin letters hardly begins with one of another script.
        return after.isascii() and after.isalpha() and not _is_latin(letter)
    if before.isascii() != _is_latin(letter) and before.isascii():
        return True
    return letter.isupper() and before.islower()


def _is_latin(letter: str) -> bool:
    return letter < "\u0250" and letter not in "ªº"


def _is_rare(letter: str, encoding: str) -> bool:
    """Return whether a character is not among those that each text in this encoding mostly has."""
    table, first, last = _COMMON[encoding]
    try:
        lead = letter.encode(table)[0]
    except UnicodeEncodeError:
        return True
    return not first <= lead <= last
