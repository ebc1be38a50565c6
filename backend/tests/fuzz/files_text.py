"""Hostile files of text: JSON, CSV and plain text."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from fuzz.values import VALUES

File = tuple[str, str, Callable[[], bytes]]
CELL_BYTES: Final = 60 << 20
_ROWS: Final = 3000


def text_files() -> Iterator[File]:
    """Each file, by what is wrong with it."""
    yield from _json()
    yield from _json_values()
    yield from _csv()
    yield from _plain()


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")


def _nested(begin: str, middle: str, end: str, depth: int) -> bytes:
    return _lines(f'{{"text": "a", "x": {begin * depth}{middle}{end * depth}}}')


def _json() -> Iterator[File]:
    good = '{"text": "a"}'
    yield "sound JSON lines", "a.jsonl", lambda: _lines(*[f'{{"text": "line {number}"}}' for number in range(200)])
    yield "sound JSON", "a.json", lambda: json.dumps([{"text": f"line {number}"} for number in range(200)]).encode()
    yield (
        "a key of its own per record",
        "a.jsonl",
        lambda: _lines(*[json.dumps({"text": "a", f"key{number}": number}) for number in range(20_000)]),
    )
    yield (
        "9,990 keys in as many records",
        "a.jsonl",
        lambda: _lines(*[json.dumps({"text": "a", f"key{number}": number}) for number in range(9_990)]),
    )
    yield "10,001 keys in one record", "a.jsonl", lambda: _lines(json.dumps({f"k{n}": "x" for n in range(10_001)}))
    yield (
        "nested keys of their own",
        "a.jsonl",
        lambda: _lines(*[json.dumps({"text": "a", "meta": {f"key{number}": 1}}) for number in range(5000)]),
    )
    for depth in (100, 1000, 100_000):
        yield f"{depth:,} lists deep", "a.jsonl", partial(_nested, "[", "", "]", depth)
        yield f"{depth:,} objects deep", "a.jsonl", partial(_nested, '{"x":', "1", "}", depth)
        yield f"{depth:,} lists deep, as JSON", "a.json", partial(bytes.__mul__, b"[", depth)
    yield "no end of a text", "a.jsonl", lambda: b'{"text": "' + b"x" * (8 << 20)
    yield "one line of 60 MB", "a.jsonl", lambda: b'{"text": "' + b"x" * CELL_BYTES + b'"}\n'
    yield "one line of 300 MB", "a.jsonl", lambda: b'{"text": "' + b"x" * (5 * CELL_BYTES) + b'"}\n'
    yield "a text of 60 MB in JSON", "a.json", lambda: b'[{"text": "' + b"x" * CELL_BYTES + b'"}]'
    yield "duplicate keys", "a.jsonl", lambda: _lines('{"text": "a", "text": "b"}', '{"text": 1, "text": "b"}')
    yield "an empty key", "a.jsonl", lambda: _lines('{"": "a", "text": "b"}')
    yield "keys with dots and slashes", "a.jsonl", lambda: _lines('{"a.b": "a", "a/b": "b", "..": "c", "text": "d"}')
    yield "keys with NUL and controls", "a.jsonl", lambda: _lines('{"a\\u0000b": "a", "\\u001b[31m": "b", "text": "d"}')
    yield "a key of 100,000 characters", "a.jsonl", lambda: _lines(json.dumps({"k" * 100_000: "a", "text": "b"}))
    yield (
        "lone surrogates",
        "a.jsonl",
        lambda: _lines('{"text": "\\ud800"}', '{"text": "\\udc00x"}', '{"\\ud800": "a"}'),
    )
    yield "raw surrogates", "a.jsonl", lambda: b'{"text": "\xed\xa0\x80"}\n'
    yield "5,000 digits", "a.jsonl", lambda: _lines(good, '{"text": "b", "x": ' + "9" * 5000 + "}")
    yield "1e999", "a.jsonl", lambda: _lines(good, '{"text": "b", "x": 1e999}', '{"text": "b", "x": -1e999}')
    yield "NaN", "a.jsonl", lambda: _lines(good, '{"text": "b", "x": NaN}', '{"text": "b", "x": Infinity}')
    yield "NULs between", "a.jsonl", lambda: b'{"text": "a"}\n\0\0\0\n{"text": "b"}\n'
    yield "NULs only", "a.jsonl", lambda: b"\0" * 10_000
    yield "blanks only", "a.jsonl", lambda: b" \n" * 10_000
    yield "UTF-16", "a.jsonl", lambda: (good + "\n").encode("utf-16")
    yield "UTF-32", "a.json", lambda: f"[{good}]".encode("utf-32")
    yield "many marks of byte order", "a.jsonl", lambda: b"\xef\xbb\xbf" * 3 + good.encode()
    yield "values on one line", "a.jsonl", lambda: (good * 3).encode("utf-8")
    yield "a value over lines", "a.jsonl", lambda: b'{"text":\n"a"\n}\n'
    yield "carriage returns only", "a.jsonl", lambda: b"\r".join([good.encode()] * 2)
    yield "comments", "a.json", lambda: b'// a\n[{"text": "a"}]'
    yield "a list of texts", "a.json", lambda: b'["a", "b"]'
    yield "a bare number", "a.json", lambda: b"1"
    yield "empty list", "a.json", lambda: b"[]"
    yield "empty object", "a.json", lambda: b"{}"
    yield "columns of different lengths", "a.json", lambda: b'{"text": ["a", "b"], "id": [1]}'
    yield "rows, then nonsense", "a.json", lambda: b'[{"text": "a"}] nonsense'
    yield "two arrays", "a.json", lambda: b'[{"text": "a"}][{"text": "b"}]'


def _json_values() -> Iterator[File]:
    first = '{"text": "a"}'
    for name, value in VALUES.items():
        line, bare = json.dumps({"text": value}), json.dumps(value)
        yield f"text is {name}", "a.jsonl", partial(_lines, first, line)
        yield f"a record is {name}", "a.jsonl", partial(_lines, first, bare)
        yield f"the first record is {name}", "a.jsonl", partial(_lines, bare, first)
        yield f"text turns to {name} late", "a.jsonl", partial(_lines, *[first] * 50_000, line)
        yield f"the whole is {name}", "a.json", partial(bytes, bare.encode())


def _csv() -> Iterator[File]:
    yield "sound CSV", "a.csv", lambda: _lines("text,id", *[f"line {number},{number}" for number in range(200)])
    yield "sound TSV", "a.tsv", lambda: _lines("text\tid", *[f"line {number}\t{number}" for number in range(200)])
    yield "a cell of 60 MB", "a.csv", lambda: b"text,id\na,1\n" + b"x" * CELL_BYTES + b",2\nb,3\n"
    yield "a cell of 300 MB", "a.csv", lambda: b"text,id\na,1\n" + b"x" * (5 * CELL_BYTES) + b",2\nb,3\n"
    yield "a quoted cell of 60 MB", "a.csv", lambda: b'text,id\na,1\n"' + b"x\n" * (CELL_BYTES // 2) + b'",2\n'
    yield "no end of a quote", "a.csv", lambda: b'text,id\n"a,1\n' + b"b,2\n" * 500_000
    yield "quotes everywhere", "a.csv", lambda: b"text\n" + b'"' * 100_001
    yield "100,000 columns", "a.csv", lambda: _lines(",".join(f"c{n}" for n in range(100_000)), "a")
    yield "columns of one name", "a.csv", lambda: _lines("text,text,text", "a,b,c")
    yield "columns without a name", "a.csv", lambda: _lines(",,", "a,b,c")
    yield "only a header", "a.csv", lambda: b"text,id\n"
    yield "only commas", "a.csv", lambda: b",\n" * 100_000
    yield "rows of every length", "a.csv", lambda: _lines("text,id", *["a," * (n % 50) for n in range(_ROWS)])
    yield "NULs", "a.csv", lambda: b"text,id\na\0b,1\n\0,2\n"
    yield "control characters", "a.csv", lambda: _csv_of(["text", "a\x1b[31m\x07", "b\x08"])
    yield "not UTF-8", "a.csv", lambda: b"text\n\xff\xfe\xfd\n\x80\n"
    yield "UTF-16", "a.csv", lambda: "text\na\n".encode("utf-16")
    yield "carriage returns only", "a.csv", lambda: b"text,id\ra,1\rb,2\r"
    yield "mixed ends of lines", "a.csv", lambda: b"text,id\r\na,1\nb,2\rc,3\r\n"
    yield "a header of 1 MB", "a.csv", lambda: b"x" * (1 << 20) + b"\na\n"
    yield "formulas", "a.csv", lambda: _lines("text", "=cmd|' /C calc'!A0", "@SUM(1)")
    yield "numbers that turn to text late", "a.csv", lambda: _lines("text,x", *["a,1"] * 200_000, "a,b")
    yield "semicolons", "a.csv", lambda: _lines("text;id", "a;1", "b;2")
    yield "an odd separator", "a.csv", lambda: _lines("text\x01id", "a\x011")


def _csv_of(rows: list[str]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink).writerows([row] for row in rows)
    return sink.getvalue().encode()


def _plain() -> Iterator[File]:
    yield "sound text", "a.txt", lambda: _lines(*[f"line {number}" for number in range(200)])
    yield "NULs only, as text", "a.txt", lambda: b"\0" * (1 << 20)
    yield "one line of 60 MB, as text", "a.txt", lambda: b"x" * CELL_BYTES
    yield "not UTF-8, as text", "a.txt", lambda: bytes(range(256)) * 100
    yield "a program", "a.txt", lambda: b"\x7fELF" + bytes(range(256)) * 100
    yield "2 million empty lines", "a.txt", lambda: b"\n" * 2_000_000
    yield "every end of a line", "a.txt", lambda: "a\x0bb\x0cc\x1cd\u2028e\u2029f\x85g\r\nh\n".encode("utf-8")
    for name in (
        "",
        ".",
        "..",
        "a",
        "a.exe",
        "../a.txt",
        "/etc/a.txt",
        "a\0.txt",
        "a\n.txt",
        "x" * 300 + ".txt",
        "é.txt",
    ):
        yield f"a file called {name[:12]!r} ({len(name)})", name or " ", lambda: b"a\n"
    for name in (
        "CON.txt",
        ".txt",
        "a.txt.",
        "a .txt",
        "train[1].txt",
        "a.TXT",
        "a.jsonl.txt.gz",
        "a%2fb.txt",
        "~.txt",
    ):
        yield f"a file called {name}", name, lambda: b"a\n"
