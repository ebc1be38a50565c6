"""Ask transformers' AutoTokenizer for the ids of a few texts, where it may not follow tokenizer.json.

For many classes AutoTokenizer builds the steps of the tokenizer itself, and ignores those of the file. Its ids are
kept beside the tokenizer's files, so that loading the tokenizer can compare them with its own.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mistudio.corpus.hub.conversion import CONVERTED, ask_transformers, list_missing_packages

AUTO_IDS: Final = "auto_ids.json"
# Classes for which AutoTokenizer loads tokenizer.json as it is.
_GENERIC: Final = frozenset({"PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend"})
_TEXTS: Final = (
    *("a", " a", "  a", "a ", "a  b", "\na", "a\n\nb", "\ta", "Hello world", " Hello, WORLD!", "it's we'll I'M"),
    *("1", "12345", "3.14 1,000", "a1b2", "_x_ y-z", "naïve café", "e\u0301", "日本語", "한글 中文", "Привет мир"),
    *("🤗 👍🏽", "\u00a0x", "ﬁ ½ ²", "if(a){b;}\r\n", "https://a.b/c?d=e", "...!!!", "▁a", "<s>a</s>", "a<unk> b"),
)
_MOST_TOKENS: Final = 8


def find_class(contents: Mapping[str, bytes]) -> str | None:
    """Return the class or model type by which AutoTokenizer may differ from tokenizer.json, None without one."""
    if CONVERTED in contents:
        return None
    named = _read(contents, "tokenizer_config.json").get("tokenizer_class")
    model = _read(contents, "config.json")
    named = named or model.get("tokenizer_class")
    if isinstance(named, str) and named not in _GENERIC:
        return named
    return model["model_type"] if isinstance(model.get("model_type"), str) else None


def fetch_auto_ids(contents: Mapping[str, bytes]) -> bytes | None:
    """Return the texts with AutoTokenizer's ids as JSON; None if it surely follows the file, or is not installed."""
    if find_class(contents) is None or list_missing_packages(()):
        return None
    texts = [*_TEXTS, *_list_token_texts(contents)]
    return json.dumps({"texts": texts, **ask_transformers(contents, texts=texts)}).encode()


def _list_token_texts(contents: Mapping[str, bytes]) -> Iterator[str]:
    decoder = _read(contents, "tokenizer_config.json").get("added_tokens_decoder")
    tokens = list(decoder.values()) if isinstance(decoder, dict) else []
    for token in tokens[:_MOST_TOKENS]:
        if isinstance(token, dict) and isinstance(token.get("content"), str):
            yield f"x {token['content']} y{token['content']}z"


def _read(contents: Mapping[str, bytes], name: str) -> dict[str, Any]:  # JSON
    try:
        value = json.loads(contents.get(name, b"{}"))
    except ValueError:
        # Loading the tokenizer names the file.
        return {}
    return value if isinstance(value, dict) else {}
