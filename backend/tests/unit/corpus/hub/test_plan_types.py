"""Records of planning: sizes count each file once, and splits are in the order of the files."""

import pytest

from mistudio.core.records import from_json
from mistudio.corpus.hub.plan_types import DownloadPlan, RemoteFile, Sizes

FILES = (
    RemoteFile("b.csv", "train", 300),
    RemoteFile("A.JSONL.gz", "train", 10),
    RemoteFile("c.TXT", "test", 40),
    RemoteFile("b.csv", "test", 300),
)


def test_sizes_count_a_file_of_several_splits_once() -> None:
    """``plain`` counts uncompressed text, ``largest`` the two largest files."""
    assert Sizes(total=350, plain=340, largest=340) == Sizes.of(FILES)
    assert Sizes(0, 0, 0) == Sizes.of([])


def test_a_plans_splits_are_in_the_order_of_its_files() -> None:
    """Each is named once; the size is that of all files."""
    plan = DownloadPlan(
        repo_id="ada/tales",
        revision="c0ffee",
        config="default",
        is_default_config=True,
        format="csv",
        options={},
        files=FILES,
        description=None,
        license=None,
        gated=False,
    )
    assert (("train", "test"), 350) == (plan.splits, plan.size_bytes)


@pytest.mark.parametrize("size", [-5, 1.0, "7", None, True])
def test_a_size_is_a_whole_number_of_bytes(size: object) -> None:
    """A stored plan with any other size never reaches the fetcher."""
    with pytest.raises(ValueError, match="size"):
        from_json(RemoteFile, {"path": "a.txt", "split": "train", "size": size})
