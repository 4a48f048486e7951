"""What a person does at GitHub's pages for Apps: registers, installs, signs in. All over HTTP."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from sandbox.client import Api

from bot.sandbox.server import Sandbox
from bot.sandbox.state import apps
from bot.sandbox.state.events import Event
from bot.sandbox.state.grants import challenge_of
from bot.sandbox.state.objects import App, Repository

HOST = "http://127.0.0.1:9"
MANIFEST: dict[str, Any] = {
    "name": "Paths of Ada",
    "url": HOST,
    "redirect_url": f"{HOST}/register/done",
    "setup_url": f"{HOST}/setup",
    "callback_urls": [f"{HOST}/signed-in"],
    "hook_attributes": {"url": f"{HOST}/hooks", "active": False},
    "default_permissions": {"issues": "write"},
    "default_events": ["issues"],
}
VERIFIER = "v" * 43
PKCE = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
WithToken = Callable[[str | None], Api]
Fields = dict[str, Any]


def query_of(answer: httpx.Response) -> dict[str, str]:
    """What somebody is sent back with."""
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def hidden(answer: httpx.Response) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    return {name: unescape(value) for name, value in found}


def ask(web: httpx.Client, app: App, **query: str) -> httpx.Response:
    given = {"client_id": app.client_id, "redirect_uri": f"{HOST}/signed-in", "state": "s&1"}
    return web.get("/login/oauth/authorize", params={**given, **PKCE, **query})


def code_of(web: httpx.Client, app: App) -> str:
    page = ask(web, app)
    if page.status_code == 302:
        return query_of(page)["code"]
    data = hidden(page) | {"authorize": "1"}
    return query_of(web.post("/login/oauth/authorize", data=data))["code"]


def trade(web: httpx.Client, app: App, code: str, **other: str) -> httpx.Response:
    data = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code": code,
        "code_verifier": VERIFIER,
        **other,
    }
    accept = {"Accept": "application/json"}
    return web.post("/login/oauth/access_token", data=data, headers=accept)


def token_of(web: httpx.Client, app: App) -> str:
    return str(trade(web, app, code_of(web, app)).json()["access_token"])


@pytest.fixture
def mentor(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Another browser, in which somebody else looks."""
    sandbox.world.add_user("mentor")
    with httpx.Client(base_url=sandbox.url, verify=False) as client:
        client.post("/login", data={"login": "mentor"})
        yield client


@pytest.fixture
def app(sandbox: Sandbox) -> App:
    return apps.create(
        sandbox.world,
        "Paths",
        owner="learner",
        permissions={"issues": "write", "metadata": "read"},
        events=["issues"],
        setup_url=f"{HOST}/setup",
        callback_urls=[f"{HOST}/signed-in", f"{HOST}/other"],
    )


@pytest.fixture
def secret(sandbox: Sandbox) -> Repository:
    """A private repository of the learner's, which the mentor may read."""
    return sandbox.world.add_repository(
        "learner/secret", private=True, collaborators={"mentor": "read"}
    )


@pytest.fixture
def told(sandbox: Sandbox) -> Iterator[list[str]]:
    """What happens, as webhooks would tell it."""
    heard: list[str] = []
    listeners = sandbox.world.listeners

    def hear(event: Event) -> None:
        heard.append(f"{event.name} {event.action}")

    listeners.append(hear)
    yield heard
    listeners.remove(hear)


