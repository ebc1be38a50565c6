"""A repository of the test Hub: files at commits, branches that move, and access rights."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types, and nothing of ours depends on them

Kind = Literal["datasets", "models"]

LFS_SUFFIXES = (".parquet", ".arrow", ".gz", ".zst", ".zip", ".bin", ".bz2", ".xz", ".tar")
LFS_BYTES = 10 << 20
CHUNK = 1 << 20


@dataclass(frozen=True)
class RepoFile:
    """One file's content, in memory or on disk; LFS stores large and binary files, as on the Hub."""

    content: bytes | Path
    lfs: bool

    @cached_property
    def size(self) -> int:
        """The number of its bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    @cached_property
    def sha256(self) -> str:
        """The file's oid in LFS."""
        return self._hash(hashlib.sha256())

    @cached_property
    def git_sha1(self) -> str:
        """The blob's name in git."""
        return self._hash(hashlib.sha1(b"blob %d\0" % self.size))

    @property
    def etag(self) -> str:
        """The checksum that the Hub sends as ETag."""
        return self.sha256 if self.lfs else self.git_sha1

    def _hash(self, digest: Any) -> str:  # hashlib's own type is private
        if isinstance(self.content, bytes):
            digest.update(self.content)
        else:
            with self.content.open("rb") as file:
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
        return str(digest.hexdigest())

    def describe_entry(self, path: str) -> dict[str, Any]:
        """Return the file as in a tree listing."""
        shown: dict[str, Any] = {"type": "file", "path": path, "size": self.size, "oid": self.git_sha1}
        if self.lfs:
            shown["lfs"] = {"oid": self.sha256, "size": self.size, "pointerSize": 134}
        return shown

    def describe_sibling(self, path: str, *, blobs: bool) -> dict[str, Any]:
        """Return the file as in a repository's description."""
        if not blobs:
            return {"rfilename": path}
        shown: dict[str, Any] = {"rfilename": path, "size": self.size, "blobId": self.git_sha1}
        if self.lfs:
            shown["lfs"] = {"sha256": self.sha256, "size": self.size, "pointerSize": 134}
        return shown


Files = Mapping[str, bytes | str | Path]


def make_file(path: str, content: bytes | str | Path, lfs: bool | None = None) -> RepoFile:
    """Make the file at ``path``; text is encoded as UTF-8, and ``lfs`` None decides by suffix and size."""
    raw = content.encode() if isinstance(content, str) else content
    size = len(raw) if isinstance(raw, bytes) else raw.stat().st_size
    return RepoFile(raw, lfs if lfs is not None else path.endswith(LFS_SUFFIXES) or size > LFS_BYTES)


@dataclass
class Repository:
    """One repository; ``commit`` moves a branch, and earlier commits stay readable, as in git."""

    repo_id: str
    kind: Kind = "datasets"
    private: bool = False
    gated: bool = False
    disabled: bool = False
    refs: dict[str, str] = field(default_factory=dict)
    commits: dict[str, dict[str, RepoFile]] = field(default_factory=dict)

    def commit(self, files: Files, *, branch: str = "main", lfs: bool | None = None, keep: bool = False) -> str:
        """Put ``files`` on ``branch`` (with ``keep``, in addition to its files) and return the new commit's id."""
        tree = dict(self.commits.get(self.refs.get(branch, ""), {})) if keep else {}
        tree |= {path: make_file(path, content, lfs) for path, content in sorted(files.items())}
        identity = json.dumps([self.repo_id, branch, len(self.commits), sorted(tree)])
        sha = hashlib.sha1(identity.encode()).hexdigest()
        self.commits[sha] = tree
        self.refs[branch] = sha
        return sha

    def files(self, branch: str = "main") -> list[RepoFile]:
        """Return the files on the branch."""
        return list(self.commits[self.refs[branch]].values())

    def resolve(self, revision: str) -> str | None:
        """Return the commit that a branch, tag or commit id names."""
        if revision in self.commits:
            return revision
        return self.refs.get(revision)

    def describe(self, sha: str, *, blobs: bool) -> dict[str, Any]:
        """Return the repository as the API describes it."""
        files = self.commits[sha]
        card = self.read_card(sha)
        return {
            "_id": hashlib.sha1(self.repo_id.encode()).hexdigest()[:24],
            "id": self.repo_id,
            "author": self.repo_id.split("/", maxsplit=1)[0],
            "sha": sha,
            "lastModified": "2026-01-01T00:00:00.000Z",
            "createdAt": "2026-01-01T00:00:00.000Z",
            "private": self.private,
            "gated": "auto" if self.gated else False,
            "disabled": self.disabled,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            **({"cardData": card} if card else {}),
            "siblings": [file.describe_sibling(path, blobs=blobs) for path, file in sorted(files.items())],
        }

    def read_card(self, sha: str) -> dict[str, Any]:
        """Return the YAML block at the top of the card."""
        readme = self.commits[sha].get("README.md")
        if readme is None:
            return {}
        text = (readme.content if isinstance(readme.content, bytes) else readme.content.read_bytes()).decode()
        parts = text.split("---", maxsplit=2)
        return dict(yaml.safe_load(parts[1]) or {}) if text.startswith("---") and len(parts) == 3 else {}


def find_files(folder: Path) -> dict[str, Path]:
    """Return every file below ``folder`` by its path in the repository, without git's own."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
