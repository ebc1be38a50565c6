"""Runs the test suites one after the other and ends with one plain line that sums them up.

Every suite runs even when one before it failed, so that one run tells everything. The figures come from each runner's
own report file, never from its printed text; a suite that leaves no report counts as one failure.
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
    """How many tests of a suite went how."""

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
    """A test runner: where it runs, how, and how its report is read."""

    folder: str
    command: tuple[str, ...]
    report: Path
    read: Callable[[Path], Outcome]
    environment: dict[str, str] = field(default_factory=dict)
    stdout: int | None = None


def main() -> int:
    """Run the suites that the command line names; the exit code is 1 when anything failed or nothing ran."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="+", choices=list(SUITES))
    suites: list[str] = parser.parse_args().suites
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    total = sum((timed(suite) for suite in suites), Outcome())
    say(f"\n{total}")
    return 1 if total.failed or not total.passed else 0


def timed(suite: str) -> Outcome:
    """Run one suite, under a heading and with its time."""
    say(f"\n==> {suite}")
    start = time.monotonic()
    outcome = SUITES[suite]()
    say(f"==> {suite}: {outcome} ({time.monotonic() - start:.0f} s)")
    return outcome


def run_backend() -> Outcome:
    """Pytest on every core; a module stays on one worker, for its fixtures are costly."""
    report = REPORTS / "backend.xml"
    # One more than there are cores: tests of processes and sockets wait as much as they work.
    workers = ("-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile")
    pytest = (sys.executable, "-m", "pytest", *workers, f"--junitxml={report}")
    return run(Runner("backend", pytest, report, read_junit))


def run_frontend() -> Outcome:
    """Jest, whose standard output would be its report once more."""
    report = REPORTS / "frontend.json"
    jest = ("npm", "test", "--silent", "--", "--json", f"--outputFile={report}")
    return run(Runner("frontend", jest, report, read_jest, stdout=subprocess.DEVNULL))


def run_e2e() -> Outcome:
    """Playwright's journeys, in a browser that is there or can be had."""
    browser = find_or_install_browser(ROOT / "e2e")
    if browser is None:
        return without_browser()
    report = REPORTS / "e2e.json"
    environment = {"CHROMIUM_PATH": browser, "PLAYWRIGHT_JSON_OUTPUT_NAME": str(report)}
    playwright = ("npm", "test", "--silent", "--", "--reporter=list,json")
    return run(Runner("e2e", playwright, report, read_playwright, environment=environment))


def without_browser() -> Outcome:
    """Say loudly that the journeys did not run; that is a failure only where they are compulsory."""
    line = "!" * 100
    say(f"{line}\nTHE BROWSER JOURNEYS DID NOT RUN: no Chromium or Chrome is installed and none could be had.\n{line}")
    if os.environ.get("REQUIRE_BROWSER") == "1":
        return Outcome(failed=1)
    return Outcome(skipped=1)


def run(runner: Runner) -> Outcome:
    """Run one runner and read its report; a runner that ends badly without naming a test counts as one failure."""
    environment = os.environ | runner.environment
    done = subprocess.run(runner.command, cwd=ROOT / runner.folder, env=environment, stdout=runner.stdout, check=False)
    outcome = runner.read(runner.report) if runner.report.is_file() else Outcome()
    if done.returncode and not outcome.failed:
        say(f"{runner.folder}: the test runner itself failed, with exit code {done.returncode}.")
        return outcome + Outcome(failed=1)
    return outcome


def read_junit(report: Path) -> Outcome:
    """The figures of pytest's JUnit report; an error in a fixture is a failure of its test."""
    # The file was written a moment ago by our own test runner.
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314
    total = Outcome()
    for suite in suites:
        tests, failures, errors, skipped = (int(suite.get(key, 0)) for key in TALLY)
        total += Outcome(tests - failures - errors - skipped, failures + errors, skipped)
    return total


def read_jest(report: Path) -> Outcome:
    """The figures of Jest's report; a test file that does not load counts as one failure."""
    figures = json.loads(report.read_text())
    return Outcome(
        passed=figures["numPassedTests"],
        failed=figures["numFailedTests"] + figures["numRuntimeErrorTestSuites"],
        skipped=figures["numPendingTests"] + figures["numTodoTests"],
    )


def read_playwright(report: Path) -> Outcome:
    """The figures of Playwright's report; a test that passed only on a second try has failed."""
    figures = json.loads(report.read_text())["stats"]
    return Outcome(figures["expected"], figures["unexpected"] + figures["flaky"], figures["skipped"])


def say(text: str) -> None:
    """Write a line at once, so that it stands in order among the runners' own output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


TALLY = ("tests", "failures", "errors", "skipped")
SUITES: dict[str, Callable[[], Outcome]] = {"backend": run_backend, "frontend": run_frontend, "e2e": run_e2e}

if __name__ == "__main__":
    sys.exit(main())
