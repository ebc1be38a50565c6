"""Judges tokenized datasets of any origin, and writes what it found as a certificate."""
