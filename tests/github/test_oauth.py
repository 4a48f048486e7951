"""Signing people in: the web flow's client, over HTTP against the sandbox."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import respx
from pydantic import SecretStr
from timeline import Timeline

from bot.errors import (
    AuthenticationError,
    ConfigError,
    GitHubError,
    MilepostError,
    UnavailableError,
    UncertainWriteError,
)
from bot.github.answer import UnreadableAnswerError
from bot.github.errors import InstallationGoneError, InstallationSuspendedError
from bot.github.oauth import CodeRefusedError, OAuthClient, Reachable, challenge_of
from github_sandbox.server import Sandbox
from github_sandbox.state import apps, grants
from github_sandbox.state.objects import App
from github_sandbox.world import World
from tests.flows import hidden, query_of

BACK = "https://paths.example/signed-in"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
SECRET = SecretStr("client-secret")
Made = Callable[..., OAuthClient]


@pytest.fixture
def app(world: World) -> App:
    rights = {"issues": "write", "metadata": "read"}
    return apps.create(
        world, "Paths", owner="learner", permissions=rights, events=[], callback_urls=[BACK]
    )


@pytest.fixture
def oauth(sandbox: Sandbox, app: App, timeline: Timeline) -> Iterator[OAuthClient]:
    secret = SecretStr(app.client_secret)
    made = OAuthClient(app.client_id, secret, api_url=sandbox.api_url, clock=timeline.clock)
    yield made
    made.close()


@pytest.fixture
def answering(httpx2_mock: respx.Router) -> Iterator[Made]:
    """A sign-in whose GitHub always answers the same."""
    opened: list[OAuthClient] = []

    def make(
        status: int = 200, body: object = None, headers: dict[str, str] | None = None
    ) -> OAuthClient:
        text = body if isinstance(body, str) else json.dumps(body)
        httpx2_mock.route().respond(status, text=text, headers=headers)
        opened.append(OAuthClient("Iv1.1", SECRET))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def token(world: World, app: App) -> SecretStr:
    """The learner's."""
    return token_for(world, app, "learner")


def token_for(world: World, app: App, login: str) -> SecretStr:
    return SecretStr(grants.give(world, app, world.add_user(login)).token.value)


def code_for(world: World, app: App) -> str:
    learner = world.users["learner"]
    return grants.consent(world, app, learner, BACK, challenge_of(VERIFIER))


class TestAddress:
    @pytest.mark.parametrize(
        ("api_url", "root"),
        [
            ("https://api.github.com", "https://github.com"),
            ("https://git.example/api/v3", "https://git.example"),
            ("https://api.octo.ghe.com", "https://octo.ghe.com"),
        ],
    )
    def test_it_leads_to_the_pages_of_the_api(self, api_url: str, root: str) -> None:
        oauth = OAuthClient("Iv1.1", SECRET, api_url=api_url)
        address = oauth.address(redirect_uri=BACK, state="a&b", challenge="c" * 43)
        assert address.startswith(f"{root}/login/oauth/authorize?")
        assert parse_qs(urlsplit(address).query) == {
            "client_id": ["Iv1.1"],
            "redirect_uri": [BACK],
            "state": ["a&b"],
            "code_challenge": ["c" * 43],
            "code_challenge_method": ["S256"],
        }

    def test_the_challenge_is_that_of_the_rfc(self) -> None:
        # RFC 7636, appendix B
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class TestRevoke:
    def test_a_token_ends_and_those_of_others_do_not(
        self, oauth: OAuthClient, world: World, app: App, token: SecretStr
    ) -> None:
        other = token_for(world, app, "mentor")
        oauth.revoke(token)
        with pytest.raises(AuthenticationError):
            oauth.person(token)
        assert oauth.person(other).login == "mentor"
        # What is at its end already stays there.
        oauth.revoke(token)

    def test_a_wrong_secret_is_told(self, sandbox: Sandbox, app: App, token: SecretStr) -> None:
        oauth = OAuthClient(app.client_id, SECRET, api_url=sandbox.api_url)
        with pytest.raises(ConfigError, match="client secret"):
            oauth.revoke(token)
        oauth.close()

    @pytest.mark.parametrize("status", [302, 403, 500, 503])
    def test_anything_else_is_no_answer(self, answering: Made, status: int) -> None:
        with pytest.raises(UnavailableError) as reported:
            answering(status, {"message": "ghu_secret"}).revoke(SecretStr("ghu_secret"))
        assert "ghu_" not in str(reported.value)

    def test_it_is_asked_once(self, sandbox: Sandbox, oauth: OAuthClient, token: SecretStr) -> None:
        sandbox.world.faults.add("reset", path="/applications/*", times=0)
        before = sandbox.world.journal.received
        with pytest.raises(UnavailableError):
            oauth.revoke(token)
        assert sandbox.world.journal.received == before + 1


