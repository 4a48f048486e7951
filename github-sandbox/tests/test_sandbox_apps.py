"""Apps: JSON web tokens, installations, their tokens."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest

from github_sandbox import InstalledApp
from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from tests.client import Api

WithToken = Callable[[str | None], Api]


def token_of(app: InstalledApp, as_app: Api, **narrowed: object) -> str:
    path = f"app/installations/{app.installation.id}/access_tokens"
    return str(as_app("POST", path, narrowed or None).json()["token"])


@pytest.fixture
def as_app(sandbox_app: InstalledApp, with_token: WithToken) -> Api:
    return with_token(sandbox_app.jwt())


def test_an_app_knows_itself_and_where_it_is(as_app: Api, sandbox_app: InstalledApp) -> None:
    assert as_app("GET", "app").json()["slug"] == "test-app"
    assert as_app("GET", "/installation").json()["id"] == sandbox_app.installation.id
    assert as_app("GET", "/issues").status_code == 401


@pytest.mark.parametrize(
    ("issued", "expires", "part"),
    [(60, 540, "'iat'"), (-600, -1, "'exp'"), (-60, 900, "too far in the future")],
)
def test_the_times_of_a_jwt_are_checked(
    sandbox_app: InstalledApp, with_token: WithToken, issued: int, expires: int, part: str
) -> None:
    answer = with_token(sandbox_app.jwt(issued=issued, expires=expires))("GET", "app")

    assert answer.status_code == 401
    assert part in answer.json()["message"]


def test_a_jwt_needs_the_right_key_and_a_known_app(
    sandbox_app: InstalledApp, with_token: WithToken
) -> None:
    claims = jwt.decode(sandbox_app.jwt(), options={"verify_signature": False})
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256")
    stranger = jwt.encode(claims | {"iss": "9"}, sandbox_app.app.private_key, algorithm="RS256")

    assert with_token(forged)("GET", "app").status_code == 401
    assert with_token(stranger)("GET", "app").status_code == 404
    assert with_token("a.b.c")("GET", "app").status_code == 401


def test_an_installation_token_acts_as_the_bot(
    sandbox_app: InstalledApp, as_app: Api, with_token: WithToken
) -> None:
    bot = with_token(token_of(sandbox_app, as_app))

    issue = bot.issue(labels=["made"])

    assert (issue["user"]["login"], issue["user"]["type"]) == ("test-app[bot]", "Bot")
    assert issue["performed_via_github_app"]["slug"] == "test-app"
    assert [label["name"] for label in issue["labels"]] == ["made"]
    assert bot("GET", "user").status_code == 403
    assert bot("GET", "installation/repositories").json()["total_count"] == 1


def test_it_lasts_an_hour(sandbox_app: InstalledApp, as_app: Api, with_token: WithToken) -> None:
    bot = with_token(token_of(sandbox_app, as_app))
    clock = sandbox_app.sandbox.world.clock

    clock.advance(timedelta(minutes=59))
    before = bot("GET", "/labels").status_code
    clock.advance(timedelta(minutes=2))

    assert (before, bot("GET", "/labels").status_code) == (200, 401)


def test_it_can_be_narrowed_but_not_widened(
    sandbox: Sandbox, sandbox_app: InstalledApp, as_app: Api, with_token: WithToken
) -> None:
    sandbox.world.add_repository("learner/other")
    path = f"app/installations/{sandbox_app.installation.id}/access_tokens"
    reader = with_token(token_of(sandbox_app, as_app, permissions={"issues": "read"}))
    elsewhere = with_token(token_of(sandbox_app, as_app, repositories=["other"]))

    refused = reader("POST", "/issues", {"title": "x"})

    assert refused.json()["message"] == "Resource not accessible by integration"
    assert elsewhere("POST", "/issues", {"title": "x"}).status_code == 403
    assert as_app("POST", path, {"permissions": {"contents": "write"}}).status_code == 422
    assert as_app("POST", path, {"repositories": ["nothing"]}).status_code == 422


def test_a_suspended_installation_is_stopped(
    sandbox_app: InstalledApp, as_app: Api, with_token: WithToken
) -> None:
    number = sandbox_app.installation.id
    bot = with_token(token_of(sandbox_app, as_app))
    as_app("PUT", f"app/installations/{number}/suspended")

    answer = as_app("POST", f"app/installations/{number}/access_tokens")

    assert (answer.status_code, bot("GET", "/labels").status_code) == (403, 403)
    assert answer.json()["message"] == "This installation has been suspended"
    as_app("DELETE", f"app/installations/{number}/suspended")
    assert bot("GET", "/labels").status_code == 200


def test_a_manifest_is_traded_in_once_and_soon(sandbox: Sandbox, with_token: WithToken) -> None:
    nobody = with_token(None)
    manifest = {"name": "Mine", "default_permissions": {"issues": "write"}}
    codes = [apps.submit_manifest(sandbox.world, "learner", manifest) for _ in range(2)]

    made = nobody("POST", f"app-manifests/{codes[0]}/conversions")
    again = nobody("POST", f"app-manifests/{codes[0]}/conversions")
    sandbox.world.clock.advance(timedelta(hours=2))
    late = nobody("POST", f"app-manifests/{codes[1]}/conversions")

    assert made.status_code == 201
    assert made.json()["pem"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert (again.status_code, late.status_code) == (404, 404)