class TestWhoLooks:
    def test_it_is_the_learner_until_somebody_else_is_chosen(
        self, sandbox: Sandbox, web: httpx.Client
    ) -> None:
        sandbox.world.add_user("mentor", name="Mo")
        page = web.get("/login")
        assert "You are learner now" in page.text
        assert "Be mentor" in page.text

        answer = web.post("/login", data={"login": "mentor", "return_to": "/requests"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/requests")
        assert "You are mentor now" in web.get("/login").text

    @pytest.mark.parametrize("place", ["//evil.example", "/\\evil.example", "https://evil.example"])
    def test_it_leads_nowhere_else(self, web: httpx.Client, place: str) -> None:
        answer = web.post("/login", data={"login": "learner", "return_to": place})
        assert answer.headers["location"] == "/"

    def test_nobody_can_be_an_organization(self, sandbox: Sandbox, web: httpx.Client) -> None:
        sandbox.world.add_user("acme", kind="Organization")
        assert web.post("/login", data={"login": "acme"}).status_code == 404


class TestRegistering:
    def propose(self, web: httpx.Client, manifest: object, whose: str = "") -> httpx.Response:
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        elsewhere = {"Origin": HOST, "Sec-Fetch-Site": "same-site"}
        return web.post(
            f"{whose}/settings/apps/new?state=s%261", data={"manifest": text}, headers=elsewhere
        )

    def test_it_shows_what_the_app_may_do_and_changes_nothing(
        self, sandbox: Sandbox, web: httpx.Client
    ) -> None:
        page = self.propose(web, MANIFEST)
        assert page.status_code == 200
        assert "Read and write access to <strong>issues</strong>" in page.text
        assert "Read access to <strong>metadata</strong>" in page.text
        assert f"form-action 'self' {HOST};" in page.headers["content-security-policy"]
        assert sandbox.world.manifests == {}

    def test_the_person_goes_back_with_a_code_that_brings_the_app(
        self, sandbox: Sandbox, web: httpx.Client, with_token: WithToken
    ) -> None:
        fields = hidden(self.propose(web, MANIFEST)) | {"name": "Paths of Bea"}
        back = web.post("/settings/apps", data=fields)
        assert back.headers["location"].startswith(f"{HOST}/register/done?")
        query = query_of(back)
        assert query["state"] == "s&1"

        made = with_token(None)("POST", f"app-manifests/{query['code']}/conversions").json()
        app = sandbox.world.apps[made["id"]]
        assert (app.name, app.slug, app.owner.login) == ("Paths of Bea", "paths-of-bea", "learner")
        assert (app.setup_url, app.callback_urls) == (f"{HOST}/setup", (f"{HOST}/signed-in",))
        assert not app.public
        assert app.hook is None

    def test_an_organization_is_registered_for_by_its_owners(
        self, sandbox: Sandbox, web: httpx.Client, mentor: httpx.Client
    ) -> None:
        sandbox.world.add_user("acme", kind="Organization", owners=["Mentor"])
        page = self.propose(mentor, MANIFEST, "/organizations/acme")
        assert 'action="/organizations/acme/settings/apps"' in page.text
        data = hidden(page) | {"name": "Paths"}
        code = query_of(mentor.post("/organizations/acme/settings/apps", data=data))["code"]
        assert sandbox.world.manifests[code].owner.login == "acme"

        assert self.propose(web, MANIFEST, "/organizations/acme").status_code == 403
        assert self.propose(web, MANIFEST, "/organizations/nobody").status_code == 404
        assert self.propose(web, MANIFEST, "/organizations/learner").status_code == 404

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"url": None}, "For 'properties/url', None is not a string"),
            ({"hook_attributes": {"active": False}}, '"url" wasn\'t supplied'),
            ({"public": "yes"}, "For 'properties/public', 'yes' is not a boolean"),
            ({"callback_urls": "x"}, "For 'properties/callback_urls', 'x' is not a array"),
            ({"callback_urls": [HOST] * 11}, "maximum is 10"),
            ({"redirect_url": "javascript:alert(1)"}, "redirect_url must be a valid URL"),
            ({"default_permissions": {"issues": "own"}}, "issues has no level 'own'"),
            ({"default_events": ["installation"]}, "Default events unsupported: installation"),
            ({"default_events": ["push"]}, "not supported by permissions: push"),
        ],
    )
    def test_a_manifest_that_is_none_is_refused(
        self, sandbox: Sandbox, web: httpx.Client, change: Fields, complaint: str
    ) -> None:
        bad = {**MANIFEST, **change}
        page = self.propose(web, bad)
        assert page.status_code == 422
        assert "Invalid GitHub App configuration" in page.text
        assert complaint in unescape(page.text)
        # Nor can the second form be used to slip it in.
        data = {"manifest": json.dumps(bad), "name": "Paths"}
        assert web.post("/settings/apps", data=data).status_code == 422
        assert sandbox.world.manifests == {}

    def test_what_is_missing_or_unreadable_is_told(self, web: httpx.Client) -> None:
        without = {name: value for name, value in MANIFEST.items() if name != "url"}
        assert '"url" wasn' in unescape(self.propose(web, without).text)
        assert "not JSON" in self.propose(web, "{").text
        assert "not an object" in self.propose(web, "[]").text

    def test_a_taken_name_is_asked_for_again(
        self, sandbox: Sandbox, web: httpx.Client, app: App
    ) -> None:
        sandbox.world.add_user("grace")
        data = hidden(self.propose(web, MANIFEST))
        for name, complaint in [
            ("paths", "already been taken"),
            ("Grace", "already in use"),
            ("!", "can't be blank"),
            ("x" * 35, "maximum is 34 characters"),
        ]:
            page = web.post("/settings/apps", data=data | {"name": name})
            assert page.status_code == 422
            assert complaint in unescape(page.text)
            assert hidden(page) == data
        assert app.slug == "paths"
        assert query_of(web.post("/settings/apps", data=data | {"name": "learner"}))["code"]

    def test_only_the_sandbox_confirms(self, web: httpx.Client) -> None:
        data = hidden(self.propose(web, MANIFEST)) | {"name": "Paths"}
        answer = web.post("/settings/apps", data=data, headers={"Origin": HOST})
        assert answer.status_code == 403


