"""Members of zip archives, and their limits."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from mistudio.core.errors import MiStudioError
from mistudio.corpus.formats.zip_members import detect_member_format, list_members, open_member


def make_archive(members: Mapping[str, bytes | str]) -> io.BytesIO:
    """Return an archive of these members."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink


def test_members_with_data_are_listed_by_name() -> None:
    """Not what systems and people put beside them."""
    names = ["b.jsonl", "a/a.json", "README.txt", "LICENSE.txt", "__MACOSX/b.jsonl", ".hidden.json", "pictures/x.png"]
    archive = make_archive(dict.fromkeys(names, "{}"))
    assert ["a/a.json", "b.jsonl"] == list_members(archive, "a.zip")
    assert "json" == detect_member_format(archive, "a.zip")
    assert b"{}" == open_member(archive, "b.jsonl", "a.zip").read()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.zip": "x", "b.csv": "x"}, "holds another archive (a.zip)"),
        ({"a.csv.gz": "x"}, "holds another archive (a.csv.gz)"),
        ({"a.parquet": "x"}, "of archives only text formats are read"),
        ({"a.csv": "x", "b.jsonl": "x"}, "several formats (csv, json)"),
        ({"a.png": "x"}, "holds no file that can be read"),
        ({}, "holds no file that can be read"),
        ({"a.txt": bytes(200 << 20)}, "200 times its size"),
        ({f"{number}.txt": "" for number in range(10_001)}, "at most 10,000 are read"),
    ],
)
def test_other_archives_are_refused(members: Mapping[str, bytes | str], words: str) -> None:
    """The message names the archive and the reason."""
    with pytest.raises(MiStudioError) as refused:
        list_members(make_archive(members), "a.zip")
    assert refused.value.detail.startswith("a.zip ")
    assert words in refused.value.detail


def test_a_damaged_archive_is_invalid() -> None:
    """Its directory is at its end."""
    data = make_archive({"a.txt": "x"}).getvalue()
    with pytest.raises(MiStudioError, match="damaged or incomplete zip archive"):
        list_members(io.BytesIO(data[:-10]), "a.zip")
