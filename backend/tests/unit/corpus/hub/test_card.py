"""A repository's card: foreign files, licence and description."""

import pytest

from mistudio.core.errors import InvalidRepository, UnsupportedFormat
from mistudio.corpus.hub.card import CARD, INFOS, OVERRIDES, check_declarations, read_description, read_license


def make_card(data_files: str, *, newline: str = "\n") -> bytes:
    """Return a card with one config of these files."""
    text = f"---\nconfigs:\n- config_name: a\n  {data_files}\n---\n# Tales\n"
    return text.replace("\n", newline).encode()


@pytest.mark.parametrize(
    "data_files",
    [
        "data_files: /etc/*",
        "data_files: ~/x.csv",
        "data_files: ../x.csv",
        "data_files: a/../../x.csv",
        "data_files: hf://datasets/b/c/x.csv",
        "data_files: zip://x.csv::a.zip",
        "data_files: [{split: train, path: [a.csv, /etc/passwd]}]",
        "data_dir: /etc",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_outside_the_repository_are_refused(data_files: str, newline: str) -> None:
    """Local paths, other servers and archives, wherever the card names them."""
    with pytest.raises(UnsupportedFormat, match="names files outside the repository"):
        check_declarations("ada/tales", {CARD: make_card(data_files, newline=newline)})


def test_the_overriding_file_is_checked_too() -> None:
    """It has the same fields, without front matter."""
    with pytest.raises(UnsupportedFormat, match="names files outside the repository"):
        check_declarations("ada/tales", {OVERRIDES: b"configs: [{config_name: a, data_files: /etc/*}]"})


@pytest.mark.parametrize("card", [b"", b"# Tales", b"---\n- 1\n---\n", make_card("data_files: data/..x/*.csv")])
def test_a_card_without_foreign_files_passes(card: bytes) -> None:
    """Also one without front matter, without fields, or with dots in a file's name."""
    check_declarations("ada/tales", {CARD: card})


def test_front_matter_that_is_no_yaml_is_refused() -> None:
    """The error names the repository, the file and the line."""
    with pytest.raises(InvalidRepository, match=r"ada/tales, README\.md: line 2 of its YAML: "):
        check_declarations("ada/tales", {CARD: b"---\na: [\n---\n"})


_BOMB = 'a0: &a0 ["x","x","x","x","x","x","x","x","x"]\n' + "\n".join(
    f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 9)
)


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        (_BOMB, "more than 20,000 values"),
        (f"{_BOMB}\nconfigs: *a8", "more than 20,000 values"),
        ("configs: &a [*a]", "refers to itself"),
        ("configs: &a\n- data_files: &b {train: *b}", "refers to itself"),
        ("license: " + "[" * 500 + "]" * 500, "nested more than 50 deep"),
        (f"license: {'9' * 5000}", "Exceeds the limit"),
        ("license: 2020-13-45", "month must be in 1..12"),
        ("license: !mine 1", "could not determine a constructor"),
        ("license: *missing", "found undefined alias"),
        ("license:\n\t- mit", "line 2 of its YAML"),
        ("configs:\n- data_files:\n  - {split: a b, path: x}", "“a b” is not the name of a split"),
        (f"configs:\n- data_files:\n  - {{split: {'s' * 300}, path: x}}", "is not the name of a split"),
        (f"configs:\n- data_dir: {'x' * 2000}", "a path has more than 1,000 characters"),
        ("configs:\n- data_files:\n  - {split: [1], path: x}", "is not the name of a split"),
    ],
)
@pytest.mark.parametrize("path", [CARD, OVERRIDES])
def test_yaml_beyond_its_limits_is_refused(path: str, yaml: str, reason: str) -> None:
    """Before the ``datasets`` library, which has no limits, sees it; the error names the file."""
    content = f"---\n{yaml}\n---\n" if path == CARD else yaml
    with pytest.raises(InvalidRepository, match=reason) as refused:
        check_declarations("ada/tales", {path: content.encode()})
    assert str(refused.value.extra["field"]).startswith(path)
    assert len(refused.value.detail) < 600


@pytest.mark.parametrize("infos", [b"{", b"[]", b"[" * 100_000, b"\xff", b'{"a": ' * 60 + b"1" + b"}" * 60])
def test_infos_beyond_their_limits_are_refused(infos: bytes) -> None:
    """They are an object of JSON."""
    with pytest.raises(InvalidRepository, match=r"dataset_infos\.json"):
        check_declarations("ada/tales", {INFOS: infos})


def test_only_files_that_declare_something_are_named() -> None:
    """A card with a licence alone says nothing of files."""
    only_licence = b"---\nlicense: mit\n---\n"
    assert () == check_declarations("ada/tales", {CARD: only_licence})
    assert (CARD, INFOS) == check_declarations("ada/tales", {CARD: make_card("data_files: a.csv"), INFOS: b"{}"})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"license": "mit"}, "mit"),
        ({"license": ["mit", "apache-2.0"]}, "mit, apache-2.0"),
        ({"license": "other", "license_name": "Ada's own"}, "Ada's own"),
        ({"license": "other"}, "other"),
        ({"license": [None, ""]}, None),
        ({}, None),
    ],
)
def test_a_licence_is_one_line(fields: dict[str, object], expected: str | None) -> None:
    """Several names are separated by commas; ``other`` is replaced by the licence's own name."""
    assert expected == read_license(fields)


def test_a_description_is_the_cards_text() -> None:
    """Without front matter, byte order mark and Windows' line ends."""
    assert "# Tales" == read_description(make_card("data_files: a.csv"))
    assert "# Tales" == read_description("\ufeff".encode() + make_card("data_files: a.csv", newline="\r\n"))
    assert read_description(None) is None
    assert read_description(b"---\nlicense: mit\n---\n\n") is None


def test_a_long_description_ends_between_words() -> None:
    """At most 2,000 characters, and a mark of the omission."""
    description = read_description(b"word " * 1_000)
    assert description is not None
    assert description.endswith("word …")
    assert 1_990 < len(description) <= 2_002
