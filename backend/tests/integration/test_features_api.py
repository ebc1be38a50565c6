"""Features of a card, and differences between files, as the API shows them."""

from fakes.hub import Hub
from fakes.running import RunningServer
from fakes.source_files import json_lines

CARD = """---
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': neg
          '1': pos
---
"""


async def test_class_labels_are_shown_by_name(server: RunningServer, hub: Hub) -> None:
    """In the columns and in the samples."""
    hub.add("lab/films", {"README.md": CARD, "train.csv": b"text,label\ngood film,1\nbad film,0\n"})
    created = await server.download("lab/films")
    ready = await server.until(created["id"], "ready", "error")
    label = next(column for column in ready["columns"] if column["name"] == "label")
    assert ("ClassLabel (neg, pos)", ["neg", "pos"]) == (label["feature"], label["labels"])
    samples = await server.get(f"/api/datasets/{created['id']}/samples")
    assert ["pos", "neg"] == [sample["columns"]["label"] for sample in samples["data"]]
    assert [] == ready["notices"]


async def test_differences_between_files_are_notices(server: RunningServer, hub: Hub) -> None:
    """And the code of the Overview leaves the split without rows out."""
    files = {
        "data/train-0.jsonl": json_lines({"text": "a"}),
        "data/train-1.jsonl": json_lines({"text": "b", "url": "u"}),
        "data/test.jsonl": b"",
    }
    hub.add("lab/differing", files)
    created = await server.download("lab/differing")
    ready = await server.until(created["id"], "ready", "error")
    assert ["Column “url” is missing in 1 of 2 files, such as data/train-0.jsonl. It is null there."] == ready[
        "notices"
    ]
    assert "# Without rows, so left out: test." in ready["usage"][0]["code"]


async def test_a_requested_text_column_may_be_null_in_every_row(server: RunningServer, hub: Hub) -> None:
    """The dataset is ready, and says that there is no text."""
    hub.add("lab/nothing", {"train.jsonl": json_lines({"t": None, "x": "a"})})
    created = await server.download("lab/nothing", text_column="t")
    ready = await server.until(created["id"], "ready", "error")
    assert ("ready", "t") == (ready["status"], ready["text_column"])
    assert ["Column “t” has no text: all 1 rows are null. Choose another text column."] == ready["notices"]
