"""The Prometheus metrics of this process. Each server and worker exposes its own; Prometheus adds them up."""

from prometheus_client import Counter, Gauge, Histogram

_JOB_BUCKETS = (1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)

REQUEST_SECONDS = Histogram(
    "mistudio_http_request_seconds", "Seconds until the response started, by route.", ["method", "route", "status"]
)
JOB_SECONDS = Histogram(
    "mistudio_job_seconds",
    "Seconds of a job's last try, by kind and outcome.",
    ["kind", "outcome"],
    buckets=_JOB_BUCKETS,
)
FETCHED_BYTES = Counter("mistudio_fetched_bytes", "Bytes downloaded, after the first report of each try.")
CHILDREN = Gauge("mistudio_children", "Child processes of this process that run a job.")
JOBS = Gauge("mistudio_jobs", "Jobs in the table.", ["kind", "state"])
