"""Writes docs/licences.md: the packages that the wheel needs, each with its version and licence.

They are those of backend/requirements.lock; what is said of each comes from its installed metadata. ``--check`` writes
nothing, and fails if the page is out of date.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "backend" / "requirements.lock"
PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences of the dependencies

The Python packages that `pip install mistudio` brings, as their metadata says it. `make licences` writes this page.

| package | version | licence |
|---|---|---|
"""
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
CLASSIFIER = "License :: "
# Longer ones are the licence's whole text.
LONGEST = 60


def main() -> int:
    """Write the page, or compare it."""
    pins = sorted(set(PIN.findall(LOCK.read_text(encoding="utf-8"))), key=lambda pin: pin[0].lower())
    text = HEAD + "".join(f"| {name} | {version} | {find_licence(name)} |\n" for name, version in pins)
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PAGE.name} is out of date: run scripts/list_licences.py.\n")
    return 1


def find_licence(package: str) -> str:
    """Return the licence of an installed package, from the field that says it best."""
    try:
        fields = metadata(package)
    except PackageNotFoundError:
        return "needed on other systems only: see the package"
    named = [str(value) for key in ("License-Expression", "License") for value in fields.get_all(key) or []]
    short = [value.strip() for value in named if value.strip() and len(value) <= LONGEST and "\n" not in value.strip()]
    classified = [
        value.rpartition(" :: ")[2]
        for value in fields.get_all("Classifier") or []
        if value.startswith(CLASSIFIER) and value != "License :: OSI Approved"
    ]
    if short or classified:
        return short[0] if short else ", ".join(classified)
    return next((str(value).strip().splitlines()[0] for value in named if value.strip()), "see the package")


if __name__ == "__main__":
    sys.exit(main())
