"""Drops texts that break a published quality rule."""

from collections.abc import Sequence

from mistudio.corpus.cleaning.c4_quality import C4QualityRules
from mistudio.corpus.cleaning.documents import Documents
from mistudio.corpus.cleaning.gopher_quality import GopherQualityRules
from mistudio.corpus.cleaning.gopher_repetition import GopherRepetitionRules
from mistudio.corpus.cleaning.steps import Quality
from mistudio.corpus.cleaning.words import WordSplitter


class QualityFilter:
    """Checks the chosen sets of rules in a fixed order: Gopher's quality, Gopher's repetition, C4."""

    def __init__(self, step: Quality) -> None:
        self._splitter = WordSplitter()
        self._gopher = GopherQualityRules(step.gopher, self._splitter) if step.gopher else None
        self._repetition = GopherRepetitionRules(step.gopher_repetition) if step.gopher_repetition else None
        self._c4 = C4QualityRules(step.c4, self._splitter) if step.c4 else None

    def find_reasons(self, documents: Documents) -> Sequence[str | None]:
        """Return the name of the first rule that each document breaks."""
        return [self._find_reason(text) for text in documents.texts.fill_null("").to_pylist()]

    def _find_reason(self, text: str) -> str | None:
        reason = None
        if self._gopher or self._repetition:
            words = self._splitter.split(text)
            reason = self._gopher.find_reason(text, words) if self._gopher else None
            if reason is None and self._repetition:
                reason = self._repetition.find_reason(text, words)
        if reason is None and self._c4:
            reason = self._c4.find_reason(text)
        return reason