class TestInstalling:
    def new(self, account: str, sandbox: Sandbox, **fields: object) -> Fields:
        target = sandbox.world.users[account].id
        return {"target_id": target, "install_target": "selected", **fields}

    def test_the_person_chooses_repositories_and_goes_on_to_the_apps_page(
        self, sandbox: Sandbox, web: httpx.Client, app: App, secret: Repository
    ) -> None:
        page = web.get(f"/apps/{app.slug}/installations/new?state=s1")
        assert page.status_code == 200
        assert secret.name in page.text
        data = hidden(page) | {"install_target": "selected", "repository_ids": [secret.id]}

        query = query_of(web.post(f"/apps/{app.slug}/installations", data=data))

        (made,) = sandbox.world.installations.values()
        wanted = {"installation_id": str(made.id), "setup_action": "install", "state": "s1"}
        assert query == wanted
        assert (made.account.login, made.repositories) == ("learner", [secret])

    def test_an_app_without_a_setup_page_leads_to_its_settings(
        self, sandbox: Sandbox, web: httpx.Client, app: App
    ) -> None:
        app.setup_url = None
        data = self.new("learner", sandbox, install_target="all")
        answer = web.post(f"/apps/{app.slug}/installations", data=data)
        (made,) = sandbox.world.installations.values()
        assert answer.headers["location"] == f"/settings/installations/{made.id}"
        assert made.repositories is None

    def test_somebody_with_organizations_chooses_an_account(
        self, sandbox: Sandbox, web: httpx.Client, app: App
    ) -> None:
        acme = sandbox.world.add_user("acme", kind="Organization", owners=["learner"])
        home = sandbox.world.add_repository("acme/lab")
        address = f"/apps/{app.slug}/installations/new?target_id={acme.id}"
        assert address in web.get(f"/apps/{app.slug}/installations/new").text

        page = web.get(address)
        data = hidden(page) | {"repository_ids": [home.id]}
        web.post(f"/apps/{app.slug}/installations", data=data)

        (made,) = sandbox.world.installations.values()
        assert made.account is acme
        settings = f"/organizations/acme/settings/installations/{made.id}"
        assert web.get(address).headers["location"] == settings
        assert web.get(settings).status_code == 200

    def test_it_is_refused_for_what_is_not_theirs(
        self, sandbox: Sandbox, mentor: httpx.Client, app: App
    ) -> None:
        address = f"/apps/{app.slug}/installations"
        home = sandbox.world.repository()
        theirs = self.new("learner", sandbox, repository_ids=[home.id])
        mine = self.new("mentor", sandbox, repository_ids=[home.id])
        assert mentor.post(address, data=theirs).status_code == 404
        assert mentor.post(address, data=mine).status_code == 422
        assert sandbox.world.installations == {}

    def test_a_private_app_is_its_owners_alone(
        self, web: httpx.Client, mentor: httpx.Client, app: App
    ) -> None:
        assert mentor.get(f"/apps/{app.slug}").status_code == 200
        app.public = False
        assert mentor.get(f"/apps/{app.slug}").status_code == 404
        assert mentor.get(f"/apps/{app.slug}/installations/new").status_code == 404
        assert web.get(f"/apps/{app.slug}").status_code == 200

    def test_it_is_installed_once(self, sandbox: Sandbox, web: httpx.Client, app: App) -> None:
        data = self.new("learner", sandbox, install_target="all")
        web.post(f"/apps/{app.slug}/installations", data=data)
        assert web.post(f"/apps/{app.slug}/installations", data=data).status_code == 409

    def test_it_can_be_changed_stopped_and_removed(
        self, sandbox: Sandbox, web: httpx.Client, app: App, told: list[str]
    ) -> None:
        world = sandbox.world
        other = world.add_repository("learner/other")
        made = apps.install(world, app, "learner", repositories=[world.repository()])
        page = f"/settings/installations/{made.id}"
        assert page in web.get("/settings/installations").text

        web.post(page, data={"install_target": "selected", "repository_ids": [other.id]})
        assert apps.covered(world, made) == [other]
        web.post(page, data={"install_target": "all"})
        assert apps.covered(world, made) == [world.repository(), other]
        assert web.post(page, data={"install_target": "selected"}).status_code == 422
        web.post(f"{page}/suspend")
        web.post(f"{page}/suspend")
        assert "Suspended" in web.get(page).text
        web.post(f"{page}/unsuspend")
        assert "Suspended" not in web.get(page).text
        assert web.post(f"{page}/nonsense").status_code == 404
        web.post(f"{page}/uninstall")
        assert world.installations == {}
        assert told == [
            "installation created",
            "installation_repositories added",
            "installation_repositories removed",
            "installation_repositories added",
            "installation suspend",
            "installation unsuspend",
            "installation deleted",
        ]

    def test_others_cannot_touch_it(self, sandbox: Sandbox, mentor: httpx.Client, app: App) -> None:
        made = apps.install(sandbox.world, app, "learner")
        page = f"/settings/installations/{made.id}"
        assert mentor.get(page).status_code == 404
        assert mentor.post(page, data={"install_target": "all"}).status_code == 404
        assert mentor.post(f"{page}/uninstall").status_code == 404

    def test_an_app_that_wants_to_know_of_changes_is_led_to(
        self, sandbox: Sandbox, web: httpx.Client, app: App
    ) -> None:
        app.setup_on_update = True
        made = apps.install(sandbox.world, app, "learner")
        answer = web.post(f"/settings/installations/{made.id}", data={"install_target": "all"})
        assert query_of(answer) == {"installation_id": str(made.id), "setup_action": "update"}


