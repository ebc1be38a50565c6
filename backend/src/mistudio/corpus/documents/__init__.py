"""The source rows as texts to encode, with per-row figures."""
