"""Python code, to be copied, that loads a dataset's raw files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Snippet:
    """A piece of Python and its title."""

    title: str
    code: str


def make_snippets(raw: Path, rows: Mapping[str, int]) -> list[Snippet]:
    """Return the code that loads the Parquet files in ``raw``; each piece binds the dataset to ``data``.

    ``rows`` are the splits, in order, with their number of rows. ``datasets`` refuses a split without rows.
    """
    filled = [name for name, count in rows.items() if count]
    files = "\n".join(f"    {name!r}: {str(raw / f'{name}-*.parquet')!r}," for name in filled)
    empty = [name for name in rows if name not in filled]
    note = f"# Without rows, so left out: {', '.join(empty)}.\n" if empty else ""
    return [
        Snippet(
            "Hugging Face datasets",
            f'from datasets import load_dataset\n\n{note}data = load_dataset("parquet", data_files={{\n{files}\n}})',
        ),
        Snippet("pyarrow", f"import pyarrow.dataset\n\ndata = pyarrow.dataset.dataset({str(raw)!r})"),
        Snippet("polars", f"import polars\n\ndata = polars.scan_parquet({str(raw / '*.parquet')!r})"),
    ]
