"""A tokenizer is found, verified and understood without transformers, and means the same as it does there."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from tokenizers import Tokenizer, models, processors

from fakes import tokenizers as small
from fakes.hub import Hub
from mistudio.core.errors import (
    AuthRequired,
    BadToken,
    ChatTemplateFailed,
    CorruptFile,
    Gated,
    NoTokenizer,
    RepositoryNotFound,
    UnknownRevision,
    UnsupportedTokenizer,
    ValidationFailed,
)
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles, TokenizerSource
from mistudio.corpus.tokenizers.template import RowTemplate
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, load_tokenizer, read_tokenizer

CHAT = (
    "{% for message in messages %}{% if message.role == 'odd' %}{{ raise_exception('No odd roles.') }}{% endif %}"
    "{{ bos_token }}[{{ message.role }}]{% generation %}{{ message.content }}{% endgeneration %}{{ eos_token }}\n"
    "{% endfor %}{{ strftime_now('%Y') if messages|length > 2 }}{{ {'a': '<é>'} | tojson if messages|length > 1 }}"
)
TEXTS = ["", " a", "The fox  jumps.\n", "naïve 日本語 🤗", "<s>glued</s><pad>", "FOX don't 123"]
KINDS: list[Callable[[], Tokenizer]] = [
    small.byte_level,
    small.sentencepiece,
    small.wordpiece,
    small.unigram,
    small.wordlevel,
]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with one model, and no token of the machine's owner."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        running.add("ada/small", small.files_of(small.byte_level()), kind="models")
        yield running


def load(place: Path, name: str, *, revision: str | None = None, token: str | None = None) -> LoadedTokenizer:
    """``name`` with a cache and a data folder in ``place``."""
    return load_tokenizer(TokenizerSource(name, revision), token=token, cache_dir=place / "hf", root=place)


def test_a_pinned_commit_is_fetched_once(hub: Hub, tmp_path: Path) -> None:
    """The first use resolves the branch and keeps the files; the commit then needs no Hub."""
    first = load(tmp_path, "ada/small")
    hub.requests.clear()
    again = load(tmp_path, "ada/small", revision=first.commit)

    repository = hub.find("models", "ada/small")
    assert repository is not None
    assert ("ada/small", repository.refs["main"]) == (first.repo, first.commit)
    assert (first.fingerprint, first.special) == (again.fingerprint, again.special)
    assert [] == hub.requests


def test_names_of_one_part_large_files_and_new_names_are_found(hub: Hub, tmp_path: Path) -> None:
    """Large ones come from the second origin, without the token; a renamed repository is known by its new name."""
    hub.add_token("hf_ada", "small2")
    hub.add("small2", small.files_of(small.unigram()), kind="models", lfs=True, private=True)
    hub.rename("ada/small", "ada/tiny", kind="models")

    assert "Unigram" == load(tmp_path, "small2", token="hf_ada").kind
    assert "ada/tiny" == load(tmp_path, "ada/small").repo
    with pytest.raises(RepositoryNotFound, match="The Hub has no model small2"):
        load(tmp_path / "stranger", "small2")


def test_each_refusal_says_what_to_do(hub: Hub, tmp_path: Path) -> None:
    """Gated with and without a token, wrong tokens, wrong names, revisions that are not there, no tokenizer at all."""
    hub.add("ada/gated", small.files_of(small.byte_level()), kind="models", gated=True)
    hub.add("ada/weights", {"model.safetensors": "x"}, kind="models")
    hub.add("ada/tales", {"train.txt": "x"})
    hub.add_token("hf_bob")
    cases: list[tuple[str, str | None, str | None, type[Exception], str]] = [
        ("ada/gated", None, None, AuthRequired, "Request access at .*/ada/gated,"),
        ("ada/gated", None, "hf_bob", Gated, "no access yet"),
        ("ada/small", None, "hf_wrong", BadToken, "does not accept"),
        ("ada/none", None, None, RepositoryNotFound, "The Hub has no model ada/none"),
        ("ada/tales", None, None, RepositoryNotFound, "is a dataset, not a model"),
        ("ada/small", "v9", None, UnknownRevision, "v9"),
        ("ada/weights", None, None, NoTokenizer, "no tokenizer.json"),
        ("a b", None, None, ValidationFailed, "not a repository id"),
    ]
    for name, revision, token, error, words in cases:
        with pytest.raises(error, match=words):
            load(tmp_path, name, revision=revision, token=token)


def test_a_damaged_file_is_not_used(hub: Hub, tmp_path: Path) -> None:
    """Its checksum tells; nothing is kept of it."""
    hub.fault("*tokenizer_config.json", corrupt=True)
    with pytest.raises(CorruptFile, match=r"tokenizer_config\.json of ada/small"):
        load(tmp_path, "ada/small")
    assert [] == list((tmp_path / "hf").rglob("tokenizer*.json"))


def test_a_local_one_lies_below_the_data_folder(tmp_path: Path) -> None:
    """Folder or file, by its whole path or from the data folder; nothing outside, nor by a link."""
    root = tmp_path / "data"
    mine, theirs = root / "mine", tmp_path / "theirs"
    for folder in (mine, theirs):
        folder.mkdir(parents=True)
        for name, content in small.files_of(small.wordlevel()).items():
            (folder / name).write_bytes(content)
    (root / "link").symlink_to(theirs)

    names = (str(mine), str(mine / "tokenizer.json"), "./mine")
    assert 1 == len({load(root, name).fingerprint for name in names})
    for outside in (str(theirs), str(root / "link"), "./../theirs", "/etc/passwd"):
        with pytest.raises(ValidationFailed, match="not below the data folder"):
            load(root, outside)
    with pytest.raises(NoTokenizer):
        load(root, "./nothing")


def test_what_is_no_path_is_refused_by_its_field(tmp_path: Path) -> None:
    """A NUL, half a character, a part or a whole that is too long, a link that leads to itself."""
    (tmp_path / "loop").symlink_to("loop")
    for name in ("./\0", "./\ud800", f"./{'x' * 300}", f"/{'x/' * 3_000}", "./loop"):
        with pytest.raises((ValidationFailed, NoTokenizer)) as refused:
            load(tmp_path, name)
        assert str(refused.value).isprintable()
        assert ["tokenizer"] == [field.field for field in refused.value.fields] or name == "./loop"


def test_special_tokens_are_learnt_from_what_the_files_have() -> None:
    """Named in a configuration, else numbered in the model's own, else by the names that everybody uses."""
    tokenizer = small.byte_level()
    bare = {"tokenizer.json": tokenizer.to_str().encode()}
    numbered = {**bare, "tokenizer_config.json": b"{}", "config.json": b'{"bos_token_id": 2, "eos_token_id": [2, 1]}'}
    mapped = {**bare, "special_tokens_map.json": b'{"eos_token": {"content": "<s>"}, "pad_token": "[none]"}'}

    found = [read_tokenizer(TokenizerFiles("x", None, files)).special for files in (bare, numbered, mapped)]

    assert [(1, 2, 0), (2, 2, None), (None, 1, None)] == [(each.bos, each.eos, each.pad) for each in found]
    assert (0, 1, 2) == found[0].all_ids


