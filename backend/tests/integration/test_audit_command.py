"""``mistudio audit``: our tokenizations, folders of others, repositories, and what cannot be audited."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakes.corpora import json_lines
from fakes.hub import Hub
from fakes.shell import Shell

TEXTS = ["The mill stood by the river, and the river ran on.", "A gull cried over the empty harbour at noon."]


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hub without repositories."""
    with Hub() as hub:
        yield hub


@pytest.fixture
def shell(tmp_path: Path, hub: Hub) -> Shell:
    """A data folder with a tokenized dataset."""
    shell = Shell(tmp_path, hub=hub.url)
    shell.run("download", "sample")
    rows = [{"text": f"{text} It was day {number}."} for number in range(200) for text in TEXTS]
    (tmp_path / "notes.jsonl").write_bytes(json_lines(rows))
    shell.run("import", str(tmp_path / "notes.jsonl"))
    shell.run("tokenize", "notes", "sample", "--max-length", "32", "--packing", "concat")
    return shell


def find_tokenization(shell: Shell) -> Path:
    """The folder of the only tokenization."""
    (path,) = shell.data_dir.glob("datasets/*/tokenized/tok_*")
    return path


def export(shell: Shell) -> Path:
    """The folder of the tokenization as Parquet."""
    shell.run("export", find_tokenization(shell).name, str(shell.folder / "out"), "--to", "parquet")
    return shell.folder / "out"


def test_our_own_passes(shell: Shell) -> None:
    """Its manifest names the tokenizer; the page is written."""
    page = shell.folder / "certificate.html"
    said = shell.run("audit", find_tokenization(shell).name, "--html", str(page)).stdout
    assert "Passed. SHA-256 of this certificate: " in said
    assert "Audit of the job: Ledger" in said
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_same_rows_of_somebody_else(shell: Shell) -> None:
    """Without our manifest the tokenizer has to be given; ids that are off by one are found."""
    folder = shell.folder / "foreign"
    shutil.copytree(find_tokenization(shell), folder)
    for name in ("manifest.json", "audit.json"):
        (folder / name).unlink()
    assert "give it by --tokenizer" in shell.run("audit", str(folder), code=1).stderr
    found = shell.json("audit", str(folder), "--tokenizer", "sample")
    assert ("passed", 32) == (found["verdict"], found["tokens"] // found["rows"])
    ids = pq.read_table(next(export(shell).glob("train-*.parquet"))).column("input_ids").to_pylist()
    path = shell.folder / "shifted.parquet"
    pq.write_table(pa.table({"input_ids": [[token + 1 for token in row] for row in ids]}), path)
    shifted = shell.json("audit", str(path), "--tokenizer", "sample", code=1)
    assert [check["name"] for check in shifted["checks"] if check["status"] == "failed"]


def test_a_repository_is_fetched_and_forgotten(shell: Shell, hub: Hub) -> None:
    """Its files are read by their names at one commit; nothing of them stays."""
    hub.add("lab/tokens", {path.name: path.read_bytes() for path in export(shell).iterdir()})
    hub.add("lab/words", {"train.csv": b"text\na\n"})
    found = shell.json("audit", "lab/tokens", "--tokenizer", "sample")
    assert ("passed", "lab/tokens") == (found["verdict"], found["subject"])
    assert [] == list(shell.data_dir.glob("staging/audit-*"))
    assert "has no tokens" in shell.run("audit", "lab/words", "--tokenizer", "sample", code=1).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("/nowhere",), "There is no file /nowhere"),
        (("tok_00000000-0000-0000-0000-000000000000",), "There is no tokenization"),
        (("notes.jsonl", "--tokenizer", "sample"), "There are no tokens at notes.jsonl"),
        (("notes.jsonl", "--bits", "7"), "--bits is 16 or 32."),
    ],
)
def test_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str) -> None:
    """One sentence, and no traceback."""
    shell = Shell(tmp_path)
    shell.run("download", "sample")
    (tmp_path / "notes.jsonl").write_bytes(json.dumps({"text": "a"}).encode())
    monkeypatch.chdir(tmp_path)
    said = shell.run("audit", *arguments, code=1).stderr
    assert words in said
    assert "Traceback" not in said
