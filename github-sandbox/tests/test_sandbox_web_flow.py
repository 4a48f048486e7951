"""What a person does at GitHub's pages for Apps: registers, installs. All over HTTP."""

import json
from collections.abc import Callable
from html import unescape

import httpx2
import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from github_sandbox.state.objects import App, Repository
from tests.client import Api
from tests.flows import (
    HOST,
    MANIFEST,
    Fields,
    hidden,
    query_of,
)

WithToken = Callable[[str | None], Api]


class TestWhoMaySee:
    def test_it_is_the_learner_until_somebody_else_is_chosen(
        self, sandbox: Sandbox, web: httpx2.Client
    ) -> None:
        sandbox.world.add_user("mentor", name="Mo")
        page = web.get("/login")
        assert "You are learner now" in page.text
        assert "Be mentor" in page.text

        answer = web.post("/login", data={"login": "mentor", "return_to": "/requests"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/requests")
        assert "You are mentor now" in web.get("/login").text

    @pytest.mark.parametrize("place", ["//evil.example", "/\\evil.example", "https://evil.example"])
    def test_it_leads_nowhere_else(self, web: httpx2.Client, place: str) -> None:
        answer = web.post("/login", data={"login": "learner", "return_to": place})
        assert answer.headers["location"] == "/"

    def test_nobody_can_be_an_organization(self, sandbox: Sandbox, web: httpx2.Client) -> None:
        sandbox.world.add_user("acme", kind="Organization")
        assert web.post("/login", data={"login": "acme"}).status_code == 404


class TestRegistering:
    def propose(self, web: httpx2.Client, manifest: object, whose: str = "") -> httpx2.Response:
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        elsewhere = {"Origin": HOST, "Sec-Fetch-Site": "same-site"}
        return web.post(
            f"{whose}/settings/apps/new?state=s%261", data={"manifest": text}, headers=elsewhere
        )

    def test_it_shows_what_the_app_may_do_and_changes_nothing(
        self, sandbox: Sandbox, web: httpx2.Client
    ) -> None:
        page = self.propose(web, MANIFEST)
        assert page.status_code == 200
        assert "Read and write access to <strong>issues</strong>" in page.text
        assert "Read access to <strong>metadata</strong>" in page.text
        assert f"form-action 'self' {HOST};" in page.headers["content-security-policy"]
        assert sandbox.world.manifests == {}

    def test_the_person_goes_back_with_a_code_that_brings_the_app(
        self, sandbox: Sandbox, web: httpx2.Client, with_token: WithToken
    ) -> None:
        fields = hidden(self.propose(web, MANIFEST)) | {"name": "Paths of Bea"}
        back = web.post("/settings/apps", data=fields)
        assert back.headers["location"].startswith(f"{HOST}/register/done?")
        query = query_of(back)
        assert query["state"] == "s&1"

        made = with_token(None)("POST", f"app-manifests/{query['code']}/conversions").json()
        paths = sandbox.world.apps[made["id"]]
        assert (paths.name, paths.slug, paths.owner.login) == (
            "Paths of Bea",
            "paths-of-bea",
            "learner",
        )
        assert (paths.setup_url, paths.callback_urls) == (f"{HOST}/setup", (f"{HOST}/signed-in",))
        assert not paths.public
        assert paths.hook is None

    def test_an_organization_is_registered_for_by_its_owners(
        self, sandbox: Sandbox, web: httpx2.Client, mentor: httpx2.Client
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
        self, sandbox: Sandbox, web: httpx2.Client, change: Fields, complaint: str
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

    def test_what_is_missing_or_unreadable_is_told(self, web: httpx2.Client) -> None:
        without = {name: value for name, value in MANIFEST.items() if name != "url"}
        assert '"url" wasn' in unescape(self.propose(web, without).text)
        assert "not JSON" in self.propose(web, "{").text
        assert "not an object" in self.propose(web, "[]").text

    def test_a_taken_name_is_asked_for_again(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App
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
        assert paths.slug == "paths"
        assert query_of(web.post("/settings/apps", data=data | {"name": "learner"}))["code"]

    def test_only_the_sandbox_confirms(self, web: httpx2.Client) -> None:
        data = hidden(self.propose(web, MANIFEST)) | {"name": "Paths"}
        answer = web.post("/settings/apps", data=data, headers={"Origin": HOST})
        assert answer.status_code == 403


class TestInstalling:
    def new(self, account: str, sandbox: Sandbox, **fields: object) -> Fields:
        target = sandbox.world.users[account].id
        return {"target_id": target, "install_target": "selected", **fields}

    def test_the_person_chooses_repositories_and_goes_on_to_the_apps_page(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App, secret: Repository
    ) -> None:
        page = web.get(f"/apps/{paths.slug}/installations/new?state=s1")
        assert page.status_code == 200
        assert secret.name in page.text
        data = hidden(page) | {"install_target": "selected", "repository_ids": [secret.id]}

        query = query_of(web.post(f"/apps/{paths.slug}/installations", data=data))

        (made,) = sandbox.world.installations.values()
        wanted = {"installation_id": str(made.id), "setup_action": "install", "state": "s1"}
        assert query == wanted
        assert (made.account.login, made.repositories) == ("learner", [secret])

    def test_an_app_without_a_setup_page_leads_to_its_settings(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App
    ) -> None:
        paths.setup_url = None
        data = self.new("learner", sandbox, install_target="all")
        answer = web.post(f"/apps/{paths.slug}/installations", data=data)
        (made,) = sandbox.world.installations.values()
        assert answer.headers["location"] == f"/settings/installations/{made.id}"
        assert made.repositories is None

    def test_somebody_with_organizations_chooses_an_account(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App
    ) -> None:
        acme = sandbox.world.add_user("acme", kind="Organization", owners=["learner"])
        home = sandbox.world.add_repository("acme/lab")
        address = f"/apps/{paths.slug}/installations/new?target_id={acme.id}"
        assert address in web.get(f"/apps/{paths.slug}/installations/new").text

        page = web.get(address)
        data = hidden(page) | {"repository_ids": [home.id]}
        web.post(f"/apps/{paths.slug}/installations", data=data)

        (made,) = sandbox.world.installations.values()
        assert made.account is acme
        settings = f"/organizations/acme/settings/installations/{made.id}"
        assert web.get(address).headers["location"] == settings
        assert web.get(settings).status_code == 200

    def test_it_is_refused_for_what_is_not_theirs(
        self, sandbox: Sandbox, mentor: httpx2.Client, paths: App
    ) -> None:
        address = f"/apps/{paths.slug}/installations"
        home = sandbox.world.repository()
        theirs = self.new("learner", sandbox, repository_ids=[home.id])
        mine = self.new("mentor", sandbox, repository_ids=[home.id])
        assert mentor.post(address, data=theirs).status_code == 404
        assert mentor.post(address, data=mine).status_code == 422
        assert sandbox.world.installations == {}

    def test_a_private_app_is_its_owners_alone(
        self, web: httpx2.Client, mentor: httpx2.Client, paths: App
    ) -> None:
        assert mentor.get(f"/apps/{paths.slug}").status_code == 200
        paths.public = False
        assert mentor.get(f"/apps/{paths.slug}").status_code == 404
        assert mentor.get(f"/apps/{paths.slug}/installations/new").status_code == 404
        assert web.get(f"/apps/{paths.slug}").status_code == 200

    def test_it_is_installed_once(self, sandbox: Sandbox, web: httpx2.Client, paths: App) -> None:
        data = self.new("learner", sandbox, install_target="all")
        web.post(f"/apps/{paths.slug}/installations", data=data)
        assert web.post(f"/apps/{paths.slug}/installations", data=data).status_code == 409

    def test_it_can_be_changed_stopped_and_removed(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App, reported: list[str]
    ) -> None:
        world = sandbox.world
        other = world.add_repository("learner/other")
        made = apps.install(world, paths, "learner", repositories=[world.repository()])
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
        assert reported == [
            "installation created",
            "installation_repositories added",
            "installation_repositories removed",
            "installation_repositories added",
            "installation suspend",
            "installation unsuspend",
            "installation deleted",
        ]

    def test_others_cannot_touch_it(
        self, sandbox: Sandbox, mentor: httpx2.Client, paths: App
    ) -> None:
        made = apps.install(sandbox.world, paths, "learner")
        page = f"/settings/installations/{made.id}"
        assert mentor.get(page).status_code == 404
        assert mentor.post(page, data={"install_target": "all"}).status_code == 404
        assert mentor.post(f"{page}/uninstall").status_code == 404

    def test_an_app_that_wants_to_know_of_changes_is_led_to(
        self, sandbox: Sandbox, web: httpx2.Client, paths: App
    ) -> None:
        paths.setup_on_update = True
        made = apps.install(sandbox.world, paths, "learner")
        answer = web.post(f"/settings/installations/{made.id}", data={"install_target": "all"})
        assert query_of(answer) == {"installation_id": str(made.id), "setup_action": "update"}
