"""Finds the files of each split of a config, as the ``datasets`` library does, without a request of its own.

The library decides by file names and by the card, which two requests bring. So it gets a folder with virtual files of
those names, and the card, and its own rules apply: thousands of files cost no further request. Only the planner's
child imports this module, as the library is heavy.
"""

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from os.path import normpath
from pathlib import Path
from typing import Any, Final, cast

from mistudio.core.errors import Json, LoadingScript, UnsupportedFormat
from mistudio.corpus.hub.card import check_declarations
from mistudio.corpus.hub.library_errors import archive_error, no_data_error, translate_library_errors
from mistudio.corpus.hub.plan_types import Column, Format, Options
from mistudio.corpus.hub.reader_options import read_options, refuse_unsupported_options
from mistudio.corpus.hub.virtual_files import add_virtual_files

_BARS: Final = threading.RLock()
_FORMATS: Final = ("parquet", "json", "csv", "text", "arrow")
_ARCHIVE: Final = re.compile(r"\.(zip|tar|tgz|tbz2|txz)(?:\.(?:gz|bz2|xz|zst|lz4))?$")
_EXPORT: Final = re.compile(r"([^/]+)/((?:partial-)?[\w.]+)/\d+\.parquet")


@dataclass(frozen=True)
class ConfigLayout:
    """One config: its format, its reader's options, and the files of each split, in the library's order."""

    name: str
    format: Format
    options: Options
    splits: Mapping[str, tuple[str, ...]]
    columns: tuple[Column, ...]
    features: Mapping[str, Json] = field(default_factory=dict)


class Layout(ABC):
    """A repository's configs; ``read`` finds the files of one."""

    def __init__(self, configs: tuple[str, ...], default: str | None) -> None:
        self.configs = configs
        self.default = default

    @abstractmethod
    def read(self, config: str) -> ConfigLayout:
        """Find the files of ``config``, one of ``configs``; raises NoData, UnsupportedFormat."""


def read_layout(repo_id: str, paths: Iterable[str], declarations: Mapping[str, bytes], folder: Path) -> Layout:
    """Let the library read these paths and declarations (the card and its like), in the empty ``folder``.

    Raises LoadingScript for a repository that only its own code can read, NoData, UnsupportedFormat.
    """
    known = frozenset(paths)
    if f"{repo_id.rpartition('/')[2]}.py" in known:
        raise LoadingScript(
            f"{repo_id} can only be read by running its own code, which miStudio never does, and the Hub has no "
            "converted copy. Ask its owner to store the data as Parquet."
        )
    declared = check_declarations(repo_id, declarations)
    root = folder / "repository"
    root.mkdir()
    add_virtual_files(root, known)
    for path, content in declarations.items():
        (root / path).write_bytes(content)
    return _LibraryLayout(repo_id, root, known, declared)


