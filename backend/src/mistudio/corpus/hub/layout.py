"""Which files make up which split of which config: the ``datasets`` library's own answer, without a request of its own.

The library decides by file names and by the card. Both are known from two requests, so it is shown a folder with
files of those names, and the card, and asked about that: its rules apply to the letter, whatever the Hub's mood, and
thousands of files cost no further requests. Only the planner's child imports this module, as the library is heavy.
"""

import re
import threading
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from mistudio.core.errors import Json, LoadingScript, NoData, UnsupportedFormat
from mistudio.corpus.hub.plan_types import Column, Format, Options
from mistudio.corpus.hub.virtual_files import show_files

CARD: Final = "README.md"
OVERRIDES: Final = ".huggingface.yaml"
DECLARATIONS: Final = (CARD, OVERRIDES, "dataset_infos.json")
_BARS: Final = threading.RLock()
_FORMATS: Final = ("parquet", "json", "csv", "text", "arrow")
_READER_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "csv": (
        "sep", "delimiter", "header", "names", "column_names", "encoding", "encoding_errors", "quotechar", "quoting",
        "escapechar", "doublequote", "skiprows", "skip_blank_lines", "comment", "lineterminator", "decimal",
        "thousands", "na_values", "keep_default_na", "on_bad_lines",
    ),
    "json": ("field", "encoding", "encoding_errors"),
    "text": ("encoding", "encoding_errors", "keep_linebreaks", "sample_by"),
    "parquet": ("columns",),
    "arrow": (),
}  # fmt: skip
FRONT_MATTER: Final = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_EXPORT: Final = re.compile(r"([^/]+)/((?:partial-)?[\w.]+)/\d+\.parquet")


@dataclass(frozen=True)
class ConfigLayout:
    """One config: its format, its reader's options, and per split the files, in the library's order."""

    name: str
    format: Format
    options: Options
    splits: Mapping[str, tuple[str, ...]]
    columns: tuple[Column, ...]


class Layout(ABC):
    """A repository's configs; ``read`` finds the files of one."""

    def __init__(self, configs: tuple[str, ...], default: str | None) -> None:
        self.configs = configs
        self.default = default

    @abstractmethod
    def read(self, config: str) -> ConfigLayout:
        """The files of ``config``, which must be one of ``configs``; raises NoData, UnsupportedFormat."""


def read_layout(repo_id: str, paths: Iterable[str], declarations: Mapping[str, bytes], folder: Path) -> Layout:
    """What the library makes of these paths and declarations (card and the like); ``folder`` is empty, to work in.

    Raises LoadingScript where only the repository's own code could read it, NoData, UnsupportedFormat.
    """
    known = frozenset(paths)
    if f"{repo_id.rpartition('/')[2]}.py" in known:
        raise LoadingScript(
            f"{repo_id} can only be read by running its own code, which is never done, and the Hub has no converted "
            "copy of it: ask its owner to store the data as Parquet."
        )
    for path in (CARD, OVERRIDES):
        _refuse_foreign_files(repo_id, _declared(repo_id, path, declarations.get(path, b"")))
    root = folder / "repository"
    root.mkdir()
    show_files(root, known)
    for path, content in declarations.items():
        (root / path).write_bytes(content)
    return _LibraryLayout(repo_id, root, known)


class _LibraryLayout(Layout):
    """A layout by card and file names."""

    def __init__(self, repo_id: str, root: Path, known: frozenset[str]) -> None:
        self._repo_id = repo_id
        self._root = root.resolve()
        self._known = known
        self._module = _ask_library(repo_id, root)
        parameters = self._module.builder_configs_parameters
        names = tuple(config.name for config in parameters.builder_configs)
        declared = parameters.metadata_configs
        default = declared.get_default_config_name() if declared else parameters.default_config_name
        default = default or (names[0] if len(names) == 1 else None)
        super().__init__(names, default if default in names else None)

    def read(self, config: str) -> ConfigLayout:
        builder_config = next(
            one for one in self._module.builder_configs_parameters.builder_configs if one.name == config
        )
        files = _resolve(builder_config, self._repo_id, self._root)
        splits = {
            str(split): tuple(path for path in map(self._relative, found) if path in self._known)
            for split, found in files.items()
        }
        if not any(splits.values()):
            raise _no_data(self._repo_id)
        reader, options = self._reader(builder_config, files)
        return ConfigLayout(config, reader, options, splits, self._columns(config))

    def _reader(self, builder_config: Any, files: Any) -> tuple[Format, Options]:  # the library has no types
        """The config's format; the library itself only looks at the first config's files, and reads all alike."""
        from datasets.load import infer_module_for_data_files

        of_first = self._module.module_path.rpartition(".")[2]
        try:
            own, defaults = infer_module_for_data_files(files, path=self._repo_id)
        except (ValueError, FileNotFoundError) as error:
            raise _unclear(self._repo_id) from error
        if own not in _FORMATS:
            raise _unsupported(self._repo_id, own)
        options = _options(builder_config, own) if own == of_first else defaults
        _refuse_unread(self._repo_id, options)
        return cast("Format", own), options

    def _relative(self, path: str) -> str:
        return path.removeprefix(f"{self._root}/")

    def _columns(self, config: str) -> tuple[Column, ...]:
        info = (self._module.dataset_infos or {}).get(config)
        features = info.features if info is not None and info.features else {}
        return tuple(Column(str(name), _type_name(feature)) for name, feature in features.items())


