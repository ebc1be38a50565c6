"""Each check of an audit passes, fails, and does not apply where it should."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fakes.tokenizing import BOS, EOS, PAD, make_varied_dataset, tokenize_into
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized import audit_checks as checks
from mistudio.corpus.tokenized.audit_checks import AuditEvidence, count_unknown_words, run_checks
from mistudio.corpus.tokenized.audit_counts import AuditCounts
from mistudio.corpus.tokenized.ledger import Ledger
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.statistics import TokenCount

Change = Callable[[AuditEvidence], AuditEvidence]
COUNTS = AuditCounts(rows=10, begun=10, documents=8, round_trips=8)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> AuditEvidence:
    """Return evidence with which every check passes or does not apply: unpacked rows without padding."""
    folder = tmp_path_factory.mktemp("checks")
    settings = TokenizeSettings(tokenizer="fake", max_length=16)
    manifest = tokenize_into(make_varied_dataset(folder / "ds"), folder, settings)
    # The fake text contains ids of special tokens; these statistics have none.
    statistics = replace(manifest.statistics, special_tokens=())
    return AuditEvidence(replace(manifest, statistics=statistics), COUNTS, is_lossless=False, damaged_files=0)


def count(**changes: int) -> Change:
    """Return a change of the counts."""
    return lambda evidence: replace(evidence, counts=replace(evidence.counts, **changes))


def resolve(**changes: object) -> Change:
    """Return a change of the resolved settings."""
    return lambda evidence: with_manifest(
        evidence,
        replace(evidence.manifest, resolved=replace(evidence.manifest.resolved, **changes)),  # type: ignore[arg-type]  # of several types
    )


def with_manifest(evidence: AuditEvidence, manifest: TokenizedManifest) -> AuditEvidence:
    """Return the evidence with another manifest."""
    return replace(evidence, manifest=manifest)


def keep(evidence: AuditEvidence) -> AuditEvidence:
    """Return the evidence unchanged."""
    return evidence


def pack(evidence: AuditEvidence) -> AuditEvidence:
    """Return the evidence of packed rows."""
    settings = replace(evidence.manifest.settings, packing="concat")
    return with_manifest(evidence, replace(evidence.manifest, settings=settings))


def lose_a_token(evidence: AuditEvidence) -> AuditEvidence:
    """Return the evidence with a ledger that does not balance."""
    ledger = evidence.manifest.ledger
    lost = replace(ledger, source_tokens=ledger.source_tokens + 1)
    return with_manifest(evidence, replace(evidence.manifest, ledger=lost))


def lose_tokens(count: int) -> Change:
    """Return a change by which so many of 1,000 tokens were truncated."""
    ledger = Ledger(source_tokens=1_000, data_tokens=1_000 - count, truncated=count)
    return lambda evidence: with_manifest(evidence, replace(evidence.manifest, ledger=ledger))


def limit_model(length: int) -> Change:
    """Return a change of the model's limit."""
    return lambda evidence: with_manifest(
        evidence,
        replace(evidence.manifest, tokenizer=replace(evidence.manifest.tokenizer, model_max_length=length)),
    )


def drop_bos(evidence: AuditEvidence) -> AuditEvidence:
    """Return the evidence of a tokenizer without BOS."""
    tokenizer = replace(evidence.manifest.tokenizer, special={"bos": None, "eos": EOS, "pad": PAD, "sep": None})
    return with_manifest(evidence, replace(evidence.manifest, tokenizer=tokenizer))


def mention_eos(times: int) -> Change:
    """Return a change by which EOS occurs so often in the text."""
    return lambda evidence: with_manifest(
        evidence,
        replace(
            evidence.manifest,
            statistics=replace(evidence.manifest.statistics, special_tokens=(TokenCount(EOS, times),)),
        ),
    )


