"""``mistudio.core.metrics``: the metrics of a process, as Prometheus reads them."""

from prometheus_client import REGISTRY, generate_latest

from mistudio.core import metrics


def test_every_metric_is_exposed_under_its_name() -> None:
    """Dashboards use these names and labels."""
    metrics.REQUEST_SECONDS.labels(method="GET", route="/api/test", status="200").observe(0.2)
    metrics.JOB_SECONDS.labels(kind="test", outcome="succeeded").observe(20.0)
    before = REGISTRY.get_sample_value("mistudio_fetched_bytes_total") or 0.0
    metrics.FETCHED_BYTES.inc(7)
    metrics.JOBS.labels(kind="download", state="queued").set(2)
    assert before + 7 == REGISTRY.get_sample_value("mistudio_fetched_bytes_total")
    text = generate_latest().decode()
    for line in (
        'mistudio_http_request_seconds_count{method="GET",route="/api/test",status="200"} 1.0',
        'mistudio_job_seconds_bucket{kind="test",le="15.0",outcome="succeeded"} 0.0',
        'mistudio_job_seconds_bucket{kind="test",le="60.0",outcome="succeeded"} 1.0',
        'mistudio_jobs{kind="download",state="queued"} 2.0',
        "# TYPE mistudio_children gauge",
    ):
        assert line in text
