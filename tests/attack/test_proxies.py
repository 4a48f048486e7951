"""The proxies of docs/how-to/host-the-app.md, as that page shows them, before a server."""

import os
from collections.abc import Iterator

import httpx2
import pytest
from attack.proxies import PROXIES, installed
from attack.table import Row, fresh, over_sockets
from attack.target import Target
from server.server_fixture import headers

from bot.server.app import WEBHOOKS

SECONDS = 2.0
BUSY = 5.0  # seconds more that a machine may take on which other tests run
LIMIT = 6  # pages a minute
LARGE = 20_000_000  # bytes of a delivery
ELSEWHERE = "127.0.0.77"


@pytest.fixture(scope="module", params=PROXIES)
def proxied(request: pytest.FixtureRequest) -> Iterator[Target]:
    """A server behind a proxy. Without one, skip, or fail if MILEPOST_REQUIRE_PROXIES is set."""
    if not installed(request.param):
        missing = f"no {request.param} on this machine: install Debian's package"
        if os.environ.get("MILEPOST_REQUIRE_PROXIES"):
            pytest.fail(missing)
        pytest.skip(missing)
    with fresh(proxy=request.param) as made:
        made.environ["MILEPOST_PAGE_LIMIT"] = str(LIMIT)
        made.start()
        made.settle()  # by a delivery through the proxy
        yield made


def test_a_neighbour_hardly_notices_an_attack_through_it(proxied: Target) -> None:
    quiet = proxied.observe(SECONDS)
    for attack in ("half_forms", "half_bodies"):
        answer, under = over_sockets(proxied, attack, SECONDS)
        row = Row("", attack, answer, quiet, under)
        assert not row.slower(BUSY), row.text()


def test_each_person_counts_by_their_own_address(proxied: Target) -> None:
    """And not by one that they name."""
    transport = httpx2.HTTPTransport(local_address=ELSEWHERE, verify=False)
    with httpx2.Client(transport=transport) as elsewhere, httpx2.Client(verify=False) as here:
        forged = [{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(LIMIT + 1)]
        answers = [elsewhere.get(proxied.url, headers=text).status_code for text in forged]
        assert answers == [200] * LIMIT + [429]
        assert here.get(proxied.url).status_code == 200


def test_people_are_known_to_come_by_https(proxied: Target) -> None:
    answer = httpx2.get(f"{proxied.url}/sign-in", verify=False)
    assert answer.headers["Set-Cookie"].startswith("__Host-milepost-")
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_the_largest_delivery_passes(proxied: Target) -> None:
    body = b'{"action":"opened","x":"' + b"x" * LARGE + b'"}'
    signed = headers(body, "issues", guid="large")
    answer = httpx2.post(proxied.url + WEBHOOKS, content=body, headers=signed, verify=False)
    assert answer.status_code in {202, 400}  # which the server says when it has read all of it