class TestExchange:
    def test_a_person_signs_in(self, oauth: OAuthClient, timeline: Timeline) -> None:
        address = oauth.address(redirect_uri=BACK, state="s", challenge=challenge_of(VERIFIER))
        with httpx2.Client(verify=False, timeout=60) as browser:
            page = browser.get(address)
            action = address.partition("?")[0]
            back = query_of(browser.post(action, data=hidden(page) | {"authorize": "1"}))
        assert back["state"] == "s"

        given = oauth.exchange(back["code"], redirect_uri=BACK, verifier=VERIFIER)
        assert given.until == timeline.now + timedelta(hours=8)
        assert oauth.person(given.token).login == "learner"

    def test_a_code_works_once_and_with_its_verifier_only(
        self, oauth: OAuthClient, world: World, app: App
    ) -> None:
        code = code_for(world, app)
        oauth.exchange(code, redirect_uri=BACK, verifier=VERIFIER)
        with pytest.raises(CodeRefusedError, match="used up") as reported:
            oauth.exchange(code, redirect_uri=BACK, verifier=VERIFIER)
        assert code not in str(reported.value)
        with pytest.raises(CodeRefusedError):
            oauth.exchange(code_for(world, app), redirect_uri=BACK, verifier=VERIFIER + "x")

    def test_what_the_operator_must_mend_is_told(
        self, oauth: OAuthClient, sandbox: Sandbox, world: World, app: App
    ) -> None:
        code = code_for(world, app)
        with pytest.raises(ConfigError, match="callback URL"):
            oauth.exchange(code, redirect_uri=f"{BACK}/x", verifier=VERIFIER)
        for client in (app.client_id, "Iv1.none"):
            other = OAuthClient(client, SECRET, api_url=sandbox.api_url)
            with pytest.raises(ConfigError, match="client secret") as reported:
                other.exchange(code, redirect_uri=BACK, verifier=VERIFIER)
            other.close()
            assert SECRET.get_secret_value() not in str(reported.value)

    @pytest.mark.parametrize(
        ("error", "kind", "words"),
        [
            ("unverified_user_email", GitHubError, "not verified"),
            ("application_suspended", GitHubError, r"\(application_suspended\)"),
            ("invalid_grant", CodeRefusedError, "used up"),
            ("canary: the-code", GitHubError, r"\(status 200\)"),
            ({"odd": 1}, GitHubError, r"\(status 200\)"),
        ],
    )
    def test_other_refusals_are_told_without_what_they_repeat(
        self, answering: Made, error: object, kind: type[MilepostError], words: str
    ) -> None:
        with pytest.raises(kind, match=words) as reported:
            answering(body={"error": error}).exchange("the-code", redirect_uri=BACK, verifier="v")
        assert "the-code" not in str(reported.value)

    def test_a_token_may_last(self, answering: Made) -> None:
        given = answering(body={"access_token": "ghu_1"}).exchange(
            "c", redirect_uri=BACK, verifier="v"
        )
        assert given.until is None

    @pytest.mark.parametrize(
        "body", ["<html>", "[]", {"access_token": ""}, {"token_type": "bearer"}]
    )
    def test_what_is_no_answer_of_githubs_is_told(self, answering: Made, body: object) -> None:
        with pytest.raises(UnreadableAnswerError):
            answering(body=body).exchange("c", redirect_uri=BACK, verifier="v")

    def test_a_lost_answer_is_told_and_nothing_is_sent_again(
        self, httpx2_mock: respx.Router
    ) -> None:
        sent = httpx2_mock.post(
            "https://github.com/login/oauth/access_token", headers={"accept": "application/json"}
        ).mock(side_effect=httpx2.ReadTimeout("canary"))
        oauth = OAuthClient("Iv1.1", SECRET)
        with pytest.raises(UncertainWriteError, match="Sign in again"):
            oauth.exchange("c", redirect_uri=BACK, verifier="v")
        assert sent.call_count == 1
        oauth.close()

    def test_no_secret_is_shown_or_logged(
        self, oauth: OAuthClient, world: World, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        code = code_for(world, app)
        with caplog.at_level(logging.DEBUG):
            given = oauth.exchange(code, redirect_uri=BACK, verifier=VERIFIER)
            oauth.person(given.token)
        written = caplog.text + repr(oauth) + repr(given)
        secrets = (code, VERIFIER, app.client_secret, given.token.get_secret_value())
        assert [secret for secret in secrets if secret in written] == []


class TestWhatTheySee:
    def test_a_token_that_ended_is_told_for_every_question(
        self, oauth: OAuthClient, token: SecretStr, timeline: Timeline
    ) -> None:
        timeline.sleep(timedelta(hours=8).total_seconds())
        questions: list[Callable[[], object]] = [
            lambda: oauth.person(token),
            lambda: oauth.installations(token),
            lambda: oauth.repositories(token, 1),
            lambda: oauth.repository(token, "learner/portfolio"),
        ]
        for query in questions:
            with pytest.raises(AuthenticationError, match="Sign in again") as reported:
                query()
            assert token.get_secret_value() not in str(reported.value)

    def test_installations_and_repositories_are_those_of_both(
        self, oauth: OAuthClient, world: World, app: App, token: SecretStr
    ) -> None:
        guest = token_for(world, app, "mentor")
        assert oauth.installations(token) == ()
        secret = world.add_repository(
            "learner/secret", private=True, collaborators={"mentor": "write"}
        )
        made = apps.install(world, app, "learner")

        (found,) = oauth.installations(token)
        assert (found.id, found.account, found.selection) == (made.id, "learner", "all")
        assert [one.full_name for one in oauth.repositories(token, made.id)] == [
            "learner/portfolio",
            "learner/secret",
        ]
        assert oauth.repositories(guest, made.id) == (
            Reachable(
                id=secret.id,
                full_name="learner/secret",
                private=True,
                can_write=True,
                can_admin=False,
            ),
        )

    def test_every_page_is_read(
        self, oauth: OAuthClient, world: World, app: App, token: SecretStr
    ) -> None:
        for number in range(101):
            world.add_repository(f"learner/r{number}", empty=True)
        made = apps.install(world, app, "learner")
        found = oauth.repositories(token, made.id)
        assert len({one.id for one in found}) == 102

    def test_an_installation_that_is_not_theirs_is_gone(
        self, oauth: OAuthClient, world: World, app: App, token: SecretStr
    ) -> None:
        theirs = apps.install(world, app, "stranger")
        for number in (theirs.id, 99):
            with pytest.raises(InstallationGoneError):
                oauth.repositories(token, number)

    def test_a_suspended_one_is_listed_but_not_opened(
        self, oauth: OAuthClient, world: World, app: App, token: SecretStr
    ) -> None:
        made = apps.install(world, app, "learner")
        apps.suspend(world, world.actor(), made)
        (found,) = oauth.installations(token)
        assert found.suspended_at is not None
        with pytest.raises(InstallationSuspendedError):
            oauth.repositories(token, made.id)

    def test_a_repository_is_told_with_their_role(
        self, oauth: OAuthClient, world: World, app: App, token: SecretStr
    ) -> None:
        guest = token_for(world, app, "mentor")
        mine = oauth.repository(token, "Learner/Portfolio")
        theirs = oauth.repository(guest, "learner/portfolio")
        assert mine is not None
        assert theirs is not None
        assert (mine.full_name, mine.can_write, mine.can_admin) == ("learner/portfolio", True, True)
        assert (theirs.id, theirs.can_write, theirs.can_admin) == (mine.id, False, False)

    def test_a_private_one_is_not_there_without_the_app(
        self, oauth: OAuthClient, world: World, app: App, token: SecretStr
    ) -> None:
        world.add_repository("learner/secret", private=True)
        assert oauth.repository(token, "learner/secret") is None
        assert oauth.repository(token, "learner/nothing") is None
        apps.install(world, app, "learner")
        found = oauth.repository(token, "learner/secret")
        assert found is not None
        assert found.private

    def test_a_former_name_leads_to_the_new_one(
        self, oauth: OAuthClient, world: World, token: SecretStr
    ) -> None:
        home = world.repository()
        world.rename(home, "journey")
        found = oauth.repository(token, "learner/portfolio")
        assert found is not None
        assert (found.id, found.full_name) == (home.id, "learner/journey")

    @pytest.mark.parametrize(
        "name", ["", "learner", "a/b/c", "a/..", "a/.", "a/b?c", "../user", "a/ "]
    )
    def test_what_is_no_name_is_not_asked_for(
        self, oauth: OAuthClient, world: World, token: SecretStr, name: str
    ) -> None:
        assert oauth.repository(token, name) is None
        assert not world.journal.entries

    @pytest.mark.parametrize(
        "location", ["https://evil.example/x", "", "/repositories/1/../../user"]
    )
    def test_a_redirect_to_elsewhere_is_not_followed(self, answering: Made, location: str) -> None:
        oauth = answering(301, {}, {"location": location})
        with pytest.raises(UnreadableAnswerError, match="a redirect"):
            oauth.repository(SecretStr("t"), "a/b")

    @pytest.mark.parametrize("status", [403, 451])
    def test_what_github_withholds_is_not_there(self, answering: Made, status: int) -> None:
        answer = {"message": "Resource not accessible by integration"}
        assert answering(status, answer).repository(SecretStr("t"), "a/b") is None

    @pytest.mark.parametrize("body", [[], {"installations": 1}, {"installations": [{"id": 1}]}])
    def test_lists_of_another_shape_are_told(self, answering: Made, body: object) -> None:
        with pytest.raises(UnreadableAnswerError):
            answering(body=body).installations(SecretStr("t"))

    def test_nobody_waits_long_for_githubs_limits(
        self, oauth: OAuthClient, world: World, token: SecretStr
    ) -> None:
        world.faults.add("secondary-403", retry_after=60)
        with pytest.raises(UnavailableError, match="wait until"):
            oauth.repository(token, "learner/portfolio")
