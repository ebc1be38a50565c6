"""No name and no id has control characters: each is refused at its field, with either database."""

from typing import Any

import httpx2

from fakes.cluster import BOTH_ENGINES
from fakes.running import RunningServer

pytestmark = BOTH_ENGINES

DATASET = "/api/datasets/ds_none"
TOKENIZATION = "/api/tokenizations/tok_none"
IN_BODIES: list[tuple[str, str, dict[str, Any]]] = [
    ("repo_id", "/api/datasets/download", {}),
    *((field, "/api/datasets/download", {"repo_id": "a/b"}) for field in ("config", "revision", "text_column")),
    *((field, f"{DATASET}/references", {"kind": "run", "ref_id": "1", "name": "x"}) for field in ("ref_id", "name")),
    *((field, f"{DATASET}/tokenize", {"tokenizer": "gpt2"}) for field in ("tokenizer", "revision", "text_column")),
    *((field, "/api/tokenize-preview", {"tokenizer": "gpt2", "text": "\0"}) for field in ("tokenizer", "revision")),
]
IN_ADDRESSES = [
    ("search", "/api/datasets?search={}"),
    ("split", f"{DATASET}/samples?split={{}}"),
    ("tokenization", f"{DATASET}/samples?tokenization={{}}"),
    ("split", f"{DATASET}/samples/{{}}/0"),
    ("tokenization", f"{DATASET}/samples/train/0?tokenization={{}}"),
    ("tokenization", f"{DATASET}/statistics?tokenization={{}}"),
    ("tokenizer", f"{DATASET}/what-if?tokenizer={{}}"),
    ("split", f"{TOKENIZATION}/rows?split={{}}"),
    ("split", f"{TOKENIZATION}/rows/0/trace?split={{}}"),
    ("config", "/api/hub/datasets/a/b?config={}"),
    ("revision", "/api/hub/datasets/a/b?revision={}"),
    ("repo_id", "/api/hub/datasets/a/{}b"),
    ("dataset_id", "/api/datasets/{}"),
    ("dataset_id", "/api/jobs?dataset_id={}"),
    ("job_id", "/api/jobs/{}"),
    ("tokenization_id", "/api/tokenizations/{}"),
]


def fields_at_fault(answer: httpx2.Response) -> tuple[int, str, list[str]]:
    """The status, the code, and the fields that the answer names."""
    problem = answer.json()
    return answer.status_code, problem["code"], [error["field"] for error in problem["errors"]]


async def test_control_characters_are_refused_at_their_field(server: RunningServer) -> None:
    """NUL, which PostgreSQL does not take, an escape, and one beyond ASCII; in bodies, in queries and in paths."""
    http = server.http
    for letter, sent in (("\0", "%00"), ("\x1b", "%1B"), ("\x85", "%C2%85")):
        for field, path, others in IN_BODIES:
            answer = await http.post(path, json={**others, field: f"a{letter}b"})
            assert (422, "validation_error", [field]) == fields_at_fault(answer), (path, field)
        for field, path in IN_ADDRESSES:
            url = httpx2.URL(server.url).copy_with(raw_path=path.format(f"a{sent}b").encode())
            assert (422, "validation_error", [field]) == fields_at_fault(await http.get(url)), (path, field)
        removed = await http.delete(f"{DATASET}/references/a{sent}b")
        assert (422, "validation_error", ["reference_id"]) == fields_at_fault(removed)
        splits = await http.post("/api/datasets/download", json={"repo_id": "a/b", "splits": ["a", f"a{letter}b"]})
        assert (422, "validation_error", ["splits.1"]) == fields_at_fault(splits)
        for field in ("name", "text_column"):
            upload = await http.post(
                "/api/datasets/upload", files={"files": ("a.txt", b"a")}, data={field: f"a{letter}b"}
            )
            assert (422, "validation_error", [field]) == fields_at_fault(upload)


async def test_the_character_is_named(server: RunningServer) -> None:
    """In a readable form, with what to do."""
    refused = await server.http.get("/api/datasets", params={"search": "a\x1b[31m"})
    assert "search: This has a control character (\\x1b): remove it." == refused.json()["detail"]
    async with server.socket() as client:
        assert "error" in await client.call("subscribe", {"channel": "datasets/ds_\0/progress"})


async def test_texts_and_columns_may_have_them(server: RunningServer) -> None:
    """Texts may have any character; columns' names may have lines; blanks around a name are removed.

    All of these come to where the dataset is looked for.
    """
    answer = await server.http.get(f"{DATASET}/samples", params={"search": "a\tb\r\n\f\0", "mode": "exact"})
    assert 404 == answer.status_code
    body = {"tokenizer": " gpt2\n", "text_column": "Review\n(English)", "revision": "main\n"}
    assert 404 == (await server.http.post(f"{DATASET}/tokenize", json=body)).status_code
