"""Runs one job: its handler, its progress reports and its outcome."""
