"""The rules of C4, with the decisions and the reasons of datatrove's C4QualityFilter."""

import re
from collections.abc import Iterator
from typing import Final

from mistudio.corpus.cleaning.steps import C4Quality
from mistudio.corpus.cleaning.words import WordSplitter

_CITATION: Final = re.compile(r"\[\d*]|\[edit]|\[citation needed]")
_SENTENCE_ENDS: Final = (".", "?", "!", '"', "'")
_POLICY: Final = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


class C4QualityRules:
    """Finds the rule that a text breaks: it reads the lines that C4 would look at and counts the sentences left."""

    def __init__(self, rules: C4Quality, splitter: WordSplitter) -> None:
        self._rules = rules
        self._splitter = splitter

    def find_reason(self, text: str) -> str | None:
        """Return the name of the rule that ``text`` breaks; None if it breaks none."""
        rules = self._rules
        needed = rules.min_num_sentences or 0
        sentences = 0
        for line in self._list_full_lines(text):
            lowered = line.lower()
            if rules.filter_lorem_ipsum and "lorem ipsum" in lowered:
                return "lorem_ipsum"
            if rules.filter_javascript and "javascript" in lowered:
                continue
            if rules.filter_curly_bracket and "{" in line:
                return "curly_bracket"
            if rules.filter_policy and any(phrase in lowered for phrase in _POLICY):
                continue
            # Later lines may still break a rule, but need no count.
            if sentences < needed:
                sentences += self._splitter.count_sentences(line)
        return "too_few_sentences" if sentences < needed else None

    def _list_full_lines(self, text: str) -> Iterator[str]:
        """Yield the lines that end like a sentence and are neither too short nor unbroken."""
        rules = self._rules
        longest, least_words = rules.max_word_length, rules.min_words_per_line or 0
        for written in text.splitlines():
            line = written.strip()
            words = line.split()
            if longest is not None and len(line) > longest and any(len(word) > longest for word in words):
                continue
            if rules.remove_citations:
                line = _CITATION.sub("", line)
            if rules.filter_no_terminal_punct and (not line.endswith(_SENTENCE_ENDS) or line.endswith("...")):
                continue
            if len(words) >= least_words:
                yield line
