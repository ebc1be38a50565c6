"""Fakes of external systems and helpers of tests: a Hub over HTTP, a recording bus, a queue without processes."""