class TestSigningIn:
    def test_the_person_is_asked_once_and_goes_back_with_a_code(
        self, web: httpx.Client, mentor: httpx.Client, app: App
    ) -> None:
        page = ask(web, app)
        assert "Authorize Paths" in page.text
        assert f"form-action 'self' {HOST};" in page.headers["content-security-policy"]
        back = web.post("/login/oauth/authorize", data=hidden(page) | {"authorize": "1"})
        assert back.headers["location"].startswith(f"{HOST}/signed-in?")
        assert query_of(back)["state"] == "s&1"

        assert query_of(ask(web, app))["code"] != query_of(back)["code"]
        assert ask(mentor, app).status_code == 200

    def test_who_says_no_goes_back_without(self, web: httpx.Client, app: App) -> None:
        data = hidden(ask(web, app)) | {"authorize": "0"}
        query = query_of(web.post("/login/oauth/authorize", data=data))
        assert (query["error"], query["state"]) == ("access_denied", "s&1")
        assert "code" not in query

    def test_only_registered_places_are_gone_back_to(self, web: httpx.Client, app: App) -> None:
        answer = ask(web, app, redirect_uri="https://evil.example/signed-in")
        assert answer.headers["location"].startswith(f"{HOST}/signed-in?")
        assert query_of(answer)["error"] == "redirect_uri_mismatch"
        data = {"client_id": app.client_id, "redirect_uri": f"{HOST}/signed-in/x", "authorize": "1"}
        posted = query_of(web.post("/login/oauth/authorize", data=data))
        assert posted["error"] == "redirect_uri_mismatch"
        assert f"{HOST}/other" in ask(web, app, redirect_uri=f"{HOST}/other").text

    def test_unknown_apps_and_other_methods_are_refused(self, web: httpx.Client, app: App) -> None:
        assert ask(web, app, client_id="Iv1.none").status_code == 404
        assert ask(web, app, code_challenge_method="plain").status_code == 422
        assert ask(web, app, code_challenge="short").status_code == 422
        app.callback_urls = ()
        assert ask(web, app).status_code == 404

    def test_a_code_brings_a_token_once(self, web: httpx.Client, app: App) -> None:
        code = code_of(web, app)
        answer = trade(web, app, code)
        given = answer.json()
        assert answer.headers["cache-control"] == "no-store"
        assert re.fullmatch(r"ghu_\w{36}", given["access_token"])
        assert given["refresh_token"].startswith("ghr_")
        assert (given["expires_in"], given["token_type"], given["scope"]) == (28_800, "bearer", "")
        assert trade(web, app, code).json()["error"] == "bad_verification_code"

    def test_a_code_lasts_ten_minutes(self, sandbox: Sandbox, web: httpx.Client, app: App) -> None:
        code = code_of(web, app)
        sandbox.world.clock.advance(timedelta(minutes=10, seconds=1))
        assert trade(web, app, code).json()["error"] == "bad_verification_code"

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
        self, web: httpx.Client, app: App, wrong: dict[str, str], error: str
    ) -> None:
        answer = trade(web, app, **({"code": code_of(web, app)} | wrong))
        assert (answer.status_code, answer.json()["error"]) == (200, error)

    def test_another_apps_code_is_none(self, sandbox: Sandbox, web: httpx.Client, app: App) -> None:
        other = apps.create(
            sandbox.world, "Other", owner="learner", permissions={"metadata": "read"}, events=[]
        )
        code = code_of(web, app)
        assert trade(web, other, code).json()["error"] == "bad_verification_code"
        assert "access_token" in trade(web, app, code).json()

    def test_an_unknown_client_is_not_found(self, web: httpx.Client, app: App) -> None:
        answer = trade(web, app, "code", client_id="Iv1.none")
        assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})

    def test_it_answers_as_a_form_and_takes_json(self, web: httpx.Client, app: App) -> None:
        fields = {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "code": code_of(web, app),
            "code_verifier": VERIFIER,
        }
        answer = web.post("/login/oauth/access_token", json=fields)
        assert answer.headers["content-type"].startswith("application/x-www-form-urlencoded")
        assert parse_qs(answer.text)["token_type"] == ["bearer"]

    def test_a_refresh_token_renews_once(
        self, web: httpx.Client, app: App, with_token: WithToken
    ) -> None:
        first = trade(web, app, code_of(web, app)).json()
        more = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = trade(web, app, "", **more).json()
        assert trade(web, app, "", **more).json()["error"] == "bad_refresh_token"
        assert with_token(first["access_token"])("GET", "user").status_code == 401
        assert with_token(second["access_token"])("GET", "user").json()["login"] == "learner"


