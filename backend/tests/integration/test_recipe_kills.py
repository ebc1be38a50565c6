"""A recipe whose process is killed again and again ends with the same bytes as one that was left alone."""

import hashlib
import os
import signal
import time
from pathlib import Path

from fakes.corpora import json_lines
from fakes.hub import Hub
from fakes.parts import add_parquet
from fakes.shell import Shell
from mistudio.utils.file_utils import sha256_file

# Until the command is killed: while it starts, in each of its steps, or after the last.
SECONDS = (0.5, 1.0, 1.3, 1.6, 1.9, 2.2, 2.5, 3.0)


def write_recipe(folder: Path, commit: str) -> Path:
    """A part of a repository, an import, a mixture of both, and two tokenizations."""
    notes = json_lines([{"text": f"note {number} " * 20} for number in range(3_000)])
    folder.mkdir(exist_ok=True)
    (folder / "notes.jsonl").write_bytes(notes)
    path = folder / "recipe.yaml"
    path.write_text(
        f"""
datasets:
  web: {{download: {{repo: lab/groups, commit: {commit}}}}}
  notes: {{import: {{files: [{{path: notes.jsonl, sha256: {hashlib.sha256(notes).hexdigest()}}}]}}}}
  blend:
    mix:
      by: bytes
      seed: 5
      parts: [{{dataset: web, share: 0.4, max_repeats: 3}}, {{dataset: notes, share: 0.6}}]
tokenizations:
  short: {{dataset: blend, tokenizer: ./tokenizers/sample-bpe, max_length: 32, packing: concat}}
  long: {{dataset: blend, tokenizer: ./tokenizers/sample-bpe, max_length: 256}}
"""
    )
    return path


def list_checksums(shell: Shell) -> list[str]:
    """Of all raw and tokenized files, sorted; their folders have random names."""
    paths = [*shell.data_dir.glob("datasets/*/raw/*"), *shell.data_dir.glob("datasets/*/tokenized/*/*/*.arrow")]
    return sorted(sha256_file(path) for path in paths)


def test_kills_do_not_change_a_byte(tmp_path: Path) -> None:
    """In another data folder, too."""
    with Hub() as hub:
        add_parquet(hub, files=2, rows=800)
        repository = hub.find("datasets", "lab/groups")
        commit = repository.resolve("main") if repository else None
        quiet, killed = (Shell(tmp_path / name, hub=hub.url) for name in ("quiet", "killed"))
        for shell in (quiet, killed):
            path = write_recipe(shell.folder, str(commit))
            shell.run("download", "sample")
        quiet.run("build", str(quiet.folder / "recipe.yaml"))
        for seconds in SECONDS:
            with killed.process("build", str(path)) as process:
                time.sleep(seconds)
                os.killpg(process.pid, signal.SIGKILL)
        assert "succeeded" == killed.json("build", str(path))["state"]
    assert list_checksums(quiet) == list_checksums(killed)
