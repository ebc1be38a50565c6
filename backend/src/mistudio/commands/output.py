"""The output of commands: text and tables for people, JSON for programs, one sentence for errors."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import httpx2
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from mistudio.commands.connection import AlreadyServed, Refused, Studio, studio
from mistudio.core.config import Settings
from mistudio.core.errors import MiStudioError
from mistudio.utils.text import escape_controls

INTERRUPTED: Final = 130
_PIPE_WIDTH: Final = 400

# Output into a pipe or a file is never folded.
out = Console(highlight=False, emoji=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
err = Console(stderr=True, highlight=False, emoji=False)

Use = Callable[[Studio], Awaitable[None]]


def fail(message: str) -> typer.Exit:
    """Print an error; raise the result to end with code 1."""
    typer.secho(escape_controls(message, lines=True), fg="red", err=True)
    return typer.Exit(1)


def warn(message: str) -> None:
    """Print a warning."""
    typer.secho(escape_controls(message, lines=True), fg="yellow", err=True)


def load_settings(**options: object) -> Settings:
    """Return the settings of the environment with the command line's options; ends with a sentence if one is wrong."""
    try:
        return Settings.model_validate({name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        raise fail("\n".join(f"{item['msg']}".removeprefix("Value error, ") for item in error.errors())) from None


def run(use: Use, **options: object) -> None:
    """Call ``use`` with the API of DATA_DIR; errors become one sentence, and Ctrl-C ends with a hint."""
    settings = load_settings(**options)
    if settings.log_level == "info":
        settings = settings.model_copy(update={"log_level": "error"})

    is_remote = False

    async def main() -> None:
        nonlocal is_remote
        async with studio(settings) as api:
            is_remote = api.is_remote
            await use(api)

    from mistudio.core.logging import configure_logging

    configure_logging(settings)
    try:
        asyncio.run(main())
    except (Refused, AlreadyServed, MiStudioError) as error:
        raise fail(str(error)) from None
    except httpx2.TransportError:
        raise fail("The server of this data folder does not answer: stop it, or try again.") from None
    except KeyboardInterrupt:
        hint = "The server continues its work." if is_remote else "Run the command again to continue."
        typer.secho(f"Stopped. {hint}", err=True)
        raise typer.Exit(INTERRUPTED) from None


def say(text: str, *, style: str | None = None, lines: bool = False) -> None:
    """Print a line, or with ``lines`` a whole text; control characters in data are shown, not carried out."""
    out.print(escape_controls(text, lines=lines), markup=False, style=style)


def count_texts(found: Mapping[str, object]) -> str:
    """Return how many texts of a dataset are null, empty or repaired, in words; unknown counts are left out."""
    names = {"null_texts": "null", "empty_texts": "empty", "invalid_texts": "repaired"}
    counts = ((found.get(key), word) for key, word in names.items())
    known = [f"{count:,} {word}" for count, word in counts if isinstance(count, int)]
    return f"Texts: {', '.join(known)}." if known else ""


def say_json(value: object) -> None:
    """Print the value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table without rules, as wide as its cells; columns of figures are aligned to the right."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(header), header_style="bold")
    for title, *cells in zip(header, *rows, strict=True):
        is_figures = any(cells) and all(cell[:1].isdigit() for cell in cells if cell)
        table.add_column(title, justify="right" if is_figures else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(escape_controls(cell)) for cell in row))
    # As wide as the cells, whatever the terminal: it wraps whole lines, so that no cell is cut.
    options = out.options.update(width=sys.maxsize)
    options = options.update(width=out.measure(table, options=options).maximum)
    for segments in out.render_lines(table, options, pad=False):
        line = Text.assemble(*((segment.text, segment.style or "") for segment in segments))
        line.rstrip()
        out.print(line)
