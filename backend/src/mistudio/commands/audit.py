"""The command that audits a tokenized dataset of anyone: a folder, a file, a repository, or one of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mistudio.commands.options import AsJson, DataDir, HubToken
from mistudio.commands.output import fail, load_settings, say, say_json
from mistudio.commands.tokens import resolve_tokenizer
from mistudio.core.config import Settings
from mistudio.core.errors import MiStudioError, ValidationFailed
from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic
from mistudio.utils.hf_utils import validate_repo_id

if TYPE_CHECKING:
    from mistudio.corpus.certificate.certify import CertifyOptions
    from mistudio.corpus.certificate.record import Certificate
    from mistudio.corpus.tokenizers import LoadedTokenizer

_TOKENIZATION: Final = re.compile(r"tok_[0-9a-f-]{36}")
_WANTED_HELP: Final = "A folder, a .parquet, .arrow, .bin, .npy or .ds file, a dataset repository, or tok_…"


def audit(
    wanted: Annotated[str, typer.Argument(metavar="PATH_OR_REPO", help=_WANTED_HELP)],
    tokenizer: Annotated[str | None, typer.Option(help="Default: the one that the data names.")] = None,
    tokenizer_revision: Annotated[str | None, typer.Option(help="Of the tokenizer. Default: the main branch.")] = None,
    revision: Annotated[str | None, typer.Option(help="Of the repository. Default: the main branch.")] = None,
    column: Annotated[str | None, typer.Option(help="The column of ids. Default: input_ids or tokens.")] = None,
    bits: Annotated[int | None, typer.Option(help="Of the ids of a .bin file: 16 or 32. Default: found out.")] = None,
    context: Annotated[int | None, typer.Option(min=1, help="Tokens per row of a .bin file.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws the rows that are encoded again.")] = 0,
    html: Annotated[Path | None, typer.Option(help="Write the certificate as a page.")] = None,
    token: HubToken = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Audit tokenized data of anyone against its tokenizer; ends with code 1 if it fails."""
    from mistudio.corpus.certificate.certify import CertifyOptions

    if bits not in (None, 16, 32):
        raise fail("--bits is 16 or 32.")
    settings = load_settings(data_dir=data_dir)
    options = CertifyOptions(seed=seed, column=column, bits=bits, context=context)
    try:
        with _open_data(wanted, revision, token, settings) as folder:
            loaded = _load_tokenizer(folder, tokenizer, tokenizer_revision, token, settings)
            found = _certify(folder, wanted, loaded, options)
    except MiStudioError as error:
        raise fail(error.detail) from None
    _show(found, html, json=json)


@contextmanager
def _open_data(wanted: str, revision: str | None, token: str | None, settings: Settings) -> Iterator[Path]:
    """Lend the place of the data; that of a repository is fetched, and removed afterwards."""
    if _TOKENIZATION.fullmatch(wanted):
        yield _find_tokenization(wanted, settings)
    elif Path(wanted).exists():
        yield Path(wanted)
    elif problem := validate_repo_id(wanted, bare=True):
        raise ValidationFailed(f"There is no file {wanted}, and it is no repository: {problem}")
    else:
        from mistudio.corpus.certificate.repository import fetch_tokens

        with TemporaryDirectory(dir=ensure_dir(settings.staging_dir), prefix="audit-") as place:
            yield fetch_tokens(wanted, revision, Path(place), token=token)


def _find_tokenization(wanted: str, settings: Settings) -> Path:
    for folder in settings.datasets_dir.glob(f"*/tokenized/{wanted}"):
        return folder
    raise ValidationFailed(f"There is no tokenization {wanted} in {settings.data_dir}.")


def _load_tokenizer(
    path: Path, name: str | None, revision: str | None, token: str | None, settings: Settings
) -> "LoadedTokenizer":
    from mistudio.corpus.certificate.expectations import find_tokenizer_name
    from mistudio.corpus.hub.tokenizer_files import TokenizerSource
    from mistudio.corpus.tokenizers import load_tokenizer

    named = find_tokenizer_name(path if path.is_dir() else path.parent)
    if name is None and named is None:
        raise ValidationFailed("The data does not name its tokenizer: give it by --tokenizer.", field="tokenizer")
    source = TokenizerSource(resolve_tokenizer(name), revision) if name else TokenizerSource(*(named or ("", None)))
    # A full path that the user of this machine names may be anywhere.
    root = Path("/") if name and source.name.startswith("/") else settings.data_dir
    return load_tokenizer(source, token=token, cache_dir=settings.cache_dir, root=root)


def _certify(path: Path, subject: str, tokenizer: "LoadedTokenizer", options: "CertifyOptions") -> "Certificate":
    from mistudio.corpus.certificate.certify import certify

    return certify(path, subject=subject, tokenizer=tokenizer, options=options)


def _show(found: "Certificate", html: Path | None, *, json: bool) -> None:
    from mistudio.corpus.certificate.report import write_page, write_text

    if html is not None:
        try:
            write_bytes_atomic(html, write_page(found).encode("utf-8", "replace"))
        except OSError as error:
            raise fail(f"{html} cannot be written: {error.strerror}.") from None
    if json:
        say_json(found.to_json())
    else:
        for line in write_text(found):
            say(line)
    if found.verdict == "failed":
        raise typer.Exit(1)
