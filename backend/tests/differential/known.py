"""Differences that are known: a pattern for the format and the kind of a difference, and what it is."""

from collections.abc import Mapping
from typing import Final

KNOWN: Final[Mapping[str, str]] = {
    r"ours refuses: no_data: No column holds text": "A dataset without a text column is refused, with a reason.",
    r"\.zip ours refuses": "ZIP archives are not read.",
    r"ours refuses: invalid_data: .* row .* columns": "Rows with too many cells are refused.",
    r"^(csv|tsv)\S* ours refuses: .* a quote is never closed": "A text of several lines under another delimiter.",
    r"^json\S* (fewer|more) rows": "A table that pandas wrote as one object is read by rows, and the dataset says so.",
    r"ours refuses: unsupported_format: .* sample_by": "sample_by in the card is refused.",
    r"^json\S* values: datetime is str here": "A date in JSON is text here, a time there.",
    r"^json\S* values: str differs": "A date in JSON whose column turns to text is rewritten there.",
    r"values: (int|float|bool) is str here": "Whole numbers beyond 64 bits, and columns of mixed types, are text here.",
    r"^(csv|tsv)\S* (values: float is int|features: Value\('float64'\) is Value\('int64'\)) here": (
        "Whole numbers with gaps stay whole here; pandas makes them floating-point numbers."
    ),
    r"^(csv|tsv)\S* features: Value\('float64'\) is Value\('null'\)": "A column without any value has no type here.",
    r"^(csv|tsv)\S* values: str differs": "Texts such as 007 in a later shard stay; pandas makes them numbers first.",
    r"columns more": "A column that the card does not declare is kept, with a notice.",
    r"^txt\S* values: str differs": "The mark of byte order is kept there.",
}
