"""Findings that are known and not yet mended: a pattern for the case and its reason, and what it is."""

from collections.abc import Mapping
from typing import Final

KNOWN: Final[Mapping[str, str]] = {}
