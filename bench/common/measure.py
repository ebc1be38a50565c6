"""Runs commands in processes of their own, measures what they use, and prints figures as tables."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from common import BENCH


@dataclass(frozen=True)
class Usage:
    """What a process used: wall-clock seconds, CPU seconds including its children's, peak memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str = ""


def run(command: Sequence[str], *, environment: dict[str, str] | None = None) -> Usage:
    """Run ``command`` and return what it used; ends this program if it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as sink:
        process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=sink)
        _, status, usage = os.wait4(process.pid, 0)
        sink.seek(0)
        output = sink.read().decode()
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{output}\n{' '.join(command)} failed with status {status}")
    return Usage(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


def process_command(name: str, *arguments: object) -> list[str]:
    """Return the command that runs ``processes/NAME.py`` with the arguments as JSON."""
    # The only place that tells such a process where ``common`` and ``processes`` are.
    path = os.pathsep.join([str(BENCH), *filter(None, [os.environ.get("PYTHONPATH")])])
    module = ["env", f"PYTHONPATH={path}", sys.executable, "-m", f"processes.{name}"]
    return [*module, *(json.dumps(argument) for argument in arguments)]


def peak_memory(process: int | str = "self") -> int:
    """Return the peak memory in bytes of a process since it loaded its program, without that of its parent."""
    return memory_figure(process, "VmHWM")


def memory_figure(process: int | str, name: str) -> int:
    """Return a process's memory in bytes by the kernel's name: ``RssAnon`` is its own, ``RssFile`` is mapped files."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)


def median_run(times: int, measure: Callable[[], Usage]) -> Usage:
    """Measure several times and return the run with the median wall-clock time."""
    return sorted((measure() for _number in range(times)), key=lambda usage: usage.seconds)[times // 2]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of the values do not exceed."""
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


def describe_machine() -> str:
    """Return the processor, memory and Python version of this machine."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}"


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    sys.stdout.write(f"\n### {title}\n\n")
    print_row(header)
    sys.stdout.write(f"|{'---|' * len(header)}\n")
    for row in rows:
        print_row(row)


def print_row(cells: Sequence[str]) -> None:
    """Print one row of a Markdown table at once."""
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()
