"""Runs the test suites one after the other; the last line of output is their total.

Every suite runs even if an earlier one failed, so that one run shows every failure. The figures come from each runner's
report file, never from its output; a suite without a report counts as one failure.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from browser import find_or_install_browser

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".make" / "reports"


@dataclass(frozen=True)
class Outcome:
    """How many tests passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


@dataclass(frozen=True)
class Runner:
    """A test runner: its folder, its command, its report and the function that reads that."""

    folder: str
    command: tuple[str, ...]
    report: Path
    read: Callable[[Path], Outcome]
    environment: dict[str, str] = field(default_factory=dict)
    stdout: int | None = None


def main() -> int:
    """Run the suites of the command line; the exit code is 1 if a test failed or none ran."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="+", choices=list(SUITES))
    suites: list[str] = parser.parse_args().suites
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    total = sum((run_suite(suite) for suite in suites), Outcome())
    print_line(f"\n{total}")
    return 1 if total.failed or not total.passed else 0


def run_suite(suite: str) -> Outcome:
    """Run one suite, and print its name before and its outcome and time after."""
    print_line(f"\n==> {suite}")
    start = time.monotonic()
    outcome = SUITES[suite]()
    print_line(f"==> {suite}: {outcome} ({time.monotonic() - start:.0f} s)")
    return outcome


def run_backend() -> Outcome:
    """Run pytest on every core; each module stays on one worker because its fixtures are expensive."""
    report = REPORTS / "backend.xml"
    # One worker more than cores: tests of processes and sockets wait for about half of their time.
    workers = ("-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile")
    pytest = (sys.executable, "-m", "pytest", *workers, f"--junitxml={report}")
    return run(Runner("backend", pytest, report, read_junit))


def run_frontend() -> Outcome:
    """Run Jest without its standard output, which would repeat the report."""
    report = REPORTS / "frontend.json"
    jest = ("npm", "test", "--silent", "--", "--json", f"--outputFile={report}")
    return run(Runner("frontend", jest, report, read_jest, stdout=subprocess.DEVNULL))


def run_e2e() -> Outcome:
    """Run Playwright's journeys in an installed browser, or install one."""
    browser = find_or_install_browser(ROOT / "e2e")
    if browser is None:
        return report_missing_browser()
    report = REPORTS / "e2e.json"
    environment = {"CHROMIUM_PATH": browser, "PLAYWRIGHT_JSON_OUTPUT_NAME": str(report)}
    playwright = ("npm", "test", "--silent", "--", "--reporter=list,json")
    return run(Runner("e2e", playwright, report, read_playwright, environment=environment))


def report_missing_browser() -> Outcome:
    """Print a warning that the journeys did not run; they count as failed only if REQUIRE_BROWSER is 1."""
    line = "!" * 100
    reason = "no Chromium or Chrome is installed, and installing one failed"
    print_line(f"{line}\nTHE BROWSER JOURNEYS DID NOT RUN: {reason}.\n{line}")
    if os.environ.get("REQUIRE_BROWSER") == "1":
        return Outcome(failed=1)
    return Outcome(skipped=1)


def run(runner: Runner) -> Outcome:
    """Run one runner and read its report; a runner that fails without a failed test counts as one failure."""
    folder, environment = ROOT / runner.folder, os.environ | runner.environment
    result = subprocess.run(runner.command, cwd=folder, env=environment, stdout=runner.stdout, check=False)
    outcome = runner.read(runner.report) if runner.report.is_file() else Outcome()
    if result.returncode and not outcome.failed:
        print_line(f"{runner.folder}: the test runner itself failed, with exit code {result.returncode}.")
        return outcome + Outcome(failed=1)
    return outcome


def read_junit(report: Path) -> Outcome:
    """Return the figures of pytest's JUnit report; an error in a fixture is a failure of its test."""
    # Our own test runner has just written this file.
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314
    total = Outcome()
    for suite in suites:
        tests, failures, errors, skipped = (int(suite.get(key, 0)) for key in JUNIT_COUNTS)
        total += Outcome(tests - failures - errors - skipped, failures + errors, skipped)
    return total


def read_jest(report: Path) -> Outcome:
    """Return the figures of Jest's report; a test file that does not load counts as one failure."""
    figures = json.loads(report.read_text())
    return Outcome(
        passed=figures["numPassedTests"],
        failed=figures["numFailedTests"] + figures["numRuntimeErrorTestSuites"],
        skipped=figures["numPendingTests"] + figures["numTodoTests"],
    )


def read_playwright(report: Path) -> Outcome:
    """Return the figures of Playwright's report; a test that passed only at a second attempt has failed."""
    figures = json.loads(report.read_text())["stats"]
    return Outcome(figures["expected"], figures["unexpected"] + figures["flaky"], figures["skipped"])


def print_line(text: str) -> None:
    """Print a line at once, in order with the runners' own output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


JUNIT_COUNTS = ("tests", "failures", "errors", "skipped")
SUITES: dict[str, Callable[[], Outcome]] = {"backend": run_backend, "frontend": run_frontend, "e2e": run_e2e}

if __name__ == "__main__":
    sys.exit(main())
