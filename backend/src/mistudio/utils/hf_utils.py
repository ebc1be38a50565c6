"""Requests to the Hugging Face Hub that need no download, and checks of repository ids.

``HF_ENDPOINT`` names the Hub at the time of a request. The client library is imported at the first request, because the
server itself only checks ids. Errors are the client library's own; ``mistudio.corpus.hub.errors`` translates them.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn
from urllib.parse import quote

if TYPE_CHECKING:
    import httpx2

    from mistudio.utils.hf_answers import FileAnswer, RepoAnswer

# The Hub's own rule: letters, digits, "-", "_" and "."; no leading or trailing "-" or "."; no "--" or ".."; 96 at most.
_NAME = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_MAX_NAME = 96
# The rules of git check-ref-format.
_NO_REF = re.compile(r"\.\.|@\{|[\x00-\x20\x7f~^:?*\[\\]")
# The client reads this at its import. Without it, it tells the Hub about this machine's environment.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

_ANSWER_SECONDS: Final = 10.0
# Of answers after decompression: a file's entry has some 300 bytes.
_ANSWER_BYTES: Final = 64 << 20
_BODY_HEADERS: Final = ("content-encoding", "content-length", "transfer-encoding")

RepoKind = Literal["dataset", "model"]
_PAGES: Final[Mapping[RepoKind, str]] = {"dataset": "datasets/", "model": ""}


@dataclass(frozen=True)
class RepoFile:
    """A file of a repository at a commit: its size in bytes, and its SHA-256 (LFS) or its blob id in Git."""

    path: str
    size: int
    sha256: str | None
    git_sha1: str | None


@dataclass(frozen=True)
class RepoInfo:
    """A repository at a commit: its present name, every file, and the card's metadata (YAML)."""

    repo_id: str
    revision: str
    private: bool
    gated: bool
    disabled: bool
    card_data: Mapping[str, Any]  # YAML of any shape
    files: tuple[RepoFile, ...]


def validate_repo_id(repo_id: str, *, bare: bool = False) -> str | None:
    """Return why ``repo_id`` cannot be a repository id, None if it can.

    Dataset ids have the form ``namespace/name``; ``bare`` also allows one part (``gpt2``).
    """
    if not repo_id:
        return "Enter a repository ID such as roneneldan/TinyStories."
    parts = repo_id.split("/")
    if len(parts) > 2 or (len(parts) == 1 and not bare):
        return f"“{repo_id}” is not a repository ID. Use the form namespace/name, such as roneneldan/TinyStories."
    if any(len(part) > _MAX_NAME or not _NAME.fullmatch(part) for part in parts) or repo_id.endswith(".git"):
        return (
            f"“{repo_id}” is not a repository ID. Each part may have letters, digits, “-”, “_” and “.”, "
            "must not begin or end with “-” or “.”, and is at most 96 characters long."
        )
    return None


def check_repo_id(value: object) -> str:
    """Return ``value`` as a dataset's repository id, trimmed and reduced from a pasted Hub URL. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("The repository ID must be text.")  # noqa: TRY004 (Pydantic shows ValueError only)
    repo_id = re.sub(r"^https?://[^/]+/datasets/([^/]+/[^/?#]+).*$", r"\1", value.strip())
    if problem := validate_repo_id(repo_id):
        raise ValueError(problem)
    return repo_id


def check_revision(revision: str) -> str:
    """Return ``revision`` if git could have a branch, tag or commit of this name; else raise ValueError."""
    parts = revision.split("/")
    is_invalid = _NO_REF.search(revision) or revision in ("@", "") or revision.startswith("-")
    if is_invalid or any(not part or part.startswith(".") or part.endswith((".", ".lock")) for part in parts):
        raise ValueError(f"“{revision[:100]}” cannot be a branch, tag or commit. Enter one such as main.")
    return revision


def hub_endpoint() -> str:
    """Return the Hub's address without a slash at its end."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def hub_page(repo_id: str, kind: RepoKind = "dataset") -> str:
    """Return the address of the repository's web page."""
    return f"{hub_endpoint()}/{_PAGES[kind]}{repo_id}"


def hub_headers(token: str | None) -> dict[str, str]:
    """Return the headers for a request to the Hub, with ``token`` or else the server owner's own one, if any."""
    # The package exports this lazily, which the type checker cannot see.
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    headers: dict[str, str] = build_hf_headers(token=token, library_name="mistudio")
    return headers


