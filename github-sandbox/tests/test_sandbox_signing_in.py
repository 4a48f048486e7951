"""Signing in to an App, and what the person's token reaches. All over HTTP."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from github_sandbox.state.objects import App
from tests.client import Api
from tests.flows import HOST, VERIFIER, code_of, hidden, query_of, send, token_of, trade

WithToken = Callable[[str | None], Api]


class TestSigningIn:
    def test_the_person_is_asked_once_and_goes_back_with_a_code(
        self, web: httpx2.Client, mentor: httpx2.Client, paths: App
    ) -> None:
        page = send(web, paths)
        assert "Authorize Paths" in page.text
        assert f"form-action 'self' {HOST};" in page.headers["content-security-policy"]
        back = web.post("/login/oauth/authorize", data=hidden(page) | {"authorize": "1"})
        assert back.headers["location"].startswith(f"{HOST}/signed-in?")
        assert query_of(back)["state"] == "s&1"

        assert query_of(send(web, paths))["code"] != query_of(back)["code"]
        assert send(mentor, paths).status_code == 200

    def test_who_says_no_goes_back_without(self, web: httpx2.Client, paths: App) -> None:
        data = hidden(send(web, paths)) | {"authorize": "0"}
        query = query_of(web.post("/login/oauth/authorize", data=data))
        assert (query["error"], query["state"]) == ("access_denied", "s&1")
        assert "code" not in query

    def test_only_registered_places_are_gone_back_to(self, web: httpx2.Client, paths: App) -> None:
        answer = send(web, paths, redirect_uri="https://evil.example/signed-in")
        assert answer.headers["location"].startswith(f"{HOST}/signed-in?")
        assert query_of(answer)["error"] == "redirect_uri_mismatch"
        data = {
            "client_id": paths.client_id,
            "redirect_uri": f"{HOST}/signed-in/x",
            "authorize": "1",
        }
        posted = query_of(web.post("/login/oauth/authorize", data=data))
        assert posted["error"] == "redirect_uri_mismatch"
        assert f"{HOST}/other" in send(web, paths, redirect_uri=f"{HOST}/other").text

    def test_unknown_apps_and_other_methods_are_refused(
        self, web: httpx2.Client, paths: App
    ) -> None:
        assert send(web, paths, client_id="Iv1.none").status_code == 404
        assert send(web, paths, code_challenge_method="plain").status_code == 422
        assert send(web, paths, code_challenge="short").status_code == 422
        paths.callback_urls = ()
        assert send(web, paths).status_code == 404

    def test_a_code_brings_a_token_once(self, web: httpx2.Client, paths: App) -> None:
        code = code_of(web, paths)
        answer = trade(web, paths, code)
        given = answer.json()
        assert answer.headers["cache-control"] == "no-store"
        assert re.fullmatch(r"ghu_\w{36}", given["access_token"])
        assert given["refresh_token"].startswith("ghr_")
        assert (given["expires_in"], given["token_type"], given["scope"]) == (28_800, "bearer", "")
        assert trade(web, paths, code).json()["error"] == "bad_verification_code"

    def test_a_code_lasts_ten_minutes(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App
    ) -> None:
        code = code_of(web, paths)
        sandbox.world.clock.advance(timedelta(minutes=10, seconds=1))
        assert trade(web, paths, code).json()["error"] == "bad_verification_code"

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"client_secret": "guess"}, "incorrect_client_credentials"),
            ({"code": "0" * 20}, "bad_verification_code"),
            ({"code_verifier": "w" * 43}, "bad_verification_code"),
            ({"code_verifier": ""}, "bad_verification_code"),
            ({"redirect_uri": f"{HOST}/other"}, "redirect_uri_mismatch"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
        ],
    )
    def test_what_is_wrong_is_told_with_status_200(
        self, web: httpx2.Client, paths: App, wrong: dict[str, str], error: str
    ) -> None:
        answer = trade(web, paths, **({"code": code_of(web, paths)} | wrong))
        assert (answer.status_code, answer.json()["error"]) == (200, error)

    def test_another_apps_code_is_none(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App
    ) -> None:
        other = apps.create(
            sandbox.world, "Other", owner="learner", permissions={"metadata": "read"}, events=[]
        )
        code = code_of(web, paths)
        assert trade(web, other, code).json()["error"] == "bad_verification_code"
        assert "access_token" in trade(web, paths, code).json()

    def test_an_unknown_client_is_not_found(self, web: httpx2.Client, paths: App) -> None:
        answer = trade(web, paths, "code", client_id="Iv1.none")
        assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})

    def test_it_answers_as_a_form_and_takes_json(self, web: httpx2.Client, paths: App) -> None:
        fields = {
            "client_id": paths.client_id,
            "client_secret": paths.client_secret,
            "code": code_of(web, paths),
            "code_verifier": VERIFIER,
        }
        answer = web.post("/login/oauth/access_token", json=fields)
        assert answer.headers["content-type"].startswith("application/x-www-form-urlencoded")
        assert parse_qs(answer.text)["token_type"] == ["bearer"]

    def test_a_refresh_token_renews_once(
        self, web: httpx2.Client, paths: App, with_token: WithToken
    ) -> None:
        first = trade(web, paths, code_of(web, paths)).json()
        more = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = trade(web, paths, "", **more).json()
        assert trade(web, paths, "", **more).json()["error"] == "bad_refresh_token"
        assert with_token(first["access_token"])("GET", "user").status_code == 401
        assert with_token(second["access_token"])("GET", "user").json()["login"] == "learner"


class TestPersonsToken:
    """It reaches what both the person and the App reach."""

    @pytest.fixture
    def person(self, web: httpx2.Client, paths: App, with_token: WithToken) -> Api:
        """The learner, through the App."""
        return with_token(token_of(web, paths))

    @pytest.fixture
    def guest(self, mentor: httpx2.Client, paths: App, with_token: WithToken) -> Api:
        """The mentor, through the App."""
        return with_token(token_of(mentor, paths))

    def seen(self, api: Api, path: str) -> list[str]:
        answer = api("GET", path)
        assert answer.status_code == 200, answer.text
        return [one["full_name"] for one in answer.json()["repositories"]]

    def test_it_lasts_eight_hours(self, sandbox: Sandbox, person: Api) -> None:
        sandbox.world.clock.advance(timedelta(hours=7, minutes=59))
        before = person("GET", "user").status_code
        sandbox.world.clock.advance(timedelta(minutes=1))
        assert (before, person("GET", "user").status_code) == (200, 401)

    def test_it_ends_when_the_app_says_so(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App, with_token: WithToken
    ) -> None:
        token, other = token_of(web, paths), token_of(web, paths)
        client = (paths.client_id, paths.client_secret)
        anybody = with_token(None)

        def end(value: object, path: str = paths.client_id, **how: Any) -> int:
            sent = {"access_token": value}
            return anybody("DELETE", f"applications/{path}/token", sent, **how).status_code

        assert end(token) == end(token, auth=(paths.client_id, "wrong")) == 401
        assert end(sandbox.token, auth=client) == end(token, "Iv1.none", auth=client) == 404
        assert end(None, auth=client) == 422
        assert end(token, auth=client) == 204
        assert end(token, auth=client) == 404
        assert with_token(token)("GET", "user").status_code == 401
        assert with_token(other)("GET", "user").status_code == 200
        assert not any(refresh.token == token for refresh in sandbox.world.refreshes.values())

    def test_it_ends_when_the_person_takes_it_back(
        self, web: httpx2.Client, paths: App, person: Api
    ) -> None:
        assert person("GET", "user").json()["login"] == "learner"
        path = f"/settings/connections/applications/{paths.client_id}/revoke"
        assert path in web.get("/settings/installations").text
        web.post(path)
        assert person("GET", "user").status_code == 401
        assert send(web, paths).status_code == 200

    @pytest.mark.usefixtures("secret")
    def test_each_sees_installations_that_concern_them(
        self, sandbox: Sandbox, paths: App, person: Api, guest: Api
    ) -> None:
        assert person("GET", "user/installations").json()["total_count"] == 0
        public = apps.install(sandbox.world, paths, "learner", repositories=[])
        path = f"user/installations/{public.id}/repositories"
        public.repositories = [sandbox.world.repository()]
        # What everybody may read concerns nobody.
        assert guest("GET", "user/installations").json()["total_count"] == 0
        assert guest("GET", path).status_code == 404
        public.repositories = None
        assert [
            one["id"] for one in guest("GET", "user/installations").json()["installations"]
        ] == [public.id]
        assert self.seen(guest, path) == ["learner/secret"]
        assert self.seen(person, path) == ["learner/portfolio", "learner/secret"]

    def test_another_apps_installations_are_not_shown(self, sandbox: Sandbox, person: Api) -> None:
        rights = {"metadata": "read"}
        other = apps.create(sandbox.world, "O", owner="learner", permissions=rights, events=[])
        made = apps.install(sandbox.world, other, "learner")
        assert person("GET", "user/installations").json()["installations"] == []
        assert person("GET", f"user/installations/{made.id}/repositories").status_code == 404

    def test_an_organizations_owner_sees_its_installation(
        self, sandbox: Sandbox, paths: App, person: Api, guest: Api
    ) -> None:
        sandbox.world.add_user("acme", kind="Organization", owners=["learner"])
        sandbox.world.add_repository("acme/lab", private=True)
        made = apps.install(sandbox.world, paths, "acme")
        path = f"user/installations/{made.id}/repositories"
        shown = person("GET", "user/installations").json()["installations"][0]
        assert shown["html_url"].endswith(f"/organizations/acme/settings/installations/{made.id}")
        assert person("GET", path).json()["repositories"][0]["permissions"]["admin"] is True
        assert guest("GET", path).status_code == 404

    @pytest.mark.usefixtures("secret")
    def test_a_private_repository_needs_both(
        self, sandbox: Sandbox, paths: App, person: Api, guest: Api
    ) -> None:
        where = "repos/learner/secret"
        stranger = sandbox.world.add_repository("learner/own", private=True)
        assert person("GET", where).status_code == 404
        made = apps.install(sandbox.world, paths, "learner")
        assert (person("GET", where).status_code, guest("GET", where).status_code) == (200, 200)
        assert guest("GET", f"repos/{stranger.full_name}").status_code == 404
        made.suspended_at = sandbox.world.clock.now()
        assert person("GET", where).status_code == 404
        answer = person("GET", f"user/installations/{made.id}/repositories")
        assert answer.json()["message"] == "This installation has been suspended"

    def test_what_is_public_is_read_by_everybody_with_their_own_role(
        self, person: Api, guest: Api
    ) -> None:
        mine = person("GET", "").json()["permissions"]
        theirs = guest("GET", "").json()["permissions"]
        assert (mine["admin"], mine["push"]) == (True, True)
        assert (theirs["admin"], theirs["push"], theirs["pull"]) == (False, False, True)

    def test_it_writes_where_both_may(
        self, sandbox: Sandbox, paths: App, person: Api, guest: Api
    ) -> None:
        refused = person("POST", "/issues", {"title": "No"})
        assert refused.json()["message"] == "Resource not accessible by integration"
        apps.install(sandbox.world, paths, "learner")
        made = person.issue(labels=["mine"])
        assert (made["user"]["login"], made["user"]["type"]) == ("learner", "User")
        assert made["performed_via_github_app"]["slug"] == paths.slug
        assert [label["name"] for label in made["labels"]] == ["mine"]
        assert guest.issue(labels=["dropped"])["labels"] == []
        assert person("PUT", "/contents/a.md", {}).status_code == 403

    def test_other_tokens_list_no_installations(
        self, api: Api, with_token: WithToken, person: Api
    ) -> None:
        assert api("GET", "user/installations").status_code == 403
        assert with_token(None)("GET", "user/installations").status_code == 401
        assert person("GET", "installation/repositories").status_code == 403


def test_other_processes_can_sign_people_in(
    sandbox: Sandbox, web: httpx2.Client, with_token: WithToken
) -> None:
    web.post("/_sandbox/users", json={"login": "acme", "kind": "Organization", "owners": ["ada"]})
    assert web.post("/_sandbox/sign-in/ada").json() == {"login": "ada"}
    assert "You are ada now" in web.get("/login").text
    body = {
        "name": "Paths",
        "permissions": {"issues": "read"},
        "callback_urls": [f"{HOST}/signed-in"],
        "setup_url": f"{HOST}/setup",
        "public": False,
    }
    made = web.post("/_sandbox/apps", json=body).json()
    given = web.post(f"/_sandbox/apps/{made['id']}/tokens/ada").json()
    assert with_token(given["token"])("GET", "user").json()["login"] == "ada"
    assert web.post("/_sandbox/apps/9/tokens/ada").status_code == 404
    assert sandbox.world.users["acme"].owners == {"ada"}
    # They have agreed as well: nobody is asked.
    paths = sandbox.world.apps[made["id"]]
    assert send(web, paths).status_code == 302
