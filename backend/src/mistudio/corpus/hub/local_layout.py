"""Finds the splits of files outside the Hub by the rules of a Hub repository: its card, else its names.

A folder is laid out as the ``datasets`` library does it. Where the library drops a file without a word, the reason is
returned. Files that the user gave one by one are all read: those that the library drops are laid out by themselves.
Only the planner's child imports this module.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from mistudio.core.errors import ConfigRequired, MiStudioError, UnknownConfig, UnsupportedFormat
from mistudio.corpus.hub.card import check_declarations
from mistudio.corpus.hub.layout import Layout, read_layout
from mistudio.corpus.hub.plan_types import FileLayout, LaidOutFile, LayoutRequest
from mistudio.corpus.hub.virtual_files import add_virtual_files, open_planning_folder, remove_virtual_files

_CUSTOM_SHARD: Final = re.compile(r"(data/)([^/]+)(-\d{5}-of-\d{5}[^/]*\.[^/]*)")
_NOT_IN_NAMES: Final = re.compile(r"[^\w.]+")


def lay_out_files(request: LayoutRequest) -> FileLayout:
    """Return the split of each file, by the card if it declares configs or features.

    Raises ConfigRequired if the user must choose a config, UnknownConfig, NoData, UnsupportedFormat, InvalidRepository.
    """
    declarations = {path: text.encode("utf-8", "surrogateescape") for path, text in request.declarations.items()}
    with open_planning_folder() as folder:
        if check_declarations(request.name, declarations):
            return _lay_out_by_card(request, declarations, folder)
        if request.config is not None:
            raise UnknownConfig(f"{request.name} has no card that declares configs.", extra={"choices": []})
        return _lay_out_by_names(request, folder)


def _lay_out_by_card(request: LayoutRequest, declarations: Mapping[str, bytes], folder: Path) -> FileLayout:
    # A script of this name would be refused, and is never run here.
    paths = [path for path in request.paths if not path.endswith(".py")]
    layout = read_layout(request.name, paths, declarations, folder)
    config = request.config or layout.default
    listed = ", ".join(layout.configs)
    if config is None:
        detail = f"The card of {request.name} declares several configs and no default: {listed}. Choose one."
        raise ConfigRequired(detail, extra={"choices": list(layout.configs)})
    if config not in layout.configs:
        detail = f"The card of {request.name} has no config “{config}”. Its configs: {listed}."
        raise UnknownConfig(detail, extra={"choices": list(layout.configs)})
    chosen = layout.read(config)
    files = tuple(
        LaidOutFile(path, split, chosen.format, chosen.options)
        for split, found in chosen.splits.items()
        for path in sorted(set(found))
    )
    return FileLayout(config, layout.configs, files, _list_other_configs(layout, config), chosen.features)


def _list_other_configs(layout: Layout, config: str) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for other in layout.configs:
        if other == config:
            continue
        try:
            splits = layout.read(other).splits
        except MiStudioError:
            continue
        for path in (path for found in splits.values() for path in found):
            reasons.setdefault(path, f"It belongs to the config {other}.")
    return reasons


def _lay_out_by_names(request: LayoutRequest, folder: Path) -> FileLayout:
    # The library refuses other names of splits, and says no more than that.
    aliases = {_name_alias(path): path for path in request.data_paths}
    remaining, files, left_out = sorted(aliases), [], dict[str, str]()
    for number in range(1 if request.is_folder else len(aliases)):
        splits = _find_splits(remaining, folder / str(number))
        for split, found in splits.items():
            kept = _select_format(found, split, left_out) if request.is_folder else found
            files += [LaidOutFile(aliases[path], split) for path in sorted(set(kept))]
        taken = {path for found in splits.values() for path in found}
        remaining = [path for path in remaining if path not in taken]
        if not taken or not remaining:
            break
    for path in remaining:
        left_out[path] = "Its name tells no split, unlike those of the files that are read."
    return FileLayout(None, (), tuple(files), {aliases[path]: reason for path, reason in left_out.items()})


def _name_alias(path: str) -> str:
    """Return the path with a split's name that the library accepts."""
    return _CUSTOM_SHARD.sub(lambda match: match[1] + _NOT_IN_NAMES.sub("_", match[2]) + match[3], path)


def _find_splits(paths: Sequence[str], folder: Path) -> dict[str, list[str]]:
    """Return the files of each split by the library's patterns for names."""
    from datasets.data_files import DataFilesDict, get_data_patterns
    from datasets.packaged_modules import _ALL_ALLOWED_EXTENSIONS

    folder.mkdir()
    root = folder.resolve().as_posix()
    add_virtual_files(folder, paths)
    try:
        patterns = get_data_patterns(root)
        found = DataFilesDict.from_patterns(patterns, base_path=root, allowed_extensions=_ALL_ALLOWED_EXTENSIONS)
    except FileNotFoundError:
        return {}
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise UnsupportedFormat(f"The files cannot be sorted into splits: {reason}") from error
    finally:
        remove_virtual_files(folder)
    return {str(split): [path.removeprefix(f"{root}/") for path in files] for split, files in found.items()}


def _select_format(paths: Iterable[str], split: str, left_out: dict[str, str]) -> list[str]:
    """Return the files in the format that the library reads the split in, and note why the others are left out."""
    from datasets.load import infer_module_for_data_files_list
    from datasets.packaged_modules import _MODULE_TO_EXTENSIONS

    found = list(paths)
    # The library would open an archive, which is not here.
    module, _options = infer_module_for_data_files_list([path for path in found if not _is_archive(path)])
    if module is None:
        return found
    suffixes = set(_MODULE_TO_EXTENSIONS.get(module, ()))
    kept = [
        path
        for path in found
        if _is_archive(path) or suffixes & {f".{part}" for part in Path(path).name.lower().split(".")[1:]}
    ]
    for path in set(found) - set(kept):
        left_out[path] = f"The split {split} is read as {module}: one split has files of one format."
    return kept


def _is_archive(path: str) -> bool:
    return path.lower().endswith(".zip")
