"""Options of a format's reader, as a card declares them for one config."""

from collections.abc import Mapping
from typing import Any, Final, cast

from mistudio.core.errors import Json, UnsupportedFormat
from mistudio.corpus.hub.plan_types import Options
from mistudio.utils.text import shorten

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


def read_options(builder_config: Any, reader: str) -> Options:  # the library has no types
    """Return the known options that differ from the defaults of ``reader``, as plain JSON values."""
    defaults = type(builder_config)()
    chosen = {name: getattr(builder_config, name, None) for name in _READER_OPTIONS[reader]}
    return {
        name: _to_json(value)
        for name, value in chosen.items()
        # A header of None says that there is none, unlike no option at all.
        if value != getattr(defaults, name, None) and isinstance(value, str | int | bool | list | dict | None)
    }


def select_known_options(options: Options, reader: str) -> dict[str, Json]:
    """Return those of ``options`` that the readers of this format know."""
    return {name: value for name, value in options.items() if name in _READER_OPTIONS[reader]}


def refuse_unsupported_options(repo_id: str, options: Options) -> None:
    """Raise UnsupportedFormat for an option that our readers lack: without it they would read other rows."""
    unsupported = ["comment"] if options.get("comment") is not None else []
    if options.get("sample_by", "line") not in ("line", "paragraph", "document"):
        unsupported.append("sample_by")
    if options.get("lineterminator") not in (None, "\n", "\r", "\r\n"):
        unsupported.append("lineterminator")
    unsupported += [name for name, value in options.items() if isinstance(value, Mapping)]
    encoding = options.get("encoding")
    if encoding is not None and not _is_encoding(encoding):
        unsupported.append("encoding")
    if unsupported:
        name = unsupported[0]
        value = shorten(repr(options[name]), 100)
        raise UnsupportedFormat(
            f"The card of {repo_id} sets {name} = {value}, which is not supported. Choose another config."
        )


def _is_encoding(name: Json) -> bool:
    try:
        "".encode(str(name))
    except LookupError:
        return False
    return True


def _to_json(value: Any) -> Json:  # YAML of any shape
    """Return ``value`` as JSON has it; YAML turns text that looks like a date into one."""
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _to_json(item) for name, item in value.items()}
    return cast("Json", value) if isinstance(value, str | int | float | None) else str(value)
