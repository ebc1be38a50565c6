"""The names of folders in DATA_DIR, and the labels that stand for them."""

import re
from collections.abc import Mapping

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DATASET_ID = re.compile(f"ds_{_UUID}")
_TOKENIZATION_ID = re.compile(f"tok_{_UUID}")
_JOB_ID = re.compile(f"job_{_UUID}")
_DISCARDED = re.compile(rf"(?:datasets|staging|tokenized|exports)-(?:ds|tok|job)_{_UUID}-[0-9a-f]{{32}}")


def is_dataset_id(name: str) -> bool:
    """Return whether a folder of this name may be that of a dataset."""
    return _DATASET_ID.fullmatch(name) is not None


def is_tokenization_id(name: str) -> bool:
    """Return whether a folder of this name may be that of a tokenization."""
    return _TOKENIZATION_ID.fullmatch(name) is not None


def is_job_id(name: str) -> bool:
    """Return whether a folder of this name may be that of an export."""
    return _JOB_ID.fullmatch(name) is not None


def is_discarded(name: str) -> bool:
    """Return whether a folder of this name in the trash is one that was moved there."""
    return _DISCARDED.fullmatch(name) is not None


def tokenized_label(tokenizer: str, settings: Mapping[str, object]) -> str:
    """Return the label that tells a tokenization from others of its dataset."""
    length = settings.get("max_length")
    parts = [f"at most {length:,} tokens"] if isinstance(length, int) else []
    parts += ["packed"] if settings.get("packing") == "concat" else []
    return ", ".join([tokenizer, *parts])
