"""Commands that tokenize a dataset, show its statistics, and calculate the cost of settings."""

import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from mistudio.commands.connection import Refused, Studio
from mistudio.commands.edit import describe_text
from mistudio.commands.options import SAMPLE, AsJson, DataDir, HubToken, TextTemplate, Wanted, unescape_template
from mistudio.commands.output import count_texts, fail, run, say, say_json, say_table
from mistudio.commands.progress import progress_bar
from mistudio.commands.token_facts import facts
from mistudio.corpus.bundled.sample import SAMPLE_TOKENIZER
from mistudio.corpus.spec.settings import EXTRA_COLUMNS, Packing, Padding, Verify
from mistudio.utils.file_utils import format_size

_TOKENIZER_HELP = "A Hub model ID, a path in the data folder, or sample for the bundled one."
_SLOT_HELP = "auto, none, bos, eos, sep, or a token id."


def resolve_tokenizer(given: str) -> str:
    """Return the tokenizer as the API names it, a relative path as an absolute one: a server has another folder."""
    if given == SAMPLE:
        return f"./tokenizers/{SAMPLE_TOKENIZER}"
    looks_like_path = given.startswith(("./", "../")) or given.endswith(".json")
    # Unlike Path.exists, this is False for what cannot be a path; the server says what is wrong with it.
    is_there = looks_like_path and os.path.exists(given)  # noqa: PTH110
    return str(Path(given).resolve()) if is_there else given


def _parse_slot(value: str) -> str | int:
    return int(value) if value.isascii() and value.isdigit() else value


