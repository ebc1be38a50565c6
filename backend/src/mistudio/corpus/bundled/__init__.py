"""The sample dataset that ships with miStudio."""

from mistudio.corpus.bundled.sample import SAMPLE_NAME, SAMPLE_TOKENIZER, ensure_sample_tokenizer, write_sample

__all__ = ["SAMPLE_NAME", "SAMPLE_TOKENIZER", "ensure_sample_tokenizer", "write_sample"]
