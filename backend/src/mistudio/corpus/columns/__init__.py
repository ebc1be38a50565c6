"""Conditions, order and figures of any column of a dataset."""
