"""An audit counts rows with each defect, and documents whose ids or texts differ."""

from dataclasses import replace

import numpy as np
import pytest

from fakes.tokenizing import BOS, PAD, CharacterEncoder, make_varied_dataset, token_of, tokenize_into
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized.audit_counts import AuditCounts, find_start_token
from mistudio.corpus.tokenized.audit_sample import AuditBatch
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.store import Span, TokenRow

TEXT = "12 34"
IDS = [token_of(character) for character in TEXT]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> TokenizedManifest:
    """Return the manifest of rows of eight positions, padded, without truncation."""
    folder = tmp_path_factory.mktemp("counts")
    settings = TokenizeSettings(tokenizer="fake", max_length=8, padding="max_length", truncation=False)
    return tokenize_into(make_varied_dataset(folder / "ds"), folder, settings)


def make_row(ids: list[int], *, tokens: int, mask: list[int] | None = None) -> TokenRow:
    """Return an unpacked row of source row 3, which has ``tokens`` tokens."""
    return TokenRow(
        row=0,
        ids=np.array(ids, np.int32),
        mask=None if mask is None else np.array(mask, np.int8),
        source=3,
        tokens=tokens,
        spans=(),
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (make_row([*IDS, PAD, PAD, PAD], tokens=5, mask=[1] * 5 + [0] * 3), {}),
        (make_row([*IDS, PAD, 7, PAD], tokens=5), {"badly_padded": 1}),
        (make_row([*IDS, PAD, PAD, PAD], tokens=5, mask=[1] * 8), {"badly_padded": 1}),
        (make_row(IDS, tokens=6), {"badly_padded": 1}),
        (make_row([1, 65, -1], tokens=3), {"outside": 2}),
        (make_row([BOS, BOS, 1], tokens=3), {"doubled": 1}),
        (make_row([PAD] * 8, tokens=0), {"empty_rows": 1}),
    ],
)
def test_a_row_is_counted_by_its_defects(manifest: TokenizedManifest, row: TokenRow, expected: dict[str, int]) -> None:
    """A row without a defect counts as a row only."""
    counts = AuditCounts()
    counts.count_row(row, manifest)
    assert AuditCounts(rows=1, **expected) == counts


def test_rows_that_begin_with_the_start_token_are_counted(manifest: TokenizedManifest) -> None:
    """The start token is the begin-of-row token, else the first of the prefix, else there is none."""
    assert None is find_start_token(manifest)
    for changes in ({"begin_of_row": BOS}, {"prefix": (BOS, 5)}):
        changed = replace(manifest, resolved=replace(manifest.resolved, **changes))
        assert find_start_token(changed) == BOS
        counts = AuditCounts()
        for ids in ([BOS, 5, 1], [1, 5, BOS]):
            counts.count_row(make_row(ids, tokens=3), changed)
        assert (2, 1) == (counts.rows, counts.begun)


def test_documents_are_compared_with_the_reference(manifest: TokenizedManifest) -> None:
    """By their written ids, and by the text that the ids decode to."""
    counts = AuditCounts()
    row, wrong = make_row(IDS, tokens=5), make_row([*IDS[:4], 0], tokens=5)
    spans = [(row, Span(3, 0, 0, 5)), (wrong, Span(4, 0, 0, 5)), (wrong, Span(4, 0, 0, 5))]
    batch = AuditBatch([row, wrong], spans, {3: TEXT, 4: TEXT})
    counts.compare_documents(batch, manifest, CharacterEncoder(), lambda ids: [TEXT, "other"])
    assert (2, 1, 2, 1) == (counts.documents, counts.differences, counts.round_trips, counts.lossy)
    counts.compare_documents(batch, manifest, CharacterEncoder(), None)
    assert (4, 2, 2, 1) == (counts.documents, counts.differences, counts.round_trips, counts.lossy)


def test_pieces_of_packed_rows_are_compared(manifest: TokenizedManifest) -> None:
    """A piece is compared with the part of its document that it came from."""
    packed = replace(manifest, settings=replace(manifest.settings, packing="concat", padding="do_not_pad"))
    row = TokenRow(0, np.array([BOS, *IDS[2:]], np.int32), None, None, None, (Span(3, 2, 1, 3),))
    for start, differences in ((2, 0), (1, 1)):
        counts = AuditCounts()
        batch = AuditBatch([row], [(row, Span(3, start, 1, 3))], {3: TEXT})
        counts.compare_documents(batch, packed, CharacterEncoder(), None)
        assert (1, differences) == (counts.documents, counts.differences)
