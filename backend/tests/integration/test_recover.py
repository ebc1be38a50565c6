"""Damaged data folders: every command says so in one sentence, and ``mistudio recover`` rebuilds the database."""

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fakes.corpora import csv_bytes, json_lines
from fakes.hub import Hub
from fakes.repositories import add_stories
from fakes.shell import Shell

Row = dict[str, Any]  # a record, its JSON read
ROWS = [{"text": f"story {number}", "n": number} for number in range(20)]
COMMANDS = (("ls",), ("show", "notes"), ("samples", "notes"), ("rm", "notes", "--yes"), ("serve", "--port", "0"))
# What only the record holds; docs/troubleshooting.md lists it.
LOST = {"source_key", "seq", "created_at", "updated_at", "completed_at", "index_progress", "model_id", "id_of_model"}
LOST_METADATA = {"description", "license", "gated"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A data folder with downloads, two imports, a mixture, a subset and two tokenizations."""
    with Hub() as hub:
        add_stories(hub)
        shell = Shell(tmp_path_factory.mktemp("made"), hub=hub.url)
        shell.run("download", "lab/stories")
        shell.run("download", "lab/stories", "--rows", "150")
        shell.run("download", "lab/stories", "--rows", "150", "--sample", "random", "--seed", "3", "--column", "text")
        shell.run("download", "sample")
        for name, data in (("notes.csv", csv_bytes(ROWS)), ("more.jsonl", json_lines(ROWS))):
            (shell.folder / name).write_bytes(data)
            shell.run("import", str(shell.folder / name))
        shell.run("mix", "notes=0.5", "more=0.5")
        shell.run("subset", "notes", "--search", "story", "--rows", "9", "--seed", "2")
        shell.run("tokenize", "notes", "sample", "--max-length", "16")
        shell.run("tokenize", "notes", "sample", "--max-length", "32", "--packing", "concat")
    return shell


@pytest.fixture
def shell(made: Shell, tmp_path: Path) -> Shell:
    """A copy of that folder in its place, put back afterwards."""
    shutil.copytree(made.data_dir, tmp_path / "data", symlinks=True)
    return Shell(tmp_path)


def read_records(data_dir: Path) -> dict[str, Row]:
    """Return every dataset, tokenization and model by its id, or by its fingerprint."""
    records: dict[str, Row] = {}
    with closing(sqlite3.connect(data_dir / "mistudio.db")) as database:
        database.row_factory = sqlite3.Row
        for table in ("datasets", "tokenizations", "models"):
            for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608 (a name from above)
                record: Row = {name: _decode(row[name]) for name in row.keys()}  # noqa: SIM118 (a row is no mapping)
                records[record["fingerprint" if table == "models" else "id"]] = record
    return records


def _decode(value: Any) -> Any:  # what SQLite stores, and JSON of any kind
    return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def keep_comparable(records: dict[str, Row], named: str) -> dict[str, Row]:
    """Return the records without what only they hold, as the name of the import ``named``."""
    compared = {}
    for key, record in records.items():
        kept = {name: value for name, value in record.items() if name not in LOST}
        if "model_id" not in record and "hf_repo_id" in record and "status" not in record:
            kept.pop("id")
        if "metadata" in kept:
            kept["metadata"] = {name: value for name, value in kept["metadata"].items() if name not in LOST_METADATA}
        if key == named:
            kept.pop("name")
        compared[key] = kept
    return compared


def in_other_folder(records: dict[str, Row], old: Path, new: Path) -> dict[str, Row]:
    """Return the records as they are in another DATA_DIR."""
    moved: dict[str, Row] = json.loads(json.dumps(records).replace(f"{old}/", f"{new}/"))
    return moved


def last_line(errors: str) -> str:
    """Return the sentence that a command ends with; a server has logged its start before, and no traceback."""
    assert "Traceback" not in errors
    *logged, sentence = errors.strip().splitlines()
    assert all('"level": "info"' in line for line in logged), errors
    return sentence


def write_garbage(path: Path) -> None:
    """No database at all."""
    path.write_bytes(random.Random(1).randbytes(5000))


def truncate(path: Path) -> None:
    """Half of it."""
    os.truncate(path, path.stat().st_size // 2)


def make_folder(path: Path) -> None:
    """A folder in its place."""
    path.unlink()
    path.mkdir()


def make_newer(path: Path) -> None:
    """Of a later version."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'ffff'")
        database.commit()


@pytest.mark.parametrize("damage", [write_garbage, truncate, make_newer, make_folder])
def test_every_command_says_what_is_wrong_and_recover_mends_it(
    made: Shell, shell: Shell, damage: Callable[[Path], None]
) -> None:
    """The records are the same but for what only they held; the old database is kept."""
    before = in_other_folder(read_records(shell.data_dir), made.data_dir, shell.data_dir)
    damage(shell.data_dir / "mistudio.db")
    for command in COMMANDS:
        assert "database" in last_line(shell.run(*command, code=1).stderr)
    assert "no  Database: " in shell.run("doctor", code=1).stdout
    said = shell.run("recover").stdout
    assert "10 of 10 records restored" in said
    after = read_records(shell.data_dir)
    named = next(key for key, record in before.items() if record.get("name") == "Sample stories")
    assert keep_comparable(before, named) == keep_comparable(after, named)
    assert [True] == [path.exists() for path in shell.data_dir.glob("mistudio.db.damaged-????????-??????")]
    assert "notes" in shell.run("ls").stdout
    assert "story 3" in shell.run("samples", "notes", "--search", "story 3", "--mode", "exact").stdout
    assert "as it was stored" in shell.run("verify", "notes").stdout


def test_what_cannot_be_restored_is_said(shell: Shell) -> None:
    """A dataset without its manifest or a file, a tokenization with a damaged manifest; the others come back."""
    records = [record for record in read_records(shell.data_dir).values() if "raw_path" in record]
    places = {record["name"]: shell.data_dir / "datasets" / record["id"] for record in records}
    (places["stories"] / "manifest.json").unlink()
    next((places["more"] / "raw").iterdir()).unlink()
    first = min((places["notes"] / "tokenized").iterdir())
    (first / "manifest.json").write_bytes(b"{")
    (shell.data_dir / "mistudio.db").unlink()
    doctor = shell.run("doctor", code=1).stdout
    assert "run `mistudio recover`" in doctor
    assert 4 == doctor.count("\nno  ") + doctor.startswith("no  ") - doctor.count("no  Panel")
    said = shell.run("recover").stdout
    assert "7 of 10 records restored" in said
    for record_id in (places["stories"].name, places["more"].name, first.name):
        assert any(line.startswith("not restored: ") and record_id in line for line in said.splitlines()), said


def test_a_database_in_order_is_not_rebuilt(shell: Shell) -> None:
    """Unless it is forced."""
    assert "in order" in shell.run("recover", code=1).stderr
    assert "10 of 10" in shell.run("recover", "--force").stdout


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """A file in the place of DATA_DIR, or on the way to it."""
    (tmp_path / "file").write_bytes(b"")
    for place in ("file", "file/below"):
        shell = Shell(tmp_path)
        shell.own["DATA_DIR"] = str(tmp_path / place)
        for command in (("ls",), ("serve", "--port", "0"), ("recover",)):
            assert "disk reports an error" in last_line(shell.run(*command, code=1).stderr)
        assert "not a folder" in shell.run("doctor", code=1).stdout
