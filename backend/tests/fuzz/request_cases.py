"""Requests drawn from the OpenAPI document by schemathesis: to each operation, and in sequences."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from fuzz.bench import Bench, Broken, check

_SAMPLE_TOKENIZER: Final = "./tokenizers/sample-bpe"
_SHOWN: Final = 12
_SECONDS: Final = 100


@dataclass(frozen=True)
class RequestCase:
    """Many requests to one operation, some with ids of what is there; without one, sequences of operations."""

    name: str
    operation: tuple[str, str] | None
    seed: int
    examples: int

    async def run(self, bench: Bench, number: int) -> None:
        """Send the requests; Broken where an answer is none that the document promises."""
        ids = await _something_ready(bench)
        url = bench.studio.url
        explore = _explore_sequences if self.operation is None else _explore_operation
        found = await asyncio.to_thread(explore, self, url, ids)
        if found:
            raise Broken(*found[:_SHOWN])


async def _something_ready(bench: Bench) -> Mapping[str, str]:
    """The ids of a dataset, a tokenization and what else can be read."""
    bench.add_usual()
    made = check(await bench.http.post("/api/datasets/sample"))
    listed = await bench.get("/api/datasets", limit=100, sort="-created_at")
    dataset_id = str(made["id"] if made else listed["data"][0]["id"])
    await bench.finished(dataset_id)
    request = {"tokenizer": _SAMPLE_TOKENIZER, "max_length": 64}
    await bench.post(f"/api/datasets/{dataset_id}/tokenize", json=request)
    while True:
        tokenizations = await bench.get(f"/api/datasets/{dataset_id}/tokenizations")
        if all(one["status"] not in ("queued", "processing") for one in tokenizations):
            break
        await asyncio.sleep(0.05)
    jobs = await bench.get("/api/jobs")
    reference = {"kind": "training", "ref_id": "run-1", "name": "a run"}
    await bench.post(f"/api/datasets/{dataset_id}/references", json=reference)
    references = await bench.get(f"/api/datasets/{dataset_id}/references")
    recipe = {"datasets": {"some": {"download": {"repo": "lab/stories", "commit": "0" * 40}}}}
    built = (await bench.http.post("/api/recipes", json=recipe)).json()
    return {
        "reference_id": str(references[0]["id"]) if references else "ref_none",
        "recipe_id": str(built.get("id") or built.get("recipe_id") or "rcp_none"),
        "repo_id": "lab/stories",
        "row": "0",
        "dataset_id": dataset_id,
        "tokenization_id": str(tokenizations[0]["id"]) if tokenizations else "tok_none",
        "job_id": str(jobs[0]["id"]) if jobs else "job_none",
        "split": "train",
    }


def _explore_operation(case: RequestCase, url: str, ids: Mapping[str, str]) -> list[str]:
    """Send requests that fit the operation's document, and such that do not."""
    from schemathesis import GenerationMode

    assert case.operation is not None
    path, method = case.operation
    operation = _schema(url)[path][method]
    found: list[str] = []
    modes = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @seed(case.seed)
    @_settings(case.examples)
    @given(drawn=st.one_of(*modes), is_known=st.booleans())
    def explore(drawn: Any, is_known: bool) -> None:  # the library's own case
        if is_known:
            for name in drawn.path_parameters or {}:
                drawn.path_parameters[name] = ids.get(name, drawn.path_parameters[name])
            _name_parts(drawn.body, ids["dataset_id"])
        found.extend(_faults(drawn))

    explore()
    return _of_each_kind(found)


def _name_parts(body: Any, dataset_id: str) -> None:  # a body as JSON
    """Let the parts of a mixture be of a dataset that is there."""
    parts = body.get("parts") if isinstance(body, dict) else None
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, dict):
            part["dataset"] = dataset_id


def _explore_sequences(case: RequestCase, url: str, _ids: Mapping[str, str]) -> list[str]:
    """Let each request build on the answers before it, as the document's links and names suggest."""
    found: list[str] = []
    base: Any = _schema(url).as_state_machine()
    chance = random.Random(case.seed)

    class Workflow(base):  # type: ignore[misc]  # the library makes the class
        def validate_response(self, response: Any, case: Any, **_options: Any) -> None:  # the library's own
            found.extend(_faults_of(case, response))

    for _sequence in range(case.examples):
        seed(chance.randrange(1 << 30))(Workflow)
        # What can be drawn depends on what was answered before, which differs from one run to the next.
        with suppress(Flaky):
            run_state_machine_as_test(Workflow, settings=_settings(1))
    return _of_each_kind(found)


def _schema(url: str) -> Any:  # the library's own
    import schemathesis

    return schemathesis.openapi.from_url(f"{url}/api/openapi.json")


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def _faults(drawn: Any) -> list[str]:  # the library's own case
    return _faults_of(drawn, drawn.call(timeout=_SECONDS))


def _faults_of(drawn: Any, response: Any) -> list[str]:  # the library's own
    """What is wrong with an answer, by the document and by the rules of this program."""
    from schemathesis.checks import load_all_checks
    from schemathesis.core.failures import Failure, FailureGroup
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    load_all_checks()
    status, text = response.status_code, response.text
    if status >= 500 and status not in (503, 507):
        return [f"status {status}: {text[:300]} for {drawn.as_curl_command()[:400]}"]
    checks = [content_type_conformance, response_schema_conformance, status_code_conformance]
    try:
        drawn.validate_response(response, checks=checks)
    except (FailureGroup, Failure) as error:
        failures = error.exceptions if isinstance(error, FailureGroup) else [error]
        request = drawn.as_curl_command()[:400]
        return [f"status {status}: {one.title}: {_line(str(one.message))} for {request}" for one in failures]
    return []


def _line(text: str) -> str:
    return " ".join(text.split())[:200]


def _of_each_kind(found: list[str]) -> list[str]:
    """The first of each kind: what is sent differs each time."""
    return list({one.partition(" for ")[0]: one for one in reversed(found)}.values())


async def request_cases(bench: Bench, chance: random.Random, *, examples: int) -> Sequence[RequestCase]:
    """Return a case for each operation, and some of sequences."""
    document = (await bench.http.get("/api/openapi.json")).json()
    operations = [(path, method) for path, methods in document["paths"].items() for method in methods]
    cases = [
        RequestCase(f"{method} {path}", (path, method), chance.randrange(1 << 30), examples)
        for path, method in operations
    ]
    sequences = [
        RequestCase(f"sequences {number}", None, chance.randrange(1 << 30), max(2, examples // 5))
        for number in range(4)
    ]
    return [*cases, *sequences]
