"""Make a tokenizer.json of older vocabulary files, with transformers in a helper process.

transformers is an optional dependency (the extra ``convert``). Without it, the refusal says what to install.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from mistudio.core.child_environment import allowed_environment
from mistudio.core.errors import NoTokenizer, UnsupportedTokenizer

# Files that hold a vocabulary; the first that a repository has names its kind in messages.
VOCABULARIES: Final = (
    *("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "spm.model", "tiktoken.model"),
    *("vocab.json", "vocab.txt", "merges.txt"),
)
CONVERTED: Final = "converted.json"
_PACKAGES: Final = ("transformers", "sentencepiece", "google.protobuf")
_INSTALL: Final = "pip install 'mistudio[convert]'"
_SECONDS: Final = 600
_SECRETS: Final = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_OPTIONS: Final = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}


def convert_files(name: str, contents: Mapping[str, bytes]) -> tuple[bytes, str]:
    """Return the tokenizer.json that transformers makes of ``contents``, and what made it of what.

    Raises NoTokenizer if the files hold no vocabulary or the extra is not installed, UnsupportedTokenizer if
    transformers refuses them.
    """
    found = [vocabulary for vocabulary in VOCABULARIES if vocabulary in contents]
    if not found:
        raise NoTokenizer(f"There is no tokenizer.json at {name}. Choose a repository or folder that has one.")
    if missing := list_missing_packages(found):
        raise NoTokenizer(
            f"{name} has no tokenizer.json but {' and '.join(found)}. To convert it, {_INSTALL} where the server runs "
            f"(missing: {', '.join(missing)}) and restart it. Or save it with transformers' "
            "AutoTokenizer.from_pretrained(…).save_pretrained(…), and use that folder."
        )
    answer = ask_transformers(contents, texts=())
    if "error" in answer:
        raise UnsupportedTokenizer(
            f"transformers cannot convert {' and '.join(found)} of {name}: {answer['error'].rstrip('.: ')}. "
            "Name the right tokenizer_class in tokenizer_config.json, or use a repository that has a tokenizer.json."
        )
    note = f"{answer['made_by']} made tokenizer.json of {' and '.join(found)}."
    return answer["tokenizer"].encode(), note


def list_missing_packages(vocabularies: Sequence[str]) -> list[str]:
    """Return the packages that are not installed and that converting these files needs."""
    needed = _PACKAGES if any(name.endswith(".model") for name in vocabularies) else _PACKAGES[:1]
    return [package for package in needed if not _is_installed(package)]


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        # The package around it is missing.
        return False


def ask_transformers(contents: Mapping[str, bytes], *, texts: Sequence[str]) -> dict[str, Any]:  # JSON
    """Return the answer of the helper process about a tokenizer of these files; ``error`` has its reason."""
    environment = {name: value for name, value in allowed_environment().items() if name not in _SECRETS} | _OPTIONS
    with tempfile.TemporaryDirectory(prefix="mistudio-") as folder:
        for name, content in contents.items():
            (Path(folder) / name).write_bytes(content)
        request = json.dumps({"folder": folder, "texts": list(texts)}).encode()
        command = [sys.executable, "-m", "mistudio.corpus.hub.transformers_child"]
        try:
            done = subprocess.run(
                command, input=request, capture_output=True, timeout=_SECONDS, env=environment, check=False
            )
        except subprocess.TimeoutExpired:
            return {"error": f"it took more than {_SECONDS} seconds"}
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        return {"error": f"its process failed ({last[0]})"}
    return dict(json.loads(done.stdout))
