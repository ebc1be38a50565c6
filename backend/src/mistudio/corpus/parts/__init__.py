"""Selects what a part of a repository takes of each source file."""
