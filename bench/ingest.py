"""Compare our ingest with ``datasets.load_dataset`` in every format; `make bench-ingest`.

Both read each file in turn, each in a process of its own; ``load_dataset`` gets an empty cache, and imports are not
measured. Rates are of text, not of file. The figures are medians of one run.
"""

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from common import DATA
from common.formats import FORMATS, Format, prepare_file
from common.measure import Usage, describe_machine, print_table, process_command, run
from common.texts import prepare_text


@dataclass(frozen=True)
class Figures:
    """Wall-clock and CPU seconds; bytes on disk without the source, bytes of text, rows, peak memory in bytes."""

    seconds: float
    cpu: float
    disk: int
    text: int
    rows: int
    peak: int


def _parse_figures(usage: Usage) -> Figures:
    return Figures(**json.loads(usage.output))


def run_ingest(kind: Format, file: Path, scratch: Path) -> Figures:
    """Run our ingest. It moves a file that it keeps as it is, so that one is copied before the clock starts."""
    source = scratch / f"source{kind.ending}"
    if kind.name.endswith("kept"):
        shutil.copyfile(file, source)
    else:
        source.symlink_to(file)
    target = scratch / "out.parquet"
    usage = run(process_command("ingest_file", str(source), kind.source_format, file.name, str(target)))
    source.unlink(missing_ok=True)
    return _parse_figures(usage)


def run_load_dataset(kind: Format, file: Path, scratch: Path) -> Figures:
    """Run ``datasets.load_dataset``."""
    cache = scratch / "cache"
    environment = {"HF_HOME": str(scratch / "hf"), "HF_HUB_OFFLINE": "1"}
    command = process_command("load_file", str(file), kind.builder, kind.options, str(cache))
    usage = run(command, environment=environment)
    shutil.rmtree(cache)
    return _parse_figures(usage)


def median_figures(runs: list[Figures]) -> Figures:
    """Return the run with the median time."""
    return sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]


def compare_format(base: Path, kind: Format, scratch: Path, *, repeat: int) -> list[str]:
    """Return the format's row of the table."""
    file = prepare_file(base, kind)
    pairs = [(run_ingest(kind, file, scratch), run_load_dataset(kind, file, scratch)) for _number in range(repeat)]
    ours, theirs = median_figures([pair[0] for pair in pairs]), median_figures([pair[1] for pair in pairs])
    if ours.rows != theirs.rows:
        raise SystemExit(f"{kind.name}: our ingest found {ours.rows} rows, load_dataset {theirs.rows}.")
    return [
        kind.name,
        f"{file.stat().st_size / 1e6:.0f}",
        *(f"{ours.text / one.seconds / 1e6:.0f}" for one in (ours, theirs)),
        f"{theirs.seconds / ours.seconds:.1f}",
        *(f"{ours.text / one.cpu / 1e6:.0f}" for one in (ours, theirs)),
        *(f"{one.disk / 1e6:.0f}" for one in (ours, theirs)),
        *(f"{one.peak / 1e6:.0f}" for one in (ours, theirs)),
    ]


def main() -> None:
    """Measure every format and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text")
    parser.add_argument("--repeat", type=int, default=3, help="how often each runs")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text` instead of generated text")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    base = prepare_text(options.megabytes, options.text)
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        rows = [compare_format(base, kind, Path(scratch), repeat=options.repeat) for kind in FORMATS]
    rates = ["file MB", "MB/s", "datasets", "times", "MB per CPU s", "datasets"]
    header = ["", *rates, "disk MB", "datasets", "peak MB", "datasets"]
    print_table(f"Importing {options.megabytes} MB of text", header, rows)


if __name__ == "__main__":
    main()
