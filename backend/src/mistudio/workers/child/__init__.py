"""The child process that runs one job, and the pool that starts it."""

from typing import Final

# Hidden from imports: pyarrow imports pandas to recognise its values, structlog imports rich to colour tracebacks.
UNNEEDED: Final = ("pandas", "rich")
