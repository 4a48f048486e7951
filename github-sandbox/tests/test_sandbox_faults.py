"""The sandbox fails when told to, and only then."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import httpx2
import pytest

from github_sandbox.server import Sandbox
from tests.client import Api

Break = Callable[..., object]


@pytest.fixture
def fail(sandbox: Sandbox) -> Break:
    return sandbox.world.faults.add


@pytest.mark.parametrize(
    ("kind", "status", "written"), [("500", 500, 0), ("502", 502, 0), ("502-after", 502, 1)]
)
def test_a_server_error_comes_before_or_after_the_write(
    sandbox: Sandbox, api: Api, fail: Break, kind: str, status: int, written: int
) -> None:
    fail(kind, method="POST", path="/repos/*/issues")

    assert api("POST", "/issues", {"title": "x"}).status_code == status
    assert len(sandbox.world.repository().issues) == written
    assert api("POST", "/issues", {"title": "x"}).status_code == 201


@pytest.mark.parametrize(("kind", "written"), [("reset", 0), ("reset-after", 1)])
def test_a_connection_breaks_before_or_after_the_write(
    sandbox: Sandbox, api: Api, fail: Break, kind: str, written: int
) -> None:
    fail(kind, method="WRITE")

    with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
        api.issue()
    assert len(sandbox.world.repository().issues) == written
    assert sandbox.world.journal.entries[-1].status == 0
    assert api.issue()["number"] == written + 1


@pytest.mark.parametrize(("kind", "written"), [("timeout", 0), ("timeout-after", 1)])
def test_an_answer_does_not_come(
    sandbox: Sandbox, api: Api, fail: Break, kind: str, written: int
) -> None:
    fail(kind, method="POST")

    with pytest.raises(httpx2.ReadTimeout):
        api("POST", "/issues", {"title": "x"}, timeout=0.05)
    assert len(sandbox.world.repository().issues) == written


def test_a_held_connection_is_dropped_in_the_end(api: Api, fail: Break) -> None:
    fail("timeout", hold=0.01)

    with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
        api("GET", "")


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("wait", [None, 7])
def test_a_secondary_limit_comes_with_or_without_a_time(
    api: Api, fail: Break, status: int, wait: int | None
) -> None:
    fail(f"secondary-{status}", retry_after=wait)

    answer = api("GET", "")

    assert answer.status_code == status
    assert answer.headers.get("retry-after") == (str(wait) if wait else None)
    assert "secondary rate limit" in answer.json()["message"]


def test_graphql_has_its_own_form(api: Api, fail: Break) -> None:
    fail("secondary-graphql", path="/graphql")

    answer = api("POST", "graphql", {"query": "{ viewer { login } }"})

    assert (answer.status_code, answer.json()["errors"][0]["type"]) == (200, "RATE_LIMITED")


def test_a_token_runs_out(api: Api, fail: Break) -> None:
    fail("expired")

    assert [api("GET", "").status_code for _ in range(2)] == [401, 200]


def test_a_fault_waits_for_its_turn(api: Api, fail: Break) -> None:
    fail("500", method="POST", path="/repos/*/labels", nth=2, times=2)

    statuses = [api("POST", "/labels", {"name": str(n)}).status_code for n in range(4)]

    assert statuses == [201, 500, 500, 201]
    assert api("GET", "/labels").status_code == 200


def test_a_list_can_lag_behind_by_requests(api: Api, fail: Break) -> None:
    fail("stale", path="/repos/*/issues", times=0, requests=1)
    api.issue()
    api.issue()

    assert api.numbers() == [1]
    assert api.numbers() == [2, 1]
    assert api("GET", "/issues/2").status_code == 200


def test_a_list_can_lag_behind_by_time(sandbox: Sandbox, api: Api, fail: Break) -> None:
    fail("stale", times=0, seconds=10)
    api("POST", "/labels", {"name": "x"})

    before = api("GET", "/labels").json()
    sandbox.world.clock.advance(timedelta(seconds=12))

    assert before == []
    assert len(api("GET", "/labels").json()) == 1


def test_a_process_is_killed_after_its_write(sandbox: Sandbox, api: Api, fail: Break) -> None:
    program = "import sys, time; print('up', flush=True); time.sleep(30)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as victim:
        assert victim.stdout
        victim.stdout.readline()
        fail("kill", method="POST", nth=2, pid=victim.pid)
        api.issue()
        assert victim.poll() is None
        api.issue()
        assert victim.wait(5) == -9
    assert len(sandbox.world.repository().issues) == 2


def test_a_function_is_called_after_the_write(sandbox: Sandbox, api: Api, fail: Break) -> None:
    seen: list[int] = []
    fail("call", method="POST", call=lambda: seen.append(len(sandbox.world.repository().issues)))

    api.issue()

    assert seen == [1]


def test_an_unknown_fault_is_refused(fail: Break) -> None:
    with pytest.raises(ValueError, match="there are 500, 502"):
        fail("flood")


def test_a_repository_is_archived_in_the_middle(api: Api, fail: Break) -> None:
    fail("archived", method="POST", path="/repos/*/labels", nth=2)

    statuses = [api("POST", "/labels", {"name": str(n)}).status_code for n in range(3)]

    assert statuses == [201, 403, 403]
    assert api("GET", "").json()["archived"] is True


def test_a_repository_is_renamed_in_the_middle(sandbox: Sandbox, api: Api, fail: Break) -> None:
    fail("renamed", method="GET", path="/repos/*/issues", nth=2, name="path")

    statuses = [api("GET", "/issues").status_code for _ in range(3)]

    assert statuses == [200, 301, 301]
    assert sandbox.world.repository("learner/path").name == "path"
    assert api("GET", "/issues", follow_redirects=True).status_code == 200


def test_what_names_no_repository_goes_on_when_one_is_archived(api: Api, fail: Break) -> None:
    fail("archived", path="/user")

    assert api("GET", "user").status_code == 200
    assert api("GET", "").json()["archived"] is False
