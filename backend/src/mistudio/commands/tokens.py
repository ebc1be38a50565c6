"""Commands that turn a dataset into tokens, count them, and tell what a length would cost."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mistudio.commands.connection import Refused, Studio
from mistudio.commands.options import SAMPLE, AsJson, DataDir, HubToken, Wanted
from mistudio.commands.output import fail, run, say, say_json, say_table, watched
from mistudio.corpus.bundled import SAMPLE_TOKENIZER
from mistudio.utils.file_utils import format_size

_TOKENIZER_HELP = "A repository of the Hub, a path below the data folder, or sample for the bundled one."
_SLOT_HELP = "auto, none, bos, eos, sep, or an id."


def tokenizer_name(given: str) -> str:
    """The tokenizer as the API names it; a path of this folder becomes a whole one, for a server stands elsewhere."""
    if given == SAMPLE:
        return f"./tokenizers/{SAMPLE_TOKENIZER}"
    looks_like_path = given.startswith(("./", "../")) or given.endswith(".json")
    # Unlike Path.exists, this says no to what cannot be a path; the server says what is wrong with it.
    is_there = looks_like_path and os.path.exists(given)  # noqa: PTH110
    return str(Path(given).resolve()) if is_there else given


def _slot(value: str) -> str | int:
    return int(value) if value.isascii() and value.isdigit() else value


def tokenize(
    wanted: Wanted,
    tokenizer: Annotated[str, typer.Argument(help=_TOKENIZER_HELP)],
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of the tokenizer.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="May be given several times; left out: all.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Left out: the dataset's.")] = None,
    max_length: Annotated[int | None, typer.Option(help="Tokens per row; left out: the tokenizer's own.")] = None,
    no_truncation: Annotated[bool, typer.Option("--no-truncation", help="Leave longer documents whole.")] = False,
    padding: Annotated[Literal["do_not_pad", "max_length", "longest"], typer.Option()] = "do_not_pad",
    packing: Annotated[Literal["off", "concat"], typer.Option(help="Concatenate documents into full rows.")] = "off",
    begin_of_row: Annotated[str, typer.Option(help=_SLOT_HELP)] = "auto",
    separator: Annotated[str, typer.Option(help=f"Packing, between documents: {_SLOT_HELP}")] = "auto",
    end_of_document: Annotated[str, typer.Option(help=f"Packing, after each document: {_SLOT_HELP}")] = "none",
    keep_last_partial: Annotated[bool, typer.Option("--keep-last-partial", help="Packing: keep the last row.")] = False,
    no_special_tokens: Annotated[bool, typer.Option("--no-special-tokens", help="Add none around texts.")] = False,
    no_attention_mask: Annotated[bool, typer.Option("--no-attention-mask", help="Write none.")] = False,
    shuffle_seed: Annotated[int | None, typer.Option(help="Shuffle the rows, the same way each time.")] = None,
    heldout: Annotated[float, typer.Option(help="The share of documents to hold out.")] = 0.0,
    chat_template: Annotated[bool, typer.Option("--chat-template", help="Through the tokenizer's own.")] = False,
    verify: Annotated[
        Literal["sample", "full"], typer.Option(help="How much is compared with the reference.")
    ] = "sample",
    token: HubToken = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Tokenize a dataset, with a ledger and an audit; run again, it goes on where it stopped."""
    request = {
        "tokenizer": tokenizer_name(tokenizer),
        "revision": revision,
        "access_token": token,
        "splits": split or None,
        "text_column": text_column,
        "max_length": max_length,
        "truncation": not no_truncation,
        "padding": padding,
        "packing": packing,
        "begin_of_row_token": _slot(begin_of_row),
        "document_separator_token": _slot(separator),
        "end_of_document_token": _slot(end_of_document),
        "keep_last_partial": keep_last_partial,
        "add_special_tokens": not no_special_tokens,
        "return_attention_mask": not no_attention_mask,
        "shuffle_seed": shuffle_seed,
        "heldout_fraction": heldout,
        "apply_chat_template": chat_template,
        "verify": verify,
    }

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        path = f"/tokenizations/{await _request_tokenization(api, dataset['id'], request)}"
        with watched(dataset["name"], quiet=json) as bar:
            record = await api.follow(path, bar.tell)
        if json:
            say_json(record)
        elif record["status"] == "ready":
            say_table(("", ""), facts(record))
        if record["status"] != "ready":
            raise fail(record["error_message"] or "This was cancelled; run the command again to go on.")

    run(use, data_dir=data_dir)


async def _request_tokenization(api: Studio, dataset_id: str, request: Mapping[str, object]) -> str:
    """The id of the tokenization that was asked for; one that is there or on its way is the answer, too."""
    try:
        return str((await api.call("POST", f"/datasets/{dataset_id}/tokenize", json=request))["id"])
    except Refused as refused:
        if refused.problem.get("code") != "exists":
            raise
        return str(refused.problem["tokenization_id"])


def facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:  # a tokenization as JSON
    """What a person wants to know of a tokenization, by name."""
    commit = f" at {record['tokenizer_revision']}" if record["tokenizer_revision"] else ""
    found = [
        ("Id", record["id"]),
        ("Tokenizer", f"{record['tokenizer']}{commit}"),
        ("Status", record["error_message"] or record["status"]),
    ]
    if record["status"] == "ready":
        reason = f" ({record['engine_reason']})" if record["engine_reason"] else ""
        found += [
            ("Rows", f"{record['num_rows']:,}"),
            ("Tokens", f"{record['num_tokens']:,}"),
            ("Engine", f"{record['engine']}{reason}"),
            *_books(record["ledger"], record["audit"]),
            ("Size", format_size(record["size_bytes"])),
            ("Folder", record["path"]),
        ]
    return found


def _books(
    ledger: Mapping[str, Any] | None, audit: Mapping[str, Any] | None
) -> Iterator[tuple[str, str]]:  # both as JSON
    if ledger:
        parts = (("data_tokens", "kept"), ("truncated", "truncated"), ("dropped", "dropped"))
        more = (("filtered", "filtered"), ("held_out", "held out"))
        told = ", ".join(
            f"{ledger[key]:,} {word}" for key, word in (*parts, *more) if ledger[key] or key in dict(parts)
        )
        yield (
            "Ledger",
            f"{ledger['source_tokens']:,} tokens: {told}; {'it balances' if ledger['balances'] else 'WRONG'}",
        )
    if audit:
        yield (
            "Audit",
            f"{audit['verdict']}; {audit['documents_compared']:,} documents compared, {audit['differences']} differ",
        )
        for check in audit["checks"]:
            if check["passed"] is False:
                yield "", check["detail"]


def stats(
    wanted: Wanted,
    tokenization: Annotated[str | None, typer.Option(help="Left out: the newest ready one.")] = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Exact figures of a dataset and its tokens, over all and per split; padding is never counted."""

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
        rows = [_figures(split) for split in (*found["splits"], total)]
        if found["tokens"]:
            say_table(("SPLIT", "SAMPLES", "SIZE", *(title for title, _key in _COUNTED)), rows)
            say(f"Counted by {found['tokenization_id']}.", style="dim")
        else:
            say_table(("SPLIT", "SAMPLES", "SIZE"), rows)
            say("Tokens are known once the dataset is tokenized: mistudio tokenize.", style="dim")

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


def _figures(split: Mapping[str, Any]) -> list[str]:  # a split's figures as JSON
    size, tokens = split["size_bytes"], split["tokens"]
    counted = (
        [f"{tokens[key]:,.10g}" if key != "average" else f"{tokens[key]:,.1f}" for _title, key in _COUNTED]
        if tokens
        else []
    )
    return [split["name"], f"{split['samples']:,}", "" if size is None else format_size(size), *counted]


def what_if(
    wanted: Wanted,
    tokenization: Annotated[str | None, typer.Option(help="Exact, from the counts of this one.")] = None,
    tokenizer: Annotated[str | None, typer.Option(help=f"An estimate, from a sample. {_TOKENIZER_HELP}")] = None,
    max_length: Annotated[list[int] | None, typer.Option(help="May be given several times.")] = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """What a length would cost, before anything is run: cut, padded and packed side by side."""
    by = tokenizer_name(tokenizer) if tokenizer else None

    async def use(api: Studio) -> None:
        dataset = await api.find(wanted)
        path = f"/datasets/{dataset['id']}/what-if"
        found = await api.get(path, tokenization=tokenization, tokenizer=by, max_length=max_length)
        if json:
            say_json(found)
            return
        header = ("LENGTH", "FIT WHOLE", "WRITTEN", "ROWS", "TOKENS LOST", "PADDING", "SIZE")
        say_table(header, [line for option in found["options"] for line in _layouts(option)])
        counted = f"{found['documents_counted']:,} of {found['documents']:,} documents"
        kind = f"An estimate, from {counted}" if found["estimate"] else "Exact, from all documents"
        say(f"{kind}, by {found['tokenizer']}.", style="dim")

    run(use, data_dir=data_dir)


def _layouts(option: Mapping[str, Any]) -> Iterator[list[str]]:  # an option as JSON
    heads = [f"{option['max_length']:,}", f"{option['fit_share']:.1%}"]
    for name, key in (("cut", "ragged"), ("padded", "padded"), ("packed", "packed")):
        layout = option[key]
        shares = [f"{layout['lost_share']:.1%}", f"{layout['padding_share']:.1%}"]
        yield [*heads, name, f"{layout['rows']:,}", *shares, format_size(layout["size_bytes"])]
        heads = ["", ""]
