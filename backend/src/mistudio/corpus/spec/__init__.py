"""The settings of a tokenization, as requested and as resolved."""

from mistudio.corpus.spec.framing import choose_max_length, resolve_framing
from mistudio.corpus.spec.resolve import ResolvedSettings, equivalence_key, resolve_settings
from mistudio.corpus.spec.settings import TokenizeSettings

__all__ = [
    "ResolvedSettings",
    "TokenizeSettings",
    "choose_max_length",
    "equivalence_key",
    "resolve_framing",
    "resolve_settings",
]
