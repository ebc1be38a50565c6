"""Sentences about how files were read."""

from mistudio.corpus.formats.reading import Reading
from mistudio.corpus.store.reading_notes import describe_readings


def test_files_read_alike_share_a_sentence() -> None:
    """Counts are added up; many files are not all named."""
    readings = [(f"{number}.csv", Reading(delimiter=";", short_rows=2)) for number in range(5)]
    assert [
        "0.csv, 1.csv, 2.csv and 2 more: the delimiter is “;”.",
        "0.csv, 1.csv, 2.csv and 2 more: 10 rows lacked cells at the end, which are null.",
    ] == describe_readings([*readings, ("usual.csv", None)], has_card=False)


def test_what_a_card_declares_is_no_news() -> None:
    """What was detected is."""
    reading = Reading(encoding="cp1252", delimiter="\t", skipped_lines=1, declared=("delimiter", "skipped_lines"))
    assert 3 == len(describe_readings([("a.csv", reading)], has_card=False))
    assert [
        "a.csv: read as cp1252. If letters look wrong, set another encoding and read the files again."
    ] == describe_readings([("a.csv", reading)], has_card=True)


def test_each_reading_has_words() -> None:
    """Also those of JSON, and names with braces."""
    for reading, words in (
        (Reading(packing="gzip"), "packed with gzip"),
        (Reading(quote="'"), "the quote is “'”"),
        (Reading(escape="\\"), "a backslash before a quote"),
        (Reading(skipped_rows=1), "1 row with too many cells"),
        (Reading(numbers_as_text=("a", "{b}")), "numbers in “a”, “{b}”."),
        (Reading(dates_as_text=("a",)), "kept as text, as they were written: dates in “a”."),
        (Reading(number_texts=("zip", "{x}")), "kept as text, as numbers would lose leading zeros"),
        (Reading(gap_numbers=("n",)), "whole numbers stay whole beside missing cells"),
        (Reading(field="{x}"), "under “{x}”"),
        (Reading(orient="split"), "orient='split'"),
        (Reading(fields=("a", "b")), "set the field to “a” or “b”"),
    ):
        (sentence,) = describe_readings([("a.csv", reading)], has_card=False)
        assert words in sentence