def _ask_library(repo_id: str, root: Path) -> Any:  # the library has no types
    from datasets.data_files import EmptyDatasetError
    from datasets.exceptions import DataFilesNotFoundError
    from datasets.load import dataset_module_factory
    from datasets.utils import tqdm

    # A progress bar without a lock of its own borrows one and deletes it again, under the feet of other threads' bars.
    tqdm.set_lock(_BARS)
    try:
        return dataset_module_factory(str(root))
    except (EmptyDatasetError, DataFilesNotFoundError) as error:
        raise _no_data(repo_id) from error
    except zipfile.BadZipFile as error:
        raise _unsupported(repo_id, "zip archives") from error
    except (ValueError, TypeError, KeyError, FileNotFoundError) as error:
        raise _unclear(repo_id) from error


def _resolve(builder_config: Any, repo_id: str, root: Path) -> Mapping[str, list[str]]:  # the library has no types
    from datasets.data_files import DataFilesPatternsDict, EmptyDatasetError

    try:
        files = builder_config.data_files or {}
        if isinstance(files, DataFilesPatternsDict):
            files = files.resolve(str(root / (builder_config.data_dir or "")))
        return cast("Mapping[str, list[str]]", files)
    except (EmptyDatasetError, FileNotFoundError) as error:
        raise _no_data(repo_id) from error


def _declared(repo_id: str, path: str, content: bytes) -> Json:
    """The ``configs`` that a card, or the file that overrides it, declares."""
    text = content.decode("utf-8", errors="replace").replace("\r\n", "\n")
    if path == CARD:
        found = FRONT_MATTER.match(text)
        text = found[1] if found else ""
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _unclear(repo_id) from error
    return cast("Json", told.get("configs")) if isinstance(told, dict) else None


def _refuse_foreign_files(repo_id: str, configs: Json) -> None:
    """Refuse what the library would look for on this machine's disk or on other servers."""
    for config in configs if isinstance(configs, list) else []:
        named = config if isinstance(config, dict) else {}
        text = [*_strings(named.get("data_files")), *_strings(named.get("data_dir"))]
        if any("://" in one or "::" in one or one.startswith(("/", "~")) or ".." in one.split("/") for one in text):
            raise UnsupportedFormat(f"The card of {repo_id} names files outside of it, which are not fetched.")


def _strings(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _strings(one)]
    return [text for one in value for text in _strings(one)] if isinstance(value, list) else []


def _options(builder_config: Any, reader: str) -> Options:  # the library has no types
    """What differs from the reader's own defaults, as far as it is known and is plain data."""
    defaults = type(builder_config)()
    chosen = {name: getattr(builder_config, name, None) for name in _READER_OPTIONS[reader]}
    return {
        name: _plain(value)
        for name, value in chosen.items()
        # A header of None says that there is none, which is not the same as saying nothing.
        if value != getattr(defaults, name, None) and isinstance(value, str | int | bool | list | dict | None)
    }


def _refuse_unread(repo_id: str, options: Options) -> None:
    """Refuse what would make other rows of the files than ours: left out silently, they would be read wrong."""
    unread = [name for name in ("comment", "sample_by") if options.get(name) is not None]
    if options.get("lineterminator") not in (None, "\n", "\r", "\r\n"):
        unread.append("lineterminator")
    unread += [name for name, value in options.items() if isinstance(value, Mapping)]
    encoding = options.get("encoding")
    if encoding is not None and not _is_encoding(encoding):
        unread.append("encoding")
    if unread:
        raise UnsupportedFormat(
            f"The card of {repo_id} asks for {unread[0]} = {options[unread[0]]!r}, by which files are not read here."
        )


def _is_encoding(name: Json) -> bool:
    try:
        "".encode(str(name))
    except LookupError:
        return False
    return True


def _plain(value: Any) -> Json:  # YAML of any shape
    """As JSON has it: YAML makes a date of what looks like one."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return cast("Json", value) if isinstance(value, str | int | float | None) else str(value)


def _type_name(feature: Any) -> str:  # the library has no types
    dtype = getattr(feature, "dtype", None)
    inner = getattr(feature, "feature", None)
    if inner is not None:
        return f"list<{_type_name(inner)}>"
    if isinstance(feature, dict):
        return "struct"
    if isinstance(feature, list):
        return f"list<{_type_name(feature[0])}>" if feature else "list"
    return str(dtype) if isinstance(dtype, str) else type(feature).__name__.lower()


class ExportLayout(Layout):
    """The Hub's own copy as Parquet (branch refs/convert/parquet): ``config/split/0000.parquet``."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._found: dict[str, dict[str, list[str]]] = {}
        for path in sorted(paths):
            if match := _EXPORT.fullmatch(path):
                split = match[2].replace("partial-", "partial_")
                self._found.setdefault(match[1], {}).setdefault(split, []).append(path)
        names = tuple(self._found)
        super().__init__(names, "default" if "default" in names else names[0] if len(names) == 1 else None)

    def read(self, config: str) -> ConfigLayout:
        """The files of ``config``; the Hub converts only the first part of very large splits, and names them so."""
        order = {"train": 0, "validation": 1, "test": 2}
        splits = sorted(self._found[config].items(), key=lambda item: (order.get(item[0], 3), item[0]))
        return ConfigLayout(config, "parquet", {}, {split: tuple(files) for split, files in splits}, ())


def _no_data(repo_id: str) -> NoData:
    return NoData(f"{repo_id} holds no data files that can be read as text data.")


def _unclear(repo_id: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"The card of {repo_id} does not say clearly how its files are to be read.")


def _unsupported(repo_id: str, found: str) -> UnsupportedFormat:
    return UnsupportedFormat(
        f"{repo_id} holds {found}, which is not text data: Parquet, JSON Lines, CSV, text and Arrow can be read."
    )
