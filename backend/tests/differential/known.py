"""Differences that are known: a pattern for the format and the kind of a difference, and why it is there."""

from collections.abc import Mapping
from typing import Final

KNOWN: Final[Mapping[str, str]] = {
    "ours refuses: no_data: No column holds text": "A dataset without a text column is refused, with a reason.",
}
