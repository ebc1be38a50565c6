"""The quality rules of Gopher, with the decisions and the reasons of datatrove's GopherQualityFilter."""

from collections.abc import Sequence

from mistudio.corpus.cleaning.steps import GopherQuality
from mistudio.corpus.cleaning.word_table import WordTable
from mistudio.corpus.cleaning.words import WordSplitter


class GopherQualityRules:
    """Finds the first rule that a text breaks."""

    def __init__(self, rules: GopherQuality, splitter: WordSplitter) -> None:
        self._rules = rules
        self._stop_words = frozenset(rules.stop_words)
        self._is_word = WordTable(lambda word: not splitter.rules.punctuation.issuperset(word))
        self._has_letter = WordTable(lambda word: any(map(str.isalpha, word)))

    def find_reason(self, text: str, words: Sequence[str]) -> str | None:
        """Return the name of the first rule that ``text`` breaks; None if it breaks none."""
        self._is_word.limit()
        self._has_letter.limit()
        return (
            self._check_words([len(word) for word in words if self._is_word[word]])
            or self._check_symbols(text, len(words))
            or self._check_lines(text.splitlines())
            or self._check_vocabulary(words)
        )

    def _check_words(self, lengths: Sequence[int]) -> str | None:
        rules, count = self._rules, len(lengths)
        if rules.min_doc_words is not None and count < rules.min_doc_words:
            return "gopher_short_doc"
        if rules.max_doc_words is not None and count > rules.max_doc_words:
            return "gopher_long_doc"
        if not count:
            return None
        average = sum(lengths) / count
        if rules.min_avg_word_length is not None and average < rules.min_avg_word_length:
            return "gopher_below_avg_threshold"
        if rules.max_avg_word_length is not None and average > rules.max_avg_word_length:
            return "gopher_above_avg_threshold"
        return None

    def _check_symbols(self, text: str, words: int) -> str | None:
        limit = self._rules.max_symbol_word_ratio
        if limit is None or not words:
            return None
        if text.count("#") / words > limit:
            return "gopher_too_many_hashes"
        if (text.count("...") + text.count("…")) / words > limit:
            return "gopher_too_many_ellipsis"
        return None

    def _check_lines(self, lines: Sequence[str]) -> str | None:
        rules = self._rules
        if not lines:
            return None
        bullets = sum(line.lstrip().startswith(("•", "-")) for line in lines)
        if rules.max_bullet_lines_ratio is not None and bullets / len(lines) > rules.max_bullet_lines_ratio:
            return "gopher_too_many_bullets"
        ellipses = sum(line.rstrip().endswith(("...", "…")) for line in lines)
        if rules.max_ellipsis_lines_ratio is not None and ellipses / len(lines) > rules.max_ellipsis_lines_ratio:
            return "gopher_too_many_end_ellipsis"
        return None

    def _check_vocabulary(self, words: Sequence[str]) -> str | None:
        rules = self._rules
        if rules.min_alpha_words_ratio is not None and words:
            with_letters = sum(map(self._has_letter.__getitem__, words))
            if with_letters / len(words) < rules.min_alpha_words_ratio:
                return "gopher_below_alpha_threshold"
        if rules.min_stop_words is not None and len(self._stop_words.intersection(words)) < rules.min_stop_words:
            # datatrove names this rule so, although too few stop words break it.
            return "gopher_enough_stop_words"
        return None
