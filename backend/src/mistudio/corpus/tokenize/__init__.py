"""Encoded texts become rows, parts and splits, resumably."""