def test_what_surrounds_a_text_is_learnt() -> None:
    """Prefix, suffix, both, none; anything else is refused."""
    learnt = [small.loaded(make()).template for make in (small.byte_level, small.unigram, small.wordpiece)]
    assert [RowTemplate((1,), ()), RowTemplate((), (2,)), RowTemplate((2,), (3,))] == learnt
    twice = small.wordlevel()
    twice.post_processor = processors.TemplateProcessing(single="$A <s> $A", special_tokens=[("<s>", 1)])
    with pytest.raises(UnsupportedTokenizer, match="more than put tokens before and after"):
        small.loaded(twice)


def test_the_fingerprint_ignores_what_does_not_make_ids() -> None:
    """Truncation, padding, the order of keys, and how merges are written; not an added token."""
    parts = orjson.loads(small.byte_level().to_str())
    merges = [" ".join(pair) for pair in parts["model"]["merges"]]
    padding = {
        "strategy": "BatchLongest",
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }
    written = {"model": {**parts["model"], "merges": merges}, **parts, "padding": padding}
    other = {**parts, "added_tokens": parts["added_tokens"][:2]}

    prints = [
        read_tokenizer(TokenizerFiles("x", None, {"tokenizer.json": orjson.dumps(each)})).fingerprint
        for each in (parts, written, {**written, "model": {**parts["model"], "merges": merges}}, other)
    ]

    assert [True, True, True, False] == [each == prints[0] for each in prints]


