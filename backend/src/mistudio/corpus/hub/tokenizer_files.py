"""Finds a tokenizer's files: in a repository on the Hub at one commit, or in a local folder.

Files from the Hub are verified by checksum and cached by commit; a cached commit needs no request. Only data is ever
read: a tokenizer that exists only as code is refused. Older vocabulary files are converted
(``mistudio.corpus.hub.conversion``).
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import CorruptFile, FieldError, NoTokenizer, UnsupportedTokenizer, ValidationFailed
from mistudio.corpus.hub.auto_tokenizer import AUTO_IDS, fetch_auto_ids
from mistudio.corpus.hub.client import HubClient
from mistudio.corpus.hub.conversion import CONVERTED, VOCABULARIES, convert_files
from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic
from mistudio.utils.hf_utils import RepoFile, validate_repo_id

TOKENIZER: Final = "tokenizer.json"
# Older repositories give the ids of special tokens only in the model's config.json.
_COMPANIONS: Final = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "config.json",
)
# The largest tokenizer.json in common use has 35 MB.
_MAX_BYTES: Final = 256 << 20
# Written after all other files of a commit. An earlier version did not fetch all of those that count.
_COMPLETE: Final = "complete-2"
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class TokenizerSource:
    """Where a tokenizer is: ``name`` is a repository id (``gpt2``, ``google/gemma-3-1b-pt``) or a local path.

    A path begins with ``/``, or with ``./`` for the allowed folder, and names a tokenizer.json or its folder.
    ``revision`` is a branch, tag or commit; None is the default branch.
    """

    name: str
    revision: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether it is a local path."""
        return self.name.startswith(("/", "./"))

    @property
    def is_pinned(self) -> bool:
        """Whether it names a commit, which never changes."""
        return self.revision is not None and _COMMIT.fullmatch(self.revision) is not None


@dataclass(frozen=True)
class TokenizerFiles:
    """The files' contents by name, and their origin; ``commit`` is None for local files."""

    name: str
    commit: str | None
    contents: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256 over all files: equal only if every file is."""
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in self.contents.items()}
        return hashlib.sha256(repr(sorted(sums.items())).encode()).hexdigest()


def find_files(source: TokenizerSource, *, token: str | None, cache_dir: Path, root: Path) -> TokenizerFiles:
    """Find the files of ``source``: local ones below ``root``, those of a pinned commit in ``cache_dir`` if cached.

    Raises NoTokenizer, ValidationFailed (field ``tokenizer``), CorruptFile, and the Hub's errors.
    """
    if source.is_local:
        return _read_local_files(source.name, root, cache_dir)
    if problem := validate_repo_id(source.name, bare=True):
        raise _invalid_name_error(problem)
    if is_cached(source, cache_dir):
        return _read_cache(source, cache_dir)
    return _fetch_files(source, token=token, cache_dir=cache_dir)


def is_cached(source: TokenizerSource, cache_dir: Path) -> bool:
    """Return whether ``source`` is a pinned commit whose files are in ``cache_dir``, so that it needs no request."""
    if not source.is_pinned or validate_repo_id(source.name, bare=True):
        return False
    folder = _cache_folder(cache_dir, source.name, source.revision or "")
    return (folder / _COMPLETE).is_file() and (folder / TOKENIZER).is_file()


@contextmanager
def _translate_errors(root: Path) -> Iterator[None]:
    """Translate the file system's errors about an invalid, too long or unreadable path into ValidationFailed."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise _invalid_name_error(f"This path cannot be used ({reason}). Enter a folder below {root}.") from error
    except (ValueError, RuntimeError) as error:
        # Characters that no path has (a NUL, half a surrogate pair), which the message omits; a circle of links.
        raise _invalid_name_error(f"This is not a path. Enter a folder below {root}.") from error


def _read_local_files(name: str, root: Path, cache_dir: Path) -> TokenizerFiles:
    with _translate_errors(root):
        named = Path(name) if name.startswith("/") else root / name
        path = (named / TOKENIZER if named.is_dir() else named).resolve()
        # The comparison comes after links are resolved, which may lead outside.
        if not path.is_relative_to(root.resolve()):
            raise _invalid_name_error(f"{name} is not below the data folder. Copy the tokenizer to a folder in {root}.")
        others = _COMPANIONS if path.is_file() else (*_COMPANIONS, *VOCABULARIES)
        contents = _read_local_contents(name, path, others, root.resolve())
        if TOKENIZER not in contents and not any(vocabulary in contents for vocabulary in VOCABULARIES):
            raise NoTokenizer(f"There is no {TOKENIZER} at {name}. Enter a folder that has one, or the file itself.")
    files = TokenizerFiles(name, None, contents)
    return _compare_local(files, cache_dir) if TOKENIZER in contents else _convert_local(files, cache_dir)


def _read_local_contents(name: str, path: Path, others: Sequence[str], root: Path) -> dict[str, bytes]:
    """Return the tokenizer at ``path`` and the files beside it, as far as they are there and below ``root``."""
    places = {TOKENIZER: path} | {other: (path.parent / other).resolve() for other in others}
    found = {each: place for each, place in places.items() if place.is_relative_to(root) and place.is_file()}
    if any(place.stat().st_size > _MAX_BYTES for place in found.values()):
        raise _too_large_error(name)
    return {each: place.read_bytes() for each, place in found.items()}


