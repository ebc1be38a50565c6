"""The command line, without a server and with one: the same answers, one writer, exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mistudio.corpus.sample import SAMPLE_ROWS

ROWS = "title,text\n" + "".join(f"No. {number},story {number}\n" for number in range(20))


class Shell:
    """Runs commands with a data folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = ("HF_", "MISTUDIO_", "DATA_DIR")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(names)} | {
            "DATA_DIR": str(folder / "data"),
            "HF_ENDPOINT": "http://127.0.0.1:9",
            "MISTUDIO_DISK_RESERVE_BYTES": "0",
        }

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """What a command says; it must end with this exit code."""
        command = [sys.executable, "-m", "mistudio.cli", *arguments]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env=self.environment, check=False)
        assert code == done.returncode, done.stdout + done.stderr
        return done

    def json(self, *arguments: str, code: int = 0) -> Any:  # JSON of any kind
        """The same as JSON."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    def findings(self) -> Any:  # JSON of any kind
        """What the doctor found: its code tells of a panel that is not built, too."""
        command = [sys.executable, "-m", "mistudio.cli", "doctor", "--json"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env=self.environment, check=False)
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One data folder for the module, with the sample in it."""
    shell = Shell(tmp_path_factory.mktemp("cli"))
    shell.run("download", "sample")
    return shell


@pytest.fixture
def served(shell: Shell) -> Iterator[str]:
    """A server that has the data folder."""
    command = [sys.executable, "-m", "mistudio.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=shell.environment) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removeprefix("miStudio is at ")
        process.terminate()


def test_the_sample_comes_without_network_or_server(shell: Shell) -> None:
    """Whole, with three splits; asked for again, it is said to be there."""
    (dataset,) = shell.json("ls")
    assert SAMPLE_ROWS == {split["name"]: split["num_rows"] for split in dataset["splits"]}
    assert dataset["id"] in shell.run("download", "sample").stdout
    assert 1 == len(shell.json("ls"))
    assert (shell.folder / "data" / "tokenizers" / "sample-bpe" / "tokenizer.json").is_file()
    assert [] == shell.json("verify", "Sample stories")["differences"]


def test_a_folder_becomes_a_dataset_and_goes_again(shell: Shell) -> None:
    """Its files stay; splits come from names; what cannot be imported is left aside."""
    folder = shell.folder / "books"
    folder.mkdir()
    (folder / "train.csv").write_text(ROWS)
    (folder / "test.csv").write_text(ROWS)
    (folder / "cover.png").write_bytes(b"\x89PNG")
    dataset = shell.json("import", str(folder))
    assert ("books", 40, "ready") == (dataset["name"], dataset["num_samples"], dataset["status"])
    assert dataset["id"] == shell.json("import", str(folder))["id"]
    found = shell.json("samples", "books", "--split", "test", "--limit", "3")
    assert ["story 0", "story 1", "story 2"] == [sample["text"] for sample in found["data"]]
    assert "is deleted" in shell.run("rm", "books", "--yes").stdout
    assert (folder / "train.csv").is_file()


def test_with_a_server_the_commands_ask_it(shell: Shell, served: str) -> None:
    """The server has the folder, and answers the same; what goes wrong is one sentence and code 1."""
    assert served in {finding["said"] for finding in shell.findings()}
    file = shell.folder / "more.csv"
    file.write_text(ROWS)
    assert "more is ready: 20 samples" in shell.run("import", str(file)).stdout
    assert "ready" == shell.json("rebuild", "Sample stories")["state"]
    bad = shell.folder / "bad.csv"
    bad.write_text("a,text\n1\n")
    assert "bad.csv, row 2: 2 columns expected, 1 found." in shell.run("import", str(bad), code=1).stderr
    assert "There is no dataset “nothing”" in shell.run("show", "nothing", code=1).stderr
    shell.run("rm", "more", "--yes")
    shell.run("rm", "bad", "--yes")


def test_a_wrong_command_line_is_code_2(shell: Shell) -> None:
    """As every program of its kind has it."""
    shell.run("import", "/nowhere/at/all.csv", code=2)
