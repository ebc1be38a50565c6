"""Source files of an import, built into a dataset; a card's features may be declared for them."""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.errors import Json
from mistudio.corpus.formats.features import Features, normalize_feature
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.local_files import LocalFile, LocalOrigin, LocalPlan
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.manifest import Manifest

Files = Mapping[str, bytes]


def json_lines(*rows: Mapping[str, object]) -> bytes:
    """Return the rows as JSON Lines."""
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def parquet(features: Features | None = None, **columns: object) -> bytes:
    """Return a Parquet file of these columns, in whose metadata the features are."""
    table, sink = pa.table(columns), io.BytesIO()
    if features:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    pq.write_table(table, sink)
    return sink.getvalue()


class DeclaredOrigin(LocalOrigin):
    """An import for whose columns features are declared."""

    def __init__(self, plan: LocalPlan, features: Mapping[str, Json]) -> None:
        super().__init__(plan)
        self._declared = {name: normalize_feature(feature) for name, feature in features.items()}

    @property
    def features(self) -> Features:
        """The declared features."""
        return self._declared


def stage(files: Files, staging: Path) -> LocalPlan:
    """Put the files into the staging folder; a name's first part, up to a dash or a dot, is its split."""
    (staging / "source").mkdir(parents=True)
    staged = []
    for number, (name, content) in enumerate(files.items()):
        (staging / "source" / str(number)).write_bytes(content)
        split = name.partition(".")[0].partition("-")[0]
        staged.append(LocalFile(name, str(number), split, len(content), hashlib.sha256(content).hexdigest()))
    return LocalPlan(tuple(staged))


def build_files(
    files: Files,
    folder: Path,
    *,
    features: Mapping[str, Json] | None = None,
    text_column: str | None = None,
    monitor: NullMonitor | None = None,
) -> Manifest:
    """Build the dataset of these files in ``folder / "dataset"``; a second call resumes an interrupted one."""
    staging = folder / "staging"
    plan_path = folder / "files.json"
    if not plan_path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        plan = stage(files, staging)
        plan_path.write_text(json.dumps([vars(file) for file in plan.files]), encoding="utf-8")
    plan = LocalPlan(tuple(LocalFile(**file) for file in json.loads(plan_path.read_text(encoding="utf-8"))))
    origin = DeclaredOrigin(plan, features or {})
    return build_dataset(origin, staging, folder / "dataset", text_column=text_column, monitor=monitor or NullMonitor())
