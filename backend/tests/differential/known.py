"""Deliberate differences from ``datasets``, each with what the dataset says of it; a refusal says its reason itself."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class KnownDifference:
    """A difference: a pattern for its format and kind, what it is, and a pattern of the sentence that says so.

    An empty ``said`` is for refusals, and for what loses nothing.
    """

    pattern: str
    about: str
    said: str = ""


KNOWN: Final = (
    KnownDifference(r"ours refuses: no_data: No column holds text", "A dataset without a text column is refused."),
    KnownDifference(r"\.zip ours refuses: unsupported_format", "ZIP archives of the Hub are not read."),
    KnownDifference(r"ours refuses: invalid_data: .* row .* columns", "Rows with too many cells are refused."),
    KnownDifference(
        r"^(csv|tsv)\S* ours refuses: .* a quote is never closed", "A text of several lines under another delimiter."
    ),
    KnownDifference(r"ours refuses: unsupported_format: .* sample_by", "sample_by in the card is refused."),
    KnownDifference(
        r"^json\S* (fewer|more) rows|^json\S* columns missing",
        "Records under a field, and tables that pandas wrote as one object, are read as records.",
        r"the records are those under|each row is a sample",
    ),
    KnownDifference(
        r"^(csv|tsv)\S* columns missing", "The delimiter is detected.", r"the delimiter is|left out before the header"
    ),
    KnownDifference(r"^json\S* values: datetime is str here", "A date in JSON stays text.", r"dates in"),
    KnownDifference(
        r"^json\S* values: str differs", "A date in JSON whose column turns to text is rewritten there, not here."
    ),
    KnownDifference(
        r"values: (int|float|bool) is str here",
        "Whole numbers beyond 64 bits, and columns of mixed types, are text.",
        r"numbers in|numbers would lose|has different types in the files",
    ),
    KnownDifference(
        r"^(csv|tsv)\S* (values: float is int|features: Value\('float64'\) is Value\('int64'\)) here",
        "Whole numbers with gaps stay whole numbers; pandas makes them floating-point numbers.",
    ),
    KnownDifference(
        r"^(csv|tsv)\S* (values: float is bool|features: Value\('float64'\) is Value\('(null|bool)'\)) here",
        "A column or file without any value has no type; pandas makes it one of floating-point numbers.",
    ),
    KnownDifference(r"^txt\S* values: str differs", "The mark of byte order is no text here."),
    KnownDifference(
        r"columns more", "A column that the card does not declare is kept.", r"is not declared in the card"
    ),
    KnownDifference(
        r"^(parquet|arrow) (values: int is Decimal|features: Value\('int\d+'\) is Value\('decimal128)",
        "Whole numbers and decimals become decimals, whichever comes first.",
        r"has different types in the files",
    ),
    KnownDifference(
        r"features: Value\('timestamp\[s\]'\) is Value\('timestamp\[ms\]'\)",
        "Parquet has no whole seconds.",
        r"Parquet stores timestamp\[ms\]",
    ),
    KnownDifference(
        r"^json\S* values: (list|dict) differs",
        "The types of the first file hold there; here the column gets a type that holds all values.",
        r"has different types in the files",
    ),
    KnownDifference(
        r"values: str is (dict|list) here|features: Value\('string'\) is (\{|List|Json)",
        "Objects that the card declares as text stay objects.",
        r"was not applied",
    ),
)
