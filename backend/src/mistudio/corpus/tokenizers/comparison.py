"""Compares a tokenizer's ids with those of AutoTokenizer, loaded from the same files."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from tokenizers import Tokenizer

from mistudio.corpus.hub.auto_tokenizer import AUTO_IDS, find_class
from mistudio.corpus.tokenizers.unknown_text import can_encode

_INSTALL: Final = "To compare them: pip install 'mistudio[convert]'"


def warn_of_auto_tokenizer(tokenizer: Tokenizer, contents: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return a sentence, with an example, if AutoTokenizer's ids differ or could not be compared; else nothing."""
    named = find_class(contents)
    if named is None:
        return ()
    answer = orjson.loads(contents.get(AUTO_IDS, b"{}"))
    if not answer:
        return (f"AutoTokenizer may encode differently for {named}; the ids were not compared. {_INSTALL}.",)
    if "error" in answer:
        return (f"AutoTokenizer cannot load this tokenizer ({answer['error'].rstrip('.')}).",)
    return _describe_difference(tokenizer, answer)


def _describe_difference(tokenizer: Tokenizer, answer: Mapping[str, Any]) -> tuple[str, ...]:  # JSON
    asked = zip(answer["texts"], answer["ids"], strict=True)
    compared = [
        (text, theirs, tokenizer.encode(text, add_special_tokens=False).ids)
        for text, theirs in asked
        if can_encode(tokenizer, text)
    ]
    differing = [(text, theirs, ours) for text, theirs, ours in compared if theirs != ours]
    if not differing:
        return ()
    text, theirs, ours = min(differing, key=lambda each: len(each[0]))
    counts = f"AutoTokenizer of {answer['made_by']} gives other ids for {len(differing)} of {len(compared)} texts"
    return (f"{counts}: it encodes {text!r} as {theirs}, and tokenizer.json as {ours}.",)
