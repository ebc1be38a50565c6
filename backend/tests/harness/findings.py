"""Findings of a harness: cases that did not end as they should, by their sign, apart from those that are known."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from harness.log import without_ids
from harness.say import say

_SHOWN_CHARACTERS: Final = 700
# The number of a case says nothing of its kind.
_NUMBERS: Final = re.compile(r"\d[\d,.]*")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass
class Findings:
    """Collects findings. ``known`` maps a pattern for the case and its reason to why it is known.

    Findings of one reason are one; the first case that had it stands for all.
    """

    known: Mapping[str, str]
    new: dict[str, str] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    def add(self, case: str, reason: str, *, sign: str = "") -> None:
        """Count a finding, and print the first of its kind; ``sign`` tells the kind better than the reason."""
        told = _CONTROLS.sub(" ", without_ids(f"{case}: {reason}"))[:_SHOWN_CHARACTERS]
        pattern = next((one for one in self.known if re.search(one, told)), None)
        if pattern is not None:
            self.seen[pattern] += 1
            return
        key = _NUMBERS.sub("#", without_ids(sign or reason))[:300]
        self.times[key] += 1
        if key not in self.new:
            self.new[key] = told
            say(f"FOUND {told}")

    @property
    def count(self) -> int:
        """How many cases there were, known or new."""
        return self.times.total() + self.seen.total()

    def summary(self) -> str:
        """Return how often each was found."""
        lines = [f"{count:6,} known: {self.known[pattern]}" for pattern, count in self.seen.most_common()]
        lines += [f"     0 known, not seen in this run: {why}" for one, why in self.known.items() if not self.seen[one]]
        lines += [f"{count:6,} NEW: {self.new[key]}" for key, count in self.times.most_common()]
        return "\n".join([*lines, f"{len(self.new):6,} new of their kind"])
