"""The figures of the texts of a column or template over a whole dataset."""

from dataclasses import replace
from pathlib import Path

from fakes.corpora import Rows, make_dataset
from fakes.fetching import RecordingMonitor
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.text_counts import add_template_counts, count_texts, estimate_text_bytes, find_counts
from mistudio.corpus.store.text_template import TextTemplate

FILES: list[Rows] = [
    [{"q": "hä", "a": "x"}, {"q": "", "a": None}, {"q": None, "a": None}],
    [{"q": "b", "a": "日本"}],
]
TEMPLATE = TextTemplate("{q}-{a}")


def test_a_column_is_counted_as_when_it_was_ingested(tmp_path: Path) -> None:
    """Every file is read, and the rows are reported."""
    manifest = make_dataset(tmp_path, {"train": FILES}, text_column="q")
    monitor = RecordingMonitor()
    found = count_texts(DatasetStore(tmp_path), monitor=monitor)
    assert manifest.text == replace(found, incomplete=None)
    assert (1, 3, 4, 1) == (found.nulls, found.characters, found.utf8_bytes, found.empty)
    assert [(3, 4, "statistics"), (4, 4, "statistics")] == monitor.reports


def test_a_template_has_a_text_where_one_of_its_columns_has(tmp_path: Path) -> None:
    """A row without any is null; one that lacks a column is incomplete."""
    make_dataset(tmp_path, {"train": FILES}, text_column="q")
    store = DatasetStore(tmp_path, text=TEMPLATE)
    found = count_texts(store, monitor=NullMonitor())
    texts = ["hä-x", "-", "b-日本"]
    assert ("{q}-{a}", "template", "text") == (found.name, found.type, found.kind)
    assert sum(map(len, texts)) == found.characters
    assert sum(len(text.encode()) for text in texts) == found.utf8_bytes
    assert (1, 0) == (found.nulls, found.empty)
    assert add_template_counts(store, monitor=NullMonitor()).template_counts == found


def test_known_figures_are_found_and_others_estimated(tmp_path: Path) -> None:
    """A new template has at least its own text in every row, and the texts of its columns."""
    manifest = make_dataset(tmp_path, {"train": FILES}, text_column="q")
    answers = find_counts(manifest, "a")
    assert answers is not None
    assert 7 == answers.utf8_bytes == estimate_text_bytes(manifest, "a")
    assert 4 == estimate_text_bytes(manifest)
    assert find_counts(manifest, TEMPLATE) is None
    assert 4 * len(TEMPLATE.text) + 4 + 7 == estimate_text_bytes(manifest, TEMPLATE)
