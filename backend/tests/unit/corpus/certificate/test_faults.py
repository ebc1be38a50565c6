"""A faulty tokenization of each kind is found by name, and a right one of each format and packing passes."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.tokenized_data import (
    CONTEXT,
    EOS,
    MASK,
    Rows,
    cut_texts,
    declare,
    encode,
    load,
    pack,
    pad_rows,
    train_tokenizer,
    write_arrow,
    write_flat,
    write_indexed,
    write_llmc,
    write_parquet,
    write_saved,
    write_texts,
)
from mistudio.core.errors import InvalidData
from mistudio.corpus.certificate.certify import CertifyOptions, certify
from mistudio.corpus.certificate.record import Certificate
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer

PAD_ID, BOS_ID, EOS_ID = 0, 1, 2


@dataclass(frozen=True)
class Material:
    """Texts, the tokenizer whose template frames them, one with another vocabulary, and one with a very large one."""

    texts: Sequence[str]
    tokenizer: LoadedTokenizer
    other: LoadedTokenizer
    large: LoadedTokenizer

    @property
    def documents(self) -> Rows:
        """The ids of each text, framed."""
        return encode(self.texts, self.tokenizer)

    @property
    def packed(self) -> Rows:
        """Rows of one length, in which documents keep their frames."""
        return pack(self.documents, None)


@pytest.fixture(scope="session")
def material() -> Material:
    """Return the texts and tokenizers, made once."""
    texts = write_texts()
    tokenizer = train_tokenizer(texts)
    other = train_tokenizer(text[::-1] for text in texts)
    return Material(texts, tokenizer, other, _make_large(tokenizer))


def _make_large(tokenizer: LoadedTokenizer) -> LoadedTokenizer:
    """Return a tokenizer whose ids are spread over a vocabulary of 130,000."""
    import orjson
    from tokenizers import Tokenizer

    parts = orjson.loads(tokenizer.reference.to_str())
    vocabulary = parts["model"]["vocab"]
    known = dict(vocabulary)
    filler = iter(range(200_000))
    spread = {token: number if number < 5 else number * 180 for token, number in known.items()}
    taken = {*spread.values()}
    extra = {f"filler{next(filler)}": number for number in range(130_000) if number not in taken}
    parts["model"]["vocab"] = spread | extra
    return load(Tokenizer.from_str(orjson.dumps(parts).decode()))


def judge(path: Path, tokenizer: LoadedTokenizer, **options: int) -> Certificate:
    """Return the certificate of the data at ``path``."""
    return certify(path, subject="data", tokenizer=tokenizer, options=CertifyOptions(**options))  # type: ignore[arg-type]


RIGHT: dict[str, Callable[[Material, Path], Path]] = {
    "ragged rows, save_to_disk": lambda m, f: write_saved(f, m.documents),
    "ragged rows, Parquet": lambda m, f: write_parquet(f, m.documents),
    "padded rows, save_to_disk": lambda m, f: write_saved(f, *_padded(m.documents)),
    "padded rows, Parquet": lambda m, f: write_parquet(f, *_padded(m.documents)),
    "packed rows, save_to_disk": lambda m, f: write_saved(f, m.packed),
    "packed rows, Parquet": lambda m, f: write_parquet(f, m.packed),
    "packed rows, Arrow stream": lambda m, f: write_arrow(f, m.packed, is_stream=True),
    "packed rows, Arrow file": lambda m, f: write_arrow(f, m.packed, is_stream=False),
    "SAELens": lambda m, f: _as_sae_lens(m, f, pack(_separated(m), BOS_ID)),
    "flat .bin of 16 bits": lambda m, f: write_flat(f / "data.bin", m.documents),
    "flat .bin of 32 bits": lambda m, f: write_flat(f / "data.bin", m.documents, "<u4"),
    "flat .npy": lambda m, f: write_flat(f / "data.npy", m.documents),
    ".bin of llm.c": lambda m, f: write_llmc(f / "data.bin", m.documents),
    ".bin and .idx of Megatron": lambda m, f: write_indexed(f, m.documents),
}


def _padded(documents: Rows) -> tuple[Rows, Rows]:
    padded = pad_rows(documents, PAD_ID)
    return padded.rows, padded.masks


def _separated(material: Material) -> Rows:
    return [[*ids, BOS_ID] for ids in encode(material.texts, material.tokenizer, special=False)]


def _as_sae_lens(material: Material, folder: Path, rows: Rows) -> Path:
    write_parquet(folder, rows)
    return declare(
        folder,
        context_size=CONTEXT,
        begin_batch_token="bos",
        begin_sequence_token=None,
        sequence_separator_token="bos",
    )


@pytest.mark.parametrize("kind", RIGHT)
def test_a_right_tokenization_passes_without_warnings(kind: str, material: Material, tmp_path: Path) -> None:
    """Nothing is wrong with it."""
    found = judge(RIGHT[kind](material, tmp_path / "data"), material.tokenizer)
    wrong = {check.name: check.detail for check in found.checks if check.name in found.failing}
    assert ("passed", {}) == (found.verdict, wrong)
    assert found.rows
    assert found.tokens


def _drop_firsts(material: Material) -> Rows:
    return [[BOS_ID, *ids[2:]] for ids in material.documents]


def _shuffle(rows: Rows) -> Rows:
    chance = random.Random(1)
    return [chance.sample(row, len(row)) for row in rows]


def _replace_some(rows: Rows, every: int, change: Callable[[list[int]], list[int]]) -> Rows:
    return [change(row) if number % every == 0 else row for number, row in enumerate(rows)]


def _cut_chunks(material: Material) -> Rows:
    chunks = encode(cut_texts(material.texts), material.tokenizer, special=False)
    return pack(chunks, BOS_ID)


def _write_cut_texts(material: Material, folder: Path) -> Path:
    pieces = [text[at : at + 90] for text in material.texts for at in range(0, len(text), 90)]
    return write_parquet(folder, [[BOS_ID, *ids, EOS_ID] for ids in encode(pieces, material.tokenizer, special=False)])


def _write_with_null_lists(_material: Material, folder: Path) -> Path:
    return write_parquet(folder, [[5, 6]])


def _break_file(material: Material, folder: Path) -> Path:
    write_parquet(folder, material.documents)
    path = folder / "train-00001.parquet"
    path.write_bytes(path.read_bytes()[:-200])
    return folder


FAULTS: dict[str, tuple[str, Callable[[Material, Path], Path]]] = {
    "first token lost": ("first_tokens", lambda m, f: write_parquet(f, _drop_firsts(m))),
    "first token lost, packed": ("first_tokens", lambda m, f: write_parquet(f, pack(_drop_firsts(m), None))),
    "words cut every 20 chunks": ("words_cut", lambda m, f: write_parquet(f, _cut_chunks(m))),
    "texts cut by characters": ("row_starts", _write_cut_texts),
    "pad id outside the vocabulary": (
        "pad_in_vocabulary",
        lambda m, f: write_parquet(
            f, pad_rows(m.documents, m.tokenizer.vocab_size).rows, pad_rows(m.documents, 0).masks
        ),
    ),
    "pad id -1": (
        "pad_in_vocabulary",
        lambda m, f: write_parquet(f, pad_rows(m.documents, -1).rows, pad_rows(m.documents, 0).masks),
    ),
    "BOS twice": ("double_bos", lambda m, f: write_parquet(f, [[BOS_ID, *ids] for ids in m.documents])),
    "BOS missing": ("begin_of_row", lambda m, f: write_parquet(f, [ids[1:] for ids in m.documents])),
    "BOS missing in SAELens rows": ("begin_of_row", lambda m, f: _as_sae_lens(m, f, pack(_separated(m), None))),
    "EOS missing at the ends of rows": ("row_end", lambda m, f: write_parquet(f, [ids[:-1] for ids in m.documents])),
    "EOS missing between documents": (
        "separators",
        lambda m, f: write_parquet(f, pack(encode(m.texts, m.tokenizer, special=False), None)),
    ),
    "unmasked padding": (
        "padding",
        lambda m, f: write_parquet(f, _padded(m.documents)[0], [[1] * len(row) for row in _padded(m.documents)[0]]),
    ),
    "no mask": ("padding", lambda m, f: write_parquet(f, _padded(m.documents)[0])),
    "wrong tokenizer": ("tokenizer", lambda m, f: write_parquet(f, encode(m.texts, m.other))),
    "ids off by one": (
        "shifted_ids",
        lambda m, f: write_parquet(
            f, [[number + 1 if number > 4 else number for number in ids] for ids in m.documents]
        ),
    ),
    "truncated rows": ("truncated_rows", lambda m, f: write_parquet(f, [ids[:40] for ids in m.documents])),
    "truncated packed rows": (
        "row_lengths",
        lambda m, f: write_parquet(f, _replace_some(m.packed, 15, lambda row: row[:-9])),
    ),
    "duplicate rows": ("duplicate_rows", lambda m, f: write_parquet(f, [*m.documents, *m.documents[::3]])),
    "special tokens in text": (
        "special_in_text",
        lambda m, f: write_parquet(f, encode([text.replace(".", f" {MASK}.", 1) for text in m.texts], m.tokenizer)),
    ),
    "EOS in the text of some rows": (
        "special_in_text",
        lambda m, f: write_parquet(f, _replace_some(m.documents, 10, lambda ids: [*ids[:9], EOS_ID, *ids[9:]])),
    ),
    "special tokens spelled out": ("special_in_text", lambda m, f: write_parquet(f, _spell(m))),
    "ids cut to 16 bits": (
        "dtype_overflow",
        lambda m, f: write_flat(f / "data.bin", encode(m.texts, m.large)),
    ),
    "shuffled tokens within rows": ("token_order", lambda m, f: write_parquet(f, _shuffle(m.packed))),
    "empty rows": ("empty_rows", lambda m, f: write_parquet(f, _replace_some(m.documents, 50, lambda _ids: []))),
    "ids outside the vocabulary": (
        "ids_in_vocabulary",
        lambda m, f: write_parquet(f, _replace_some(m.packed, 40, lambda row: [*row[:-9], 99_999, *row[-8:]])),
    ),
    "rows of another length than declared": (
        "row_lengths",
        lambda m, f: _as_sae_lens(m, f, pack(_separated(m), BOS_ID, CONTEXT // 2)),
    ),
    "unknown text": (
        "unknown_tokens",
        lambda m, f: write_parquet(f, [[3 if number % 7 == 0 else number for number in ids] for ids in m.documents]),
    ),
    "a damaged file": ("readable", _break_file),
}


def _spell(material: Material) -> Rows:
    """Return rows in which the name of EOS was encoded letter by letter."""
    pieces = [part for letter in EOS for part in encode([letter], material.tokenizer, special=False)[0]]
    return _replace_some(material.documents, 5, lambda ids: [*ids[:9], *pieces, *ids[9:]])


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_found_by_name(kind: str, material: Material, tmp_path: Path) -> None:
    """The certificate warns or fails, and names the fault."""
    name, write = FAULTS[kind]
    tokenizer = material.large if kind == "ids cut to 16 bits" else material.tokenizer
    found = judge(write(material, tmp_path / "data"), tokenizer)
    assert name in found.failing
    assert "passed" != found.verdict


@pytest.mark.parametrize("kind", [">u2", ">u4"])
def test_another_byte_order_is_named(kind: str, material: Material, tmp_path: Path) -> None:
    """Also of ids of 32 bits."""
    found = judge(write_flat(tmp_path / "data.bin", material.documents, kind), material.tokenizer)
    (check,) = [check for check in found.checks if check.name == "ids_in_vocabulary"]
    assert check.status == "failed"
    assert "With their bytes in the other order" in check.detail


@pytest.mark.parametrize("shift", [1, -1])
def test_a_shifted_mask_is_found(shift: int, material: Material, tmp_path: Path) -> None:
    """In either direction."""
    rows, masks = _padded(material.documents)
    moved = [[*mask[-shift:], *mask[:-shift]] for mask in masks]
    assert "padding" in judge(write_parquet(tmp_path / "data", rows, moved), material.tokenizer).failing


def test_a_file_that_was_cut_is_refused(material: Material, tmp_path: Path) -> None:
    """A plain one by its size, and one with an index by what the index says."""
    flat = write_flat(tmp_path / "data.bin", material.documents)
    flat.write_bytes(flat.read_bytes()[:-1])
    with pytest.raises(InvalidData, match="no whole number of 16-bit ids"):
        judge(flat, material.tokenizer)
    write_indexed(tmp_path / "indexed", material.documents)
    path = next((tmp_path / "indexed").rglob("*.bin"))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InvalidData, match="outside the file"):
        judge(tmp_path / "indexed", material.tokenizer)
