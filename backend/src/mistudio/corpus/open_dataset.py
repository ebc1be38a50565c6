"""A dataset in a notebook or script: ``from mistudio import open_dataset``. It needs and disturbs no server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mistudio.core.errors import NotFound
from mistudio.corpus.store.dataset_store import DatasetStore, StoredRow
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import Manifest, read_manifest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mistudio.corpus.search.search import Corpus

_PAGE_ROWS = 1_000
_THREADS = 2
_PATIENCE_SECONDS = 60.0


def open_dataset(dataset: str | Path, *, data_dir: Path | None = None) -> "OpenDataset":
    """The dataset with this id, from this repository, or in this folder; ``data_dir`` by default as the server has it.

    Raises NotFound, with what there is, DataMissing, UnsupportedVersion, InvalidData.
    """
    folder = Path(dataset)
    if not DatasetLayout(folder).manifest.is_file():
        folder = _found(str(dataset), data_dir)
    return OpenDataset(DatasetStore(folder))


def _found(wanted: str, data_dir: Path | None) -> Path:
    if data_dir is None:
        from mistudio.core.config import Settings

        data_dir = Settings().data_dir
    folders = [path for path in data_dir.glob("datasets/*") if DatasetLayout(path).manifest.is_file()]
    known = {folder: read_manifest(folder) for folder in folders}
    found = [folder for folder, manifest in known.items() if wanted in (folder.name, manifest.repo)]
    if len(found) != 1:
        there = ", ".join(f"{folder.name} ({manifest.repo or 'local'})" for folder, manifest in known.items()) or "none"
        many = "Several datasets are" if found else "No dataset is"
        raise NotFound(f"{many} “{wanted}” in {data_dir}. There: {there}.")
    return found[0]


class OpenDataset:
    """A dataset to be read. Rows are dictionaries by column; splits and rows stand in the order of the data."""

    def __init__(self, store: DatasetStore) -> None:
        self._store = store

    def __len__(self) -> int:
        """Rows of all splits."""
        return self._store.num_rows()

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._store.folder

    @property
    def manifest(self) -> Manifest:
        """What it is and where it came from."""
        return self._store.manifest

    @property
    def splits(self) -> dict[str, int]:
        """Rows of each split."""
        return {name: self._store.num_rows(name) for name in self._store.splits}

    @property
    def tokenizations(self) -> list[str]:
        """The ids of what was tokenized from it."""
        return sorted(path.name for path in DatasetLayout(self.folder).tokenizations.glob("tok_*"))

    def rows(self, split: str | None = None) -> Iterator[dict[str, object]]:
        """All rows, one after the other, of one split or of all; memory stays flat. Raises UnknownSplit."""
        for start in range(0, self._store.num_rows(split), _PAGE_ROWS):
            yield from self.page(split, offset=start, limit=_PAGE_ROWS)

    def page(self, split: str | None = None, *, offset: int = 0, limit: int = 50) -> list[dict[str, object]]:
        """Up to ``limit`` rows from ``offset`` on. Raises UnknownSplit."""
        return [row.values for row in self._store.page(split, offset=offset, limit=limit)]

    def search(
        self,
        text: str,
        *,
        mode: Literal["words", "exact", "regex"] = "words",
        case: bool = False,
        split: str | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> list[StoredRow]:
        """The rows in which ``text`` is found, in order, each with its split and number. Raises InvalidPattern."""
        from mistudio.corpus.search.hit_counter import Deadline
        from mistudio.corpus.search.search import SearchRequest

        request = SearchRequest(mode=mode, text=text, case=case, split=split, least=None, most=None, sort="row")
        search = self._corpus.search(request)
        page = search.page(offset, limit, limit=Deadline(), patience=_PATIENCE_SECONDS)
        return self._corpus.rows(page.ids)

    def lengths(self, tokenization: str, split: str) -> "NDArray[np.uint32]":
        """Tokens of each row of a split, shape (rows,), mapped from the disk. Raises NotFound."""
        import numpy as np

        from mistudio.corpus.tokenized.lengths import LENGTHS

        path = self._tokenized(tokenization) / split / LENGTHS
        if not path.is_file():
            raise NotFound(f"{tokenization} has no split “{split}”.")
        lengths: NDArray[np.uint32] = np.load(path, mmap_mode="r", allow_pickle=False)
        return lengths

    def tokens(self, tokenization: str, split: str) -> Iterator["NDArray[np.int32]"]:
        """The token ids of each written row of a split, shape (length,) each. Raises NotFound, UnknownSplit."""
        from mistudio.corpus.tokenized.store import TokenizedStore

        store = TokenizedStore.open(self._tokenized(tokenization))
        for start in range(0, store.num_rows(split), _PAGE_ROWS):
            yield from (row.ids for row in store.rows(split, offset=start, limit=_PAGE_ROWS))

    def _tokenized(self, tokenization: str) -> Path:
        if tokenization not in self.tokenizations:
            there = ", ".join(self.tokenizations) or "none"
            raise NotFound(f"There is no tokenization {tokenization}. There: {there}.")
        return DatasetLayout(self.folder).tokenized(tokenization)

    @cached_property
    def _corpus(self) -> "Corpus":
        from mistudio.corpus.search.search import Corpus

        return Corpus(self._store, ThreadPoolExecutor(_THREADS, thread_name_prefix="search"))
