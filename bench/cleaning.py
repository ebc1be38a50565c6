"""Measure the cleaning steps; `make bench-cleaning`.

Rates of the quality rules beside datatrove's filters, with the number of different decisions; rate and peak memory of
every step at one and five times the size; near duplicates against exact Jaccard. datatrove is no dependency:
``ARGS="--python ENVIRONMENT/bin/python"`` names an environment that has it (``pip install datatrove spacy pyarrow``).
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common import DATA
from common.measure import describe_machine, print_table, process_command
from common.texts import prepare_text
from mistudio.corpus.cleaning.clusters import Clusters
from mistudio.corpus.cleaning.documents import Documents
from mistudio.corpus.cleaning.near_duplicates import NearDeduplicator
from mistudio.corpus.cleaning.ngrams import NGramHasher
from mistudio.corpus.cleaning.steps import DedupNear

SETS = ("gopher", "gopher_repetition", "c4")
STEPS: tuple[dict[str, Any], ...] = (  # JSON
    {"kind": "dedup_exact"},
    {"kind": "dedup_exact", "normalize": True},
    {"kind": "dedup_near"},
    {"kind": "length", "min_characters": 200, "max_words": 10_000},
    {"kind": "drop_regex", "pattern": "lorem|ipsum"},
    {"kind": "decontaminate", "dataset": "ds_other"},
    {"kind": "quality", "gopher": {}, "gopher_repetition": {}, "c4": {}},
)
ORIGINALS = 4_000
Figures = dict[str, Any]  # JSON


def run_process(python: str, *arguments: object) -> Figures | None:
    """Clean in a process of its own and return the figures; None if it fails, as without datatrove."""
    command = [python if part == sys.executable else part for part in process_command("clean_documents", *arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    figures: Figures | None = json.loads(done.stdout.splitlines()[-1]) if not done.returncode else None
    return figures


def take_documents(source: Path, count: int, target: Path) -> int:
    """Write the first documents to ``target`` and return the bytes of their texts."""
    texts = pq.read_table(source, columns=["text"]).slice(0, count)
    pq.write_table(texts, target)
    return int(pc.sum(pc.binary_length(texts["text"])).as_py())


def compare_with_datatrove(source: Path, options: argparse.Namespace, scratch: Path) -> list[list[str]]:
    """Return a row of rates and different decisions for each set of rules."""
    sample = scratch / "sample.parquet"
    size = take_documents(source, options.documents, sample)
    rows = []
    for name in SETS:
        step = {"kind": "quality", name: {}}
        ours = run_process(sys.executable, "filter", step, str(sample), 1, str(scratch / "ours"))
        theirs = run_process(options.python, "datatrove", step, str(sample), 1, str(scratch / "theirs"))
        if ours is None:
            raise SystemExit(f"the rules of {name} failed")
        cells = [name, f"{ours['rows']:,}", f"{size / ours['seconds'] / 1e6:.2f}"]
        if theirs is None:
            rows.append([*cells, "not installed: see --help", ""])
            continue
        reasons = [json.loads((scratch / who).read_text(encoding="utf-8")) for who in ("ours", "theirs")]
        differing = sum(one != other for one, other in zip(*reasons, strict=True))
        rows.append([*cells, f"{size / theirs['seconds'] / 1e6:.2f}", str(differing)])
    return rows


def measure_steps(source: Path, scratch: Path) -> list[list[str]]:
    """Return a row of rate and peak memory at one and five times the size for each step."""
    size = int(pc.sum(pc.binary_length(pq.read_table(source, columns=["text"])["text"])).as_py())
    small = scratch / "small.parquet"
    small_size = take_documents(source, 10_000, small)
    rows = []
    for step in STEPS:
        path, bytes_ = (small, small_size) if step["kind"] == "quality" else (source, size)
        once, more = (run_process(sys.executable, "ledger", step, str(path), times, "") for times in (1, 5))
        if once is None or more is None:
            raise SystemExit(f"{step} failed")
        name = " ".join([step["kind"], *(key for key in ("normalize",) if key in step)])
        rates = f"{bytes_ / once['seconds'] / 1e6:.1f}"
        rows.append([name, f"{bytes_ / 1e6:.0f}", rates, f"{once['peak'] / 1e6:.0f}", f"{more['peak'] / 1e6:.0f}"])
    return rows


def plant_copies(texts: Sequence[str]) -> list[str]:
    """Return each text and, for most, a copy in which some words are others."""
    chance = random.Random(4)
    vocabulary = " ".join(texts[:50]).split()
    planted: list[str] = []
    for text in texts:
        words = text.split(" ")
        for place in range(len(words)):
            if chance.random() < len(planted) % 40 / 1_000:
                words[place] = chance.choice(vocabulary)
        planted += [text, " ".join(words)]
    chance.shuffle(planted)
    return planted


def find_similarities(texts: Sequence[str], step: DedupNear) -> dict[tuple[int, int], float]:
    """Return the exact Jaccard similarity of all pairs of documents that have an n-gram in common."""
    grams = NGramHasher(step.ngram, keeps_short=True).hash(pa.array(texts))
    sets = [set(grams.hashes[a:b].tolist()) for a, b in zip(grams.offsets, grams.offsets[1:], strict=False)]
    owners: defaultdict[int, list[int]] = defaultdict(list)
    for row, some in enumerate(sets):
        for gram in some:
            owners[gram].append(row)
    # What hundreds have in common tells nothing.
    shared = Counter(pair for rows in owners.values() if len(rows) < 300 for pair in combinations(rows, 2))
    return {pair: count / (len(sets[pair[0]]) + len(sets[pair[1]]) - count) for pair, count in shared.items()}


def compare_with_jaccard(source: Path, scratch: Path) -> list[list[str]]:
    """Return a row for each range of similarities: pairs, and the share of them that are in one cluster."""
    texts = plant_copies(pq.read_table(source, columns=["text"])["text"].slice(0, ORIGINALS).to_pylist())
    step = DedupNear()
    similarities = find_similarities(texts, step)
    deduplicator = NearDeduplicator(step, scratch)
    deduplicator.collect(Documents(pa.array(texts), np.arange(len(texts))))
    found = deduplicator.find_duplicates()
    deduplicator.close()
    roots = np.arange(len(texts))
    roots[found.rows] = found.first_rows
    rows = []
    for low, high in ((0.3, 0.6), (0.6, 0.7), (0.7, 0.75), (0.75, 0.8), (0.8, 0.85), (0.85, 0.9), (0.9, 1.01)):
        pairs = [pair for pair, similarity in similarities.items() if low <= similarity < high]
        joined = sum(roots[one] == roots[other] for one, other in pairs)
        rows.append([f"{low} to {min(high, 1)}", f"{len(pairs):,}", f"{joined / max(1, len(pairs)):.3f}"])
    exact = Clusters(len(texts))
    near = np.array([pair for pair, similarity in similarities.items() if similarity >= step.threshold]).reshape(-1, 2)
    exact.join(near[:, 0], near[:, 1])
    expected = set(np.flatnonzero(exact.find_roots() != np.arange(len(texts))).tolist())
    right = len(expected.intersection(found.rows.tolist()))
    rows.append(["rows dropped: recall", f"{len(expected):,}", f"{right / len(expected):.3f}"])
    rows.append(["rows dropped: precision", f"{len(found.rows):,}", f"{right / len(found.rows):.3f}"])
    return rows


def parse_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has datatrove")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column text; default: generated text")
    parser.add_argument("--megabytes", type=int, default=60, help="of generated text")
    parser.add_argument("--documents", type=int, default=10_000, help="that are compared with datatrove")
    return parser.parse_args()


def main() -> None:
    """Measure and print the tables."""
    options = parse_options()
    sys.stdout.write(f"{describe_machine()}\n")
    source = prepare_text(options.megabytes, options.text)
    DATA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        scratch = Path(folder)
        print_table(
            "Near duplicates against exact Jaccard",
            ["similarity", "pairs", "joined"],
            compare_with_jaccard(source, scratch),
        )
        print_table("Steps", ["step", "MB", "MB/s", "peak MB", "peak MB, 5 times"], measure_steps(source, scratch))
        print_table(
            "Quality rules",
            ["rules", "documents", "ours, MB/s", "datatrove, MB/s", "different decisions"],
            compare_with_datatrove(source, options, scratch),
        )


if __name__ == "__main__":
    main()
