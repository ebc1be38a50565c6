"""What commands say: tables and progress for people on a terminal, JSON for programs, one sentence for errors."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

import httpx2
import typer
from pydantic import ValidationError
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from mistudio.commands.connection import AlreadyServed, Refused, Studio, studio
from mistudio.core.config import Settings
from mistudio.core.errors import MiStudioError
from mistudio.utils.file_utils import format_size
from mistudio.utils.text import escape_controls

INTERRUPTED = 130

_PIPE_WIDTH = 400

# What goes into a pipe or a file is never folded.
out = Console(highlight=False, emoji=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
err = Console(stderr=True, highlight=False, emoji=False)

Use = Callable[[Studio], Awaitable[None]]


def fail(message: str) -> typer.Exit:
    """Say what is wrong, and end with code 1."""
    typer.secho(escape_controls(message, lines=True), fg="red", err=True)
    return typer.Exit(1)


def settings_of(**given: object) -> Settings:
    """Settings of the environment with what the command line says on top; ends with a sentence where they are wrong."""
    try:
        return Settings.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise fail("\n".join(f"{item['msg']}".removeprefix("Value error, ") for item in error.errors())) from None


def run(use: Use, **given: object) -> None:
    """Do ``use`` with the services of DATA_DIR; errors are one sentence, Ctrl-C leaves what can go on."""
    settings = settings_of(**given)
    if settings.log_level == "info":
        settings = settings.model_copy(update={"log_level": "error"})

    asks_a_server = False

    async def main() -> None:
        nonlocal asks_a_server
        async with studio(settings) as found:
            asks_a_server = found.is_remote
            await use(found)

    from mistudio.core.logging import configure_logging

    configure_logging(settings)
    try:
        asyncio.run(main())
    except (Refused, AlreadyServed, MiStudioError) as error:
        raise fail(str(error)) from None
    except httpx2.TransportError:
        raise fail("The server that has this data folder does not answer: end it, or try again.") from None
    except KeyboardInterrupt:
        goes_on = "The server goes on with what it has begun." if asks_a_server else "Run the command again to go on."
        typer.secho(f"Stopped. {goes_on}", err=True)
        raise typer.Exit(INTERRUPTED) from None


def say(text: str, *, style: str | None = None, lines: bool = False) -> None:
    """A line, or with ``lines`` a whole text; escape sequences that stand in data are shown, not done."""
    out.print(escape_controls(text, lines=lines), markup=False, style=style)


def say_json(value: object) -> None:
    """The value as JSON, whatever the terminal."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table without lines and without blanks at the ends; columns of figures stand to the right."""
    shown = [[escape_controls(cell) for cell in row] for row in rows]
    lines = [*([header] if any(header) else []), *shown]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    right = [all(cell[:1].isdigit() for cell in column if cell) for column in zip(*shown, strict=True)]
    for line in lines:
        cells = [
            f"{blanks}{cell}" if to_right else f"{cell}{blanks}"
            for cell, blanks, to_right in zip(line, _blanks(line, widths), right or [False] * len(line), strict=True)
        ]
        say("  ".join(cells).rstrip(), style="bold" if line is header else None)


def _blanks(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [" " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]


class _Amount(ProgressColumn):
    """How much is done, of how much, in the unit of the work."""

    def render(self, task: Task) -> Text:
        """One cell."""
        if task.total is None:
            return Text("")
        done, total = (_amount(value, task.fields["unit"]) for value in (task.completed, task.total))
        return Text(f"{done} of {total}", style="progress.download")


class _Rate(ProgressColumn):
    """How much a second."""

    def render(self, task: Task) -> Text:
        """One cell."""
        return Text(f"{_amount(task.speed, task.fields['unit'])}/s" if task.speed else "", style="progress.data.speed")


def _amount(value: float, unit: str) -> str:
    return format_size(int(value)) if unit == "bytes" else f"{value:,.0f} {unit}"


class Bar:
    """A bar that shows one piece of work after the other."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = escape(escape_controls(name))
        self._shown = ""
        self._task = progress.add_task(self._name, total=None, unit="bytes")

    def tell(self, record: Mapping[str, Any]) -> None:  # a dataset or a tokenization as JSON
        """Show how far the record's job is."""
        job = record["job"]
        if not job:
            return
        self._begin("tries again soon" if job["not_before"] else str(job["phase"] or ""))
        if job["total"]:
            self._progress.update(self._task, completed=job["done"], total=job["total"], unit=job["unit"])

    def counting(self, file: IO[bytes], *, total: int) -> "Counted":
        """``file``, whose reading moves the bar; ``total`` bytes are those of all files."""
        self._begin("reading")
        self._progress.update(self._task, total=total)
        return Counted(file, lambda size: self._progress.advance(self._task, size))

    def _begin(self, phase: str) -> None:
        if phase and phase != self._shown:
            self._shown = phase
            # What the last phase took says nothing of the time that this one will take.
            self._progress.reset(self._task, total=None, description=f"{self._name}: {phase}")


class Counted:
    """A file that tells how much of it is read."""

    def __init__(self, file: IO[bytes], tell: Callable[[int], None]) -> None:
        self._file = file
        self._tell = tell

    def fileno(self) -> int:
        """For those who ask for its size."""
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(size)
        self._tell(len(data))
        return data


@contextmanager
def watched(name: str, *, quiet: bool) -> Iterator[Bar]:
    """A progress bar with amount, rate and time left, on standard error; nothing where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), _Amount(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal, transient=True) as progress:
        yield Bar(progress, name)