def tokenize(
    wanted: Wanted,
    tokenizer: Annotated[str, typer.Argument(help=_TOKENIZER_HELP)],
    revision: Annotated[str | None, typer.Option(help="Of the tokenizer. Default: the main branch.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="Can be repeated. Default: all.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Default: the dataset's.")] = None,
    text_template: TextTemplate = None,
    max_length: Annotated[int | None, typer.Option(help="Tokens per row. Default: the tokenizer's limit.")] = None,
    no_truncation: Annotated[bool, typer.Option("--no-truncation", help="Do not cut long documents.")] = False,
    padding: Annotated[Padding, typer.Option(help="Pad short rows; longest pads per batch.")] = "do_not_pad",
    packing: Annotated[Packing, typer.Option(help="concat fills rows; windows cuts documents.")] = "off",
    begin_of_row: Annotated[str, typer.Option(help=_SLOT_HELP)] = "auto",
    separator: Annotated[str, typer.Option(help=f"Packing, between documents: {_SLOT_HELP}")] = "auto",
    end_of_document: Annotated[str, typer.Option(help=f"Packing, after each document: {_SLOT_HELP}")] = "none",
    keep_last_partial: Annotated[bool, typer.Option("--keep-last-partial", help="Packing: keep a short row.")] = False,
    no_special_tokens: Annotated[bool, typer.Option("--no-special-tokens", help="Add none to texts.")] = False,
    no_attention_mask: Annotated[bool, typer.Option("--no-attention-mask", help="Write none.")] = False,
    shuffle_seed: Annotated[int | None, typer.Option(help="Shuffle the rows; equal seeds give equal orders.")] = None,
    heldout: Annotated[float, typer.Option(help="The share of documents to hold out, from 0 to 1.")] = 0.0,
    chat_template: Annotated[bool, typer.Option("--chat-template", help="Render conversations with it.")] = False,
    verify: Annotated[Verify, typer.Option(help="How many documents to compare with the reference.")] = "sample",
    min_tokens: Annotated[int, typer.Option(help="Drop documents with fewer tokens.")] = 0,
    max_tokens: Annotated[int | None, typer.Option(help="Stop at exactly this many tokens. Default: all.")] = None,
    stride: Annotated[int | None, typer.Option(help="Windows: tokens between two starts. Default: no overlap.")] = None,
    extra_column: Annotated[
        list[str] | None, typer.Option(help=f"Can be repeated: {', '.join(EXTRA_COLUMNS)}.")
    ] = None,
    token: HubToken = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Tokenize a dataset, with a ledger and an audit; run it again to continue."""
    request = {
        "tokenizer": resolve_tokenizer(tokenizer),
        "revision": revision,
        "access_token": token,
        "splits": split or None,
        "text_column": text_column,
        "text_template": unescape_template(text_template),
        "max_length": max_length,
        "truncation": not no_truncation,
        "padding": padding,
        "packing": packing,
        "begin_of_row_token": _parse_slot(begin_of_row),
        "document_separator_token": _parse_slot(separator),
        "end_of_document_token": _parse_slot(end_of_document),
        "keep_last_partial": keep_last_partial,
        "add_special_tokens": not no_special_tokens,
        "return_attention_mask": not no_attention_mask,
        "shuffle_seed": shuffle_seed,
        "heldout_fraction": heldout,
        "apply_chat_template": chat_template,
        "verify": verify,
        "min_tokens": min_tokens,
        "max_tokens": max_tokens,
        "stride": stride,
        "extra_columns": extra_column or [],
    }

    run(partial(_tokenize, wanted=wanted, request=request, json=json), data_dir=data_dir)


async def _tokenize(api: Studio, *, wanted: str, request: Mapping[str, object], json: bool) -> None:
    """Create a tokenization, follow it to its end, and print it; the text that it is of is shown before."""
    dataset = await api.find(wanted)
    if not json:
        chosen = describe_text(request) or describe_text(dataset)
        say(f"Text: {chosen}. Another: --text-column or --text-template.", style="dim")
    path = f"/tokenizations/{await _create_tokenization(api, dataset['id'], request)}"
    with progress_bar(dataset["name"], quiet=json) as bar:
        record = await api.follow(path, bar.show)
    if json:
        say_json(record)
    elif record["status"] == "ready":
        say_table(("", ""), facts(record))
    if record["status"] != "ready":
        raise fail(record["error_message"] or "Cancelled. Run the command again to continue.")


async def _create_tokenization(api: Studio, dataset_id: str, request: Mapping[str, object]) -> str:
    """Create a tokenization, or find the one that exists already; return its id."""
    try:
        return str((await api.call("POST", f"/datasets/{dataset_id}/tokenize", json=request))["id"])
    except Refused as refused:
        if refused.problem.get("code") != "exists":
            raise
        return str(refused.problem["tokenization_id"])


def stats(
    wanted: Wanted,
    tokenization: Annotated[str | None, typer.Option(help="Default: the newest ready one.")] = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show exact figures of a dataset and its tokens, over all and per split; padding does not count."""

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        found = await api.get(f"/datasets/{dataset['id']}/statistics", tokenization=tokenization)
        if json:
            say_json(found)
            return
        total = {
            "name": "all",
            "samples": found["samples"],
            "size_bytes": dataset["size_bytes"],
            "tokens": found["tokens"],
        }
        rows = [_figure_cells(split) for split in (*found["splits"], total)]
        if found["tokens"]:
            say_table(("SPLIT", "SAMPLES", "SIZE", *(title for title, _key in _COUNTED)), rows)
            say(f"Token counts of {found['tokenization_id']}.", style="dim")
        else:
            say_table(("SPLIT", "SAMPLES", "SIZE"), rows)
            say("Tokenize this dataset to see token statistics: mistudio tokenize.", style="dim")
        say(count_texts(found))

    run(use, data_dir=data_dir)


_COUNTED = (
    ("TOKENS", "tokens"),
    ("AVERAGE", "average"),
    ("MIN", "minimum"),
    ("MEDIAN", "median"),
    ("P95", "p95"),
    ("P99", "p99"),
    ("MAX", "maximum"),
    ("UNIQUE", "unique_tokens"),
)


def _figure_cells(split: Mapping[str, Any]) -> list[str]:  # a split's figures as JSON
    size, tokens = split["size_bytes"], split["tokens"]
    counted = (
        [f"{tokens[key]:,.10g}" if key != "average" else f"{tokens[key]:,.1f}" for _title, key in _COUNTED]
        if tokens
        else []
    )
    return [split["name"], f"{split['samples']:,}", "" if size is None else format_size(size), *counted]


def what_if(
    wanted: Wanted,
    tokenization: Annotated[str | None, typer.Option(help="Exact: from the counts of this one.")] = None,
    tokenizer: Annotated[str | None, typer.Option(help=f"Estimate: from a sample. {_TOKENIZER_HELP}")] = None,
    max_length: Annotated[list[int] | None, typer.Option(help="Can be repeated.")] = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Calculate what a max length costs before a job runs: cut, padded and packed side by side."""
    by = resolve_tokenizer(tokenizer) if tokenizer else None

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        path = f"/datasets/{dataset['id']}/what-if"
        found = await api.get(path, tokenization=tokenization, tokenizer=by, max_length=max_length)
        if json:
            say_json(found)
            return
        header = ("LENGTH", "FIT WHOLE", "WRITTEN", "ROWS", "TOKENS LOST", "PADDING", "SIZE")
        say_table(header, [line for option in found["options"] for line in _layout_rows(option)])
        counted = f"{found['documents_counted']:,} of {found['documents']:,} documents"
        source = f"Estimated from {counted}" if found["estimate"] else "Exact, from all documents"
        say(f"{source}, with {found['tokenizer']}.", style="dim")

    run(use, data_dir=data_dir)


def _layout_rows(option: Mapping[str, Any]) -> Iterator[list[str]]:  # an option as JSON
    heads = [f"{option['max_length']:,}", f"{option['fit_share']:.1%}"]
    for name, key in (("cut", "ragged"), ("padded", "padded"), ("packed", "packed")):
        layout = option[key]
        shares = [f"{layout['lost_share']:.1%}", f"{layout['padding_share']:.1%}"]
        yield [*heads, name, f"{layout['rows']:,}", *shares, format_size(layout["size_bytes"])]
        heads = ["", ""]
