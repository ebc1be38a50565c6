"""Pydantic shapes of requests, answers and events."""