class TestPersonsToken:
    """It reaches what both the person and the App reach."""

    @pytest.fixture
    def person(self, web: httpx.Client, app: App, with_token: WithToken) -> Api:
        """The learner, through the App."""
        return with_token(token_of(web, app))

    @pytest.fixture
    def guest(self, mentor: httpx.Client, app: App, with_token: WithToken) -> Api:
        """The mentor, through the App."""
        return with_token(token_of(mentor, app))

    def seen(self, api: Api, path: str) -> list[str]:
        answer = api("GET", path)
        assert answer.status_code == 200, answer.text
        return [one["full_name"] for one in answer.json()["repositories"]]

    def test_it_lasts_eight_hours(self, sandbox: Sandbox, person: Api) -> None:
        sandbox.world.clock.advance(timedelta(hours=7, minutes=59))
        before = person("GET", "user").status_code
        sandbox.world.clock.advance(timedelta(minutes=1))
        assert (before, person("GET", "user").status_code) == (200, 401)

    def test_it_ends_when_the_person_takes_it_back(
        self, web: httpx.Client, app: App, person: Api
    ) -> None:
        assert person("GET", "user").json()["login"] == "learner"
        path = f"/settings/connections/applications/{app.client_id}/revoke"
        assert path in web.get("/settings/installations").text
        web.post(path)
        assert person("GET", "user").status_code == 401
        assert ask(web, app).status_code == 200

    @pytest.mark.usefixtures("secret")
    def test_each_sees_installations_that_concern_them(
        self, sandbox: Sandbox, app: App, person: Api, guest: Api
    ) -> None:
        assert person("GET", "user/installations").json()["total_count"] == 0
        public = apps.install(sandbox.world, app, "learner", repositories=[])
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
        self, sandbox: Sandbox, app: App, person: Api, guest: Api
    ) -> None:
        sandbox.world.add_user("acme", kind="Organization", owners=["learner"])
        sandbox.world.add_repository("acme/lab", private=True)
        made = apps.install(sandbox.world, app, "acme")
        path = f"user/installations/{made.id}/repositories"
        shown = person("GET", "user/installations").json()["installations"][0]
        assert shown["html_url"].endswith(f"/organizations/acme/settings/installations/{made.id}")
        assert person("GET", path).json()["repositories"][0]["permissions"]["admin"] is True
        assert guest("GET", path).status_code == 404

    @pytest.mark.usefixtures("secret")
    def test_a_private_repository_needs_both(
        self, sandbox: Sandbox, app: App, person: Api, guest: Api
    ) -> None:
        where = "repos/learner/secret"
        stranger = sandbox.world.add_repository("learner/own", private=True)
        assert person("GET", where).status_code == 404
        made = apps.install(sandbox.world, app, "learner")
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
        self, sandbox: Sandbox, app: App, person: Api, guest: Api
    ) -> None:
        refused = person("POST", "/issues", {"title": "No"})
        assert refused.json()["message"] == "Resource not accessible by integration"
        apps.install(sandbox.world, app, "learner")
        made = person.issue(labels=["mine"])
        assert (made["user"]["login"], made["user"]["type"]) == ("learner", "User")
        assert made["performed_via_github_app"]["slug"] == app.slug
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
    sandbox: Sandbox, web: httpx.Client, with_token: WithToken
) -> None:
    web.post("/_sandbox/users", json={"login": "acme", "kind": "Organization", "owners": ["ada"]})
    assert web.post("/_sandbox/looking/ada").json() == {"login": "ada"}
    assert "You are ada now" in web.get("/login").text
    wish = {
        "name": "Paths",
        "permissions": {"issues": "read"},
        "callback_urls": [f"{HOST}/signed-in"],
        "setup_url": f"{HOST}/setup",
        "public": False,
    }
    made = web.post("/_sandbox/apps", json=wish).json()
    given = web.post(f"/_sandbox/apps/{made['id']}/tokens/ada").json()
    assert with_token(given["token"])("GET", "user").json()["login"] == "ada"
    assert web.post("/_sandbox/apps/9/tokens/ada").status_code == 404
    assert sandbox.world.users["acme"].owners == {"ada"}
    # They have agreed as well: nobody is asked.
    app = sandbox.world.apps[made["id"]]
    assert ask(web, app).status_code == 302
