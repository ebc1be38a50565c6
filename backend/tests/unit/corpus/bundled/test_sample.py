"""The bundled sample and its tokenizer."""

from pathlib import Path

from mistudio.corpus.bundled.sample import (
    END_OF_TEXT,
    SAMPLE_ROWS,
    SAMPLE_VOCABULARY,
    ensure_sample_tokenizer,
    generate_rows,
)


def test_the_sample_is_the_same_every_time_and_odd_on_purpose() -> None:
    """Row for row; it has all kinds of odd texts, and stories in nine languages."""
    rows = list(generate_rows("train"))
    assert rows == list(generate_rows("train"))
    assert SAMPLE_ROWS["train"] == len(rows)
    assert 9 == len({str(row["language"]) for row in rows})
    oddities = {str(row["oddity"]) for row in rows}
    assert {"empty", "missing", "very long", "special tokens", "no blanks", "control characters", "none"} <= oddities
    assert max(len(str(row["text"])) for row in rows) > 100_000
    assert rows[:5] != list(generate_rows("test"))[:5]


def test_its_tokenizer_is_the_same_every_time_and_lossless(tmp_path: Path) -> None:
    """It is trained once, on request; decoding returns every text unchanged."""
    from tokenizers import Tokenizer

    folder = ensure_sample_tokenizer(tmp_path / "one")
    written = (folder / "tokenizer.json").stat().st_mtime_ns
    assert folder == ensure_sample_tokenizer(tmp_path / "one")
    assert written == (folder / "tokenizer.json").stat().st_mtime_ns
    other = ensure_sample_tokenizer(tmp_path / "two")
    assert (folder / "tokenizer.json").read_bytes() == (other / "tokenizer.json").read_bytes()
    assert ["sample-bpe"] == [path.name for path in (tmp_path / "one").iterdir()]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert SAMPLE_VOCABULARY == tokenizer.get_vocab_size()
    assert 0 == tokenizer.token_to_id(END_OF_TEXT)
    for row in generate_rows("test"):
        text = str(row["text"] or "")
        assert text == tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False)
