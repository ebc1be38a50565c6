"""What a studio has on the disk: the data's checksums, and whether anything lies where nothing should."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import verify
from mistudio.corpus.tokenized.manifest import find_differences


def remains(settings: Settings) -> dict[str, str]:
    """Return the checksum of each file of the data, by a name without ids.

    AssertionError where a manifest and its files differ, the database is damaged, or a file is left over.
    """
    found: dict[str, str] = {}
    for folder in sorted(settings.datasets_dir.iterdir()):
        assert [] == verify(folder), verify(folder)
        manifest = json.loads((folder / "manifest.json").read_bytes())
        name = _name(manifest)
        found |= {f"{name}/{path.name}": _sha256(path) for path in sorted((folder / "raw").iterdir())}
        if (profile := folder / "columns" / "profile.json").exists():
            columns = json.dumps(json.loads(profile.read_bytes())["columns"])
            found[f"{name}/profile"] = hashlib.sha256(columns.encode()).hexdigest()
        for tokenized in sorted((folder / "tokenized").glob("tok_*")):
            assert [] == find_differences(tokenized), find_differences(tokenized)
            packing = json.loads((tokenized / "manifest.json").read_bytes())["settings"]["packing"]
            files = sorted(path for path in tokenized.rglob("*.arrow"))
            found |= {f"{name}/{packing}/{path.relative_to(tokenized)}": _sha256(path) for path in files}
    return found


def _name(manifest: Mapping[str, Any]) -> str:
    """Return the repository, or how else the dataset came to be; mixtures differ by their seeds."""
    derived = [f"mixture {manifest['mixture']['seed']}"] if manifest.get("mixture") else []
    return str(manifest["repo"] or " ".join([manifest["source"], *derived]))


def left_over(settings: Settings) -> list[str]:
    """Return what lies where finished work leaves nothing."""
    folders = [folder for folder in (settings.staging_dir, settings.trash_dir) if folder.exists()]
    return [f"{folder.name}/{path.name}" for folder in folders for path in folder.iterdir()]


def folders_without_record(settings: Settings, known: set[str]) -> list[str]:
    """Return the folders of datasets and tokenizations whose id is not ``known``, and known ids without a folder."""
    folders = {folder.name for folder in settings.datasets_dir.iterdir()}
    folders |= {folder.name for folder in settings.datasets_dir.glob("*/tokenized/*")}
    return sorted(folders ^ known)


def check_database(settings: Settings) -> None:
    """AssertionError where SQLite finds its own file damaged. The server must not run."""
    with closing(sqlite3.connect(settings.data_dir / "mistudio.db")) as database:
        assert ("ok",) == database.execute("PRAGMA integrity_check").fetchone()
        assert [] == database.execute("PRAGMA foreign_key_check").fetchall()


def copy_folder(source: Path, target: Path) -> None:
    """Make ``target`` what ``source`` is, or nothing where there is no source."""
    shutil.rmtree(target, ignore_errors=True)
    if source.exists():
        shutil.copytree(source, target, symlinks=True)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
