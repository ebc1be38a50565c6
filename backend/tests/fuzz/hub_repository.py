"""A repository whose description is anything but what the Hub promises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fakes.hub import Repository
from fakes.repositories import CARD

Change = Callable[[Any], Any]  # JSON of any kind
LINES: Final = "".join(f'{{"text": "line {number}"}}\n' for number in range(20))
FILES: Final[dict[str, bytes | str]] = {"README.md": CARD, "train.jsonl": LINES, "test.jsonl.gz": b"\x1f\x8b"}


@dataclass
class HostileRepository(Repository):
    """``change`` is made of every description of it; the card is never read here."""

    change: Change = lambda described: described

    def describe(self, sha: str, *, blobs: bool) -> dict[str, Any]:
        """See ``Repository``."""
        changed: dict[str, Any] = self.change(super().describe(sha, blobs=blobs))
        return changed

    def read_card(self, sha: str) -> dict[str, Any]:
        """See ``Repository``."""
        return {"license": "mit"}


def usual_description() -> dict[str, Any]:
    """Return what a harmless repository answers, to be changed."""
    repository = HostileRepository("lab/usual")
    return repository.describe(repository.commit(FILES, lfs=True), blobs=True)
