"""What a part will fetch, as a preflight says it."""

from pathlib import Path

import pytest

from fakes.hub import Hub
from fakes.parts import ACCESS, add_lines, add_parquet, plan_part
from mistudio.corpus.hub.part_types import Part, PartEstimate
from mistudio.corpus.hub.plan_types import DownloadPlan, Format, RemoteFile
from mistudio.corpus.ingest.part_estimate import MAX_FOOTERS, estimate_part
from mistudio.corpus.parts.row_groups import permute

SIZES = (100, 10, 40, 1)


@pytest.fixture
def local_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """Return the test's Hub, which this process uses and no other."""
    for name, value in hub.environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return hub


def estimate(part: Part, file_format: Format = "csv") -> PartEstimate:
    """Return the estimate of a part of four files, of which one serves two splits."""
    files = [RemoteFile(f"{number}.x", "train", size) for number, size in enumerate(SIZES)]
    plan = DownloadPlan(
        repo_id="ada/tales",
        revision="c0ffee",
        config="default",
        is_default_config=True,
        format=file_format,
        options={},
        files=(*files, RemoteFile("3.x", "test", 1)) if part.kind == "all" else tuple(files),
        description=None,
        license=None,
        gated=False,
        part=part,
    )
    return estimate_part(plan, ACCESS)


def test_everything_is_known_exactly() -> None:
    """A file of two splits is fetched once. Columns of a text file come with the others, so nobody knows their rows."""
    assert PartEstimate(151, None, 4, is_exact=True) == estimate(Part())
    assert PartEstimate(151, None, 4, is_exact=True) == estimate(Part(), "parquet")
    assert PartEstimate(151, None, 4, is_exact=False) == estimate(Part(columns=("text",)))


def test_bytes_of_text_files_follow_from_their_sizes() -> None:
    """Files count in the order in which they are drawn; there are never more bytes than the files have."""
    assert PartEstimate(105, None, 2, is_exact=False) == estimate(Part("bytes", 105))
    assert PartEstimate(110, None, 2, is_exact=False) == estimate(Part("bytes", 110))
    assert PartEstimate(151, None, 4, is_exact=False) == estimate(Part("bytes", 1_000))
    seed = next(seed for seed in range(99) if permute(4, seed)[0] == 0)
    assert 1 == estimate(Part("bytes", 100, "random", seed)).files
    late = next(seed for seed in range(99) if permute(4, seed)[-1] == 0)
    assert 4 == estimate(Part("bytes", 100, "random", late)).files


def test_rows_of_few_parquet_files_are_exact(local_hub: Hub) -> None:
    """Their footers say it."""
    add_parquet(local_hub, files=3, rows=100, group_rows=20)
    found = estimate_part(plan_part("lab/groups", Part("rows", 110)), ACCESS)
    assert (110, 2, True) == (found.rows, found.files, found.is_exact)
    assert 3 < MAX_FOOTERS


def test_rows_of_text_files_are_scaled_from_the_first(local_hub: Hub) -> None:
    """The bytes are those of rows as long as the first ones."""
    rows = add_lines(local_hub, ".jsonl", files=2, rows=2_000)
    plan = plan_part("lab/lines", Part("rows", 3_000))
    found = estimate_part(plan, ACCESS)
    assert (3_000, 2, False) == (found.rows, found.files, found.is_exact)
    share = found.num_bytes / plan.size_bytes
    assert abs(share - 3_000 / len(rows)) < 0.05
