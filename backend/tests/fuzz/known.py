"""Findings that are known and not yet mended: a pattern for the case and its reason, and what it is."""

from collections.abc import Mapping
from typing import Final

KNOWN: Final[Mapping[str, str]] = {
    # hub
    r"^hub: tokenizer\.json: .*Recursion limit": "A deeply nested tokenizer.json crashes the request.",
    r"^hub: description: siblings\.\d\.size is (zero|.*)takes more": "A file of size 0 with a checksum is waited for.",
    r"^hub: Content-Length.*takes more than": "A Content-Length that is no number is waited for.",
    # files
    r"^files: sound [CT]SV.*UnicodeDecodeError": "Bytes that are no UTF-8 in CSV leave a traceback in the log.",
    # damage
    r"^damage: .*(ownership|migrations|index_service|ensure_dir|_prepare_sqlite)": "A start ends with a traceback.",
    r"^damage: .*tokenized/(store|manifest)\.py": "A damaged folder of a tokenization crashes its readers.",
    r"^damage: .*get_directory_size": "A link to itself crashes the figures of the disk.",
    r"^damage: .*store/manifest\.py:text": "A manifest without columns crashes the samples.",
    r"^damage: .*index_builder\.py:drop_index": "A file in place of the index crashes rebuild.",
}
