"""Members of a zip archive that hold data, within limits on their number, their size and their compression."""

import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import BinaryIO, Final, cast

from mistudio.core.errors import InvalidData, UnsupportedFormat

# Formats of members, by suffix.
MEMBER_FORMATS: Final = {
    ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json", ".txt": "text",
}  # fmt: skip
MAX_MEMBERS: Final = 10_000
MAX_BYTES: Final = 256 << 30
# Deflate reaches 1,032; text that people write hardly compresses to less than a fiftieth.
MAX_RATIO: Final = 200
_RATIO_FROM_BYTES: Final = 64 << 20
_PACKED: Final = frozenset({".zip", ".gz", ".zst", ".bz2", ".xz", ".lz4", ".tar", ".tgz", ".7z", ".rar"})
_COLUMNAR: Final = frozenset({".parquet", ".arrow"})
_ABOUT: Final = ("readme", "license", "licence", "notice", "changelog", "citation")
_UNPACK: Final = "Unpack it and import the files in it."


def list_members(raw: BinaryIO, label: str) -> list[str]:
    """Return the names of the archive's members that hold data, all of one format, in order of their names.

    Raises InvalidData for a damaged archive or one beyond the limits, UnsupportedFormat for what cannot be read.
    """
    infos = [info for info in _read_directory(raw, label) if not info.is_dir() and not _is_hidden(info.filename)]
    _check_limits(infos, label)
    return _choose_members([info.filename for info in infos], label)


def detect_member_format(raw: BinaryIO, label: str) -> str:
    """Return the format of the archive's members; raises what ``list_members`` raises."""
    return MEMBER_FORMATS[_get_suffix(list_members(raw, label)[0])]


def open_member(raw: BinaryIO, member: str, label: str) -> BinaryIO:
    """Open a member of the archive for reading."""
    try:
        return cast("BinaryIO", zipfile.ZipFile(raw).open(member))
    except (NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        raise UnsupportedFormat(f"{label}: {member} cannot be unpacked ({error}). {_UNPACK}") from error


def _read_directory(raw: BinaryIO, label: str) -> list[zipfile.ZipInfo]:
    try:
        return zipfile.ZipFile(raw).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InvalidData(f"{label} is a damaged or incomplete zip archive ({error}). Get a new copy.") from error


def _check_limits(infos: Iterable[zipfile.ZipInfo], label: str) -> None:
    listed = list(infos)
    if len(listed) > MAX_MEMBERS:
        raise InvalidData(f"{label} holds {len(listed):,} files; at most {MAX_MEMBERS:,} are read. {_UNPACK}")
    if any(info.flag_bits & 1 for info in listed):
        raise UnsupportedFormat(f"{label} is encrypted. {_UNPACK}")
    plain, packed = sum(info.file_size for info in listed), sum(info.compress_size for info in listed)
    if plain > MAX_BYTES or (plain > _RATIO_FROM_BYTES and plain > MAX_RATIO * packed):
        raise InvalidData(
            f"{label} unpacks to {plain >> 20:,} MB from {packed / (1 << 20):,.1f} MB, beyond the limits of "
            f"{MAX_BYTES >> 30} GB and {MAX_RATIO} times its size. {_UNPACK}"
        )


def _choose_members(names: list[str], label: str) -> list[str]:
    if packed := next((name for name in names if _get_suffix(name) in _PACKED), None):
        raise UnsupportedFormat(f"{label} holds another archive ({packed}). {_UNPACK}")
    if columnar := next((name for name in names if _get_suffix(name) in _COLUMNAR), None):
        raise UnsupportedFormat(f"{label} holds {columnar}; of archives only text formats are read. {_UNPACK}")
    found = [name for name in names if _get_suffix(name) in MEMBER_FORMATS and not _is_about(name)]
    formats = sorted({MEMBER_FORMATS[_get_suffix(name)] for name in found})
    if not found:
        accepted = ", ".join(MEMBER_FORMATS)
        raise UnsupportedFormat(f"{label} holds no file that can be read ({accepted}). {_UNPACK}")
    if len(formats) > 1:
        raise UnsupportedFormat(f"{label} holds files of several formats ({', '.join(formats)}). {_UNPACK}")
    return sorted(found)


def _get_suffix(name: str) -> str:
    return PurePosixPath(name.lower()).suffix


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _is_about(name: str) -> bool:
    return PurePosixPath(name.lower()).stem in _ABOUT
