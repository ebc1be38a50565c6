"""What a repository's card says: the configs it declares, its licence and its description."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from mistudio.core.errors import Json, UnsupportedFormat

CARD: Final = "README.md"
OVERRIDES: Final = ".huggingface.yaml"
# The files whose declarations the ``datasets`` library reads.
DECLARATIONS: Final = (CARD, OVERRIDES, "dataset_infos.json")
_FRONT_MATTER: Final = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_DESCRIPTION_CHARS: Final = 2000


def refuse_foreign_files(repo_id: str, declarations: Mapping[str, bytes]) -> None:
    """Raise UnsupportedFormat if a config names files on the local disk or on other servers."""
    for path in (CARD, OVERRIDES):
        configs = _read_configs(repo_id, path, declarations.get(path, b""))
        for config in configs if isinstance(configs, list) else []:
            fields = config if isinstance(config, dict) else {}
            names = [*_list_strings(fields.get("data_files")), *_list_strings(fields.get("data_dir"))]
            if any(_is_foreign(name) for name in names):
                raise UnsupportedFormat(
                    f"The card of {repo_id} names files outside the repository, which are never fetched. "
                    "Choose another repository."
                )


def _read_configs(repo_id: str, path: str, content: bytes) -> Json:
    """Return the ``configs`` that a card, or the file that overrides it, declares."""
    text = content.decode("utf-8", errors="replace").replace("\r\n", "\n")
    if path == CARD:
        front_matter = _FRONT_MATTER.match(text)
        text = front_matter[1] if front_matter else ""
    try:
        fields = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise unclear_card_error(repo_id) from error
    return cast("Json", fields.get("configs")) if isinstance(fields, dict) else None


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


def unclear_card_error(repo_id: str) -> UnsupportedFormat:
    """Return the error for a card that the ``datasets`` library cannot follow."""
    return UnsupportedFormat(
        f"The card of {repo_id} does not say clearly how to read its files. Report it to the repository's owner."
    )
