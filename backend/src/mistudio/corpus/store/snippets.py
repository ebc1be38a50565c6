"""Python code, to be copied, that loads a dataset's raw files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Snippet:
    """A piece of Python and its title."""

    title: str
    code: str


def make_snippets(raw: Path, splits: Sequence[str]) -> list[Snippet]:
    """Return the code that loads the Parquet files in ``raw``; each piece binds the dataset to ``data``."""
    files = "\n".join(f"    {name!r}: {str(raw / f'{name}-*.parquet')!r}," for name in splits)
    return [
        Snippet(
            "Hugging Face datasets",
            f'from datasets import load_dataset\n\ndata = load_dataset("parquet", data_files={{\n{files}\n}})',
        ),
        Snippet("pyarrow", f"import pyarrow.dataset\n\ndata = pyarrow.dataset.dataset({str(raw)!r})"),
    ]
