"""The staging folder of a tokenization: where its files go, and what a later call finds after a kill."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic
from mistudio.utils.locks import empty_folder

# The subfolder of everything that is not part of the result; no split can have this name.
_SCRATCH: Final = ".scratch"


@dataclass(frozen=True)
class Staging:
    """The folders and files below ``folder``. What is outside the scratch folder becomes the tokenization."""

    folder: Path

    @property
    def _scratch(self) -> Path:
        return self.folder / _SCRATCH

    @property
    def _plan(self) -> Path:
        return self._scratch / "plan"

    @property
    def _failure(self) -> Path:
        return self._scratch / "failure"

    @property
    def shards(self) -> Path:
        """The folder of the shards that several processes encode."""
        return self._scratch / "shards"

    def source_rows(self, split: str) -> Path:
        """Return the folder with the figures of a source split's rows."""
        return self._scratch / "source" / split

    def ordered_parts(self, name: str) -> Path:
        """Return the folder of a split's parts before they are shuffled."""
        return self._scratch / "ordered" / name

    def parts(self, name: str) -> Path:
        """Return the folder of a split's parts in the result."""
        return self.folder / name

    def reports(self, name: str) -> Path:
        """Return the folder of the reports of a split's parts."""
        return self._scratch / "reports" / name

    def shuffle_reports(self, name: str) -> Path:
        """Return the folder of the reports of a split's shuffled parts."""
        return self._scratch / "reports" / f"{name}.shuffled"

    def claim(self, plan: bytes) -> None:
        """Keep the files of an earlier call if it had the same plan, else start with an empty folder."""
        if not self._plan.exists() or not self.has_plan(plan):
            empty_folder(self.folder)
            ensure_dir(self._scratch)
            write_bytes_atomic(self._plan, plan)

    def has_plan(self, plan: bytes) -> bool:
        """Return whether the call that writes here has the same plan; raises FileNotFoundError if nobody writes."""
        return self._plan.read_bytes() == plan

    def record_failure(self, why: str) -> None:
        """Store the first failure of the engine: a call after a kill may not see it fail again."""
        if not self._failure.exists():
            write_bytes_atomic(self._failure, why.encode())

    def read_failure(self) -> str | None:
        """Return the first failure of the engine, None if there was none."""
        return self._failure.read_text(encoding="utf-8") if self._failure.exists() else None

    def remove_scratch(self) -> None:
        """Remove everything that is not part of the result."""
        shutil.rmtree(self._scratch, ignore_errors=True)
