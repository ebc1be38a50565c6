"""Hostile declarations: cards, ``.huggingface.yaml`` and ``dataset_infos.json``, each by a name."""

import json
from collections.abc import Iterator
from typing import Final

from fuzz.values import VALUES

_BOMB_LEVELS: Final = 9
_LONG: Final = "s" * 300


def _front(yaml: str) -> str:
    return f"---\n{yaml}\n---\n# A card\n"


def _bomb() -> str:
    """Nine lists of nine aliases each: a billion texts where somebody writes them out."""
    levels = (f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 9)}]" for level in range(1, _BOMB_LEVELS))
    return "\n".join(['a0: &a0 ["x","x","x","x","x","x","x","x","x"]', *levels])


def _split(name: str) -> str:
    return f"configs:\n- config_name: default\n  data_files:\n  - split: {json.dumps(name)}\n    path: train.jsonl"


def cards() -> Iterator[tuple[str, str | bytes]]:
    """Each card of its own kind."""
    yield "alias bomb", _front(_bomb())
    yield "alias bomb in configs", _front(f"{_bomb()}\nconfigs: *a8")
    yield "alias bomb in the licence", _front(f"{_bomb()}\nlicense: *a8")
    yield "recursive", _front("configs: &a [*a]")
    yield "recursive object", _front("configs: &a\n- config_name: default\n  data_files: &b {train: *b}")
    yield "deep flow lists", _front("license: " + "[" * 5000 + "]" * 5000)
    yield "deep objects", _front("\n".join(" " * level + "a:" for level in range(800)))
    yield "python tag", _front("license: !!python/object/apply:os.system ['true']")
    yield "unknown tag", _front("license: !mine 1")
    yield "no end", "---\nlicense: mit\n" + "x: 1\n" * 100_000
    yield "not UTF-8", b"---\nlicense: \xff\xfe\n---\n"
    yield "UTF-16", _front("license: mit").encode("utf-16")
    yield "NUL", b"---\nlicense: a\0b\n---\n\0\0"
    yield "control characters", _front('license: "\\e[31m\\a"')
    yield "tabs", _front("license:\n\t- mit")
    yield "many documents", "---\nlicense: mit\n---\n---\nlicense: a\n---\n"
    yield "merge keys", _front("a: &a {x: 1}\nconfigs:\n- <<: *a\n  config_name: default")
    yield "long key", _front(f"? {'k' * 20_000}\n: 1")
    yield "5,000-digit number", _front(f"license: {'9' * 5000}\nsize: {'9' * 5000}")
    yield "sexagesimal and octal", _front("license: 1:2:3\nname: 0o777\nx: 0x_1")
    yield "a date", _front("license: 2020-13-45")
    yield "set and omap", _front("license: !!set {a, b}\nconfigs: !!omap [a: 1]")
    yield "binary", _front("license: !!binary |\n  AAAA")
    yield "text only", _front("just a text")
    yield "a list", _front("- a\n- b")
    yield "duplicate keys", _front("license: a\nlicense: b")
    for name in (_LONG, "", "a/b", "../a", "a b", "é", "a\0b", "train[:1]", "all", ".", "con\nfig", "-", "a" * 20_000):
        yield f"split {name[:12]!r} ({len(name)})", _front(_split(name))
    for pattern in ("**/**/**/**/*", "[", "*" * 500, "{a,b" * 50, "/etc/passwd", "https://example.org/a.csv", "~/*"):
        yield (
            f"pattern {pattern[:20]}",
            _front(f"configs:\n- config_name: default\n  data_files: {json.dumps(pattern)}"),
        )
    yield "20,000 configs", _front("configs:\n" + "".join(f"- config_name: c{n}\n" for n in range(20_000)))
    yield "configs of one name", _front("configs:\n- config_name: a\n- config_name: a")
    yield from _wrong_types()


def _wrong_types() -> Iterator[tuple[str, str]]:
    """Every hostile value in every place of the declarations."""
    places = {
        "configs": "{}",
        "config": "[{}]",
        "config_name": '[{"config_name": {}}]',
        "data_files": '[{"config_name": "default", "data_files": {}}]',
        "data_files item": '[{"config_name": "default", "data_files": [{}]}]',
        "split": '[{"config_name": "default", "data_files": [{"split": {}, "path": "train.jsonl"}]}]',
        "path": '[{"config_name": "default", "data_files": [{"split": "train", "path": {}}]}]',
        "data_dir": '[{"config_name": "default", "data_dir": {}}]',
        "default": '[{"config_name": "default", "default": {}}]',
        "sep": '[{"config_name": "default", "sep": {}}]',
        "field": '[{"config_name": "default", "field": {}}]',
        "encoding": '[{"config_name": "default", "encoding": {}}]',
        "features": '[{"config_name": "default", "features": {}}]',
    }
    for place, template in places.items():
        for name, value in VALUES.items():
            # As JSON, which is YAML.
            text = template.replace("{}", json.dumps(value), 1) if template == "{}" else _filled(template, value)
            yield f"{place} is {name}", _front(f"configs: {text}")
    for name, value in VALUES.items():
        yield f"dataset_info is {name}", _front(f"dataset_info: {json.dumps(value)}")
        yield f"features are {name}", _front(f'dataset_info: {{"features": {json.dumps(value)}}}')
        yield (
            f"dtype is {name}",
            _front(f'dataset_info: {{"features": [{{"name": "text", "dtype": {json.dumps(value)}}}]}}'),
        )
        yield f"splits are {name}", _front(f'dataset_info: {{"splits": {json.dumps(value)}}}')
        yield (
            f"num_examples is {name}",
            _front(f'dataset_info: {{"splits": [{{"name": "train", "num_examples": {json.dumps(value)}}}]}}'),
        )
        yield f"license is {name}", _front(f"license: {json.dumps(value)}")


def _filled(template: str, value: object) -> str:
    return template.replace("{}", json.dumps(value))


def infos() -> Iterator[tuple[str, str | bytes]]:
    """Each ``dataset_infos.json`` of its own kind."""
    yield "no JSON", "{"
    yield "deep", "[" * 100_000
    yield "not UTF-8", b"\xff\xfe{}"
    for name, value in VALUES.items():
        text = json.dumps(value)
        yield f"is {name}", text
        yield f"config is {name}", f'{{"default": {text}}}'
        yield f"features are {name}", f'{{"default": {{"features": {text}}}}}'
        yield f"splits are {name}", f'{{"default": {{"splits": {text}}}}}'
        yield f"feature is {name}", f'{{"default": {{"features": {{"text": {text}}}}}}}'
