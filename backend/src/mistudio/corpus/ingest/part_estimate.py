"""Estimates what a part will fetch, from few footers or the first rows, before anything is downloaded."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from mistudio.core.errors import Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.fetch import FetchSettings
from mistudio.corpus.hub.part_types import FilePart, Part, PartEstimate
from mistudio.corpus.hub.plan import make_plan
from mistudio.corpus.hub.plan_types import DownloadPlan, PlanRequest, RemoteFile
from mistudio.corpus.ingest.part_origin import HubAccess, Selection, select_part
from mistudio.corpus.monitor import Monitor, NullMonitor
from mistudio.corpus.parts.row_groups import permute

# More footers than these would keep a preflight waiting.
MAX_FOOTERS: Final = 64


def answer(request: Mapping[str, Any]) -> dict[str, Json]:
    """Answer the planner's question ``estimate``; the request and the answer are JSON."""
    asked = from_json(PlanRequest, request)
    return as_json(estimate_part(make_plan(asked), HubAccess(asked.token, FetchSettings())))


def estimate_part(plan: DownloadPlan, access: HubAccess) -> PartEstimate:
    """Return what the plan's part will fetch. Raises UnknownColumn, InvalidData, and what fetching raises."""
    part = plan.part
    if part.is_whole or (plan.format != "parquet" and part.kind != "rows"):
        return _add_sizes(plan)
    with TemporaryDirectory(prefix="mistudio-preflight-") as folder:
        return _sample(plan, Path(folder), access, NullMonitor())


def _add_sizes(plan: DownloadPlan) -> PartEstimate:
    """Return what files in order give, whose sizes are all that is known."""
    part, left, files = plan.part, plan.part.count, 0
    if part.kind == "all":
        return PartEstimate(plan.sizes.total, None, len({file.path for file in plan.files}), is_exact=part.is_whole)
    for file in _in_order(plan):
        if left <= 0:
            break
        left, files = left - file.size, files + 1
    return PartEstimate(min(part.count, plan.sizes.total), None, files, is_exact=False)


def _in_order(plan: DownloadPlan) -> list[RemoteFile]:
    if plan.part.order == "first":
        return list(plan.files)
    return [plan.files[number] for number in permute(len(plan.files), plan.part.seed)]


def _sample(plan: DownloadPlan, folder: Path, access: HubAccess, monitor: Monitor) -> PartEstimate:
    """Select from a few files; if they have too little, extrapolate."""
    ordered = _in_order(plan)
    few = MAX_FOOTERS if plan.format == "parquet" else 1
    is_few = len(ordered) <= few
    looked = plan if is_few and plan.format == "parquet" else replace(plan, files=tuple(ordered[:few]))
    if plan.format != "parquet":
        return _scale_rows(plan, looked, folder, access, monitor)
    found = _add_up(select_part(looked, folder, access, monitor))
    amount = found.rows if plan.part.kind == "rows" else found.num_bytes
    if is_few or (plan.part.order == "first" and plan.part.kind != "all" and (amount or 0) >= plan.part.count):
        return found
    return _scale(plan, found)


def _scale(plan: DownloadPlan, found: PartEstimate) -> PartEstimate:
    """Extrapolate from MAX_FOOTERS files to all, or to the amount."""
    part, share = plan.part, len(plan.files) / MAX_FOOTERS
    rows, size = (found.rows or 0) * share, found.num_bytes * share
    if part.kind == "rows" and part.order == "random":
        rows, size = found.rows or 0, found.num_bytes
    elif part.kind == "rows":
        size, rows = size * min(1.0, part.count / max(1, rows)), min(part.count, rows)
    elif part.kind == "bytes":
        rows, size = min(rows, (found.rows or 0) * part.count / max(1, found.num_bytes)), min(part.count, size)
    files = min(len(plan.files), int(found.files * max(1.0, size / max(1, found.num_bytes))))
    return PartEstimate(int(size), int(rows), files, is_exact=False)


def _add_up(selection: Selection) -> PartEstimate:
    parts = [(file, file.part) for file in selection.files if file.part]
    rows = sum(group.stop - group.start for _file, part in parts for group in part.row_groups)
    size = sum(file.fetch_bytes for file in {file.key: file for file, _part in parts}.values())
    return PartEstimate(size, rows, len({file.path for file, _part in parts}), is_exact=True)


def _scale_rows(
    plan: DownloadPlan, looked: DownloadPlan, folder: Path, access: HubAccess, monitor: Monitor
) -> PartEstimate:
    """Extrapolate from the rows at the beginning of the first file."""
    size = min(looked.files[0].size, 128 << 10)
    trial = replace(looked, part=Part("bytes", max(1, size)))
    pieces = [file.part for file in select_part(trial, folder, access, monitor).files if file.part]
    return _scale_density(plan, pieces, size)


def _scale_density(plan: DownloadPlan, pieces: list[FilePart], size: int) -> PartEstimate:
    rows = sum(piece.rows or 0 for piece in pieces)
    if not rows:
        return PartEstimate(plan.sizes.total, None, len(plan.files), is_exact=False)
    needed, files = min(plan.sizes.total, int(plan.part.count * size / rows)), 0
    left = needed
    for file in _in_order(plan):
        if left <= 0:
            break
        left, files = left - file.size, files + 1
    return PartEstimate(needed, plan.part.count, files, is_exact=False)
