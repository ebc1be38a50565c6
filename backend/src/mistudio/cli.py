"""The command line: the server and the worker; commands on datasets are in ``mistudio.commands``."""

import json
import secrets
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from mistudio import __version__
from mistudio.commands import audit, create, datasets, derive, edit, mix, recipes, tokens, update
from mistudio.commands.doctor import doctor
from mistudio.commands.export import export
from mistudio.commands.output import fail, load_settings
from mistudio.core.config import Settings
from mistudio.core.errors import MiStudioError
from mistudio.utils.imports import hide_packages

app = typer.Typer(help="Text datasets for mechanistic interpretability.", no_args_is_help=True, add_completion=True)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Not loopback: needs a token.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 chooses a free one.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
    auth: Annotated[bool, typer.Option("--auth", help="Make an access token, and print a link that logs in.")] = False,
    uds: Annotated[Path | None, typer.Option(help="Listen on this Unix socket instead of a port.")] = None,
) -> None:
    """Serve the panel and its API until Ctrl-C."""
    # pyarrow imports pandas to recognize its values, python-socketio imports aiohttp for its client: a server needs
    # neither.
    with hide_packages("pandas", "aiohttp"):
        from mistudio.core.ownership import AlreadyServed
        from mistudio.server import AddressInUse, run

    made = secrets.token_urlsafe(24) if auth else None
    own = {"api_token": made} if made else {}
    settings = load_settings(host=host, port=port, data_dir=data_dir, **own)
    try:
        run(settings, announce=typer.echo, login_token=made, uds=uds.expanduser().absolute() if uds else None)
    except (AlreadyServed, AddressInUse, MiStudioError) as error:
        raise fail(str(error)) from None


app.command()(create.download)
app.command()(create.extend)
app.command()(update.update)
app.command()(derive.subset)
app.command()(mix.mix)
app.command(name="import")(create.import_files)
app.command()(datasets.ls)
app.command()(datasets.show)
app.command()(datasets.samples)
app.command()(edit.edit)
app.command()(recipes.build)
app.command()(recipes.recipe)
app.command()(recipes.croissant)
app.command()(tokens.tokenize)
app.command()(tokens.stats)
app.command(name="what-if")(tokens.what_if)
app.command()(export)
app.command()(audit.audit)
app.command()(datasets.verify)
app.command()(datasets.rebuild)
app.command()(datasets.rm)
app.command()(doctor)


@app.command(name="recover")
def recover_database(
    force: Annotated[bool, typer.Option("--force", help="Rebuild it although it is in order.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
) -> None:
    """Rebuild a damaged database from datasets/, and keep the old file under a dated name."""
    from mistudio.commands.recover import recover

    recover(force=force, data_dir=data_dir)


@app.command()
def worker(
    queues: Annotated[
        str | None,
        typer.Option(help="Of downloads, tokenization and indexes, separated by commas. Default: all."),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Jobs that run at the same time.")] = 2,
    data_dir: Annotated[Path | None, typer.Option(help="The folder that servers and workers share.")] = None,
) -> None:
    """Run jobs of the scaled-out engine until Ctrl-C."""
    from mistudio.core.celery_app import QUEUES

    settings = load_settings(data_dir=data_dir)
    if settings.is_embedded:
        raise fail("CELERY_BROKER_URL is not set. Without it the server runs its jobs itself and needs no workers.")
    chosen = tuple(name.strip() for name in queues.split(",")) if queues else QUEUES
    if unknown := sorted(set(chosen) - set(QUEUES)):
        raise fail(f"There is no queue {', '.join(unknown)}. Queues: {', '.join(QUEUES)}.")
    from mistudio.workers.scaled_out.worker import run_worker

    try:
        run_worker(settings, queues=chosen, concurrency=concurrency)
    except MiStudioError as error:
        raise fail(str(error)) from None


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from mistudio.main import create_app

    with tempfile.TemporaryDirectory() as folder:
        document = create_app(Settings(data_dir=Path(folder))).openapi()
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    app()
