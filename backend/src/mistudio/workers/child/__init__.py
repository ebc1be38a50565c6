"""The child process that runs one job, and the pool that starts it."""

from typing import Final

# pyarrow imports the one to know its values, structlog the other to show tracebacks in colour: a job needs neither.
UNNEEDED: Final = ("pandas", "rich")
