"""What commands say: tables and progress for people on a terminal, JSON for programs, one sentence for errors."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from mistudio.commands.connection import AlreadyServed, Refused, Studio, Watcher, studio
from mistudio.core.config import Settings

INTERRUPTED = 130

_PIPE_WIDTH = 400

# What goes into a pipe or a file is never folded.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
err = Console(stderr=True, highlight=False)

Use = Callable[[Studio], Awaitable[None]]


def fail(message: str) -> typer.Exit:
    """Say what is wrong, and end with code 1."""
    typer.secho(message, fg="red", err=True)
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

    async def main() -> None:
        async with studio(settings) as found:
            await use(found)

    from mistudio.core.logging import configure_logging

    configure_logging(settings)
    try:
        asyncio.run(main())
    except (Refused, AlreadyServed) as error:
        raise fail(str(error)) from None
    except httpx2.TransportError:
        raise fail("The server that has this data folder does not answer: end it, or try again.") from None
    except KeyboardInterrupt:
        typer.secho("Stopped. Run the command again to go on.", err=True)
        raise typer.Exit(INTERRUPTED) from None


def say_json(value: object) -> None:
    """The value as JSON, whatever the terminal."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table without lines."""
    table = Table(box=None, pad_edge=False, show_header=any(header))
    for number, title in enumerate(header):
        table.add_column(title, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    out.print(table)


@contextmanager
def watched(name: str, *, quiet: bool) -> Iterator[Watcher]:
    """A progress bar with bytes, rate and time left, on standard error; nothing where that is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal, transient=True) as progress:
        task = progress.add_task(escape(name), total=None)
        shown = ""

        def tell(dataset: Mapping[str, Any]) -> None:  # a dataset as JSON
            nonlocal shown
            job = dataset["job"]
            if job and job["phase"] and job["phase"] != shown:
                shown = str(job["phase"])
                progress.reset(task, description=f"{escape(name)}: {shown}")
            if job and job["total"]:
                progress.update(task, completed=job["done"], total=job["total"])

        yield tell
