"""What all benchmarks share: run a command in a process of its own, say what it took, print figures as a table."""

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
class Took:
    """Seconds on the clock, seconds of processor time with all children, and the peak memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str = ""


def run(command: Sequence[str], *, environment: dict[str, str] | None = None) -> Took:
    """Run ``command`` to its good end, and say what it took."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as sink:
        process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=sink)
        _, status, usage = os.wait4(process.pid, 0)
        sink.seek(0)
        output = sink.read().decode()
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"{output}\n{command[0]} failed with status {status}")
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


def peak_bytes(process: int | str = "self") -> int:
    """The most memory that a process has held since it began its program; that of its parent does not count."""
    return held(process, "VmHWM")


def held(process: int | str, name: str) -> int:
    """A figure of a process's memory in bytes, by the kernel's name: ``RssAnon`` its own, ``RssFile`` of files."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)


def median_of(times: int, measure: Callable[[], Took]) -> Took:
    """The run with the median clock time."""
    return sorted((measure() for _number in range(times)), key=lambda took: took.seconds)[times // 2]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of all lie."""
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


def machine() -> str:
    """What these figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    lines = [f"\n### {title}\n", f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    sys.stdout.write("\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]) + "\n")
    sys.stdout.flush()


def script(name: str, *arguments: object) -> list[str]:
    """Return the command that runs ``processes/NAME.py`` with the arguments as JSON."""
    path = os.pathsep.join([str(BENCH), *filter(None, [os.environ.get("PYTHONPATH")])])
    module = ["env", f"PYTHONPATH={path}", sys.executable, "-m", f"processes.{name}"]
    return [*module, *(json.dumps(argument) for argument in arguments)]
