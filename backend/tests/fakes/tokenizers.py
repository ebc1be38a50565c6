"""Small tokenizers of every kind, trained on a few sentences within milliseconds."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from mistudio.corpus.hub.tokenizer_files import TokenizerFiles
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, read_tokenizer

SENTENCES = [
    "The quick brown fox jumps over the lazy dog, and it doesn't stop.",
    "Les élèves naïfs ont mangé 123 gâteaux en 2024.",
    "日本語の文章と中文句子。 Привет, мир! 🤗",
    "def main():\n    return {'a': 1, 'b': [2, 3]}\n",
] * 20
BOS, EOS, PAD, UNK = "<s>", "</s>", "<pad>", "<unk>"
SPECIAL = [PAD, BOS, EOS, UNK]
LLAMA_3_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
WORDS = [
    AddedToken("<mask>", lstrip=True),
    AddedToken("a,b", rstrip=True),
    AddedToken("Éx-1", normalized=True),
    AddedToken("Qé/", normalized=False),
]
CONFIG = {"bos_token": BOS, "eos_token": EOS, "pad_token": PAD, "unk_token": UNK, "model_max_length": 512}


def train_byte_level(
    *, added: Sequence[AddedToken] = (), normalizer: Any = None, pattern: str | None = None
) -> Tokenizer:
    """Return a byte-level BPE tokenizer like GPT-2, or like Llama 3 with a pattern; BOS precedes every text."""
    tokenizer = Tokenizer(models.BPE())
    whole: pre_tokenizers.PreTokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    if pattern is not None:
        whole = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), whole])
    tokenizer.pre_tokenizer = whole
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    _train(tokenizer, trainers.BpeTrainer(vocab_size=600, special_tokens=SPECIAL[:3], initial_alphabet=alphabet))
    tokenizer.add_tokens(list(added))
    return _add_bos(tokenizer)


def train_sentencepiece() -> Tokenizer:
    """Return a BPE tokenizer with byte fallback, like Llama 2."""
    tokenizer = Tokenizer(models.BPE(unk_token=UNK, fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    special = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))]
    _train(tokenizer, trainers.BpeTrainer(vocab_size=700, special_tokens=special))
    # The trainer marks the bytes as special tokens; no real tokenizer does.
    parts = orjson.loads(tokenizer.to_str())
    parts["added_tokens"] = [token for token in parts["added_tokens"] if token["content"] in SPECIAL]
    return _add_bos(Tokenizer.from_buffer(orjson.dumps(parts)))


def train_wordpiece(*, added: Sequence[AddedToken] = ()) -> Tokenizer:
    """Return a lower-casing WordPiece tokenizer like BERT, with [CLS] and [SEP] around a text."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    _train(tokenizer, trainers.WordPieceTrainer(vocab_size=400, special_tokens=special))
    tokenizer.add_tokens(list(added))
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def train_unigram() -> Tokenizer:
    """Return a Unigram tokenizer like T5, with EOS after a text."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    _train(tokenizer, trainers.UnigramTrainer(vocab_size=200, special_tokens=SPECIAL, unk_token=UNK))
    tokenizer.post_processor = processors.TemplateProcessing(single=f"$A {EOS}", special_tokens=[(EOS, 2)])
    return tokenizer


def train_wordlevel() -> Tokenizer:
    """Return a tokenizer whose tokens are whole words."""
    tokenizer = Tokenizer(models.WordLevel(unk_token=UNK))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    _train(tokenizer, trainers.WordLevelTrainer(vocab_size=100, special_tokens=SPECIAL))
    return tokenizer


def train_bpe_on_words() -> Tokenizer:
    """Return a BPE tokenizer that composes marks, lower-cases, and splits texts into words and numbers."""
    tokenizer = Tokenizer(models.BPE(unk_token=UNK))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(True)])
    _train(tokenizer, trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL))
    return tokenizer


def make_files(tokenizer: Tokenizer, *, config: dict[str, Any] | None = None, **others: bytes) -> dict[str, bytes]:
    """Return the files of a repository that holds ``tokenizer``."""
    return {
        "tokenizer.json": tokenizer.to_str().encode(),
        "tokenizer_config.json": orjson.dumps(CONFIG if config is None else config),
        **others,
    }


def load(tokenizer: Tokenizer, *, config: dict[str, Any] | None = None) -> LoadedTokenizer:
    """Load ``tokenizer`` from its files."""
    return read_tokenizer(TokenizerFiles("tests/small", None, make_files(tokenizer, config=config)))


def load_auto_tokenizer(files: dict[str, bytes], folder: Path):  # type: ignore[no-untyped-def]  # transformers has few types
    """Return what transformers' AutoTokenizer makes of the same files; ``folder`` receives them."""
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    from transformers import AutoTokenizer

    for name, content in files.items():
        (folder / name).write_bytes(content)
    return AutoTokenizer.from_pretrained(folder)


def load_with_transformers(files: dict[str, bytes], folder: Path):  # type: ignore[no-untyped-def]  # transformers has few types
    """Return the same tokenizer as transformers loads it; ``folder`` receives its files."""
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    from transformers import PreTrainedTokenizerFast

    for name, content in files.items():
        (folder / name).write_bytes(content)
    return PreTrainedTokenizerFast.from_pretrained(folder)


def _train(tokenizer: Tokenizer, trainer: trainers.Trainer) -> None:
    trainer.show_progress = False  # type: ignore[attr-defined]  # every trainer has it, their base does not say so
    tokenizer.train_from_iterator(SENTENCES, trainer)


def _add_bos(tokenizer: Tokenizer) -> Tokenizer:
    bos = tokenizer.token_to_id(BOS)
    template = processors.TemplateProcessing(single=f"{BOS} $A", special_tokens=[(BOS, bos)])
    tokenizer.post_processor = template
    return tokenizer


KINDS: dict[str, Callable[[], Tokenizer]] = {
    "byte-level": train_byte_level,
    "by a pattern": lambda: train_byte_level(pattern=LLAMA_3_PATTERN),
    "composing": lambda: train_byte_level(pattern=LLAMA_3_PATTERN, normalizer=normalizers.NFC()),
    "SentencePiece": train_sentencepiece,
    "WordPiece": train_wordpiece,
    "WordPiece with tokens of all flags": lambda: train_wordpiece(added=WORDS),
    "WordPiece with a whole-word token": lambda: train_wordpiece(added=[AddedToken("fox", single_word=True)]),
    "BPE on words": train_bpe_on_words,
    "Unigram": train_unigram,
    "WordLevel": train_wordlevel,
    "lower-casing": lambda: train_byte_level(normalizer=normalizers.Lowercase()),
    "whole-word token": lambda: train_byte_level(added=[AddedToken("fox", single_word=True)]),
    "mixed flags": lambda: train_byte_level(added=[AddedToken("<a>", lstrip=True), AddedToken("<b>", rstrip=True)]),
    "plain added token": lambda: train_byte_level(added=[AddedToken("<|x|>", normalized=False)]),
}
