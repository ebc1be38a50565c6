"""Transitions, targets and events of one transaction."""
