"""The Python that loads a dataset: each piece is run in a process of its own, without a network."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from mistudio.corpus.store.snippets import make_snippets

SPLITS = {"train": [[{"text": "one", "n": 1}], [{"text": "two", "n": 2}]], "test": [[{"text": "three", "n": 3}]]}
ROWS = {name: len(files) for name, files in SPLITS.items()}
SHOW = {
    "Hugging Face datasets": "{name: rows.to_list() for name, rows in data.items()}",
    "pyarrow": "data.to_table().to_pylist()",
    "polars": "data.collect().to_dicts()",
}


def run_python(code: str, home: Path) -> str:
    """Return what ``code`` prints; its caches are in ``home``."""
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("title", SHOW)
def test_each_piece_of_code_loads_every_row(tmp_path: Path, title: str) -> None:
    """By split where the library knows splits, whatever characters the folder's name has."""
    if title == "polars":
        pytest.importorskip("polars")
    folder = tmp_path / "it's a “folder”"
    make_dataset(folder, SPLITS)
    code = {snippet.title: snippet.code for snippet in make_snippets(folder / "raw", ROWS)}
    assert set(SHOW) == set(code)
    printed = run_python(f"{code[title]}\nimport json\nprint(json.dumps({SHOW[title]}))", tmp_path / "home")
    by_split = {name: [row for rows in files for row in rows] for name, files in SPLITS.items()}
    if title != "Hugging Face datasets":
        rows = [row for rows in by_split.values() for row in rows]
        assert sorted(rows, key=str) == sorted(json.loads(printed), key=str)
    else:
        assert by_split == json.loads(printed)
