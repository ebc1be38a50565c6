"""Encodings detected from first bytes."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.corpus.formats.encoding import detect_encoding, is_text, sample_lines

FRENCH = "texte,label\nfaçade déjà vu,1\nécole élémentaire à Nîmes,2\n"
GERMAN = "Text;Wert\nGrüße aus Köln;1\nÄrger über Öl;3\n"
POLISH = "tekst,x\nZażółć gęślą jaźń,1\nŁódź jest miastem w środkowej Polsce,2\n"
RUSSIAN = "текст,x\nПривет, как дела? Это обычный русский текст.,1\nЧайка летает над морем,2\n"
GREEK = "κείμενο\nΚαλημέρα σας, τι κάνετε σήμερα;\n"
TURKISH = "metin\nİstanbul çok güzel bir şehir, ığdır da öyle\nGüneş doğdu, şarkı söyledik\n"
JAPANESE = "text\n吾輩は猫である。名前はまだ無い。\nどこで生れたかとんと見当がつかぬ。\n"
CHINESE = "text\n我来到北京清华大学。今天天气很好。\n他来到了网易杭研大厦\n"
KOREAN = "text\n안녕하세요. 오늘 날씨가 좋습니다.\n나는 학생입니다.\n"


@pytest.mark.parametrize("times", [1, 30])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "latin-1"),
        (FRENCH, "cp1252"),
        ("text\ncafé\n", "latin-1"),
        ("text\nHe said “hello” – it’s fine…\n", "cp1252"),
        (FRENCH, "mac_roman"),
        (GERMAN, "latin-1"),
        (GERMAN, "cp850"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "iso8859-5"),
        ("text,x\nПривет мир,1\n", "cp1251"),
        ("text,x\nПривет мир,1\n", "koi8-r"),
        (GREEK, "iso8859-7"),
        ("text\nמה שלומכם היום, שלום לכולם?\n", "cp1255"),
        ("text\nمرحبا بكم في هذا اليوم الجميل\n", "cp1256"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "iso2022_jp"),
        (CHINESE, "gbk"),
        (CHINESE, "gb18030"),
        ("text\n我來到臺灣大學。今天天氣很好。\n", "big5"),
        (KOREAN, "euc-kr"),
        (KOREAN, "cp949"),
        (FRENCH, "utf-16"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
        (FRENCH, "utf-32"),
        (FRENCH, "utf-32-be"),
    ],
)
def test_text_reads_the_same_in_the_detected_encoding(text: str, encoding: str, times: int) -> None:
    """An encoding with the same characters at these bytes will do."""
    data = (text * times).encode(encoding)
    detected = detect_encoding(data)
    assert detected is not None
    assert text * times == data.decode(detected)


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=40), cut=st.integers(0, 3))
def test_utf8_is_no_other_encoding(text: str, cut: int) -> None:
    """Nor is it where the end cuts a character; UTF-16 has NUL characters, which text has not."""
    data = text.replace("\0", "").replace("\x1b", "").encode()
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        assert detect_encoding(codecs.BOM_UTF8 + data) is None
        assert detect_encoding(data[: len(data) - cut]) is None or cut > 0


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=200))
def test_a_detected_encoding_exists_and_decodes(data: bytes) -> None:
    """Whatever the bytes are; an encoding of one or two bytes decodes all lines that decided."""
    detected = detect_encoding(data)
    if detected is not None:
        data.decode(detected, "replace")
        if not detected.startswith("utf"):
            sample_lines(data).decode(detected, "strict")


def test_a_few_damaged_lines_make_no_other_encoding() -> None:
    """Then the text is UTF-8 and is repaired."""
    assert detect_encoding("café\nnaïve\nüber\n".encode() + b"x\xff\n") is None


@pytest.mark.parametrize(
    "data",
    [
        b"broken \xff here",
        b"a\xff",
        b"ab\xffc,1\n",
        b"a\xff\xfeb\n",
        b"x\xff\n" * 50,
        b"cut \xe2\x80 within\n",
        b"cut \xf0\x9f\x98 within\n",
        "café".encode() + b"\nx\xff\n",
        "naïve café, ".encode() + b"caf\xe9\n",
    ],
)
def test_odd_bytes_are_damage(data: bytes) -> None:
    """They are no letters of a word, or beside text that is UTF-8."""
    assert detect_encoding(data) is None


@pytest.mark.parametrize(
    "text",
    [
        *("café\n", "il va à Paris\n", "10 €\n", "¿Cómo estás?\n", "it’s\n", "20° C\n", "École\n", "5 µm, © 2020\n"),
        *("voilà»\n", "“café”\n", "naïve\n", "Straße\n", "año\n", "¡Hola! ¿Qué tal?\n"),
    ],
)
def test_one_byte_can_be_an_encoding(text: str) -> None:
    """If it is a letter of a word, or a usual symbol."""
    data = text.encode("cp1252")
    assert text == data.decode(str(detect_encoding(data)))


def test_control_characters_are_no_text() -> None:
    """But for those of UTF-16."""
    assert not is_text(b"\x00\x01\x02 no text")
    assert is_text("text\n".encode("utf-16"))
    assert is_text("façade\n".encode("latin-1"))
