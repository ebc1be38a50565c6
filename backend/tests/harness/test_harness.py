"""What the harnesses share works: findings by kind, defects in a log, figures in a page."""

import os
from pathlib import Path

from harness.findings import Findings
from harness.log import defects_in
from harness.processes import figures_of
from harness.report import table, write_part

LOG = """{"event": "request crashed", "exception": "Traceback (most recent call last):\\n \
 File \\"/a/mistudio/b.py\\", line 1, in do\\n    x\\nValueError: bad 0123456789abcdef0123456789abcdef"}
{"event": "all is well"}
Traceback (most recent call last):
  File "/a/mistudio/c.py", line 2, in go
OSError: full

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/a/mistudio/a.py", line 3, in first
  File "/a/mistudio/c.py", line 4, in second
    y
OSError: fuller
"""


def test_findings_of_one_kind_are_one() -> None:
    """Those that the table knows are counted apart; the others by what they have in common."""
    findings = Findings({"slow": "It is slow."})
    for case, reason in (("a 1", "broken at 12"), ("b 2", "broken at 345"), ("c", "slow"), ("d", "lost")):
        findings.add(case, reason)
    assert 4 == findings.count
    assert ["a 1: broken at 12", "d: lost"] == list(findings.new.values())
    assert "     1 known: It is slow." in findings.summary()


def test_defects_are_read_from_a_log(tmp_path: Path) -> None:
    """Tracebacks in JSON and bare ones are told in one line each, with the place in our code and without ids."""
    log = tmp_path / "log"
    log.write_text(LOG)
    told = [
        "request crashed: ValueError: bad … in mistudio/b.py:do",
        "log: OSError: fuller in mistudio/a.py:first > mistudio/c.py:second",
    ]
    assert told == defects_in(log)
    assert [] == defects_in(tmp_path / "none")


def test_figures_are_written_between_their_comments(tmp_path: Path) -> None:
    """What stands around them stays."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- soak: figures -->\nold\n<!-- soak: end -->\nafter\n")
    write_part(page, "soak", table(("a", "b"), [("1", "2")]))
    text = page.read_text()
    assert "old" not in text
    assert "| a | b |\n| --- | --- |\n| 1 | 2 |\n<!-- soak: end -->\nafter\n" in text
    assert text.startswith("before\n")


def test_a_process_has_figures() -> None:
    """Of a process that runs there are figures, of another one there are none."""
    found = figures_of(os.getpid())
    assert found is not None
    assert found.resident > 0
    assert found.descriptors > 2
    assert figures_of(2**22 + 1) is None
