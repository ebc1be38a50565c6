"""The job queue of the scaled-out engine: Celery workers, Redis and the watchdog."""
