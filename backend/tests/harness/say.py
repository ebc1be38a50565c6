"""Prints a line at once, so that a long run can be watched."""

import sys


def say(line: str) -> None:
    """Print."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
