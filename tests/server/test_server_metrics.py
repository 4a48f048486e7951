"""The measures of a process, by the names that dashboards know them under."""

import re
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.clock import utc_now
from bot.github.rate_limiter import LimiterStatus
from bot.server.metrics import Metrics
from bot.server.store.rows import APP
from bot.server.store.store import Store

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "server.md"


@pytest.fixture
def measures(store: Store) -> Metrics:
    """With something in each of them."""
    status = LimiterStatus(blocked=0, spared=0, scheduled=2, longest=3.0, remaining=0.5)
    # real clock: the store dates by it what the metrics give the age of
    made = Metrics(store, utc_now, limiter_status=lambda: status)
    made.webhooks.observe(202, 0.004)
    made.request("GET", "/r/{owner}/{name}", 200, 0.01)
    made.request("BREW", "none", 405, 0.01)
    made.job(APP, "seen", 2.0)
    made.counting_sleep(lambda _seconds: None)(1.5)
    made.github_response(
        httpx2.Response(201, request=httpx2.Request("POST", "https://api.github.com/x"))
    )
    return made


def samples(measures: Metrics) -> dict[str, float]:
    """Each by its name and labels, gauges as they are now."""
    assert measures.refresh()
    families = text_string_to_metric_families(measures.text().decode())
    return {
        f"{sample.name}{sorted(sample.labels.values()) if sample.labels else ''}": sample.value
        for family in families
        for sample in family.samples
    }


def test_the_reference_names_each_and_no_other(measures: Metrics) -> None:
    text = REFERENCE.read_text(encoding="utf-8").partition("## Metrics")[2].partition("\n##")[0]
    reported = set(re.findall(r"`(milepost_\w+)`", text))
    stored = {name.partition("[")[0] for name in samples(measures) if name.startswith("milepost_")}
    assert not [name for name in stored if name.endswith("_created")]
    ends = ("_bucket", "_sum", "_count")
    families = {name for name in stored if not name.endswith(ends)} | {
        name.removesuffix("_bucket") for name in stored if name.endswith("_bucket")
    }
    assert reported == families


def test_each_hears_what_it_is_told(measures: Metrics) -> None:
    found = samples(measures)
    assert found["milepost_webhook_deliveries_total['202']"] == 1
    assert found["milepost_webhook_duration_seconds_bucket['0.005']"] == 1
    assert found["milepost_http_requests_total['/r/{owner}/{name}', '200', 'GET']"] == 1
    assert found["milepost_http_requests_total['405', 'none', 'other']"] == 1
    assert found["milepost_sync_total['app', 'seen']"] == 1
    assert found["milepost_sync_seconds_sum['app']"] == 2.0
    assert found["milepost_github_wait_seconds_total"] == 1.5
    assert found["milepost_github_requests_total['201', 'POST']"] == 1
    assert "milepost_github_requests_total['None', 'POST']" not in found
    assert found["milepost_github_remaining_ratio"] == 0.5
