"""Findings of a harness: cases that did not end as they should, told apart from those that are known already."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from harness.log import without_ids
from harness.say import say

_SHOWN_CHARACTERS: Final = 1200


@dataclass
class Findings:
    """Collects findings. ``known`` maps a pattern for the reason, or the case, to why it is known."""

    known: Mapping[str, str]
    new: list[tuple[str, str]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def add(self, case: str, reason: str) -> None:
        """Count a finding, and print it if it is a new one."""
        told = without_ids(f"{case}: {reason}")[:_SHOWN_CHARACTERS]
        pattern = next((one for one in self.known if re.search(one, told)), None)
        if pattern is not None:
            self.seen[pattern] += 1
            return
        self.new.append((case, told))
        say(f"FOUND {told}")

    @property
    def count(self) -> int:
        """How many there are, known or new."""
        return len(self.new) + self.seen.total()

    def summary(self) -> str:
        """Return the known ones with their counts, and how many are new."""
        lines = [f"{count:6,} known: {self.known[pattern]}" for pattern, count in self.seen.most_common()]
        lines += [f"     0 known, not seen in this run: {why}" for one, why in self.known.items() if not self.seen[one]]
        return "\n".join([*lines, f"{len(self.new):6,} new"])
