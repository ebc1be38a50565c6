"""Parquet, Arrow, CSV, JSON and text as batches of one schema."""
