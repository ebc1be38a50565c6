"""Drops documents that a corpus should not have: duplicates, bad lengths, poor quality, contamination."""

from mistudio.corpus.cleaning.clean import Cleaning, CleaningContext, clean, count_passes
from mistudio.corpus.cleaning.ledger import StepLedger
from mistudio.corpus.cleaning.steps import CleaningStep

__all__ = ["Cleaning", "CleaningContext", "CleaningStep", "StepLedger", "clean", "count_passes"]
