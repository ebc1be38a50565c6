"""Writes datasets and tokenizations in the formats of other programs."""
