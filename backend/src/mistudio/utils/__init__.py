"""Helpers that know nothing of datasets: files, locks, processes, tasks, text."""
