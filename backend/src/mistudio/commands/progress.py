"""The progress bar of commands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from mistudio.commands.output import err
from mistudio.utils.file_utils import format_size
from mistudio.utils.text import escape_controls


class _AmountColumn(ProgressColumn):
    """The amount done and the total, in the unit of the work."""

    def render(self, task: Task) -> Text:
        """Return the cell of one task."""
        if task.total is None:
            return Text("")
        done, total = (_format_amount(value, task.fields["unit"]) for value in (task.completed, task.total))
        return Text(f"{done} of {total}", style="progress.download")


class _RateColumn(ProgressColumn):
    """The amount per second."""

    def render(self, task: Task) -> Text:
        """Return the cell of one task."""
        rate = f"{_format_amount(task.speed, task.fields['unit'])}/s" if task.speed else ""
        return Text(rate, style="progress.data.speed")


def _format_amount(value: float, unit: str) -> str:
    return format_size(int(value)) if unit == "bytes" else f"{value:,.0f} {unit}"


class Bar:
    """A bar that shows one phase of the work after the other."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = escape(escape_controls(name))
        self._phase = ""
        self._task = progress.add_task(self._name, total=None, unit="bytes")

    def show(self, record: Mapping[str, Any]) -> None:  # a dataset or a tokenization as JSON
        """Show the progress of the record's job."""
        job = record["job"]
        if not job:
            return
        self._begin("retrying soon" if job["not_before"] else str(job["phase"] or ""))
        if job["total"]:
            self._progress.update(self._task, completed=job["done"], total=job["total"], unit=job["unit"])

    def count_reads(self, file: IO[bytes], *, total: int) -> "CountedFile":
        """Return ``file``, whose reads advance the bar; ``total`` bytes are those of all files."""
        self._begin("reading")
        self._progress.update(self._task, total=total)
        return CountedFile(file, lambda size: self._progress.advance(self._task, size))

    def _begin(self, phase: str) -> None:
        if phase and phase != self._phase:
            self._phase = phase
            # The rate of one phase says nothing about the time that the next one takes.
            self._progress.reset(self._task, total=None, description=f"{self._name}: {phase}")


class CountedFile:
    """A file that reports how many bytes were read."""

    def __init__(self, file: IO[bytes], report: Callable[[int], None]) -> None:
        self._file = file
        self._report = report

    def fileno(self) -> int:
        """Return the file descriptor, by which httpx finds the size."""
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes."""
        data = self._file.read(size)
        self._report(len(data))
        return data


@contextmanager
def progress_bar(name: str, *, quiet: bool) -> Iterator[Bar]:
    """Show a progress bar on standard error if that is a terminal, with amount, rate and remaining time."""
    columns = (TextColumn("{task.description}"), BarColumn(), _AmountColumn(), _RateColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal, transient=True) as progress:
        yield Bar(progress, name)


class StepBars:
    """A bar for each step of a recipe."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, steps: Sequence[Mapping[str, Any]]) -> None:  # steps as JSON
        """Show the state and the progress of each step."""
        for step in steps:
            name = escape(escape_controls(str(step["name"])))
            if name not in self._tasks:
                self._tasks[name] = self._progress.add_task(name, total=100)
            text = f"{name}: {step['kind']}, {step['state']}"
            self._progress.update(self._tasks[name], completed=step["progress"], description=text)


@contextmanager
def step_bars(*, quiet: bool) -> Iterator[StepBars]:
    """Show a bar for each step on standard error if that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal, transient=True) as progress:
        yield StepBars(progress)
