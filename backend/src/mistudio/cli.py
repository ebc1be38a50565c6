"""The command line: serving and working stand here, what is done with datasets in ``mistudio.commands``."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from mistudio import __version__
from mistudio.commands import datasets, making, tokens
from mistudio.commands.doctor import doctor
from mistudio.commands.output import fail, settings_of
from mistudio.core.config import Settings
from mistudio.utils.imports import hide_packages

app = typer.Typer(help="Text datasets for mechanistic interpretability.", no_args_is_help=True, add_completion=True)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; beyond loopback a token is needed.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept.")] = None,
) -> None:
    """Serve the panel and its API until Ctrl-C."""
    # pyarrow imports the one to know its values, the sockets' library the other to be a client: a server needs neither.
    with hide_packages("pandas", "aiohttp"):
        from mistudio.core.ownership import AlreadyServed
        from mistudio.server import AddressInUse, run

    settings = settings_of(host=host, port=port, data_dir=data_dir)
    try:
        run(settings, announce=typer.echo)
    except (AlreadyServed, AddressInUse) as error:
        raise fail(str(error)) from None


app.command()(making.download)
app.command(name="import")(making.import_files)
app.command()(datasets.ls)
app.command()(datasets.show)
app.command()(datasets.samples)
app.command()(tokens.tokenize)
app.command()(tokens.stats)
app.command(name="what-if")(tokens.what_if)
app.command()(datasets.verify)
app.command()(datasets.rebuild)
app.command()(datasets.rm)
app.command()(doctor)


@app.command()
def worker(
    queues: Annotated[
        str | None, typer.Option(help="Queues to take jobs from, with commas: downloads, tokenization, indexes. All.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Jobs that run at the same time.")] = 2,
    data_dir: Annotated[Path | None, typer.Option(help="The folder that servers and workers share.")] = None,
) -> None:
    """Run jobs of the scaled-out engine until Ctrl-C."""
    from mistudio.core.celery_app import QUEUES

    settings = settings_of(data_dir=data_dir)
    if settings.is_embedded:
        raise fail("CELERY_BROKER_URL is empty: without it the server runs its jobs itself, and needs no workers.")
    chosen = tuple(name.strip() for name in queues.split(",")) if queues else QUEUES
    if unknown := sorted(set(chosen) - set(QUEUES)):
        raise fail(f"There is no queue {', '.join(unknown)}. Queues: {', '.join(QUEUES)}.")
    from mistudio.workers.scaled_out.worker import run_worker

    run_worker(settings, queues=chosen, concurrency=concurrency)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from mistudio.main import create_app

    with tempfile.TemporaryDirectory() as folder:
        document = create_app(Settings(data_dir=Path(folder))).openapi()
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    app()
