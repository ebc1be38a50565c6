"""Search: every mode, script and filter finds exactly the hits of a brute-force search, with and without an index."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.corpora import make_dataset
from fakes.searching import PlainRows, write_lengths
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.index_builder import build_index
from mistudio.corpus.search.search import EARLY_BYTES, SearchableDataset, SearchRequest
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.lengths import TokenLengths

WORDS = [
    *("the", "The", "of", "and", "to be", "Naïve", "naive", "café", "cafe\u0301", "Straße", "strasse", "Łódź", "x"),
    *("foo_bar2", "foo", "bar2", "fooBar", "3.14", "3", "14", "2024-01-02", "don't", "C++", "a.b.c", "x86_64", "--x"),
    *(
        "日本語",
        "日本",
        "本",
        "テスト",
        "カード",
        "한국어",
        "한국",
        "Привет",
        "привет",
        "ёлка",
        "елка",
        "Ελλάδα",
        "ελλαδα",
    ),
    *("مرحبا", "مَرحبًا", "नमस्ते", "क्या", "สวัสดี", "ﬁn", "ＡＢＣ", "½", "𝒳", "😀", "…", "“q”", "\t\n", "\u00ad", "\u200b"),
    *("lantern", "lanterns", "Lantern", "lant", "antern", "encyclopaedia", "encyclopædia", "zzz"),
]
PATTERNS = [
    r"\bfoo",
    r"l\w+n",
    r"^the",
    r"\d+\.\d+",
    "(?i)LANTERN",
    "[日本]+",
    "x*",
    "zzz$",
    "é",
    r"\s{2,}",
    "a|b",
    ".",
]


class SearchCase:
    """A dataset on disk, opened with and without its index, its token counts, and the same rows in plain Python."""

    def __init__(self, plain: PlainRows, datasets: Sequence[SearchableDataset], lengths: TokenLengths) -> None:
        self.plain = plain
        self.datasets = datasets
        self.lengths = lengths


def make_text(chance: random.Random) -> str | None:
    """Return a text of words from many scripts."""
    if chance.random() < 0.03:
        return chance.choice([None, ""])
    words = [chance.choice(WORDS[:6]) if chance.random() < 0.3 else chance.choice(WORDS) for _ in range(12)]
    return "".join(
        word + chance.choice([" ", " ", " ", ", ", "", "\n", "-"]) for word in words[: chance.randint(1, 12)]
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchCase]:
    """Write 1,500 rows in three splits, one of which is not tokenized."""
    chance = random.Random(3)
    sizes = {"train": [600, 500], "validation": [300], "odd": [100]}
    texts = {split: [[make_text(chance) for _row in range(size)] for size in files] for split, files in sizes.items()}
    rows = {split: [[{"text": text} for text in file] for file in files] for split, files in texts.items()}
    counts = {split: [chance.randint(0, 30) for _row in range(sum(sizes[split]))] for split in ("train", "validation")}
    folder = tmp_path_factory.mktemp("search") / "data"
    make_dataset(folder, rows)
    write_lengths(folder / "tokenized" / "tok_1", counts)
    known = {split: iter(counts.get(split, [])) for split in sizes}
    plain = PlainRows(
        [(split, text, next(known[split], None)) for split, files in texts.items() for file in files for text in file]
    )
    with ThreadPoolExecutor(2) as executor:
        store = DatasetStore(folder)
        bare = SearchableDataset(store, executor)
        build_index(folder, monitor=NullMonitor(), heap_bytes=15_000_000)
        lengths = TokenLengths(folder / "tokenized" / "tok_1", store)
        # With an index, a search for a pattern scans so many bytes first.
        indexed = [SearchableDataset(store, executor, early_bytes=early) for early in (0, 20_000, EARLY_BYTES)]
        yield SearchCase(plain, [bare, *indexed], lengths)


def queries() -> st.SearchStrategy[str]:
    """Generate what a user may type in the mode words."""
    word = st.sampled_from(WORDS).map(lambda word: word.replace('"', "").replace("“q”", "q"))
    phrase = st.lists(word, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"')
    prefix = word.map(lambda word: f"{word[:4]}*")
    part = st.one_of(word, phrase, prefix)
    return st.lists(st.tuples(st.sampled_from(["", "", "", "-"]), part).map("".join), min_size=1, max_size=3).map(
        " ".join
    )


def requests() -> st.SearchStrategy[SearchRequest]:
    """Generate any search."""
    pair = st.tuples(st.sampled_from(WORDS), st.sampled_from(["", " ", ", ", "-"]), st.sampled_from(WORDS))
    literal = pair.map("".join).flatmap(
        lambda text: st.tuples(st.integers(0, 3), st.integers(1, 12)).map(lambda cut: text[cut[0] :][: cut[1]] or "of")
    )
    modes = st.one_of(
        queries().map(lambda text: ("words", text)),
        literal.map(lambda text: ("exact", text)),
        st.sampled_from(PATTERNS).map(lambda text: ("regex", text)),
        st.just((None, "")),
    )
    bound = st.none() | st.integers(0, 30)
    return st.builds(
        lambda mode, case, split, least, most: SearchRequest(
            mode=mode[0], text=mode[1], case=case, split=split, least=least, most=most, sort="row"
        ),
        modes,
        st.booleans(),
        st.sampled_from([None, None, "train", "validation", "odd"]),
        bound,
        bound,
    )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests(), st.integers(0, 400), st.integers(1, 60))
def test_every_search_finds_the_hits_of_a_brute_force_search(
    data: SearchCase, request: SearchRequest, offset: int, size: int
) -> None:
    """The ids of a page and the total agree in all modes, scripts and filters, with and without an index."""
    if request.mode is None and request.least is None and request.most is None:
        return
    expected = data.plain.find_hits(request)
    for dataset in data.datasets:
        search = dataset.search(request, data.lengths)
        page = search.page(offset, size, deadline=Deadline(), patience=60.0)
        assert expected[offset : offset + size] == page.ids
        assert page.total == len(expected) if page.is_exact else min(len(expected), offset + size) <= page.total
        search.complete(Deadline())
        again = search.page(offset, size, deadline=Deadline(), patience=60.0)
        assert (expected[offset : offset + size], len(expected), True) == (again.ids, again.total, again.is_exact)