class _LibraryLayout(Layout):
    """The configs that the library finds by card and file names."""

    def __init__(self, repo_id: str, root: Path, known: frozenset[str], declared: Sequence[str]) -> None:
        self._repo_id = repo_id
        self._root = root.resolve()
        self._known = known
        self._translate = partial(translate_library_errors, repo_id, self._root, declared, _find_archive(known))
        with self._translate():
            self._module = _load_module(root)
            names, default = self._list_configs()
        super().__init__(names, default)

    def _list_configs(self) -> tuple[tuple[str, ...], str | None]:
        parameters = self._module.builder_configs_parameters
        names = tuple(config.name for config in parameters.builder_configs)
        declared = parameters.metadata_configs
        default = declared.get_default_config_name() if declared else parameters.default_config_name
        default = default or (names[0] if len(names) == 1 else None)
        return names, default if default in names else None

    def read(self, config: str) -> ConfigLayout:
        with self._translate():
            return self._read(config)

    def _read(self, config: str) -> ConfigLayout:
        builder_configs = self._module.builder_configs_parameters.builder_configs
        builder_config = next(candidate for candidate in builder_configs if candidate.name == config)
        files = _resolve_patterns(builder_config, self._root)
        splits = {
            str(split): tuple(path for path in map(self._to_relative, found) if path in self._known)
            for split, found in files.items()
        }
        if not any(splits.values()):
            raise no_data_error(self._repo_id)
        if archive := _find_archive(path for paths in splits.values() for path in paths):
            raise archive_error(self._repo_id, archive)
        reader, options = self._read_format(builder_config, files)
        declared = self._get_features(config)
        columns = tuple(Column(str(name), _format_type(feature)) for name, feature in (declared or {}).items())
        return ConfigLayout(config, reader, options, splits, columns, declared.to_dict() if declared else {})

    def _read_format(self, builder_config: Any, files: Any) -> tuple[Format, Options]:  # the library has no types
        """Return the config's own format; the library reads all configs in the format of the first one."""
        from datasets.load import infer_module_for_data_files

        of_first = self._module.module_path.rpartition(".")[2]
        own, defaults = infer_module_for_data_files(files, path=self._repo_id)
        if own not in _FORMATS:
            raise _unsupported_error(self._repo_id, own)
        options = read_options(builder_config, own) if own == of_first else defaults
        refuse_unsupported_options(self._repo_id, options)
        return cast("Format", own), options

    def _to_relative(self, path: str) -> str:
        return normpath(path).removeprefix(f"{self._root}/")

    def _get_features(self, config: str) -> Any:  # the library has no types
        info = (self._module.dataset_infos or {}).get(config)
        return info.features if info is not None else None


def _find_archive(paths: Iterable[str]) -> str | None:
    """Return the kind of the first archive among ``paths``."""
    found = next(filter(None, map(_ARCHIVE.search, map(str.lower, paths))), None)
    return None if found is None else "zip" if found[1] == "zip" else "tar"


def _load_module(root: Path) -> Any:  # the library has no types
    from datasets.load import dataset_module_factory
    from datasets.utils import tqdm

    # Without this lock each progress bar would create one and delete it again while bars of other threads use it.
    tqdm.set_lock(_BARS)
    return dataset_module_factory(str(root))


def _resolve_patterns(builder_config: Any, root: Path) -> Mapping[str, list[str]]:  # the library has no types
    from datasets.data_files import DataFilesPatternsDict

    files = builder_config.data_files or {}
    if isinstance(files, DataFilesPatternsDict):
        files = files.resolve(str(root / (builder_config.data_dir or "")))
    return cast("Mapping[str, list[str]]", files)


def _format_type(feature: Any) -> str:  # the library has no types
    dtype = getattr(feature, "dtype", None)
    inner = getattr(feature, "feature", None)
    if inner is not None:
        return f"list<{_format_type(inner)}>"
    if isinstance(feature, dict):
        return "struct"
    if isinstance(feature, list):
        return f"list<{_format_type(feature[0])}>" if feature else "list"
    return str(dtype) if isinstance(dtype, str) else type(feature).__name__.lower()


class ExportLayout(Layout):
    """The Hub's own Parquet copy (branch refs/convert/parquet): ``config/split/0000.parquet``."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._found: dict[str, dict[str, list[str]]] = {}
        for path in sorted(paths):
            if match := _EXPORT.fullmatch(path):
                split = match[2].replace("partial-", "partial_")
                self._found.setdefault(match[1], {}).setdefault(split, []).append(path)
        names = tuple(self._found)
        super().__init__(names, "default" if "default" in names else names[0] if len(names) == 1 else None)

    def read(self, config: str) -> ConfigLayout:
        """Find the files of ``config``; of a very large split the Hub converts only the first part, and names it so."""
        order = {"train": 0, "validation": 1, "test": 2}
        splits = sorted(self._found[config].items(), key=lambda item: (order.get(item[0], 3), item[0]))
        return ConfigLayout(config, "parquet", {}, {split: tuple(files) for split, files in splits}, ())


def _unsupported_error(repo_id: str, found: str) -> UnsupportedFormat:
    return UnsupportedFormat(
        f"{repo_id} has {found}, which is not text data. Choose a repository with Parquet, JSON Lines, CSV, text or "
        "Arrow files."
    )
