"""What the record of a dataset stores of its manifest."""

from dataclasses import replace
from pathlib import Path

from mistudio.core.errors import Json
from mistudio.corpus.formats.features import describe_feature, list_labels
from mistudio.corpus.store.file_report import ColumnReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.store.reading_notes import describe_readings
from mistudio.services.datasets.subset_figures import shorten_subset
from mistudio.services.jobs.figures import ColumnFigures, ContentFigures, DatasetFigures, SplitFigures, TextFigures


def figures_of(manifest: Manifest, folder: Path) -> DatasetFigures:
    """Return what the record of the dataset in ``folder`` stores of its manifest."""
    return DatasetFigures(
        raw_path=str(DatasetLayout(folder).raw),
        num_samples=manifest.rows,
        size_bytes=manifest.size_bytes,
        splits=tuple(
            SplitFigures(split.name, len(split.files), split.rows, split.size_bytes) for split in manifest.splits
        ),
        text_column=manifest.text_column.name if manifest.text_column else None,
        text_template=manifest.text_template,
        content=_content_of(manifest),
    )


def _content_of(manifest: Manifest) -> ContentFigures:
    parts = [source for source in manifest.sources if source.part]
    return ContentFigures(
        text_column_reason=manifest.text_column.reason if manifest.text_column else None,
        **vars(TextFigures.of(manifest.text)),
        source_bytes=sum(source.part.bytes for source in parts if source.part) if parts else None,
        source_files=len({source.path for source in parts}) if parts else None,
        columns=tuple(
            _to_figures(column, manifest.features.get(column.name))
            for listed in manifest.columns
            for column in (listed, *listed.fields)
        ),
        reading_notes=tuple(
            describe_readings(
                ((source.path, source.reading) for source in manifest.sources),
                has_card=manifest.source == "huggingface",
            )
        ),
        schema_notices=manifest.notices,
        subset=shorten_subset(manifest.subset) if manifest.subset else None,
        mixture=replace(manifest.mixture, recipe=(), step_names=()) if manifest.mixture else None,
    )


def _to_figures(column: ColumnReport, feature: Json) -> ColumnFigures:
    described = None if feature is None else describe_feature(feature)
    labels = tuple(list_labels(feature))
    return ColumnFigures(column.name, column.type, column.kind, column.nulls, column.characters, described, labels)
