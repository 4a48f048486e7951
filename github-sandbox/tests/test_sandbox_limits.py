"""Conditional requests and rate limits, on a clock that can be moved."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from github_sandbox import InstalledApp
from github_sandbox.server import Sandbox
from tests.client import Api

MINUTE = timedelta(seconds=61)


def test_what_did_not_change_is_not_sent_again(sandbox: Sandbox, api: Api) -> None:
    api.issue()
    first = api("GET", "/issues")
    condition = {"If-None-Match": first.headers["etag"]}

    same = api("GET", "/issues", headers=condition)
    api("PATCH", "/issues/1", {"title": "New"})
    changed = api("GET", "/issues", headers=condition)

    assert (same.status_code, same.content, same.headers["etag"]) == (
        304,
        b"",
        first.headers["etag"],
    )
    assert changed.status_code == 200
    assert sandbox.world.journal.summary()["not_modified"] == 1
    assert sandbox.world.journal.summary()["conditional"] == 2


@pytest.mark.parametrize(
    "path", ["", "/labels", "/milestones", "/issues/1", "/contents/README.md", "/issues/comments"]
)
def test_every_read_can_be_conditional(api: Api, path: str) -> None:
    api.issue()
    etag = api("GET", path).headers["etag"]

    assert api("GET", path, headers={"If-None-Match": f'"x", {etag}'}).status_code == 304


def test_a_304_costs_nothing_and_everything_else_one(api: Api) -> None:
    first = api("GET", "/labels")
    condition = {"If-None-Match": first.headers["etag"]}
    same = api("GET", "/labels", headers=condition)
    refused = api("GET", "/labels/none")
    requested = api("GET", "rate_limit").json()["resources"]["core"]

    used = [int(answer.headers["x-ratelimit-used"]) for answer in (first, same, refused)]
    assert used == [1, 1, 2]
    assert (requested["used"], requested["remaining"], requested["limit"]) == (2, 4_998, 5_000)


def test_an_empty_budget_refuses_until_the_hour_is_over(sandbox: Sandbox, api: Api) -> None:
    world = sandbox.world
    world.limits.exhaust("learner", world.clock.exact())

    refused = api("GET", "/labels")
    world.clock.advance(timedelta(hours=1, seconds=1))

    assert refused.status_code == 403
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert "API rate limit exceeded" in refused.json()["message"]
    assert int(refused.headers["x-ratelimit-reset"]) < world.clock.exact().timestamp()
    assert api("GET", "/labels").status_code == 200


def test_an_app_that_asks_for_itself_has_a_budget_of_its_own(
    sandbox: Sandbox, sandbox_app: InstalledApp, with_token: Callable[[str | None], Api]
) -> None:
    now = sandbox.world.clock.exact()
    as_app, stranger = with_token(sandbox_app.jwt()), with_token(None)
    sandbox.world.limits.exhaust("", now)
    refused = stranger("GET", "/labels")
    requested = [as_app("GET", "app") for _ in range(2)]
    sandbox.world.limits.exhaust(f"app/{sandbox_app.app.id}", now)
    used_up = as_app("GET", "app")

    assert (refused.status_code, refused.headers["x-ratelimit-limit"]) == (403, "60")
    assert [answer.headers["x-ratelimit-used"] for answer in requested] == ["1", "2"]
    assert requested[0].headers["x-ratelimit-limit"] == "5000"
    assert used_up.status_code == 403
    assert f"app ID {sandbox_app.app.id}" in used_up.json()["message"]
    assert with_token(sandbox.token)("GET", "/labels").headers["x-ratelimit-used"] == "1"


def test_graphql_tells_of_limits_in_a_200(sandbox: Sandbox, api: Api) -> None:
    world = sandbox.world
    world.limits.exhaust("learner", world.clock.exact(), "graphql")

    answer = api("POST", "graphql", {"query": "{ viewer { login } }"})

    assert answer.status_code == 200
    assert answer.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert api("GET", "/labels").status_code == 200


def test_secondary_limits_are_off_at_first(api: Api) -> None:
    assert {api("POST", "/labels", {"name": str(n)}).status_code for n in range(90)} == {201}


@pytest.mark.parametrize("status", [403, 429])
def test_eighty_creations_a_minute(sandbox: Sandbox, api: Api, status: int) -> None:
    sandbox.world.limits.secondary = True
    sandbox.world.limits.secondary_status = status
    for number in range(80):
        assert api("POST", "/labels", {"name": str(number)}).status_code == 201

    refused = api("POST", "/labels", {"name": "one more"})
    sandbox.world.clock.advance(MINUTE)

    assert refused.status_code == status
    assert refused.headers["retry-after"] == "60"
    assert "secondary rate limit" in refused.json()["message"]
    assert api("POST", "/labels", {"name": "one more"}).status_code == 201


def test_points_are_counted_by_the_minute(sandbox: Sandbox, api: Api) -> None:
    sandbox.world.limits.secondary = True
    sandbox.world.limits.points_per_minute = 10
    api.issue()
    api("PATCH", "/issues/1", {"title": "x"})

    refused = api("GET", "/issues/1")

    assert refused.status_code == 403
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    sandbox.world.clock.advance(MINUTE)
    assert api("GET", "/issues/1").status_code == 200


def test_five_hundred_creations_an_hour(sandbox: Sandbox, api: Api) -> None:
    sandbox.world.limits.secondary = True
    sandbox.world.limits.created_per_hour = 3
    statuses = []
    for number in range(5):
        statuses.append(api("POST", "/labels", {"name": str(number)}).status_code)
        sandbox.world.clock.advance(MINUTE)

    assert statuses == [201, 201, 201, 403, 403]


def test_a_graphql_query_is_no_write(sandbox: Sandbox, api: Api) -> None:
    api("POST", "graphql", {"query": "{ viewer { login } }"})
    api("POST", "graphql", {"query": 'mutation { pinIssue(input: {issueId: "I_1"}) }'})

    assert [entry.number for entry in sandbox.world.journal.writes] == [2]
