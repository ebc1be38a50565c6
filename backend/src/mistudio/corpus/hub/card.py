"""What a repository's card says: the configs it declares, its licence and its description."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

import orjson

from mistudio.core.errors import Json, UnsupportedFormat
from mistudio.corpus.hub.errors import invalid_answer_error
from mistudio.corpus.hub.yaml_limits import load_yaml
from mistudio.utils.hf_answers import InvalidAnswer, check_tree

CARD: Final = "README.md"
OVERRIDES: Final = ".huggingface.yaml"
# The files whose declarations the ``datasets`` library reads.
INFOS: Final = "dataset_infos.json"
DECLARATIONS: Final = (CARD, OVERRIDES, INFOS)
# Their largest sizes. Some repositories list the figures of many configs in dataset_infos.json.
DECLARATION_BYTES: Final[Mapping[str, int]] = {CARD: 1 << 20, OVERRIDES: 1 << 20, INFOS: 8 << 20}
_FRONT_MATTER: Final = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
# The Hub client's own pattern, by which the ``datasets`` library finds a card's YAML.
_HUB_FRONT_MATTER: Final = re.compile(r"(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))")
_SPLIT: Final = re.compile(r"\w+(\.\w+)*")
_DECLARING: Final = frozenset(("configs", "dataset_info"))
_MAX_NAME: Final = 255
_MAX_PATTERN: Final = 1000
_MAX_INFO_NODES: Final = 500_000
_DESCRIPTION_CHARS: Final = 2000


def check_declarations(repo_id: str, declarations: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return which of the files declare configs or features.

    Raises InvalidRepository for files beyond the limits, which the ``datasets`` library does not have, and
    UnsupportedFormat for data outside the repository.
    """
    declaring = []
    for path in (CARD, OVERRIDES):
        fields = _load_fields(repo_id, path, declarations[path]) if path in declarations else None
        if isinstance(fields, dict):
            _check_configs(repo_id, path, cast("Json", fields.get("configs")))
        if fields and (not isinstance(fields, dict) or fields.keys() & _DECLARING):
            declaring.append(path)
    if INFOS in declarations:
        _check_infos(repo_id, declarations[INFOS])
        declaring.append(INFOS)
    return tuple(declaring)


def _check_configs(repo_id: str, path: str, configs: Json) -> None:
    for config in configs if isinstance(configs, list) else []:
        fields = config if isinstance(config, dict) else {}
        names = [*_list_strings(fields.get("data_files")), *_list_strings(fields.get("data_dir"))]
        if any(len(name) > _MAX_PATTERN for name in names):
            answer = InvalidAnswer("configs", f"a path has more than {_MAX_PATTERN:,} characters")
            raise invalid_answer_error(repo_id, answer, path=path)
        if any(_is_foreign(name) for name in names):
            raise UnsupportedFormat(
                f"The card of {repo_id} names files outside the repository, which are never fetched. "
                "Choose another repository."
            )
        _check_splits(repo_id, path, fields.get("data_files"))


def _check_splits(repo_id: str, path: str, data_files: Json) -> None:
    """Refuse split names that ``datasets`` refuses, and those that no file can be named after."""
    items = data_files if isinstance(data_files, list) else []
    for split in [item["split"] for item in items if isinstance(item, dict) and "split" in item]:
        if not isinstance(split, str) or len(split) > _MAX_NAME or not _SPLIT.fullmatch(split):
            answer = InvalidAnswer("configs.data_files.split", f"“{str(split)[:50]}” is not the name of a split")
            raise invalid_answer_error(repo_id, answer, path=path)


def _load_fields(repo_id: str, path: str, content: bytes) -> Any:  # YAML of any shape
    try:
        text = content.decode("utf-8-sig")
        if path == CARD:
            front_matter = _HUB_FRONT_MATTER.match(text)
            text = front_matter[2] if front_matter else ""
        return load_yaml(text, path)
    except UnicodeDecodeError as error:
        answer = InvalidAnswer("", f"it is not UTF-8 (byte {error.start:,})")
        raise invalid_answer_error(repo_id, answer, path=path) from error
    except InvalidAnswer as error:
        raise invalid_answer_error(repo_id, error) from error


def _check_infos(repo_id: str, content: bytes) -> None:
    try:
        infos = orjson.loads(content)
        check_tree(infos, nodes=_MAX_INFO_NODES)
    except ValueError as error:
        raise invalid_answer_error(repo_id, InvalidAnswer("", str(error)[:200]), path=INFOS) from error
    if not isinstance(infos, dict):
        raise invalid_answer_error(repo_id, InvalidAnswer("", "it is not an object"), path=INFOS)


def _list_strings(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _list_strings(item)]
    return [text for item in value for text in _list_strings(item)] if isinstance(value, list) else []


def _is_foreign(name: str) -> bool:
    return "://" in name or "::" in name or name.startswith(("/", "~")) or ".." in name.split("/")


def read_license(fields: Mapping[str, Any]) -> str | None:  # YAML of any shape
    """Return the licence in a card's fields, several separated by commas."""
    value = fields.get("license")
    if value == "other" and fields.get("license_name"):
        value = fields["license_name"]
    names = value if isinstance(value, list) else [value]
    return ", ".join(str(name) for name in names if name) or None


def read_description(card: bytes | None) -> str | None:
    """Return the first 2,000 characters of a card's text."""
    if card is None:
        return None
    text = _FRONT_MATTER.sub("", card.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")).strip()
    if len(text) <= _DESCRIPTION_CHARS:
        return text or None
    return text[:_DESCRIPTION_CHARS].rsplit(maxsplit=1)[0] + " …"
