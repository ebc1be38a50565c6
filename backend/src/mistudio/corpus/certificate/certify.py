"""Makes the certificate of a tokenized dataset: reads all rows once, a sample closely, and judges."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from mistudio.core.errors import DataError, InvalidData, MiStudioError, NoData
from mistudio.corpus.certificate import boundary_checks, id_checks, row_checks
from mistudio.corpus.certificate.content import learn_form
from mistudio.corpus.certificate.data_files import find_data_files, read_batches
from mistudio.corpus.certificate.evidence import Evidence
from mistudio.corpus.certificate.expectations import Expectations, find_expectations
from mistudio.corpus.certificate.flat_tokens import FlatOptions, find_width
from mistudio.corpus.certificate.own_audit import read_own_checks
from mistudio.corpus.certificate.places import Place, Places
from mistudio.corpus.certificate.record import Certificate, Check, DataFileRecord, hash_files, judge
from mistudio.corpus.certificate.reencoding import compare_rows, find_shift
from mistudio.corpus.certificate.row_sample import SAMPLE_ROWS, RowSample, SampledRow
from mistudio.corpus.certificate.scan import Scan
from mistudio.corpus.certificate.token_batch import DataFile, TokenBatch
from mistudio.corpus.certificate.token_order import measure_order
from mistudio.corpus.certificate.vocabulary import Vocabulary
from mistudio.corpus.tokenized.manifest import collect_versions, make_timestamp
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.utils.file_utils import sha256_file
from mistudio.utils.text import escape_controls

_DOUBTFUL_SHARE: Final = 0.995
_MOST_UNREADABLE: Final = 100
_CHECKS: Final[Sequence[Callable[[Evidence], Check]]] = (
    id_checks.check_readable,
    id_checks.check_vocabulary,
    id_checks.check_pad_id,
    id_checks.check_overflow,
    id_checks.check_shift,
    id_checks.check_tokenizer,
    id_checks.check_reencoding,
    id_checks.check_order,
    boundary_checks.check_row_begin,
    boundary_checks.check_double_bos,
    boundary_checks.check_separators,
    boundary_checks.check_row_end,
    boundary_checks.check_first_tokens,
    boundary_checks.check_words_cut,
    boundary_checks.check_row_starts,
    boundary_checks.check_special_in_text,
    boundary_checks.check_unknown,
    row_checks.check_padding,
    row_checks.check_row_lengths,
    row_checks.check_truncated_rows,
    row_checks.check_empty_rows,
    row_checks.check_duplicates,
    id_checks.check_vocabulary_share,
)


@dataclass(frozen=True, kw_only=True)
class CertifyOptions:
    """How to read the data."""

    seed: int = 0
    sample_rows: int = SAMPLE_ROWS
    column: str | None = None
    bits: int | None = None
    context: int | None = None


def certify(path: Path, *, subject: str, tokenizer: LoadedTokenizer, options: CertifyOptions) -> Certificate:
    """Judge the tokenized data at ``path``, which is not changed. Raises NoData, InvalidData, UnknownColumn."""
    folder = path if path.is_dir() else path.parent
    files, expected = find_data_files(path), find_expectations(folder, tokenizer)
    reading = _Reading(files, tokenizer, expected, options)
    evidence = reading.examine()
    checks = (*(check(evidence) for check in _CHECKS), *read_own_checks(folder))
    records = tuple(_describe_file(file) for file in files if file.path.is_file())
    return Certificate(
        subject=escape_controls(subject),
        tokenizer=tokenizer.repo,
        tokenizer_commit=tokenizer.commit,
        tokenizer_fingerprint=tokenizer.fingerprint,
        expected_by=expected.source,
        verdict=judge(checks),
        checks=checks,
        files=records,
        data_sha256=hash_files(records),
        rows=evidence.counts.rows,
        tokens=evidence.counts.tokens,
        sampled_rows=evidence.sampled_rows,
        sampled_tokens=sum(len(row.ids) for row in reading.sampled),
        seed=options.seed,
        versions=collect_versions(["tokenizers", "pyarrow", "numpy"]),
        created_at=make_timestamp(),
        notes=(*tokenizer.notes, *tokenizer.warnings),
    ).seal()


def _describe_file(file: DataFile) -> DataFileRecord:
    return DataFileRecord(file.label, file.path.stat().st_size, sha256_file(file.path))


class _Reading:
    """One pass over all files, with the sample that it draws."""

    def __init__(
        self, files: Sequence[DataFile], tokenizer: LoadedTokenizer, expected: Expectations, options: CertifyOptions
    ) -> None:
        self._files, self._tokenizer, self._expected, self._options = files, tokenizer, expected, options
        self._flat = FlatOptions(options.bits, options.context, tokenizer.vocab_size)
        self._unreadable: list[str] = []
        self.sampled: list[SampledRow] = []

    def examine(self) -> Evidence:
        """Read everything, and return what the checks judge."""
        vocabulary = Vocabulary.from_tokenizer(self._tokenizer)
        special, expected = self._tokenizer.special, self._expected
        form = learn_form(self._read_quietly(), expected)
        bos = expected.row_begin if expected.row_begin is not None else special.bos
        scan, sample = Scan(vocabulary, expected, form, bos), RowSample(self._options.seed, self._options.sample_rows)
        scan.ignore(special.unk)
        for batch in self._read_all():
            sample.add(batch, scan.add(batch))
        if not scan.counts.rows:
            raise self._make_error()
        self.sampled = sample.rows()
        found = compare_rows(self.sampled, self._tokenizer, vocabulary)
        if found.equal_share < _DOUBTFUL_SHARE:
            found.shift = find_shift(self.sampled, self._tokenizer, vocabulary)
        repeated, compared, number = scan.hashes.count()
        return Evidence(
            tokenizer=self._tokenizer,
            vocabulary=vocabulary,
            expected=expected,
            form=form,
            counts=scan.counts,
            frequencies=scan.frequencies,
            places=scan.places,
            reencoding=found,
            order=measure_order(self.sampled, vocabulary, self._options.seed),
            duplicates=(repeated, compared),
            is_duplicates_sampled=scan.hashes.is_sampled,
            duplicate_places=self._find_row(number),
            files=len(self._files),
            narrow_files=self._count_narrow(),
            unreadable=self._unreadable,
            sampled_rows=len(self.sampled),
        )

    def _make_error(self) -> MiStudioError:
        if self._unreadable:
            return InvalidData(f"No row can be read. {self._unreadable[0]}")
        return NoData("The files have no rows.")

    def _read_all(self) -> Iterator[TokenBatch]:
        """Yield the batches of all files; a file that is damaged ends where the damage is, and is noted."""
        for file in self._files:
            try:
                yield from read_batches(file, column=self._options.column, options=self._flat)
            except DataError as error:
                self._note(error.detail)
            except FileNotFoundError:
                self._note(f"{file.label} is missing.")

    def _note(self, problem: str) -> None:
        if len(self._unreadable) < _MOST_UNREADABLE:
            self._unreadable.append(escape_controls(problem))

    def _read_quietly(self) -> Iterator[TokenBatch]:
        """Yield the first batches of each file, one of each in turn, as far as they can be read."""
        return chain.from_iterable(self._peek(file) for file in self._files)

    def _peek(self, file: DataFile) -> Iterator[TokenBatch]:
        with suppress(DataError, FileNotFoundError):
            yield from read_batches(file, column=self._options.column, options=self._flat)

    def _find_row(self, number: int | None) -> Sequence[Place]:
        """Return the place of the row with this number, which counts over all files."""
        if number is None:
            return []
        first, places = 0, Places()
        for batch in self._read_quietly():
            if number < first + batch.num_rows:
                places.add("row", batch, batch.offsets[number - first : number - first + 1])
                break
            first += batch.num_rows
        return places.get("row")

    def _count_narrow(self) -> int:
        """Return how many flat files have ids of 16 bits, although the vocabulary needs more."""
        if self._tokenizer.vocab_size <= 1 << 16:
            return 0
        narrow = 0
        for file in self._files:
            with suppress(DataError, FileNotFoundError):
                narrow += file.kind == "flat" and find_width(file, self._flat) == 16
        return narrow