def _convert_local(files: TokenizerFiles, cache_dir: Path) -> TokenizerFiles:
    """Return ``files`` with the tokenizer.json made of them, now or earlier: equal files are converted once."""
    folder = cache_dir / "tokenizers" / "converted" / files.digest
    if not (folder / TOKENIZER).is_file():
        _write_files(_convert(files), folder)
    return TokenizerFiles(files.name, None, _read_folder(folder))


def _compare_local(files: TokenizerFiles, cache_dir: Path) -> TokenizerFiles:
    """Return ``files`` with AutoTokenizer's ids where they may differ; equal files are asked about once."""
    kept = cache_dir / "tokenizers" / "compared" / files.digest
    if kept.is_file():
        return replace(files, contents={**files.contents, AUTO_IDS: kept.read_bytes()})
    compared = _compare(files)
    if AUTO_IDS in compared.contents:
        ensure_dir(kept.parent)
        write_bytes_atomic(kept, compared.contents[AUTO_IDS])
    return compared


def _compare(files: TokenizerFiles) -> TokenizerFiles:
    found = fetch_auto_ids(files.contents)
    return files if found is None else replace(files, contents={**files.contents, AUTO_IDS: found})


def _convert(files: TokenizerFiles) -> TokenizerFiles:
    tokenizer, note = convert_files(files.name, files.contents)
    kept = {name: content for name, content in files.contents.items() if name in _COMPANIONS}
    return replace(files, contents={**kept, CONVERTED: json.dumps({"note": note}).encode(), TOKENIZER: tokenizer})


def _fetch_files(source: TokenizerSource, *, token: str | None, cache_dir: Path) -> TokenizerFiles:
    hub = HubClient(source.name, token, kind="model")
    info = hub.get_info(source.revision)
    listed = {file.path: file for file in info.files}
    vocabularies = (TOKENIZER,) if TOKENIZER in listed else VOCABULARIES
    if not any(vocabulary in listed for vocabulary in vocabularies):
        raise NoTokenizer(
            f"{info.repo_id} has no {TOKENIZER}. Choose a repository that has one (models saved by a recent "
            "transformers do), or convert this one and use it from a local folder."
        )
    if is_cached(pinned := TokenizerSource(info.repo_id, info.revision), cache_dir):
        return _read_cache(pinned, cache_dir)
    hub = hub.for_repository(info.repo_id)
    wanted = [listed[path] for path in (*_COMPANIONS, *vocabularies) if path in listed]
    if any(file.size > _MAX_BYTES for file in wanted):
        raise _too_large_error(info.repo_id)
    contents = {file.path: _fetch_file(hub, file, info.repo_id, info.revision) for file in wanted}
    files = TokenizerFiles(info.repo_id, info.revision, contents)
    files = _compare(files) if TOKENIZER in contents else _convert(files)
    folder = _cache_folder(cache_dir, info.repo_id, info.revision)
    _write_files(files, folder)
    write_bytes_atomic(folder / _COMPLETE, b"")
    return files


def _fetch_file(hub: HubClient, file: RepoFile, repo_id: str, commit: str) -> bytes:
    content = hub.get_file(file.path, commit, limit=_MAX_BYTES)
    if content is None or not _is_correct(file, content):
        raise CorruptFile(f"{file.path} of {repo_id} failed its checksum. Retry later.")
    return content


def _is_correct(file: RepoFile, content: bytes) -> bool:
    if file.sha256 is not None:
        return hashlib.sha256(content).hexdigest() == file.sha256
    blob = b"blob %d\0" % len(content) + content
    return file.git_sha1 in (None, hashlib.sha1(blob, usedforsecurity=False).hexdigest())


def _cache_folder(cache_dir: Path, repo_id: str, commit: str) -> Path:
    # Repository ids have no double hyphen, so that no two share a folder.
    return cache_dir / "tokenizers" / repo_id.replace("/", "--") / commit


def _write_files(files: TokenizerFiles, folder: Path) -> None:
    ensure_dir(folder)
    # The tokenizer comes last: if it is there, all the others are.
    for name in sorted(files.contents, key=lambda name: name == TOKENIZER):
        write_bytes_atomic(folder / name, files.contents[name])


def _read_cache(source: TokenizerSource, cache_dir: Path) -> TokenizerFiles:
    folder = _cache_folder(cache_dir, source.name, source.revision or "")
    return TokenizerFiles(source.name, source.revision, _read_folder(folder))


def _read_folder(folder: Path) -> dict[str, bytes]:
    names = [name for name in (TOKENIZER, CONVERTED, AUTO_IDS, *_COMPANIONS) if (folder / name).is_file()]
    return {name: (folder / name).read_bytes() for name in names}


def _invalid_name_error(problem: str) -> ValidationFailed:
    return ValidationFailed(problem, fields=[FieldError("tokenizer", problem)])


def _too_large_error(name: str) -> UnsupportedTokenizer:
    return UnsupportedTokenizer(
        f"The {TOKENIZER} of {name} is larger than {_MAX_BYTES >> 20} MB, which no tokenizer is. Choose another one."
    )
