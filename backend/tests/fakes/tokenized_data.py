"""Tokenized datasets as other programs make them, right ones and faulty ones, to try the certificate on."""

import json
import random
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from mistudio.corpus.bundled.grammar import GRAMMARS
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, read_tokenizer

PAD, BOS, EOS, UNK, MASK = "<pad>", "<s>", "</s>", "<unk>", "<mask>"
SPECIAL = [PAD, BOS, EOS, UNK, MASK]
CONFIG = {"bos_token": BOS, "eos_token": EOS, "pad_token": PAD, "unk_token": UNK, "mask_token": MASK}
CONTEXT = 128
Rows = list[list[int]]


def write_texts(count: int = 1_500, seed: int = 1) -> list[str]:
    """Return short English stories, each only once."""
    chance = random.Random(seed)
    found = (GRAMMARS["en"].write_story(chance, sentences=chance.randint(3, 14))[1] for _ in range(count))
    return list(dict.fromkeys(found))


def train_tokenizer(texts: Iterable[str], *, vocabulary: int = 700, frame: bool = True) -> LoadedTokenizer:
    """Return a byte-level BPE tokenizer; with ``frame`` its template puts BOS before and EOS after every text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    if frame:
        around = [(token, tokenizer.token_to_id(token)) for token in (BOS, EOS)]
        tokenizer.post_processor = processors.TemplateProcessing(f"{BOS} $A {EOS}", None, around)
    return load(tokenizer)


def load(tokenizer: Tokenizer) -> LoadedTokenizer:
    """Return ``tokenizer`` as the studio loads it."""
    contents = {"tokenizer.json": tokenizer.to_str().encode(), "tokenizer_config.json": json.dumps(CONFIG).encode()}
    return read_tokenizer(TokenizerFiles("made", None, contents))


def encode(texts: Sequence[str], tokenizer: LoadedTokenizer, *, special: bool = True) -> Rows:
    """Return the ids of each text, by default with what the tokenizer puts around it."""
    return [one.ids for one in tokenizer.reference.encode_batch(list(texts), add_special_tokens=special)]


def pack(documents: Rows, begin: int | None, context: int = CONTEXT) -> Rows:
    """Join documents and cut them into rows of one length, each with ``begin`` before it, but never twice."""
    stream = [number for ids in documents for number in ids]
    width, rows, at = context - (begin is not None), list[list[int]](), 0
    first = [] if begin is None else [begin]
    while at + width < len(stream):
        at += stream[at] == begin
        rows.append([*first, *stream[at : at + width]])
        at += width
    return rows


@dataclass(frozen=True)
class Padded:
    """Rows of one length, with their attention mask."""

    rows: Rows
    masks: Rows


def pad_rows(rows: Rows, pad: int) -> Padded:
    """Fill rows up to the longest."""
    width = max(map(len, rows))
    masks = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
    return Padded([row + [pad] * (width - len(row)) for row in rows], masks)


def write_parquet(folder: Path, rows: Rows, masks: Rows | None = None, *, files: int = 2) -> Path:
    """Write rows as Parquet files."""
    folder.mkdir(parents=True, exist_ok=True)
    size = -(-len(rows) // files)
    for number in range(files):
        part = slice(number * size, (number + 1) * size)
        columns = {"input_ids": pa.array(rows[part], pa.list_(pa.int64()))}
        if masks is not None:
            columns["attention_mask"] = pa.array(masks[part], pa.list_(pa.int8()))
        pq.write_table(pa.table(columns), folder / f"train-{number:05d}.parquet")
    return folder


def write_saved(folder: Path, rows: Rows, masks: Rows | None = None) -> Path:
    """Write rows with ``datasets.save_to_disk``."""
    from datasets import Dataset, DatasetDict

    columns = {"input_ids": rows} | ({} if masks is None else {"attention_mask": masks})
    DatasetDict({"train": Dataset.from_dict(columns)}).save_to_disk(str(folder))
    return folder


def write_arrow(folder: Path, rows: Rows, *, is_stream: bool) -> Path:
    """Write rows as one Arrow file, in one of its two formats."""
    folder.mkdir(parents=True, exist_ok=True)
    table, path = pa.table({"input_ids": pa.array(rows, pa.list_(pa.int32()))}), folder / "rows.arrow"
    opened = pa.ipc.new_stream if is_stream else pa.ipc.new_file
    with opened(str(path), table.schema) as writer:
        writer.write_table(table)
    return path


def write_flat(path: Path, rows: Rows, kind: str = "<u2") -> Path:
    """Write ids one after another, as a .bin, or as an array of NumPy by its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tokens = np.array([number for row in rows for number in row]).astype(kind)
    if path.suffix == ".npy":
        np.save(path, tokens)
    else:
        tokens.tofile(path)
    return path


def write_llmc(path: Path, rows: Rows) -> Path:
    """Write ids as llm.c does: after a header of 256 integers."""
    header = np.zeros(256, "<i4")
    header[:3] = (20240520, 1, sum(map(len, rows)))
    write_flat(path, rows)
    path.write_bytes(header.tobytes() + path.read_bytes())
    return path


def write_indexed(folder: Path, documents: Rows) -> Path:
    """Write documents as Megatron does: a .bin, and its .idx."""
    write_flat(folder / "data.bin", documents)
    lengths = np.array([len(ids) for ids in documents], "<i4")
    pointers = (np.cumsum(lengths) - lengths).astype("<i8") * 2
    head = struct.pack("<9sQBQQ", b"MMIDIDX\0\0", 1, 8, len(documents), len(documents) + 1)
    ends = np.arange(len(documents) + 1, dtype="<i8")
    (folder / "data.idx").write_bytes(head + lengths.tobytes() + pointers.tobytes() + ends.tobytes())
    return folder


def declare(folder: Path, **content: object) -> Path:
    """Write the ``sae_lens.json`` of SAELens beside the data."""
    (folder / "sae_lens.json").write_text(json.dumps({"sae_lens_version": "6", "tokenizer_name": "made", **content}))
    return folder


def cut_texts(texts: Sequence[str], chunks: int = 20, batch: int = 50) -> list[str]:
    """Cut texts as ``tokenize_and_concatenate`` of TransformerLens does: joined, then into chunks of characters."""
    found = []
    for start in range(0, len(texts), batch):
        whole = EOS.join(texts[start : start + batch])
        width = (len(whole) - 1) // chunks + 1
        found += [whole[at : at + width] for at in range(0, len(whole), width)]
    return found
