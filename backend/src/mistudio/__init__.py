"""miStudio: download, browse, measure and tokenize text datasets for mechanistic interpretability.

``open_dataset`` reads a finished dataset in a notebook, without a server.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mistudio.corpus.open_dataset import open_dataset

__all__ = ["__version__", "open_dataset"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import ``open_dataset`` on first use: most of the program does not need it."""
    if name == "open_dataset":
        from mistudio.corpus.open_dataset import open_dataset

        return open_dataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