def check_repo_exists(
    repo_id: str, *, kind: RepoKind = "dataset", token: str | None = None, seconds: float = _ANSWER_SECONDS
) -> bool:
    """Return whether the repository exists for this token. Raises the client's errors for all other refusals."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        hub_get(f"/api/{kind}s/{repo_id}", token=token, seconds=seconds)
    except RepositoryNotFoundError:
        return False
    return True


def get_repo_info(
    repo_id: str,
    *,
    kind: RepoKind = "dataset",
    revision: str | None = None,
    token: str | None = None,
    seconds: float = _ANSWER_SECONDS,
) -> RepoInfo:
    """Return the repository at ``revision`` (default: its main branch), with all files and the card's YAML.

    It is one request, so everything belongs to one commit. Raises the client library's errors, and InvalidAnswer.
    """
    from mistudio.utils.hf_answers import RepoAnswer, read_answer

    at = "" if revision is None else f"/revision/{quote(revision, safe='')}"
    body = hub_get(f"/api/{kind}s/{repo_id}{at}?blobs=true", token=token, seconds=seconds)
    return _to_repo_info(read_answer(RepoAnswer, body))


def get_repo_file(
    repo_id: str,
    path: str,
    *,
    revision: str,
    kind: RepoKind = "dataset",
    token: str | None = None,
    seconds: float = _ANSWER_SECONDS,
    limit: int = _ANSWER_BYTES,
) -> bytes:
    """Return a file's content of at most ``limit`` bytes. Raises the client library's errors, and InvalidAnswer."""
    address = f"/{_PAGES[kind]}{repo_id}/resolve/{quote(revision, safe='')}/{quote(path)}"
    return hub_get(address, token=token, seconds=seconds, limit=limit)


def get_ref_names(
    repo_id: str, *, kind: RepoKind = "dataset", token: str | None = None, seconds: float = _ANSWER_SECONDS
) -> list[str]:
    """Return the names of branches, then of tags. Raises the client library's errors, and InvalidAnswer."""
    from mistudio.utils.hf_answers import RefsAnswer, read_answer

    # The client's own function has no time limit.
    refs = read_answer(RefsAnswer, hub_get(f"/api/{kind}s/{repo_id}/refs", token=token, seconds=seconds))
    return [ref.name for ref in (*refs.branches, *refs.tags)]


def hub_get(path: str, *, token: str | None, seconds: float = _ANSWER_SECONDS, limit: int = _ANSWER_BYTES) -> bytes:
    """Return the body of a GET request to the Hub, which may pause for ``seconds``, of at most ``limit`` bytes.

    Raises the client library's errors for every refusal, and InvalidAnswer for a longer body.
    """
    from huggingface_hub import get_session

    from mistudio.utils.hf_answers import inflate

    headers = {**hub_headers(token), "Accept-Encoding": "gzip"}
    with get_session().stream("GET", f"{hub_endpoint()}{path}", headers=headers, timeout=seconds) as response:
        if not response.is_success:
            _raise_refusal(response)
        return inflate(response.iter_raw(), response.headers.get("Content-Encoding", ""), limit)


def _raise_refusal(response: "httpx2.Response") -> NoReturn:
    """Raise the client's error for a refusal, without its body, which has no limit."""
    import httpx2
    from huggingface_hub import hf_raise_for_status

    headers = {name: value for name, value in response.headers.items() if name.lower() not in _BODY_HEADERS}
    bare = httpx2.Response(response.status_code, headers=headers, request=response.request)
    hf_raise_for_status(bare)
    raise httpx2.HTTPStatusError(f"status {response.status_code}", request=response.request, response=bare)


def _to_repo_info(info: "RepoAnswer") -> RepoInfo:
    return RepoInfo(
        repo_id=info.id,
        revision=info.sha,
        private=info.private,
        gated=bool(info.gated),
        disabled=bool(info.disabled),
        card_data={name: value for name, value in (info.card_data or {}).items() if value is not None},
        files=tuple(map(_to_repo_file, info.siblings)),
    )


def _to_repo_file(file: "FileAnswer") -> RepoFile:
    sha256 = file.lfs.sha256 if file.lfs else None
    return RepoFile(file.rfilename, file.size, sha256, None if sha256 else file.blob_id)
