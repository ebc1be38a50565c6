"""A tokenizer's files: from a repository on the Hub at one commit, or from a folder of this machine.

What came from the Hub was verified by its checksum and is kept under its commit; using a pinned commit again asks
nobody. Only data is ever read: a tokenizer that exists as code alone is refused.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.core.errors import CorruptFile, FieldError, NoTokenizer, UnsupportedTokenizer, ValidationFailed
from mistudio.corpus.hub.client import HubQuestions
from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic
from mistudio.utils.hf_utils import RepoFile, validate_repo_id

TOKENIZER: Final = "tokenizer.json"
# The model's own config.json is read for the ids of special tokens, which older repositories give nowhere else.
_BESIDE: Final = ("tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "config.json")
# The largest tokenizer.json in common use has 35 MB.
_MOST_BYTES: Final = 256 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class TokenizerSource:
    """Which tokenizer: ``name`` is a repository id (``gpt2``, ``google/gemma-3-1b-pt``) or a path on this machine.

    A path begins with ``/``, or with ``./`` for the allowed folder, and names a tokenizer.json or the folder that
    holds one. ``revision`` is a branch, tag or commit; None is the default branch.
    """

    name: str
    revision: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether it is a path on this machine."""
        return self.name.startswith(("/", "./"))

    @property
    def is_pinned(self) -> bool:
        """Whether it names a commit, which never changes."""
        return self.revision is not None and _COMMIT.fullmatch(self.revision) is not None


@dataclass(frozen=True)
class TokenizerFiles:
    """The files' contents by name, and where they came from; ``commit`` is None for those of this machine."""

    name: str
    commit: str | None
    contents: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256 of all that they hold: equal where every file is."""
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in self.contents.items()}
        return hashlib.sha256(repr(sorted(sums.items())).encode()).hexdigest()


def find_files(source: TokenizerSource, *, token: str | None, cache_dir: Path, root: Path) -> TokenizerFiles:
    """The files of ``source``: a local one's below ``root``, a pinned commit's from ``cache_dir`` where they are there.

    Raises NoTokenizer, ValidationFailed (field ``tokenizer``), CorruptFile, and the Hub's errors.
    """
    if source.is_local:
        return _local_files(source.name, root)
    if problem := validate_repo_id(source.name, bare=True):
        raise _invalid(problem)
    if is_kept(source, cache_dir):
        return _kept_files(source, cache_dir)
    return _fetch_files(source, token=token, cache_dir=cache_dir)


def is_kept(source: TokenizerSource, cache_dir: Path) -> bool:
    """Whether ``source`` is a pinned commit whose files are in ``cache_dir``: then the Hub need not be asked."""
    if not source.is_pinned or validate_repo_id(source.name, bare=True):
        return False
    return (_folder(cache_dir, source.name, source.revision or "") / TOKENIZER).is_file()


@contextmanager
def _translate_errors(root: Path) -> Iterator[None]:
    """What the file system says to a path that is none, too long or closed to us, as the caller's mistake."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise _invalid(f"This path cannot be used ({reason}): give a folder below {root}.") from error
    except (ValueError, RuntimeError) as error:
        # Characters that no path has (a NUL, half a surrogate pair), which are not shown again; links in a circle.
        raise _invalid(f"This is not a path: give a folder below {root}.") from error


def _local_files(name: str, root: Path) -> TokenizerFiles:
    with _translate_errors(root):
        return _read_local(name, root)


def _read_local(name: str, root: Path) -> TokenizerFiles:
    place = Path(name) if name.startswith("/") else root / name
    path = (place / TOKENIZER if place.is_dir() else place).resolve()
    # Links are followed before the comparison: one that leads outside is outside.
    if not path.is_relative_to(root.resolve()):
        raise _invalid(f"{name} is not below the data folder: copy the tokenizer to a folder in {root}.")
    if not path.is_file():
        raise NoTokenizer(f"There is no {TOKENIZER} at {name}: give a folder that holds one, or the file itself.")
    if path.stat().st_size > _MOST_BYTES:
        raise _too_large(name)
    contents = {TOKENIZER: path.read_bytes()}
    for beside in _BESIDE:
        other = (path.parent / beside).resolve()
        if other.is_relative_to(root.resolve()) and other.is_file():
            contents[beside] = other.read_bytes()
    return TokenizerFiles(name, None, contents)


def _fetch_files(source: TokenizerSource, *, token: str | None, cache_dir: Path) -> TokenizerFiles:
    questions = HubQuestions(source.name, token, kind="model")
    info = questions.info(source.revision)
    listed = {file.path: file for file in info.files}
    if TOKENIZER not in listed:
        raise NoTokenizer(
            f"{info.repo_id} has no {TOKENIZER}: choose a repository that has one (models saved by a recent "
            "transformers do), or convert this one and use it from a folder."
        )
    if listed[TOKENIZER].size > _MOST_BYTES:
        raise _too_large(info.repo_id)
    if is_kept(pinned := TokenizerSource(info.repo_id, info.revision), cache_dir):
        return _kept_files(pinned, cache_dir)
    questions = questions.about(info.repo_id)
    wanted = [listed[path] for path in (*_BESIDE, TOKENIZER) if path in listed]
    contents = {file.path: _fetch_file(questions, file, info.repo_id, info.revision) for file in wanted}
    files = TokenizerFiles(info.repo_id, info.revision, contents)
    _keep_files(files, _folder(cache_dir, info.repo_id, info.revision))
    return files


def _fetch_file(questions: HubQuestions, file: RepoFile, repo_id: str, commit: str) -> bytes:
    content = questions.file(file.path, commit)
    if content is None or not _is_whole(file, content):
        raise CorruptFile(f"{file.path} of {repo_id} did not arrive as the Hub describes it: try again.")
    return content


def _is_whole(file: RepoFile, content: bytes) -> bool:
    if file.sha256 is not None:
        return hashlib.sha256(content).hexdigest() == file.sha256
    blob = b"blob %d\0" % len(content) + content
    return file.git_sha1 in (None, hashlib.sha1(blob, usedforsecurity=False).hexdigest())


def _folder(cache_dir: Path, repo_id: str, commit: str) -> Path:
    # Ids have no double hyphen, so that no two of them share a folder.
    return cache_dir / "tokenizers" / repo_id.replace("/", "--") / commit


def _keep_files(files: TokenizerFiles, folder: Path) -> None:
    ensure_dir(folder)
    # The tokenizer itself comes last: where it stands, all the others do.
    for name in sorted(files.contents, key=lambda name: name == TOKENIZER):
        write_bytes_atomic(folder / name, files.contents[name])


def _kept_files(source: TokenizerSource, cache_dir: Path) -> TokenizerFiles:
    folder = _folder(cache_dir, source.name, source.revision or "")
    names = [name for name in (TOKENIZER, *_BESIDE) if (folder / name).is_file()]
    return TokenizerFiles(source.name, source.revision, {name: (folder / name).read_bytes() for name in names})


def _invalid(problem: str) -> ValidationFailed:
    return ValidationFailed(problem, fields=[FieldError("tokenizer", problem)])


def _too_large(name: str) -> UnsupportedTokenizer:
    return UnsupportedTokenizer(
        f"The {TOKENIZER} of {name} is larger than {_MOST_BYTES >> 20} MB: that is no tokenizer."
    )
