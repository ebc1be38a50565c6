"""Clean documents and print the figures as JSON: who, step, Parquet file, times to read it, file for the reasons.

``datatrove`` runs its own filters, and needs nothing of ours.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from common.measure import peak_memory

who, step, source, times, target = (json.loads(argument) for argument in sys.argv[1:])


def read_texts() -> Iterator[pa.Array]:
    """Yield the texts in batches."""
    for _time in range(times):
        with pq.ParquetFile(source) as file:
            for batch in file.iter_batches(1_000, columns=["text"]):
                yield batch.column(0)


def clean_with_datatrove() -> list[str | None]:
    """Return the reason for each document."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter

    filters = {"gopher": GopherQualityFilter, "gopher_repetition": GopherRepetitionFilter, "c4": C4QualityFilter}
    each = filters[next(name for name in step if name != "kind")]()
    # The first document loads the rules.
    each.filter(Document(text="A text.", id=""))
    return [_to_reason(each.filter(Document(text=text.as_py(), id=""))) for texts in read_texts() for text in texts]


def _to_reason(decision: bool | tuple[bool, str]) -> str | None:
    return None if decision is True else decision[1] if isinstance(decision, tuple) else "dropped"


def clean_with_filter() -> list[str | None]:
    """Return the reason for each document."""
    import numpy as np

    from mistudio.corpus.cleaning.documents import Documents
    from mistudio.corpus.cleaning.quality import QualityFilter
    from mistudio.corpus.cleaning.steps import Quality

    each = QualityFilter(Quality.model_validate(step))
    each.find_reasons(Documents(pa.array(["A text."]), np.arange(1)))
    return [reason for texts in read_texts() for reason in each.find_reasons(Documents(texts, np.arange(len(texts))))]


def clean_all() -> dict[str, Any]:  # JSON
    """Run the step as a job does, and return its ledger."""
    from pydantic import TypeAdapter

    from mistudio.corpus.cleaning import CleaningContext, CleaningStep, clean

    checked: CleaningStep = TypeAdapter(CleaningStep).validate_python(step)

    def read_reference(_dataset: str) -> Iterator[pa.Array]:
        yield next(read_texts())[:200]

    with tempfile.TemporaryDirectory() as folder:
        context = CleaningContext(Path(folder), lambda: None, read_reference)
        (ledger,) = clean(read_texts, [checked], context).ledgers
    return {"rows": ledger.rows, "kept": ledger.kept, "dropped": ledger.dropped}


start = time.perf_counter()
if who == "ledger":
    figures = clean_all()
else:
    reasons = clean_with_datatrove() if who == "datatrove" else clean_with_filter()
    Path(target).write_text(json.dumps(reasons), encoding="utf-8")
    figures = {"rows": len(reasons)}
seconds = time.perf_counter() - start
json.dump({**figures, "seconds": seconds, "peak": peak_memory()}, sys.stdout)
