"""What a studio's log must never hold: a traceback, or the words of a library that gave up."""

import json
import re
from pathlib import Path
from typing import Final

_START: Final = "Traceback (most recent call last)"
_SIGNS: Final = (_START, "panicked at", "Fatal Python error", "Segmentation fault")
_CHAINS: Final = ("During handling of the above exception", "The above exception was the direct cause")
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
    found = [number for number, line in enumerate(lines) if any(sign in line for sign in _SIGNS)]
    return [_told(lines, number) for number in found if not _is_chained(lines, number)]


def _is_chained(lines: list[str], number: int) -> bool:
    """Whether the traceback belongs to the one before it."""
    return any(line.startswith(_CHAINS) for line in lines[max(0, number - 2) : number])


def _told(lines: list[str], number: int) -> str:
    line = lines[number]
    if not line.startswith("{"):
        return _summary("", _whole_traceback(lines, number))
    said = json.loads(line)
    event, traceback = str(said.get("event")), str(said.get("exception") or said.get("stack") or "")
    return _summary("log", event) if _START in event else _summary(event, traceback)


def _whole_traceback(lines: list[str], number: int) -> str:
    """What Python itself wrote: lines that are indented, then the error, and so on for each error in the chain."""
    end = number + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    if end + 2 < len(lines) and lines[end + 2].startswith(_CHAINS):
        return _whole_traceback(lines, end + 4)
    return "\n".join(lines[number : end + 1])


def _summary(event: str, traceback: str) -> str:
    frames = [f"{path}:{name}" for path, name in _FRAME.findall(traceback)]
    last = next((line for line in reversed(traceback.splitlines()) if line.strip()), "")
    where = f" in {' > '.join(frames[-2:])}" if frames else ""
    return without_ids(f"{event.splitlines()[0] if event else 'log'}: {last[:300]}{where}")


def without_ids(text: str) -> str:
    """Return the text with what differs from run to run replaced by a sign."""
    return _CHANGING.sub("…", text)
