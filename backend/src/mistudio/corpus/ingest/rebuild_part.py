"""Fetches a part again by its manifest, with the same bytes, and replaces raw files that are damaged or missing."""

from pathlib import Path

from mistudio.core.errors import SourceChanged, ValidationFailed
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.part_base import to_kept
from mistudio.corpus.ingest.part_origin import HubAccess, PartOrigin, Selection
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.manifest import Manifest, read_manifest, verify
from mistudio.utils.file_utils import replace_file


def rebuild_part(folder: Path, scratch: Path, access: HubAccess, monitor: Monitor) -> list[str]:
    """Build the dataset in ``folder`` again below ``scratch`` and mend its raw files; return what was wrong with them.

    Raises ValidationFailed if it is no part, SourceChanged if the bytes differ, and what fetching and reading raise.
    """
    manifest = read_manifest(folder)
    wrong = verify(folder)
    built = build_dataset(
        _open_origin(manifest, access),
        scratch / "staging",
        scratch / "dataset",
        text_column=manifest.text_source,
        monitor=monitor,
    )
    before = {file.path: file.sha256 for split in manifest.splits for file in split.files}
    after = {file.path: file.sha256 for split in built.splits for file in split.files}
    if different := sorted(path for path in before | after if before.get(path) != after.get(path)):
        raise SourceChanged(f"{different[0]} and {len(different) - 1} other files differ from the manifest.")
    if wrong:
        for path in before:
            replace_file(scratch / "dataset" / path, folder / path)
    return wrong


def _open_origin(manifest: Manifest, access: HubAccess) -> PartOrigin:
    """Return the pieces that the manifest pins."""
    record = manifest.part
    if record is None:
        raise ValidationFailed("Only a part can be fetched again by its manifest. Download the dataset again.")
    pieces = tuple(to_kept(file).file for file in manifest.files)
    plan = DownloadPlan(
        repo_id=manifest.repo or "",
        revision=manifest.commit or "",
        config=manifest.config or "",
        is_default_config=True,
        format=record.format,
        options=record.options,
        files=pieces,
        description=None,
        license=None,
        gated=False,
        part=record.asked,
        features=record.features,
    )
    return PartOrigin(plan, Selection(pieces), access)
