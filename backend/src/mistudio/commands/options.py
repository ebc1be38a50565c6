"""Arguments and options that several commands share."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer

# The bundled dataset, and the bundled tokenizer.
SAMPLE: Final = "sample"

DataDir = Annotated[Path | None, typer.Option(help="The data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Wanted = Annotated[str, typer.Argument(help="Id, name or repository id of a dataset.")]
TextTemplate = Annotated[
    str | None,
    typer.Option(help=r"Makes the text of several columns: '{instruction}\n\n{output}'. In place of --text-column."),
]
HubToken = Annotated[str | None, typer.Option(envvar="HF_TOKEN", show_envvar=False, help="Used for this job only.")]

_ESCAPES: Final = {"n": "\n", "t": "\t", "\\": "\\"}


def unescape_template(text: str | None) -> str | None:
    """Return a template with its lines and tabs: a shell passes ``\\n`` as two characters, and ``\\\\`` is one."""
    return text and re.sub(r"\\([nt\\])", lambda found: _ESCAPES[found[1]], text)
