"""The job queue of the embedded engine."""
