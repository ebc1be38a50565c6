"""Checks what the Hub answers: the types, formats and sizes of every field that is used.

An answer may come from anybody who can change HF_ENDPOINT's traffic or fill a repository. Nothing of it is used before
it fits these models.
"""

import json
import re
import zlib
from collections.abc import Iterable
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from mistudio.utils.text import find_control

MAX_DEPTH: Final = 50
MAX_NODES: Final = 20_000
_MAX_SIZE: Final = (1 << 63) - 1
_MAX_PATH: Final = 4096
_MAX_PART: Final = 255
_MAX_FILES: Final = 200_000
_MAX_REFS: Final = 20_000

Answer = TypeVar("Answer", bound=BaseModel)
Tree = TypeVar("Tree")


class InvalidAnswer(ValueError):
    """An answer that does not fit; ``field`` is its place, such as ``siblings.3.size``."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


def check_path(path: str) -> str:
    """Return a file's path in a repository; raise ValueError if it cannot be one."""
    if control := find_control(path):
        raise ValueError(f"a file's name has a control character ({control})")
    parts = path.split("/")
    if any(part in ("", ".", "..") or len(part.encode()) > _MAX_PART for part in parts):
        raise ValueError(f"“{path[:100]}” is not a file's path")
    return path


def check_tree(value: Tree, *, nodes: int = MAX_NODES) -> Tree:
    """Return a value of at most ``nodes`` parts, nested at most 50 deep; raise ValueError for a larger one."""
    waiting: list[tuple[object, int]] = [(value, 1)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > nodes or depth > MAX_DEPTH:
            raise ValueError(f"it has more than {nodes:,} values, or is nested more than {MAX_DEPTH} deep")
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting.extend((child, depth + 1) for child in children)
    return value


def _check_name(name: str) -> str:
    if control := find_control(name):
        raise ValueError(f"a name has a control character ({control})")
    return name


_Path = Annotated[str, Field(min_length=1, max_length=_MAX_PATH), AfterValidator(check_path)]
_RefName = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_check_name)]
_Size = Annotated[int, Field(strict=True, ge=0, le=_MAX_SIZE)]
_Sha1 = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class HubAnswer(BaseModel):
    """Base of the answers. Validators are built when first needed: few processes ask the Hub."""

    model_config = ConfigDict(defer_build=True)


class LfsAnswer(HubAnswer):
    """The checksum of a file in LFS."""

    sha256: _Sha256


class FileAnswer(HubAnswer):
    """A file of a repository."""

    rfilename: _Path
    size: _Size
    blob_id: _Sha1 | None = Field(default=None, alias="blobId")
    lfs: LfsAnswer | None = None


class RepoAnswer(HubAnswer):
    """The description of a repository at a commit."""

    id: Annotated[str, Field(pattern=r"^[\w.-]{1,96}(/[\w.-]{1,96})?$")]
    sha: _Sha1
    private: Annotated[bool, Field(strict=True)] = False
    gated: Annotated[bool, Field(strict=True)] | Annotated[str, Field(max_length=100)] | None = None
    disabled: Annotated[bool, Field(strict=True)] | None = None
    card_data: Annotated[dict[str, JsonValue], AfterValidator(check_tree)] | None = Field(
        default=None, alias="cardData"
    )
    siblings: Annotated[list[FileAnswer], Field(max_length=_MAX_FILES)] = Field(default_factory=list)


class RefAnswer(HubAnswer):
    """A branch or tag."""

    name: _RefName


class RefsAnswer(HubAnswer):
    """The branches and tags of a repository."""

    branches: Annotated[list[RefAnswer], Field(max_length=_MAX_REFS)] = Field(default_factory=list)
    tags: Annotated[list[RefAnswer], Field(max_length=_MAX_REFS)] = Field(default_factory=list)


def read_answer(kind: type[Answer], body: bytes) -> Answer:
    """Return the answer in ``body``; raise InvalidAnswer, or JSONDecodeError for what is no answer of the Hub."""
    if not body.lstrip().startswith(b"{"):
        # A page of a proxy, for example.
        raise json.JSONDecodeError("no object", "", 0)
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise InvalidAnswer(".".join(map(str, first["loc"]))[:200], _describe(first["msg"])) from None


def _describe(message: str) -> str:
    plain = re.sub(r"^Value error, ", "", message)
    return plain[:1].lower() + plain[1:200]


def inflate(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return a body of at most ``limit`` bytes after decompression; raise InvalidAnswer for more."""
    unpack = _make_unpacker(encoding)
    found = bytearray()
    for chunk in chunks:
        found += unpack(chunk, limit + 1 - len(found))
        if len(found) > limit:
            raise InvalidAnswer("", f"the answer is larger than {limit:,} bytes")
    return bytes(found)


def _make_unpacker(encoding: str) -> "_Unpacker":
    if encoding not in ("", "identity", "gzip"):
        raise InvalidAnswer("Content-Encoding", f"“{encoding[:50]}” was not asked for")
    return _Unpacker(is_packed=encoding == "gzip")


class _Unpacker:
    """Decompresses chunk by chunk, never more than is asked for."""

    def __init__(self, *, is_packed: bool) -> None:
        self._inflater = zlib.decompressobj(wbits=31) if is_packed else None

    def __call__(self, chunk: bytes, limit: int) -> bytes:
        if self._inflater is None:
            return chunk
        try:
            return self._inflater.decompress(chunk, limit)
        except zlib.error as error:
            raise InvalidAnswer("Content-Encoding", "the answer is not gzip") from error