def test_what_is_random_or_unreadable_is_refused() -> None:
    """Dropout, a broken file, a model that nobody knows."""
    parts = orjson.loads(small.byte_level().to_str())
    dropping = {**parts, "model": {**parts["model"], "dropout": 0.1}}
    cases = [
        (orjson.dumps(dropping), "drops merges at random"),
        (b"{", "is not JSON"),
        (b"[]", "does not hold an object"),
        (b"{}", "has no model"),
        (b'{"model": {"type": "Neural"}}', "unknown type, “Neural”"),
        (b'{"model": {"type": "BPE", "vocab": 3}}', "cannot be loaded"),
    ]
    for content, words in cases:
        with pytest.raises(UnsupportedTokenizer, match=words):
            read_tokenizer(TokenizerFiles("x", None, {"tokenizer.json": content}))


def test_spans_are_in_characters_of_the_text() -> None:
    """Parts of one character share its span, spaces belong to somebody, and what was added has an empty span."""
    text = " a 🦊é"
    for make in (small.byte_level, small.sentencepiece):
        encoded = small.loaded(make()).encode_with_offsets(text, add_special_tokens=True)
        covered = {place for start, end in encoded.spans for place in range(start, end)}
        assert (0, 0) == encoded.spans[0]
        assert set(range(len(text))) == covered
        assert encoded.spans.count((3, 4)) >= 2


def test_texts_come_back_where_nothing_is_lost() -> None:
    """Bytes lose nothing; lower-casing does."""
    assert [True, False] == [small.loaded(make()).is_lossless for make in (small.byte_level, small.wordpiece)]
    tokenizer = small.loaded(small.byte_level())
    ids = tokenizer.encode_with_offsets("naïve\n🤗", add_special_tokens=True).ids
    assert "<s>naïve\n🤗" == tokenizer.decode(ids)


def test_limits_and_sizes_are_told() -> None:
    """A limit that means none is None; every id is below the size, holes or not."""
    files = small.files_of(small.byte_level())
    files["tokenizer_config.json"] = b'{"model_max_length": 1000000000000000019884624838656}'
    endless = read_tokenizer(TokenizerFiles("x", None, files))
    assert (None, 512) == (endless.model_max_length, small.loaded(small.byte_level()).model_max_length)
    holes = Tokenizer(models.WordLevel({"a": 0, "b": 7}, unk_token="a"))
    assert 8 == small.loaded(holes).vocab_size


def test_a_chat_is_rendered_as_transformers_does(tmp_path: Path) -> None:
    """Special tokens, marks of what was generated, JSON that keeps its letters; a refusal has the template's reason."""
    files = small.files_of(small.byte_level(), config={**small.CONFIG, "chat_template": CHAT})
    tokenizer = read_tokenizer(TokenizerFiles("x", None, files))
    messages = [{"role": "user", "content": "<hi>"}, {"role": "assistant", "content": "né"}]

    assert _transformers(files, tmp_path).apply_chat_template(messages, tokenize=False) == tokenizer.render_chat(
        messages
    )
    assert tokenizer.render_chat(messages * 2, now=datetime(1999, 1, 1, tzinfo=UTC)).endswith('1999{"a": "<é>"}')
    with pytest.raises(ChatTemplateFailed, match="No odd roles"):
        tokenizer.render_chat([{"role": "odd", "content": ""}])
    with pytest.raises(ChatTemplateFailed, match="has no chat template"):
        small.loaded(small.byte_level()).render_chat(messages)
    named = {"chat_template": [{"name": "default", "template": "{{ oh"}]}
    with pytest.raises(ChatTemplateFailed, match="cannot be read"):
        small.loaded(small.byte_level(), config=named).render_chat(messages)


@pytest.mark.parametrize("make", KINDS)
def test_ids_are_those_of_transformers(make: Callable[[], Tokenizer], tmp_path: Path) -> None:
    """With and without special tokens."""
    files = small.files_of(make(), config={} if make is small.wordpiece else None)
    tokenizer, theirs = read_tokenizer(TokenizerFiles("x", None, files)), _transformers(files, tmp_path)
    for text in TEXTS:
        for added in (False, True):
            expected = theirs(text, add_special_tokens=added)["input_ids"]
            assert expected == list(tokenizer.encode_with_offsets(text, add_special_tokens=added).ids)


def _transformers(files: dict[str, bytes], place: Path):  # type: ignore[no-untyped-def]  # transformers has few types
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    from transformers import PreTrainedTokenizerFast

    for name, content in files.items():
        (place / name).write_bytes(content)
    return PreTrainedTokenizerFast.from_pretrained(place)
