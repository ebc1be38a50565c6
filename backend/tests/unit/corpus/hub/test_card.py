"""A repository's card: foreign files, licence and description."""

import pytest

from mistudio.core.errors import UnsupportedFormat
from mistudio.corpus.hub.card import CARD, OVERRIDES, read_description, read_license, refuse_foreign_files


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
        refuse_foreign_files("ada/tales", {CARD: make_card(data_files, newline=newline)})


def test_the_overriding_file_is_checked_too() -> None:
    """It has the same fields, without front matter."""
    with pytest.raises(UnsupportedFormat, match="names files outside the repository"):
        refuse_foreign_files("ada/tales", {OVERRIDES: b"configs: [{config_name: a, data_files: /etc/*}]"})


@pytest.mark.parametrize("card", [b"", b"# Tales", b"---\n- 1\n---\n", make_card("data_files: data/..x/*.csv")])
def test_a_card_without_foreign_files_passes(card: bytes) -> None:
    """Also one without front matter, without fields, or with dots in a file's name."""
    refuse_foreign_files("ada/tales", {CARD: card})


def test_front_matter_that_is_no_yaml_is_refused() -> None:
    """The error names the repository."""
    with pytest.raises(UnsupportedFormat, match="card of ada/tales does not say clearly"):
        refuse_foreign_files("ada/tales", {CARD: b"---\na: [\n---\n"})


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
