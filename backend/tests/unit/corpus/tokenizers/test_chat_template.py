"""Chat templates render like in transformers, in a sandbox, and refuse with their own reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes import tokenizers as small
from mistudio.core.errors import ChatTemplateFailed
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles
from mistudio.corpus.tokenizers import read_tokenizer
from mistudio.corpus.tokenizers.chat_template import ChatTemplate, ConversationRefused, find_chat_template

CHAT = (
    "{% for message in messages %}{% if message.role == 'odd' %}{{ raise_exception('No odd roles.') }}{% endif %}"
    "{{ bos_token }}[{{ message.role }}]{% generation %}{{ message.content }}{% endgeneration %}{{ eos_token }}\n"
    "{% endfor %}{{ strftime_now('%Y') if messages|length > 2 }}{{ {'a': '<é>'} | tojson if messages|length > 1 }}"
)
NOW = datetime(1999, 1, 1, tzinfo=UTC)
MESSAGES = [{"role": "user", "content": "Hi"}]


def test_a_chat_is_rendered_like_in_transformers(tmp_path: Path) -> None:
    """With special tokens, generation tags and unescaped JSON; a refusal has the template's reason."""
    files = small.make_files(small.train_byte_level(), config={**small.CONFIG, "chat_template": CHAT})
    tokenizer = read_tokenizer(TokenizerFiles("x", None, files))
    messages = [{"role": "user", "content": "<hi>"}, {"role": "assistant", "content": "né"}]

    theirs = small.load_with_transformers(files, tmp_path)
    assert theirs.apply_chat_template(messages, tokenize=False) == tokenizer.render_chat(messages)
    assert tokenizer.render_chat(messages * 2, now=datetime(1999, 1, 1, tzinfo=UTC)).endswith('1999{"a": "<é>"}')
    with pytest.raises(ChatTemplateFailed, match="No odd roles"):
        tokenizer.render_chat([{"role": "odd", "content": ""}])
    with pytest.raises(ChatTemplateFailed, match="has no chat template"):
        small.load(small.train_byte_level()).render_chat(messages)
    named = {"chat_template": [{"name": "default", "template": "{{ oh"}]}
    with pytest.raises(ChatTemplateFailed, match="cannot be read"):
        small.load(small.train_byte_level(), config=named).render_chat(messages)


@pytest.mark.parametrize(
    "source",
    [
        "{{ messages.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ messages[0].missing.attribute }}",
        "{{ 1 / 0 }}",
        "{{ messages + 1 }}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(source: str) -> None:
    """It can neither reach Python's classes nor change its arguments; like a fault, that refuses the conversation."""
    with pytest.raises(ConversationRefused):
        ChatTemplate(source, {}).render(MESSAGES, now=NOW)


def test_a_template_is_found_in_its_file_or_in_the_configuration() -> None:
    """The file wins; of several templates the default one counts."""
    named = [{"name": "tool", "template": "t"}, {"name": "default", "template": "d"}, 3]
    assert "f" == find_chat_template("f", {"chat_template": "c"})
    assert "c" == find_chat_template(None, {"chat_template": "c"})
    assert "d" == find_chat_template(None, {"chat_template": named})  # type: ignore[dict-item]  # any JSON
    assert find_chat_template(None, {}) is None
    assert find_chat_template(None, {"chat_template": named[:1]}) is None  # type: ignore[dict-item]  # any JSON


def test_a_refusal_names_the_conversation() -> None:
    """It has the template's reason and one full stop."""
    assert "The chat template refuses the conversation: No." == str(ConversationRefused("No."))
    assert "Row 3: the chat template refuses the conversation: No." == str(ConversationRefused("No", where="Row 3"))


def test_the_hash_covers_the_template_and_the_tokens_that_it_writes() -> None:
    """Equal templates with another BOS token write other texts."""
    tokenizer = small.train_byte_level()
    configs = [
        {"chat_template": "{{ bos_token }}", "bos_token": "<s>"},
        {"chat_template": "{{ bos_token }}", "bos_token": "</s>"},
        {"chat_template": "{{ bos_token }}!", "bos_token": "<s>"},
    ]
    hashes = [small.load(tokenizer, config=config).chat_hash for config in configs]
    assert 3 == len(set(hashes))
    assert small.load(tokenizer, config={}).chat_hash is None
