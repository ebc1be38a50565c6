"""Encoded texts become rows, parts and splits, resumably."""

from mistudio.corpus.tokenize.encoder_trial import choose_engines, encode_sample, make_chat_renderer
from mistudio.corpus.tokenize.request import Engines, TokenizeOrder
from mistudio.corpus.tokenize.shards import EngineFailed, ShardPolicy
from mistudio.corpus.tokenize.tokenize import help_tokenize, tokenize_dataset

__all__ = [
    "EngineFailed",
    "Engines",
    "ShardPolicy",
    "TokenizeOrder",
    "choose_engines",
    "encode_sample",
    "help_tokenize",
    "make_chat_renderer",
    "tokenize_dataset",
]
