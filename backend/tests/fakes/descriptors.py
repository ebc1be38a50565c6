"""The files that this process holds open, from the kernel."""

import contextlib
from pathlib import Path


def open_files(folder: Path) -> list[str]:
    """Return the open files below ``folder``, deleted ones too."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.append(str(descriptor.readlink()))
    return [name for name in found if name.startswith(f"{folder}/")]
