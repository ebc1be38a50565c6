"""The engine: plan, fetch, ingest and read datasets. Pure: no database, no web, no queue."""
