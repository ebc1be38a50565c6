"""Names of files that lie beside data and are never rows: licences, cards, notes of tools."""

import re
from pathlib import PurePosixPath
from typing import Final

from mistudio.corpus.formats.byte_stream import COMPRESSIONS

_PROSE: Final = re.compile(
    r"(licen[cs]e|copying|copyright|notice|readme|read_me|change_?log|changes|history|authors|contributors|contributing|"
    r"citation|code_of_conduct|security|disclaimer|terms|requirements|manifest)"
    r"([-_. ].*)?(\.(md|txt|rst|html?|pdf|json|ya?ml|cff|bib|in))?",
    re.IGNORECASE,
)
_NOTES: Final = frozenset(
    {
        "metadata.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "config.json",
        "dataset-metadata.json", "datapackage.json", "croissant.json", "package.json", "package-lock.json",
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "schema.json",
        "dummy_data.zip", "_success", "_common_metadata", "_metadata", "thumbs.db", "desktop.ini",
    }
)  # fmt: skip
_DATA_SUFFIXES: Final = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".arrow"})


def explain_stray(path: str) -> str | None:
    """Return why a file of this name holds no rows; None if it may."""
    name = PurePosixPath(path).name.lower()
    if any(part.startswith((".", "__")) for part in PurePosixPath(path).parts):
        return "It is hidden, or in a hidden folder."
    if name in _NOTES:
        return "Its name is that of a file of metadata, not of data."
    suffixes = set(PurePosixPath(name).suffixes) - set(COMPRESSIONS)
    if not suffixes & _DATA_SUFFIXES and _PROSE.fullmatch(name):
        return "Its name is that of a licence or a note, not of data."
    return None
