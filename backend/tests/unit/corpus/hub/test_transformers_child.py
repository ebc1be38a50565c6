"""The process that loads a tokenizer with transformers: its answers, and nothing else on its output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakes import tokenizers as small

pytest.importorskip("transformers")


def ask(folder: Path, texts: list[str]) -> dict[str, object]:
    """Return the answer of the process, which must be all that it writes to its output."""
    done = subprocess.run(
        [sys.executable, "-m", "mistudio.corpus.hub.transformers_child"],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder)},
        input=json.dumps({"folder": str(folder), "texts": texts}),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_texts_are_encoded_without_special_tokens(tmp_path: Path) -> None:
    """The tokenizer's definition is left out, as it is large."""
    tokenizer = small.train_byte_level()
    for name, content in small.make_files(tokenizer).items():
        (tmp_path / name).write_bytes(content)
    texts = ["The quick fox", " 123", ""]
    answer = ask(tmp_path, texts)
    assert [tokenizer.encode(text, add_special_tokens=False).ids for text in texts] == answer["ids"]
    assert "" == answer["tokenizer"]
    assert str(answer["made_by"]).startswith("transformers ")


def test_a_folder_without_a_tokenizer_is_refused_on_one_line(tmp_path: Path) -> None:
    """The reason is the library's."""
    answer = ask(tmp_path, [])
    assert ["error"] == list(answer)
    assert str(answer["error"]).strip()
    assert "\n" not in str(answer["error"])