@pytest.mark.parametrize(
    ("check", "change", "passed", "detail"),
    [
        (checks.check_ledger, keep, True, "It balances: every token of the source is accounted for."),
        (checks.check_ledger, lose_a_token, False, "It does not balance."),
        (checks.check_reference, keep, True, "Verified on 8 documents, read back from the files; 0 differ."),
        (checks.check_reference, count(differences=2), False, "Verified on 8 documents, read back from the files; 2"),
        (checks.check_vocabulary, keep, True, "0 ids in 10 rows are outside the vocabulary."),
        (checks.check_vocabulary, count(outside=3), False, "3 ids in 10 rows are outside the vocabulary."),
        (checks.check_row_start, keep, None, "Not applicable (no start token set)."),
        (checks.check_row_start, resolve(begin_of_row=BOS), True, f"10 of 10 rows begin with id {BOS}."),
        (
            checks.check_row_start,
            lambda evidence: count(begun=9)(resolve(prefix=(BOS,))(evidence)),
            False,
            f"9 of 10 rows begin with id {BOS}.",
        ),
        (checks.check_double_bos, keep, True, "0 of 10 rows contain BOS twice in succession."),
        (checks.check_double_bos, count(doubled=1), False, "1 of 10 rows contain BOS twice in succession."),
        (checks.check_double_bos, drop_bos, None, "Not applicable (the tokenizer has no BOS)."),
        (checks.check_empty_rows, keep, True, "0 of 10 rows are empty."),
        (checks.check_empty_rows, count(empty_rows=4), False, "4 of 10 rows are empty."),
        (checks.check_special_tokens_in_text, keep, True, "0 special tokens occur inside the text."),
        (checks.check_special_tokens_in_text, mention_eos(9), False, "9 special tokens occur inside the text."),
        (checks.check_padding, keep, None, "Not applicable (rows are not padded)."),
        (checks.check_padding, resolve(pad=PAD), True, "0.0% of all positions are padding; 0 of 10 rows are padded"),
        (
            checks.check_padding,
            lambda evidence: count(badly_padded=5)(resolve(pad=PAD)(evidence)),
            False,
            "0.0% of all positions are padding; 5 of 10 rows are padded incorrectly.",
        ),
        (checks.check_losses, lose_tokens(10), True, "1.0% of the source tokens were not written: 10 truncated"),
        (checks.check_losses, lose_tokens(11), False, "1.1% of the source tokens were not written: 11 truncated"),
        (checks.check_max_length, keep, None, "Not applicable (the tokenizer names no limit)."),
        (checks.check_max_length, limit_model(16), True, "Rows have up to 16 tokens; the model's limit is 16."),
        (checks.check_max_length, limit_model(15), False, "Rows have up to 16 tokens; the model's limit is 15."),
        (checks.check_boundaries, keep, None, "Not applicable (one document per row)."),
        (
            checks.check_boundaries,
            lambda evidence: pack(resolve(separator=BOS)(evidence)),
            True,
            "Documents are separated.",
        ),
        (checks.check_boundaries, pack, False, "No token separates the documents of a row."),
        (checks.check_round_trip, keep, None, "Not applicable (this tokenizer changes text)."),
        (
            checks.check_round_trip,
            lambda evidence: replace(evidence, is_lossless=True),
            True,
            "8 of 8 documents decode to their original text.",
        ),
        (
            checks.check_round_trip,
            lambda evidence: replace(count(lossy=1)(evidence), is_lossless=True),
            False,
            "7 of 8 documents decode to their original text.",
        ),
        (checks.check_files, keep, True, "0 of "),
        (checks.check_files, lambda evidence: replace(evidence, damaged_files=1), False, "1 of "),
    ],
)
def test_a_check_has_its_result_and_says_why(
    evidence: AuditEvidence, check: checks.Check, change: Change, passed: bool | None, detail: str
) -> None:
    """The detail is a sentence that holds for the result."""
    result = check(change(evidence))
    assert passed == result.passed
    assert result.detail.startswith(detail)
    assert result.detail.endswith(".")


def test_all_checks_run_in_order(evidence: AuditEvidence) -> None:
    """Their names are stored, so they stay as they are."""
    names = ["ledger", "reference", "ids_in_vocabulary", "begin_of_row", "double_bos", "empty_rows", "special_in_text"]
    assert [*names, "padding", "boundaries", "round_trip", "losses", "max_length", "files"] == [
        check.name for check in run_checks(evidence)
    ]


def test_unknown_words_are_not_special_tokens_inside_the_text(evidence: AuditEvidence) -> None:
    """They are counted separately, unless their token also has another role."""
    manifest = mention_eos(9)(evidence).manifest
    for roles, expected in (({"eos": None, "unk": EOS}, 9), ({"eos": EOS, "unk": EOS}, 0), ({"unk": None}, 0)):
        tokenizer = replace(manifest.tokenizer, special={**manifest.tokenizer.special, **roles})
        changed = replace(manifest, tokenizer=tokenizer)
        assert expected == count_unknown_words(changed)
        result = checks.check_special_tokens_in_text(with_manifest(evidence, changed))
        assert 9 - expected == result.figures["in_text"]


def test_the_detail_of_files_names_what_was_compared(evidence: AuditEvidence) -> None:
    """A sample compares sizes; a full audit compares hashes, too."""
    full = with_manifest(
        evidence, replace(evidence.manifest, settings=replace(evidence.manifest.settings, verify="full"))
    )
    assert checks.check_files(evidence).detail.endswith("compared by size.")
    assert checks.check_files(full).detail.endswith("compared by size and SHA-256.")
