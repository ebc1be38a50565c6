"""A reader's options: those that a card sets, as JSON, and those that our readers lack."""

import datetime
from dataclasses import dataclass, field

import pytest

from mistudio.core.errors import Json, UnsupportedFormat
from mistudio.corpus.hub.reader_options import read_options, refuse_unsupported_options


@dataclass
class CsvConfig:
    """A builder's config as ``datasets`` has it for CSV, with three of its fields."""

    sep: str = ","
    header: int | str | None = "infer"
    na_values: list[object] | None = None
    date_parser: object = field(default_factory=object)


def test_only_options_that_differ_from_the_defaults_are_read() -> None:
    """A header of None differs from the default, as it says that there is none."""
    assert {} == read_options(CsvConfig(), "csv")
    assert {"sep": ";", "header": None} == read_options(CsvConfig(sep=";", header=None), "csv")
    assert {} == read_options(CsvConfig(sep=";"), "arrow")


def test_dates_become_text() -> None:
    """YAML reads them as dates, which JSON lacks."""
    values: list[object] = [datetime.date(2024, 1, 1), "-", 5]
    assert {"na_values": ["2024-01-01", "-", 5]} == read_options(CsvConfig(na_values=values), "csv")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"comment": "#"}, "comment"),
        ({"sample_by": "chapter"}, "sample_by"),
        ({"lineterminator": ";"}, "lineterminator"),
        ({"na_values": {"a": "-"}}, "na_values"),
        ({"encoding": "no-such-encoding"}, "encoding"),
        ({"sep": ";", "encoding": 5}, "encoding"),
    ],
)
def test_an_option_that_would_change_the_rows_is_refused(options: dict[str, Json], name: str) -> None:
    """The message names the option."""
    with pytest.raises(UnsupportedFormat, match=f"card of ada/tales sets {name} = "):
        refuse_unsupported_options("ada/tales", options)


def test_supported_options_pass() -> None:
    """Line ends of every system, known encodings, and options without a value."""
    for newline in ("\n", "\r", "\r\n", None):
        refuse_unsupported_options("ada/tales", {"lineterminator": newline, "encoding": "cp1252", "comment": None})
