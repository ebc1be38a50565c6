"""Taking files in, side by side with what a user would do today; `make bench-ingest`.

Each format goes through our ingest and through ``datasets.load_dataset`` into a fresh cache, each in a process of its
own, one after the other in turns; imports are not counted. Rates are of text, not of file. Medians of one run.
"""

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from common import DATA
from common.formats import FORMATS, Format, written
from common.measure import Took, machine, run, script, table
from common.texts import base_text


@dataclass(frozen=True)
class Figures:
    """Seconds on the clock and of processor time, bytes on disk beside the source, of text, rows, peak of memory."""

    seconds: float
    cpu: float
    disk: int
    text: int
    rows: int
    peak: int


def _figures(took: Took) -> Figures:
    return Figures(**json.loads(took.output))


def ours(kind: Format, file: Path, scratch: Path) -> Figures:
    """Our ingest. A file that would be kept is moved: it gets a copy, made before the clock starts."""
    source = scratch / f"source{kind.ending}"
    if kind.name.endswith("kept"):
        shutil.copyfile(file, source)
    else:
        source.symlink_to(file)
    took = run(
        script("ingest_file", str(source), kind.source_format, file.name, str(scratch / "out.parquet")),
    )
    source.unlink(missing_ok=True)
    return _figures(took)


def theirs(kind: Format, file: Path, scratch: Path) -> Figures:
    """``datasets.load_dataset``."""
    cache = scratch / "cache"
    environment = {"HF_HOME": str(scratch / "hf"), "HF_HUB_OFFLINE": "1"}
    took = run(script("load_file", str(file), kind.builder, kind.options, str(cache)), environment=environment)
    shutil.rmtree(cache)
    return _figures(took)


def middle(runs: list[Figures]) -> Figures:
    """The run of median time."""
    return sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]


def compare(base: Path, kind: Format, scratch: Path, *, repeat: int) -> list[str]:
    """One line of the table."""
    file = written(base, kind)
    pairs = [(ours(kind, file, scratch), theirs(kind, file, scratch)) for _number in range(repeat)]
    own, other = middle([pair[0] for pair in pairs]), middle([pair[1] for pair in pairs])
    if own.rows != other.rows:
        raise SystemExit(f"{kind.name}: {own.rows} rows here, {other.rows} there.")
    return [
        kind.name,
        f"{file.stat().st_size / 1e6:.0f}",
        f"{own.text / own.seconds / 1e6:.0f}",
        f"{own.text / other.seconds / 1e6:.0f}",
        f"{other.seconds / own.seconds:.1f}",
        f"{own.text / own.cpu / 1e6:.0f}",
        f"{own.text / other.cpu / 1e6:.0f}",
        f"{own.disk / 1e6:.0f}",
        f"{other.disk / 1e6:.0f}",
        f"{own.peak / 1e6:.0f}",
        f"{other.peak / 1e6:.0f}",
    ]


def main() -> None:
    """Measure every format and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text`, instead of text that is made")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    base = base_text(options.megabytes, options.text)
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        rows = [compare(base, kind, Path(scratch), repeat=options.repeat) for kind in FORMATS]
    header = ["", "file MB", "MB/s", "datasets", "times", "MB per CPU s", "datasets", "disk MB", "datasets"]
    table(
        f"Taking in {options.megabytes} MB of text",
        [*header, "peak MB", "datasets"],
        rows,
    )


if __name__ == "__main__":
    main()
