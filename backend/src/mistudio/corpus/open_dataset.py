"""Reads a dataset in a notebook or script, without a server: ``from mistudio import open_dataset``."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mistudio.core.errors import NotFound
from mistudio.corpus.store.dataset_store import DatasetStore, StoredRow
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import Manifest, read_manifest
from mistudio.corpus.store.text_source import check_source, make_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mistudio.corpus.loader.batches import Batches
    from mistudio.corpus.loader.origins import Context, TokenPositions
    from mistudio.corpus.search.search import SearchableDataset
    from mistudio.corpus.tokenized.store import TokenizedStore

_PAGE_ROWS = 1_000
_SEARCH_THREADS = 2
_PATIENCE_SECONDS = 60.0


def open_dataset(
    dataset: str | Path,
    *,
    data_dir: Path | None = None,
    text_column: str | None = None,
    text_template: str | None = None,
) -> "OpenDataset":
    """Open a dataset by its folder, its id, or its repository's id.

    Raises NotFound, which lists the datasets, UnsupportedVersion and InvalidData, and for the text UnknownColumn and
    ValidationFailed.

    Args:
        dataset: A folder, an id such as ``ds_…``, or a repository such as ``roneneldan/TinyStories``.
        data_dir: The data folder in which ids and repositories are looked up; by default that of the server.
        text_column: The column or path that texts are read from; by default that of the dataset's manifest.
        text_template: A template over columns and paths, such as ``{instruction} {output}``, in its place.
    """
    folder = Path(dataset)
    if not DatasetLayout(folder).manifest.is_file():
        folder = _find_folder(str(dataset), data_dir)
    source = make_source(text_column, text_template)
    store = DatasetStore(folder, text=source)
    if source is not None:
        check_source(source, store.manifest.columns)
    return OpenDataset(store)


def _find_folder(wanted: str, data_dir: Path | None) -> Path:
    if data_dir is None:
        from mistudio.core.config import Settings

        data_dir = Settings().data_dir
    folders = [path for path in data_dir.glob("datasets/*") if DatasetLayout(path).manifest.is_file()]
    repos = {folder: read_manifest(folder).repo for folder in folders}
    matches = [folder for folder, repo in repos.items() if wanted in (folder.name, repo)]
    if len(matches) != 1:
        listed = ", ".join(f"{folder.name} ({repo or 'local'})" for folder, repo in repos.items()) or "none"
        problem = "matches several datasets: use an id" if matches else "matches no dataset"
        raise NotFound(f"“{wanted}” {problem}. Datasets in {data_dir}: {listed}.")
    return matches[0]


class OpenDataset:
    """A dataset to read. A row is a dictionary by column; splits and rows come in the order of the data."""

    def __init__(self, store: DatasetStore) -> None:
        self._store = store

    def __len__(self) -> int:
        """Return the number of rows of all splits."""
        return self._store.num_rows()

    @property
    def folder(self) -> Path:
        """The dataset's folder."""
        return self._store.folder

    @property
    def manifest(self) -> Manifest:
        """The dataset's manifest: its source, splits, columns and files."""
        return self._store.manifest

    @property
    def splits(self) -> dict[str, int]:
        """The number of rows of each split."""
        return {name: self._store.num_rows(name) for name in self._store.splits}

    @property
    def tokenizations(self) -> list[str]:
        """The ids of the dataset's tokenizations."""
        return sorted(path.name for path in DatasetLayout(self.folder).tokenizations.glob("tok_*"))

    def rows(self, split: str | None = None) -> Iterator[dict[str, object]]:
        """Yield the rows of one split or of all; memory stays flat. Raises UnknownSplit."""
        for start in range(0, self._store.num_rows(split), _PAGE_ROWS):
            yield from self.page(split, offset=start, limit=_PAGE_ROWS)

    def page(self, split: str | None = None, *, offset: int = 0, limit: int = 50) -> list[dict[str, object]]:
        """Return up to ``limit`` rows from ``offset`` on, of one split or of all. Raises UnknownSplit."""
        return [row.values for row in self._store.page(split, offset=offset, limit=limit)]

    def texts(self, split: str | None = None) -> Iterator[str | None]:
        """Yield the text of each row of one split or of all, None where there is none. Raises UnknownSplit."""
        for group in self._store.groups(split):
            yield from self._store.texts(group).to_pylist()

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
        """Return the rows that match ``text``, in order, each with its split and number.

        Raises InvalidPattern and UnknownSplit.

        Args:
            text: Words, an exact text, or a regular expression in RE2's syntax.
            mode: How ``text`` is read.
            case: Whether upper and lower case differ; ignored for words.
            split: The split to search; None searches all.
            offset: The number of matches to skip.
            limit: The largest number of rows to return.
        """
        from mistudio.corpus.search.hit_counter import Deadline
        from mistudio.corpus.search.search import SearchRequest

        request = SearchRequest(mode=mode, text=text, case=case, split=split, least=None, most=None, sort="row")
        search = self._searchable.search(request)
        page = search.page(offset, limit, deadline=Deadline(), patience=_PATIENCE_SECONDS)
        return self._searchable.rows(page.ids)

    def lengths(self, tokenization: str, split: str) -> "NDArray[np.uint32]":
        """Return the number of tokens of each row of a split, shape (rows,), mapped from disk. Raises NotFound."""
        import numpy as np

        from mistudio.corpus.tokenized.lengths import LENGTHS

        path = self._find_tokenization(tokenization) / split / LENGTHS
        if not path.is_file():
            raise NotFound(f"The tokenization {tokenization} has no split “{split}”.")
        lengths: NDArray[np.uint32] = np.load(path, mmap_mode="r", allow_pickle=False)
        return lengths

    def tokens(self, tokenization: str, split: str) -> Iterator["NDArray[np.int32]"]:
        """Yield the token ids of each tokenized row of a split, shape (length,). Raises NotFound, UnknownSplit."""
        from mistudio.corpus.tokenized.store import TokenizedStore

        store = TokenizedStore.open(self._find_tokenization(tokenization))
        for start in range(0, store.num_rows(split), _PAGE_ROWS):
            yield from (row.ids for row in store.rows(split, offset=start, limit=_PAGE_ROWS))

    def batches(
        self,
        tokenization: str,
        split: str,
        batch_size: int,
        shuffle_seed: int | None = None,
        rank: int = 0,
        world_size: int = 1,
        drop_last: bool = False,
    ) -> "Batches":
        """Return the batches of one rank: a resumable iterator over dictionaries of arrays.

        Raises NotFound, UnknownSplit, ValidationFailed, DataMissing, InvalidData.
        """
        from mistudio.corpus.loader.batches import Batches, BatchOptions

        options = BatchOptions(
            batch_size=batch_size, shuffle_seed=shuffle_seed, rank=rank, world_size=world_size, drop_last=drop_last
        )
        return Batches(self._find_tokenization(tokenization), split, options)

    def special_tokens_mask(self, tokenization: str, split: str) -> "NDArray[np.bool_]":
        """Return which positions of a split hold no data: inserted special tokens and padding.

        Its shape is (rows, length) if all rows have one length, else (positions,), in the order of the rows. A special
        token that occurs in the text itself is data. Raises NotFound, UnknownSplit, DataMissing, InvalidData.
        """
        from mistudio.corpus.loader.special_mask import make_special_tokens_mask

        return make_special_tokens_mask(self._find_tokenization(tokenization), split)

    def contexts(
        self, tokenization: str, length: int, n: int, seed: int = 0, split: str | None = None
    ) -> list["Context"]:
        """Return ``n`` different random windows of ``length`` tokens with their documents, all if there are fewer.

        They come from one split, by default the first. Raises NotFound, UnknownSplit, ValidationFailed, DataMissing,
        InvalidData.
        """
        from mistudio.corpus.loader.contexts import draw_contexts

        store, (name, *_) = self._open_tokenized(tokenization, split)
        return draw_contexts(store, self.manifest, split=name, length=length, count=n, seed=seed)

    def positions_of(
        self, tokenization: str, token_ids: int | Sequence[int], split: str | None = None
    ) -> "TokenPositions":
        """Return every position at which the token, or the token sequence, begins; of one split or of all.

        Raises NotFound, UnknownSplit, ValidationFailed, DataMissing, InvalidData.
        """
        from mistudio.corpus.loader.token_search import find_positions

        store, splits = self._open_tokenized(tokenization, split)
        wanted = [token_ids] if isinstance(token_ids, int) else token_ids
        return find_positions(store, self.manifest, wanted, splits=splits)

    def _open_tokenized(self, tokenization: str, split: str | None) -> tuple["TokenizedStore", list[str]]:
        """Return the tokenization's rows, and the names of its splits, or of the one that is wanted."""
        from mistudio.corpus.tokenized.store import TokenizedStore

        store = TokenizedStore.open(self._find_tokenization(tokenization))
        names = [each.name for each in store.manifest.splits]
        return store, names if split is None else [store.manifest.find_split(split).name]

    def _find_tokenization(self, tokenization: str) -> Path:
        if tokenization not in self.tokenizations:
            listed = ", ".join(self.tokenizations) or "none"
            raise NotFound(f"The dataset has no tokenization {tokenization}. Tokenizations: {listed}.")
        return DatasetLayout(self.folder).tokenized(tokenization)

    @cached_property
    def _searchable(self) -> "SearchableDataset":
        from mistudio.corpus.search.search import SearchableDataset

        return SearchableDataset(self._store, ThreadPoolExecutor(_SEARCH_THREADS, thread_name_prefix="search"))
