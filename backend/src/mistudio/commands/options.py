"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated, Final

import typer

# The bundled dataset, and the bundled tokenizer.
SAMPLE: Final = "sample"

DataDir = Annotated[Path | None, typer.Option(help="The data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Wanted = Annotated[str, typer.Argument(help="Id, name or repository id of a dataset.")]
HubToken = Annotated[str | None, typer.Option(envvar="HF_TOKEN", show_envvar=False, help="Used for this job only.")]
