"""The engines that turn texts into ids, and the checks that a fast one must pass."""

from mistudio.corpus.encoders.choice import Trial, choose_encoder, try_fast_engine
from mistudio.corpus.encoders.encoders import ReferenceEncoder, Texts
from mistudio.corpus.encoders.encoding import TokenIds

__all__ = ["ReferenceEncoder", "Texts", "TokenIds", "Trial", "choose_encoder", "try_fast_engine"]
