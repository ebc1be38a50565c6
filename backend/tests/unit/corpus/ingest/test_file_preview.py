"""The columns that a file's first bytes show."""

import pytest

from mistudio.corpus.ingest.file_preview import FilePreview, preview_file


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (b"text,id\na,1\n", ("text", "id")),
        (b"text,id\na\nb,2\n", ("text", "id")),
        (b"text,id\n\xff,1\n", ("text", "id")),
        (b'text,id\na,1\n"' + b"x\n" * 1000, ()),
    ],
    ids=["usual", "short rows", "not UTF-8", "cut within a quoted cell"],
)
@pytest.mark.parametrize("rest", [0, 1 << 20])
def test_whatever_a_head_looks_like_is_no_error(head: bytes, columns: tuple[str, ...], rest: int) -> None:
    """Reading the file says what is wrong with it."""
    preview = preview_file("a.csv", "csv", {}, size=len(head) + rest, head=head, tail=b"")
    assert preview == FilePreview(columns, "text" if columns else None)
