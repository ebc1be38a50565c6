"""What this process counts, for Prometheus. Each server and each worker shows its own; Prometheus adds them up."""

from prometheus_client import Counter, Gauge, Histogram

_JOB_BUCKETS = (1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)

REQUEST_SECONDS = Histogram(
    "mistudio_http_request_seconds", "Time until the answer began, by route.", ["method", "route", "status"]
)
JOB_SECONDS = Histogram(
    "mistudio_job_seconds",
    "Time of a job's last try, by kind and how it ended.",
    ["kind", "outcome"],
    buckets=_JOB_BUCKETS,
)
FETCHED_BYTES = Counter("mistudio_fetched_bytes", "Bytes that downloads brought, after the first report of each try.")
CHILDREN = Gauge("mistudio_children", "Child processes of this process that run a job.")
JOBS = Gauge("mistudio_jobs", "Jobs in the table.", ["kind", "state"])
