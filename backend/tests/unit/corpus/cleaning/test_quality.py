"""Quality rules decide as datatrove's filters did when ``datatrove_decisions.json`` was written with it.

``make bench-cleaning`` compares them on real documents if datatrove is installed.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mistudio.corpus.cleaning.documents import Documents
from mistudio.corpus.cleaning.gopher_quality import GopherQualityRules
from mistudio.corpus.cleaning.quality import QualityFilter
from mistudio.corpus.cleaning.steps import C4Quality, GopherQuality, GopherRepetition, Quality
from mistudio.corpus.cleaning.words import WordSplitter

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("datatrove_decisions.json").read_text())["cases"]
STEPS = {
    "gopher": Quality(gopher=GopherQuality()),
    "gopher_loose": Quality(gopher=GopherQuality(min_doc_words=5, min_stop_words=1, min_alpha_words_ratio=0.5)),
    "gopher_repetition": Quality(gopher_repetition=GopherRepetition()),
    "c4": Quality(c4=C4Quality()),
    "c4_loose": Quality(c4=C4Quality(filter_no_terminal_punct=False, min_num_sentences=3, max_word_length=50)),
}


def find_reasons(step: Quality, texts: list[str | None]) -> list[str | None]:
    """What the step says of each text."""
    return list(QualityFilter(step).find_reasons(Documents(pa.array(texts, pa.string()), np.arange(len(texts)))))


@pytest.mark.parametrize("name", STEPS)
def test_decisions_are_those_of_datatrove(name: str) -> None:
    """The same documents stay, and the others go for the same reason."""
    expected = [case["reasons"][name] for case in CASES]
    assert len(set(expected)) > 3
    assert expected == find_reasons(STEPS[name], [case["text"] for case in CASES])


def test_sets_are_checked_in_order() -> None:
    """The reason is that of the first set that has one."""
    step = Quality(gopher=GopherQuality(), gopher_repetition=GopherRepetition(), c4=C4Quality())
    expected = [
        case["reasons"]["gopher"] or case["reasons"]["gopher_repetition"] or case["reasons"]["c4"] for case in CASES
    ]
    assert expected == find_reasons(step, [case["text"] for case in CASES])


def test_null_switches_a_rule_off() -> None:
    """Without its rules, a set drops nothing, not even an empty text."""
    gopher = GopherQuality(**dict.fromkeys(GopherQuality.model_fields.keys() - {"stop_words"}, None))
    parts = ("dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac")
    repetition = GopherRepetition(**dict.fromkeys(parts, None), top_n_grams=(), dup_n_grams=())
    c4 = C4Quality(filter_lorem_ipsum=False, filter_curly_bracket=False, min_num_sentences=None)
    texts = [case["text"] for case in CASES if case["text"]]
    assert [None] * len(texts) == find_reasons(Quality(gopher_repetition=repetition), texts)
    assert [None] * 2 == find_reasons(Quality(gopher=gopher, c4=c4), ["", None])
    assert [None] * len(texts) == find_reasons(Quality(gopher=gopher, c4=c4), texts)


def test_rules_without_words_do_not_divide_by_zero() -> None:
    """A text of punctuation has no words to average."""
    rules = GopherQualityRules(GopherQuality(min_doc_words=0, min_stop_words=0), WordSplitter())
    assert rules.find_reason("", []) is None
    assert rules.find_reason(". .", [".", "."]) == "gopher_below_alpha_threshold"
