"""The output of commands into a pipe."""

import pytest

from mistudio.commands.output import fail, say, say_json, say_table


def test_a_table_is_as_wide_as_its_cells(capsys: pytest.CaptureFixture[str]) -> None:
    """Figures are aligned to the right, wide characters count twice, and no line has blanks at its end."""
    say_table(("NAME", "SIZE", "ROWS"), [["日本", "1.0 KB", "7"], ["b", "", "1,000"]])
    assert ["NAME    SIZE   ROWS", "日本  1.0 KB      7", "b             1,000"] == capsys.readouterr().out.splitlines()


def test_a_table_without_titles_has_no_header(capsys: pytest.CaptureFixture[str]) -> None:
    """As for the facts about one dataset; a cell that is longer than any line is not folded."""
    folder = "/data" + "/folder" * 200
    say_table(("", ""), [("Id", "ds_1"), ("Folder", folder)])
    assert ["Id      ds_1", f"Folder  {folder}"] == capsys.readouterr().out.splitlines()


def test_control_characters_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """In cells, lines and errors; markup in data is text."""
    say_table(("A", "B"), [["\x1b[2J", "[bold]x[/bold]\n"]])
    say("\x9b[red]")
    fail("a\x07b")
    shown = capsys.readouterr()
    assert ["A        B", "\\x1b[2J  [bold]x[/bold]\\n", "\\x9b[red]"] == shown.out.splitlines()
    assert "a\\x07b\n" == shown.err


def test_json_is_the_value(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever its length, without escapes beyond those of JSON."""
    say_json({"name": "日" * 500})
    assert '{\n  "name": "' + "日" * 500 + '"\n}\n' == capsys.readouterr().out
