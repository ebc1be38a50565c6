"""A tokenizer as its files describe it."""

from mistudio.corpus.tokenizers.tokenizer import EncodedText, LoadedTokenizer, load_tokenizer, read_tokenizer

__all__ = ["EncodedText", "LoadedTokenizer", "load_tokenizer", "read_tokenizer"]
