"""The contract of the test Hub: the real client library works with it, and its faults do what they say."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

from fakes.hub import Hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hub with a small and a large file."""
    with Hub() as running:
        running.add("ada/tales", {"README.md": "# Tales", "data/a.parquet": b"abc", "data/b.parquet": b"de"})
        yield running


def test_the_client_lists_describes_and_downloads(hub: Hub, tmp_path: Path) -> None:
    """Info, tree (in pages), paths-info, refs, metadata of an LFS file, and a download."""
    api, hub.page_entries = HfApi(endpoint=hub.url, token=False), 2

    info = api.dataset_info("ada/tales", files_metadata=True)
    tree = list(api.list_repo_tree("ada/tales", recursive=True, repo_type="dataset"))
    (path,) = api.get_paths_info("ada/tales", ["data/a.parquet"], repo_type="dataset")
    refs = api.list_repo_refs("ada/tales", repo_type="dataset")
    url = hf_hub_url("ada/tales", "data/a.parquet", repo_type="dataset", endpoint=hub.url)
    metadata = get_hf_file_metadata(url, token=False)
    local = hf_hub_download(
        "ada/tales", "data/a.parquet", repo_type="dataset", endpoint=hub.url, token=False, local_dir=tmp_path
    )

    assert ["README.md", "data", "data/a.parquet", "data/b.parquet"] == [entry.path for entry in tree]
    assert ["main"] == [branch.name for branch in refs.branches]
    assert (info.sha, 3) == (metadata.commit_hash, metadata.size)
    assert metadata.location.startswith(hub.files_url)
    assert b"abc" == Path(local).read_bytes()
    assert path.path == "data/a.parquet"


def test_the_client_raises_the_same_errors_as_at_the_real_hub(hub: Hub) -> None:
    """Missing, gated and hidden repositories, and an unknown revision."""
    hub.add("ada/gated", {"a.txt": "x"}, gated=True)
    hub.add_token("hf_bob")
    api = HfApi(endpoint=hub.url, token=False)

    with pytest.raises(RepositoryNotFoundError) as missing:
        api.dataset_info("ada/missing")
    with pytest.raises(GatedRepoError) as gated:
        api.auth_check("ada/gated", repo_type="dataset", token="hf_bob")
    with pytest.raises(RevisionNotFoundError):
        api.dataset_info("ada/tales", revision="v9")

    assert (401, 403) == (missing.value.response.status_code, gated.value.response.status_code)
    assert "tester" == api.whoami(token="hf_bob")["name"]


def test_a_token_at_the_second_origin_fails_the_test() -> None:
    """Every test that uses a Hub has this check."""
    hub = Hub().start()
    hub.add("ada/tales", {"a.parquet": b"abc"})
    hub.fault(origin="files", delay=0)
    import http.client

    connection = http.client.HTTPConnection(hub.files_url.removeprefix("http://"))
    connection.request("GET", "/x", headers={"Authorization": "Bearer hf_x"})
    connection.getresponse().read()
    connection.close()

    with pytest.raises(AssertionError, match="second origin"):
        hub.__exit__(None, None, None)


def test_it_runs_alone(tmp_path: Path) -> None:
    """It prints its address first; every namespace/name is a dataset."""
    (tmp_path / "ada" / "tales").mkdir(parents=True)
    (tmp_path / "ada" / "tales" / "a.txt").write_text("hello")
    tests = Path(__file__).parent.parent
    command = [sys.executable, "-m", "fakes.hub", "--root", str(tmp_path)]
    child = subprocess.Popen(command, cwd=tests, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        with child.stdout as lines, urlopen(f"{lines.readline().strip()}/datasets/ada/tales/resolve/main/a.txt") as got:
            assert got.read() == b"hello"
    finally:
        child.terminate()
        child.wait()
