"""What a studio's log must never hold: a traceback, or the words of a library that gave up."""

import json
import re
from pathlib import Path
from typing import Final

_START: Final = "Traceback (most recent call last)"
_SIGNS: Final = (_START, "panicked at", "Fatal Python error", "Segmentation fault")
_FRAME: Final = re.compile(r'File "[^"]*?/(mistudio/[^"]+)", line \d+, in (\S+)')
# What differs from run to run.
_CHANGING: Final = re.compile(
    r"(?:ds|tok|job)_[0-9a-f-]{36}|\b[0-9a-f]{32,64}\b|0x[0-9a-f]+|/tmp/\S+|\.tmp\w{6}\b|(?<=:)\d{4,5}\b"
)


def defects_in(log: Path) -> list[str]:
    """Return one line for each traceback or crash of a library: what happened, and where in our code."""
    if not log.exists():
        return []
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [_told(lines, number) for number, line in enumerate(lines) if any(sign in line for sign in _SIGNS)]


def _told(lines: list[str], number: int) -> str:
    line = lines[number]
    if not line.startswith("{"):
        # Written by Python itself: the traceback goes on until a line that is not indented, which is the error.
        following = lines[number + 1 : number + 80]
        end = next((at for at, one in enumerate(following) if not one.startswith(" ")), len(following) - 1)
        return _summary("", "\n".join([line, *following[: end + 1]]))
    said = json.loads(line)
    event, traceback = str(said.get("event")), str(said.get("exception") or said.get("stack") or "")
    return _summary("log", event) if _START in event else _summary(event, traceback)


def _summary(event: str, traceback: str) -> str:
    frames = _FRAME.findall(traceback)
    last = next((line for line in reversed(traceback.splitlines()) if line.strip()), "")
    where = f" in {frames[-1][0]}:{frames[-1][1]}" if frames else ""
    return without_ids(f"{event.splitlines()[0] if event else 'log'}: {last[:300]}{where}")


def without_ids(text: str) -> str:
    """Return the text with what differs from run to run replaced by a sign."""
    return _CHANGING.sub("…", text)
