"""The bundled sample: generated short stories, the same every time, to try miStudio without a network.

Every fiftieth row is odd on purpose, as in real data: empty, very long, without blanks, or with markup, control
characters or the names of special tokens. A byte-level BPE tokenizer is trained on the stories. Both are generated on
request.
"""

import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.core.errors import Json
from mistudio.corpus.bundled.grammar import GRAMMARS
from mistudio.corpus.ingest.local_files import LocalFile, LocalPlan
from mistudio.utils.file_utils import ensure_dir, fsync_directory, sha256_file, write_bytes_atomic

SAMPLE_NAME: Final = "Sample stories"
SAMPLE_VERSION: Final = 1
SAMPLE_ROWS: Final = {"train": 5_000, "validation": 500, "test": 500}
SAMPLE_TOKENIZER: Final = "sample-bpe"
SAMPLE_VOCABULARY: Final = 2_048
END_OF_TEXT: Final = "<|endoftext|>"

_SEED: Final = 20_240_229
_ODD_EVERY: Final = 50
_LANGUAGES: Final = ("en",) * 12 + tuple(GRAMMARS)
_TOPICS: Final = ("friendship", "weather", "lost and found", "journeys", "food")
_LONG_SENTENCES: Final = 2_500


@dataclass(frozen=True)
class _Oddity:
    """An odd text; ``kind`` says what is odd about it."""

    kind: str
    text: str | None


def _odd_texts(chance: random.Random) -> Iterator[_Oddity]:
    """Yield the odd texts again and again; only the very long one differs each time."""
    fixed = (
        _Oddity("empty", ""),
        _Oddity("missing", None),
        _Oddity("blank", " \n\t \u00a0\u3000 "),
        _Oddity("emoji", "A 🦊 and a 👩🏽\u200d🚀 sailed to 🇰🇪 in 3️⃣ days. e\u0301 is not \u00e9; \u200bnothing\ufeff."),
        _Oddity("markup", '<p class="story">Once &amp; for all: <b>{hero}</b></p>\n<!-- [MASK] -->\n'),
        _Oddity("code", "def story(n: int) -> str:\n\tif n <= 0:\n\t\treturn ''\n\treturn 'once ' + story(n - 1)\n"),
        _Oddity("special tokens", f"The sign said {END_OF_TEXT} and then <s></s> [CLS] [SEP] <pad>, in plain letters."),
        _Oddity("line ends", "One line,\r\nanother,\ra third,\u2028and a last.\n\n\n"),
        _Oddity("control characters", "A bell\x07, a null\x00, an escape\x1b[31m red\x1b[0m and a \x7f delete."),
        _Oddity("numbers", ", ".join(str(number**7) for number in range(60)) + ", 3.14159, −273.15 °C, ½, Ⅻ, 1e-9"),
        _Oddity("no blanks", "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=60_000))),
        _Oddity("repetition", "ha" * 4_000),
        _Oddity("directions", "left to right, \u202eright to left\u202c, עברית and العربية in one line"),
        _Oddity("duplicate", "The same story stands here more than once, to the letter."),
    )
    while True:
        yield from fixed
        yield _Oddity("very long", GRAMMARS["en"].write_story(chance, sentences=_LONG_SENTENCES)[1])


def generate_rows(split: str) -> Iterator[dict[str, Json]]:
    """Yield the rows of one split, in order."""
    chance = random.Random(f"{_SEED} {split}")  # noqa: S311 (stories, not secrets)
    odd = _odd_texts(chance)
    for number in range(SAMPLE_ROWS[split]):
        language = chance.choice(_LANGUAGES)
        title, story = GRAMMARS[language].write_story(chance, sentences=chance.randint(2, 14))
        oddity = next(odd) if number % _ODD_EVERY == _ODD_EVERY - 1 else _Oddity("none", story)
        yield {
            "title": title,
            "text": oddity.text,
            "language": language,
            "oddity": oddity.kind,
            "topics": chance.sample(_TOPICS, chance.randint(0, 2)),
            "rating": round(chance.uniform(1, 5), 1) if chance.random() < 0.9 else None,
            "source": {"chapter": number // 100 + 1, "page": number % 100 + 1},
        }


def write_sample(folder: Path) -> LocalPlan:
    """Write one file of JSON lines per split into ``folder``, and return the plan to import them."""
    ensure_dir(folder)
    files = []
    for number, split in enumerate(SAMPLE_ROWS):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in generate_rows(split))
        path = folder / f"{number:05d}"
        write_bytes_atomic(path, "".join(lines).encode())
        files.append(LocalFile(f"{split}.jsonl", path.name, split, path.stat().st_size, sha256_file(path)))
    return LocalPlan(tuple(files))


def ensure_sample_tokenizer(folder: Path) -> Path:
    """Return the folder of the sample's tokenizer below ``folder``; it is trained if it does not exist.

    Safe to call from several processes at once.
    """
    target = folder / SAMPLE_TOKENIZER
    if (target / "tokenizer.json").exists():
        return target
    ensure_dir(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch:
        trained = Path(scratch) / SAMPLE_TOKENIZER
        trained.mkdir()
        _train_tokenizer(trained)
        try:
            trained.rename(target)
        except OSError:
            # Another process was faster, unless the folder there is incomplete: then it is replaced.
            if not (target / "tokenizer.json").exists():
                shutil.rmtree(target)
                trained.rename(target)
    fsync_directory(folder)
    return target


def _train_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, decoders, pre_tokenizers, processors
    from tokenizers.models import BPE
    from tokenizers.trainers import BpeTrainer

    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = BpeTrainer(
        vocab_size=SAMPLE_VOCABULARY,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    stories = (row for row in generate_rows("train") if row["oddity"] == "none")
    tokenizer.train_from_iterator((str(row["text"]) for row in stories), trainer)
    # Its own ``save`` raises an error without a number when the disk is full.
    write_bytes_atomic(folder / "tokenizer.json", tokenizer.to_str(pretty=True).encode())
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": END_OF_TEXT,
        "eos_token": END_OF_TEXT,
        "unk_token": END_OF_TEXT,
        "model_max_length": 1024,
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
    }
    write_bytes_atomic(folder / "tokenizer_config.json", json.dumps(settings, indent=2).encode() + b"\n")
