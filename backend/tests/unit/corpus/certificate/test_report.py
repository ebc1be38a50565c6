"""The certificate as text and as a page: whatever the data holds, it stays text."""

from html.parser import HTMLParser
from pathlib import Path

from fakes.tokenized_data import encode, train_tokenizer, write_parquet, write_texts
from mistudio.corpus.certificate.certify import CertifyOptions, certify
from mistudio.corpus.certificate.record import Certificate, hash_content
from mistudio.corpus.certificate.report import write_page, write_text

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> & \u202e"


def make_certificate(folder: Path, subject: str = "data") -> Certificate:
    """Return the certificate of rows that have lost their first token, and whose texts are hostile."""
    texts = [f"{text} {HOSTILE}" for text in write_texts()]
    tokenizer = train_tokenizer(texts)
    path = write_parquet(folder, [ids[1:] for ids in encode(texts, tokenizer)])
    return certify(path, subject=subject, tokenizer=tokenizer, options=CertifyOptions())


class Tags(HTMLParser):
    """Collects the elements of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an element is."""
        self.names.add(tag)
        self.attributes.update(name for name, _value in attrs)

    def handle_data(self, data: str) -> None:
        """Keep its text."""
        self.words.append(data)


def test_the_page_runs_nothing_and_names_no_other_file(tmp_path: Path) -> None:
    """Markup in names and texts is shown, not obeyed."""
    found = make_certificate(tmp_path / "data", HOSTILE)
    tags = Tags()
    tags.feed(write_page(found))
    assert not tags.names & {"script", "img", "link", "iframe", "object", "form", "base", "a"}
    assert not [name for name in tags.attributes if name.startswith("on") or name in ("src", "href", "style")]
    text = "".join(tags.words)
    assert "<script>alert(1)</script>" in text
    assert found.content_sha256 in text
    assert found.data_sha256 in text
    assert all(check.detail in text and check.title in text for check in found.checks)


def test_text_shows_what_is_wrong_and_where(tmp_path: Path) -> None:
    """One line per check, and examples below those that failed."""
    found = make_certificate(tmp_path / "data")
    lines = list(write_text(found))
    assert found.verdict == "failed"
    failed = [number for number, line in enumerate(lines) if line.strip().startswith("FAILED")]
    assert failed
    assert any("row 0, position 0" in lines[number + 1] for number in failed)
    assert lines[-1].startswith("Failed. SHA-256 of this certificate: ")
    assert not any("\n" in line for line in lines)


def test_the_hash_is_of_the_content(tmp_path: Path) -> None:
    """Equal data, tokenizer and seed give equal checks; the hash can be computed again."""
    one, two = (make_certificate(tmp_path / name) for name in ("one", "two"))
    assert one.checks == two.checks
    assert one.data_sha256 == two.data_sha256
    assert one.content_sha256 == hash_content(one)
