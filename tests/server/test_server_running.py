"""What whoever runs a server sees of it: measures, limits, logs."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from docs.pages import ROOT, codes, sections
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from server.scenario import year_run
from server.server_fixture import Host, environment, hosted

from bot.github.rate_limit_state import Quota
from bot.github.rate_limiter import InMemoryRateLimiter
from bot.server import page_limit
from bot.server.page_limit import RequestWindow, client_network
from github_sandbox.server import Sandbox

TOKEN = "canary-metrics-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def store_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.sqlite3'}"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """No App yet; it believes a proxy on this machine, and lets nobody ask for much."""
    more = {"MILEPOST_METRICS_TOKEN": TOKEN, "MILEPOST_PAGE_LIMIT": "3"}
    with hosted(lambda _: {**environment(tmp_path, store_in(tmp_path)), **more}) as made:
        yield made


def measured(host: Host) -> dict[str, float]:
    """Each sample by its name and labels, with the gauges as of now."""
    host.server.health.check()
    reported = host.client.get(f"{host.url}/metrics", headers=BEARER)
    assert reported.status_code == 200
    return {
        f"{sample.name}{sorted(sample.labels.values()) if sample.labels else ''}": sample.value
        for family in text_string_to_metric_families(reported.text)
        for sample in family.samples
    }


def test_measures_are_for_those_who_have_the_token(host: Host) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
        refused = host.client.get(f"{host.url}/metrics", headers=headers | from_("192.0.2.9"))
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert refused.content == b""


def test_without_a_token_there_are_no_measures(tmp_path: Path) -> None:
    with hosted(lambda _: environment(tmp_path, store_in(tmp_path))) as host:
        assert host.client.get(f"{host.url}/metrics").status_code == 404


def test_what_is_measured(sandbox: Sandbox, tmp_path: Path) -> None:
    with year_run(
        sandbox, store_in(tmp_path), tmp_path, MILEPOST_METRICS_TOKEN=TOKEN
    ) as app_server:
        app_server.configure()
        app_server.install()
        app_server.settle_with("learner/portfolio active synced")
        host = app_server.host
        assert host.deliver("issues", {}, secret="wrong").status_code == 401
        host.client.get(f"{host.url}/nowhere?code=canary")
        found = measured(host)
        assert found["milepost_webhook_deliveries_total['202']"] >= 1
        assert found["milepost_webhook_deliveries_total['401']"] == 1
        assert found["milepost_webhook_duration_seconds_count"] >= 2
        assert found["milepost_sync_total['repository', 'synced']"] >= 1
        assert found["milepost_sync_total['app', 'swept']"] >= 1
        assert found["milepost_sync_seconds_count['repository']"] >= 1
        assert found["milepost_http_requests_total['404', 'GET', 'none']"] == 1
        assert found["milepost_github_requests_total['200', 'GET']"] > 1
        assert found["milepost_github_requests_total['201', 'POST']"] >= 1
        assert found["milepost_github_writes_total"] > 1
        assert found["milepost_github_paused_installations"] == 0
        assert found["milepost_database_up"] == 1
        assert found["milepost_queue_length"] == 0
        assert found["milepost_inbox_length"] == 0
        assert not [name for name in found if "canary" in name or "nobody" in name]


def test_a_store_that_is_gone_is_told(host: Host) -> None:
    from bot.server.store.tables import jobs

    jobs.drop(host.store.engine)
    found = measured(host)
    assert found["milepost_database_up"] == 0
    assert "milepost_queue_length" not in found


def from_(address: str) -> dict[str, str]:
    """As a proxy tells of a client."""
    return {"X-Forwarded-For": address}


def test_whoever_asks_for_much_is_asked_to_wait(host: Host) -> None:
    def get(address: str, path: str = "/") -> httpx2.Response:
        return host.client.get(host.url + path, headers=from_(address))

    assert {get("192.0.2.1").status_code for _ in range(3)} == {200}
    refused = get("192.0.2.1")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "text/html" in refused.headers["Content-Type"]
    # Others, signs of life and deliveries are not held up by it.
    assert get("192.0.2.2").status_code == 200
    for _ in range(5):
        assert get("192.0.2.1", "/healthz").status_code == 200
        assert get("192.0.2.1", "/readyz").status_code == 200
        assert get("192.0.2.1", "/webhooks/github").status_code == 405


def test_a_client_that_is_no_proxy_cannot_choose_its_address(tmp_path: Path) -> None:
    more = {"MILEPOST_PAGE_LIMIT": "2", "MILEPOST_TRUSTED_PROXIES": "192.0.2.7"}
    with hosted(lambda _: {**environment(tmp_path, store_in(tmp_path)), **more}) as host:
        reported = [
            host.client.get(host.url + "/", headers=from_(f"198.51.100.{n}")).status_code
            for n in range(3)
        ]
        assert reported == [200, 200, 429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("testclient", "", True),
    ],
)
def test_who_counts_as_one(one: str, other: str, same: bool) -> None:
    assert (client_network((one, 1)) == client_network((other, 2))) is same


inputs = st.tuples(st.sampled_from("abc"), st.floats(0, 40))


@given(st.lists(inputs, max_size=60), st.integers(1, 5))
def test_no_window_holds_more_than_the_limit(
    requested: list[tuple[str, float]], limit: int
) -> None:
    now = 0.0
    window = RequestWindow(limit, clock=lambda: now)
    passed: dict[str, list[float]] = {}
    for name, later in requested:
        now += later
        wait = window.wait(name)
        lately = [at for at in passed.get(name, []) if at > now - page_limit.WINDOW]
        assert (wait == 0) == (len(lately) < limit)
        if wait:
            # Whoever waits as long as they are told may ask.
            assert wait == pytest.approx(lately[0] + page_limit.WINDOW - now)
        else:
            passed.setdefault(name, []).append(now)


def test_what_is_remembered_is_bounded() -> None:
    now = 0.0
    window = RequestWindow(3, most=50, clock=lambda: now)
    for number in range(1_000):
        now += 0.001
        window.wait(str(number % 300))
        assert window._times.currsize <= 51
    now += page_limit.WINDOW + 1
    window.wait("last")
    assert window._times.currsize == 1


def test_the_reference_tells_every_measure(host: Host) -> None:
    rows = sections(ROOT / "docs" / "reference" / "server.md")["Metrics"].rows
    reported = {name for row in rows for name in codes(row[0]) if name.startswith("milepost_")}
    with shared_budget(host):
        host.server.health.check()
        text = host.server.metrics.text().decode()
    measured = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in text_string_to_metric_families(text)
        if family.name.startswith("milepost_")
    }
    assert reported == measured


@contextlib.contextmanager
def shared_budget(host: Host) -> Iterator[None]:
    """As if there was an App, of which GitHub has told how much is left."""
    budget = InMemoryRateLimiter()
    budget.observe(1, Quota(100, 50, 60.0))
    host.server.budget = budget
    yield
    host.server.budget = None
