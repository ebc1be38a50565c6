"""Writes the OpenAPI document (frontend/openapi.json) and the TypeScript types generated from it.

Both files are committed, so that the front end builds without the back end and reviews show changes of the API. A file
whose text stays the same keeps its modification time, so that nothing is rebuilt. With ``--check``, a file that was out
of date is a failure; the script still writes it, ready to be reviewed and committed.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"
DOCUMENT = FRONTEND / "openapi.json"
TYPES = FRONTEND / "src" / "types" / "api.gen.ts"


def main() -> int:
    """Write both files; with ``--check`` the exit code is 1 if one of them changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a file was out of date")
    check: bool = parser.parse_args().check
    changed = [path for path in (write_document(), write_types()) if path]
    for path in changed:
        sys.stderr.write(f"{path.relative_to(FRONTEND.parent)} was out of date; updated it.\n")
    return 1 if check and changed else 0


def write_document() -> Path | None:
    """Write the document that the server describes itself with; return its path if the text changed."""
    mistudio = Path(sys.executable).with_name("mistudio")
    text = subprocess.run([mistudio, "openapi"], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
    if DOCUMENT.is_file() and DOCUMENT.read_text("utf-8") == text:
        return None
    DOCUMENT.write_text(text, "utf-8")
    return DOCUMENT


def write_types() -> Path | None:
    """Generate the types; return their path if the text changed."""
    before = TYPES.with_suffix(".before")
    if TYPES.is_file():
        shutil.copy2(TYPES, before)
    try:
        subprocess.run(["npm", "run", "--silent", "generate-types"], cwd=FRONTEND, stdout=sys.stderr, check=True)
        if before.is_file() and before.read_bytes() == TYPES.read_bytes():
            shutil.copystat(before, TYPES)
            return None
        return TYPES
    finally:
        before.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
