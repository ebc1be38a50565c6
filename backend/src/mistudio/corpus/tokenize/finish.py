"""Finish written splits: shuffle and name their parts, add the files that ``datasets`` needs, and count everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mistudio.core.errors import TokensLost
from mistudio.corpus.documents.row_figures import SourceRows
from mistudio.corpus.spec.settings import TokenizerFacts
from mistudio.corpus.tokenize.arrow_columns import dump_dataset_dict, dump_dataset_info, dump_dataset_state
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.resolved_order import ResolvedOrder
from mistudio.corpus.tokenize.shuffle import shuffle_parts
from mistudio.corpus.tokenize.split_counter import HELD_OUT_ROWS, LENGTH_COUNTS, SplitCounter, SplitOutput
from mistudio.corpus.tokenize.split_writer import SplitPipeline
from mistudio.corpus.tokenize.token_budget import SplitLimit
from mistudio.corpus.tokenized.ledger import Ledger
from mistudio.corpus.tokenized.lengths import LENGTHS
from mistudio.corpus.tokenized.manifest import TokenFile, TokenizedSplit
from mistudio.corpus.tokenized.statistics import TokenFigures, TokenStatistics
from mistudio.utils.file_utils import sha256_file, write_bytes_atomic

_DICT: Final = "dataset_dict.json"
_INFO: Final = "dataset_info.json"
_STATE: Final = "state.json"


@dataclass(frozen=True, eq=False)
class SplitRecord:
    """A split as the manifest has it, and its figures, which can be added to those of other splits."""

    split: TokenizedSplit
    figures: TokenFigures


@dataclass(frozen=True, eq=False)
class Totals:
    """Ledger and statistics of all splits except the held-out ones; SHA-256 of all files beside the data files."""

    ledger: Ledger
    statistics: TokenStatistics
    others: dict[str, str]


def finish_split(
    order: ResolvedOrder, pipeline: SplitPipeline, rows: SourceRows, limit: SplitLimit | None = None
) -> SplitRecord:
    """Complete the folder of one written split, and return its record. Raises TokensLost."""
    files = _shuffle(order, pipeline)
    folder = order.staging.parts(pipeline.name)
    names = files.name_parts()
    state = dump_dataset_state(names, split=pipeline.name, fingerprint=order.fingerprint_of(pipeline.name))
    write_bytes_atomic(folder / _INFO, dump_dataset_info(order.columns))
    write_bytes_atomic(folder / _STATE, state)
    output = SplitOutput(pipeline.name, pipeline.source, pipeline.kind, pipeline.writer, files, names, limit)
    return _count_split(order, output, rows)


def _shuffle(order: ResolvedOrder, pipeline: SplitPipeline) -> PartWriter:
    """Return the writer of the final parts: that of the pipeline unless rows are to be shuffled."""
    seed = order.order.settings.shuffle_seed
    if seed is None:
        return pipeline.writer
    return shuffle_parts(
        pipeline.writer,
        order.staging.parts(pipeline.name),
        order.staging.shuffle_reports(pipeline.name),
        seed=seed,
        columns=order.columns,
        monitor=order.order.monitor,
        part_bytes=order.order.part_bytes,
    )


def _count_split(order: ResolvedOrder, output: SplitOutput, rows: SourceRows) -> SplitRecord:
    counter = SplitCounter(output, rows, order.resolved, order.order.settings)
    counter.count(order.staging.folder)
    ledger, figures = counter.make_ledger(), counter.make_figures()
    ledger.require_balance(output.name)
    if counter.kept.tokens + ledger.repeated != ledger.data_tokens or int(figures.tokens.sum()) != ledger.data_tokens:
        raise TokensLost(
            f"Split “{output.name}” has {ledger.data_tokens:,} written tokens, but its documents have "
            f"{counter.kept.tokens:,}, so nothing was kept. Report this."
        )
    split = TokenizedSplit(
        name=output.name,
        source=output.source,
        is_held_out=not output.is_main,
        rows=output.files.written.rows,
        files=tuple(
            TokenFile(f"{output.name}/{name}", part.rows, part.size, part.sha256)
            for name, part in zip(output.names, output.files.parts, strict=True)
        ),
        ledger=ledger,
        statistics=_summarize(figures, order.order.tokenizer),
        cut=output.limit.cut if output.limit is not None and output.is_main and output.limit.cut.row >= 0 else None,
    )
    return SplitRecord(split, figures)


def total_splits(order: ResolvedOrder, records: Sequence[SplitRecord]) -> Totals:
    """Add up the records of all splits, and write the file that joins their folders."""
    folder = order.staging.folder
    write_bytes_atomic(folder / _DICT, dump_dataset_dict([record.split.name for record in records]))
    main = [record for record in records if not record.split.is_held_out]
    figures = TokenFigures.total([record.figures for record in main])
    beside = (_INFO, _STATE, LENGTHS, LENGTH_COUNTS, HELD_OUT_ROWS)
    paths = [_DICT, *(f"{record.split.name}/{name}" for record in records for name in beside)]
    return Totals(
        ledger=Ledger.total(record.split.ledger for record in main),
        statistics=_summarize(figures, order.order.tokenizer),
        others={path: sha256_file(folder / path) for path in paths if (folder / path).exists()},
    )


def _summarize(figures: TokenFigures, tokenizer: TokenizerFacts) -> TokenStatistics:
    return figures.summarize(vocab_size=tokenizer.vocab_size, special_ids=tokenizer.special.all_ids)
