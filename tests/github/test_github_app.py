"""Acting as a GitHub App: signatures, installations, tokens, and what goes wrong with them."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import respx
from pydantic import SecretStr
from timeline import Timeline

from bot.errors import (
    AuthenticationError,
    ConfigError,
    MilepostError,
    PermissionDeniedError,
    UnavailableError,
)
from bot.github.answer import UnreadableAnswerError
from bot.github.app import AppAuth, InstalledRepository
from bot.github.app_key import AppKey
from bot.github.connection import Connection
from bot.github.errors import (
    AppRefusedError,
    InstallationGoneError,
    InstallationSuspendedError,
    NotGrantedError,
    NotInstalledError,
)
from bot.github.reader import HttpReader
from bot.github.repository_client import RepositoryClient, inspect
from bot.github.retry import WaitPolicy
from bot.github.rights import LEAST, Rights
from github_sandbox import InstalledApp
from github_sandbox.state import apps
from github_sandbox.state.objects import Actor
from github_sandbox.world import World

pytestmark = pytest.mark.httpx2(base_url="https://api.github.com")
MakeAuth = Callable[..., AppAuth]
KEY = apps.key_pair()[0]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def make_auth(sandbox_app: InstalledApp, timeline: Timeline) -> Iterator[MakeAuth]:
    made: list[AppAuth] = []

    def make(**other: Any) -> AppAuth:
        usual: dict[str, Any] = {
            "issuer": sandbox_app.app.client_id,
            "private_key": SecretStr(sandbox_app.app.private_key),
            "api_url": sandbox_app.sandbox.api_url,
            "policy": WaitPolicy(timeline.clock, timeline.sleep, max_wait=60),
        }
        made.append(AppAuth(**(usual | other)))
        return made[-1]

    yield make
    for auth in made:
        auth.close()


@pytest.fixture
def auth(make_auth: MakeAuth) -> AppAuth:
    return make_auth()


@pytest.fixture
def home(sandbox_app: InstalledApp, world: World) -> InstalledRepository:
    """The learner's repository as the App sees it."""
    repository = world.repository()
    return InstalledRepository(
        installation=sandbox_app.installation.id, id=repository.id, full_name=repository.full_name
    )


def token_requests(world: World) -> list[int]:
    """The statuses of the answers to requests for a token."""
    entries = world.journal.entries
    return [entry.status for entry in entries if entry.path.endswith("/access_tokens")]


def job(connection: Connection) -> str:
    """Work to do with a connection: one request."""
    return inspect(connection).repository


def token_of(auth: AppAuth, home: InstalledRepository) -> SecretStr:
    return auth.token(home.installation, home.id)


class TestSignatures:
    def test_id_and_key_are_proved_by_asking_for_the_app(
        self, auth: AppAuth, make_auth: MakeAuth, sandbox_app: InstalledApp
    ) -> None:
        assert auth.info().slug == "test-app"
        assert auth.info().permissions["issues"] == "write"
        assert make_auth(issuer=str(sandbox_app.app.id)).info() == auth.info()

    def test_an_app_that_github_does_not_know(self, make_auth: MakeAuth) -> None:
        with pytest.raises(AppRefusedError, match="no such GitHub App"):
            make_auth(issuer="Iv1.other").info()
        with pytest.raises(ConfigError, match="empty"):
            make_auth(issuer=" ")

    def test_a_key_of_another_app(self, make_auth: MakeAuth) -> None:
        from cryptography.hazmat.primitives import serialization as wire
        from cryptography.hazmat.primitives.asymmetric import rsa

        other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            wire.Encoding.PEM, wire.PrivateFormat.PKCS8, wire.NoEncryption()
        )
        with pytest.raises(AppRefusedError, match="could not be decoded"):
            make_auth(private_key=SecretStr(other.decode())).info()

    @pytest.mark.parametrize("minutes", [-30, -9, 5, 90], ids=str)
    def test_a_wrong_clock_is_set_by_github_s(
        self, make_auth: MakeAuth, home: InstalledRepository, world: World, minutes: int
    ) -> None:
        off = make_auth(policy=WaitPolicy(lambda: world.clock.exact() + timedelta(minutes=minutes)))
        token_of(off, home)
        token_of(off, home)
        assert token_requests(world) == [401, 201]
        assert abs(off.now() - world.clock.exact()) < timedelta(seconds=30)


class TestTokens:
    def test_they_are_for_one_repository_and_the_least_rights(
        self, auth: AppAuth, home: InstalledRepository, world: World
    ) -> None:
        token_of(auth, home)
        (requested,) = (
            e.request for e in world.journal.entries if e.path.endswith("/access_tokens")
        )
        assert requested == {
            "permissions": {"metadata": "read", "issues": "write"},
            "repository_ids": [home.id],
        }

    def test_they_open_the_repository(self, auth: AppAuth, home: InstalledRepository) -> None:
        assert auth.using(home, job) == "learner/portfolio"

    def test_one_is_used_until_shortly_before_its_end(
        self, auth: AppAuth, home: InstalledRepository, timeline: Timeline, world: World
    ) -> None:
        first = token_of(auth, home)
        timeline.sleep(54 * 60)
        assert token_of(auth, home) == first
        timeline.sleep(2 * 60)
        second = token_of(auth, home)
        assert second != first
        assert token_requests(world) == [201, 201]
        timeline.sleep(5 * 60)
        assert auth.using(home, job) == home.full_name

    def test_other_rights_and_other_repositories_have_their_own(
        self, auth: AppAuth, home: InstalledRepository, world: World
    ) -> None:
        other = world.add_repository("learner/other")
        tokens = {
            auth.token(home.installation, home.id).get_secret_value(),
            auth.token(home.installation, home.id, Rights(contents="read")).get_secret_value(),
            auth.token(home.installation, other.id).get_secret_value(),
            auth.token(home.installation, None).get_secret_value(),
        }
        assert len(tokens) == 4

    def test_many_threads_ask_once(
        self, auth: AppAuth, home: InstalledRepository, world: World
    ) -> None:
        together = threading.Barrier(12)

        def query() -> str:
            together.wait()
            return token_of(auth, home).get_secret_value()

        with ThreadPoolExecutor(12) as pool:
            tokens = {future.result() for future in [pool.submit(query) for _ in range(12)]}
        assert len(tokens) == 1
        assert token_requests(world) == [201]

    def test_a_token_of_any_form_is_handed_on_as_it_is(self, httpx2_mock: respx.Router) -> None:
        odd = "ghs_123456_" + "eyJ0eXAi." * 60 + "-_x"
        given = {"token": odd, "expires_at": "2026-03-02T13:00:00Z"}
        httpx2_mock.post("/app/installations/1/access_tokens").respond(201, json=given)
        auth = AppAuth("Iv1.x", SecretStr(KEY), policy=WaitPolicy(lambda: NOON))
        place = InstalledRepository(installation=1, id=2, full_name="learner/portfolio")
        assert auth.token(1, 2).get_secret_value() == odd
        assert auth.using(place, lambda connection: connection.token) == SecretStr(odd)

    @pytest.mark.parametrize(
        "body", [{}, {"token": "canary"}, {"token": "canary", "expires_at": "soon"}, []]
    )
    def test_an_answer_without_a_token_is_told(
        self, httpx2_mock: respx.Router, body: dict[str, str]
    ) -> None:
        httpx2_mock.post("/app/installations/1/access_tokens").respond(201, json=body)
        with pytest.raises(UnreadableAnswerError) as reported:
            AppAuth("Iv1.x", SecretStr(KEY)).token(1, 2)
        assert "canary" not in str(reported.value)


class TestRefusedTokens:
    def test_a_revoked_one_is_asked_for_anew_once(
        self, auth: AppAuth, home: InstalledRepository, world: World
    ) -> None:
        del world.tokens[token_of(auth, home).get_secret_value()]
        assert auth.using(home, job) == "learner/portfolio"
        assert token_requests(world) == [201, 201]

    def test_one_that_expires_in_the_middle_lets_the_work_begin_again(
        self, auth: AppAuth, home: InstalledRepository, timeline: Timeline
    ) -> None:
        started: list[int] = []

        def work(connection: Connection) -> str:
            started.append(1)
            if len(started) == 1:
                timeline.sleep(3601)
            return job(connection)

        assert auth.using(home, work) == "learner/portfolio"
        assert len(started) == 2

    def test_when_the_new_one_is_refused_too_that_is_all(
        self, auth: AppAuth, home: InstalledRepository, world: World
    ) -> None:
        world.faults.add("expired", path="/repos/*", times=0)
        with pytest.raises(AuthenticationError):
            auth.using(home, job)
        assert token_requests(world) == [201, 201]
        assert sum(entry.fault == "expired" for entry in world.journal.entries) == 2

    def test_a_suspended_installation(
        self, auth: AppAuth, home: InstalledRepository, world: World, sandbox_app: InstalledApp
    ) -> None:
        token_of(auth, home)
        with world.lock:
            apps.suspend(world, Actor(world.users["learner"]), sandbox_app.installation)
        for act in (lambda: auth.using(home, job), lambda: token_of(auth, home)):
            with pytest.raises(InstallationSuspendedError, match="suspended"):
                act()
        with pytest.raises(InstallationSuspendedError):
            list(auth.repositories(home.installation))
        assert [one.suspended_at is None for one in auth.installations()] == [False]
        with world.lock:
            apps.unsuspend(world, Actor(world.users["learner"]), sandbox_app.installation)
        assert auth.using(home, job) == "learner/portfolio"

    def test_a_removed_installation(
        self, auth: AppAuth, home: InstalledRepository, world: World, sandbox_app: InstalledApp
    ) -> None:
        token_of(auth, home)
        with world.lock:
            apps.uninstall(world, Actor(world.users["learner"]), sandbox_app.installation)
        with pytest.raises(InstallationGoneError):
            auth.using(home, job)
        with pytest.raises(InstallationGoneError):
            auth.installation(home.installation)
        assert list(auth.installations()) == []

    @pytest.mark.parametrize("path", ["/repos/learner/portfolio", "/repositories/{id}"])
    def test_a_repository_that_was_taken_out(
        self,
        auth: AppAuth,
        home: InstalledRepository,
        world: World,
        sandbox_app: InstalledApp,
        path: str,
    ) -> None:
        world.repository().private = True
        stored = world.tokens[token_of(auth, home).get_secret_value()]
        learner, taken = Actor(world.users["learner"]), [world.repository()]
        with world.lock:
            apps.change_repositories(world, learner, sandbox_app.installation, remove=taken)
            stored.repositories = []  # GitHub takes it from the tokens that are about, too

        def work(connection: Connection) -> None:
            with RepositoryClient(connection) as client:
                client.get(path.format(id=home.id))

        with pytest.raises(NotInstalledError):
            auth.using(home, work)

    def test_a_right_that_was_not_granted(self, auth: AppAuth, home: InstalledRepository) -> None:
        with pytest.raises(NotGrantedError, match="not granted"):
            auth.token(home.installation, home.id, Rights(contents="write"))

    def test_a_refusal_with_a_good_token_stands(
        self, auth: AppAuth, home: InstalledRepository, world: World
    ) -> None:
        world.repository().private = True
        started: list[int] = []

        def work(connection: Connection) -> str | None:
            started.append(1)
            with HttpReader(connection) as reader:
                return reader.file("README.md")

        with pytest.raises(PermissionDeniedError, match="contents"):
            auth.using(home, work)
        assert len(started) == 1
        assert auth.using(home, work, rights=Rights(contents="read")) is not None


class TestLists:
    def test_installations_are_read_to_the_end(
        self, auth: AppAuth, world: World, sandbox_app: InstalledApp
    ) -> None:
        with world.lock:
            for number in range(120):
                apps.install(world, sandbox_app.app, f"learner-{number}", repositories=[])
        found = list(auth.installations())
        world.journal.forget()  # a quarter of a megabyte of JSON takes long to validate
        assert len(found) == 121
        assert (found[0].account, found[0].kind, found[0].selection) == ("learner", "User", "all")
        assert auth.installation(found[7].id) == found[7]

    def test_repositories_are_read_to_the_end(
        self, auth: AppAuth, world: World, home: InstalledRepository
    ) -> None:
        with world.lock:
            for number in range(101):
                world.add_repository(f"learner/r{number}", private=number == 0)
        found = list(auth.repositories(home.installation))
        world.journal.forget()
        assert [one.full_name for one in found[:2]] == ["learner/portfolio", "learner/r0"]
        assert (len(found), found[1].private, found[0].id) == (102, True, home.id)

    def test_a_revoked_token_does_not_end_a_list(
        self, auth: AppAuth, world: World, home: InstalledRepository
    ) -> None:
        list(auth.repositories(home.installation))
        world.tokens = {v: t for v, t in world.tokens.items() if t.kind != "installation"}
        assert [one.full_name for one in auth.repositories(home.installation)] == [home.full_name]

    @pytest.mark.parametrize("body", [{}, {"repositories": 3}, {"repositories": [{"id": 1}]}, 7])
    def test_what_is_no_list_is_told(self, httpx2_mock: respx.Router, body: Any) -> None:
        given = {"token": "x", "expires_at": "2100-01-01T00:00:00Z"}
        httpx2_mock.post("/app/installations/1/access_tokens").respond(201, json=given)
        httpx2_mock.get("/installation/repositories").respond(json=body)
        httpx2_mock.get("/app/installations").respond(json=body)
        auth = AppAuth("Iv1.x", SecretStr(KEY))
        with pytest.raises(UnreadableAnswerError):
            list(auth.repositories(1))
        with pytest.raises(UnreadableAnswerError):
            list(auth.installations())

    def test_pages_that_never_end_are_told(self, httpx2_mock: respx.Router) -> None:
        link = '<https://api.github.com/app/installations?per_page=100>; rel="next"'
        httpx2_mock.get("/app/installations").respond(json=[], headers={"link": link})
        with pytest.raises(UnreadableAnswerError, match="never end"):
            list(AppAuth("Iv1.x", SecretStr(KEY)).installations())


class TestPatience:
    def test_what_may_pass_is_tried_again(
        self, auth: AppAuth, home: InstalledRepository, world: World, timeline: Timeline
    ) -> None:
        for kind in ("502", "reset-after"):
            world.faults.add(kind, path="/app/*")
        world.faults.add("secondary-403", path="/app/*", retry_after=30, nth=2)
        token_of(auth, home)
        assert 30 in timeline.slept

    def test_what_wants_too_long_is_told(
        self, auth: AppAuth, home: InstalledRepository, world: World, timeline: Timeline
    ) -> None:
        world.faults.add("secondary-429", path="/app/*", retry_after=3600)
        with pytest.raises(UnavailableError, match="60 minutes"):
            token_of(auth, home)
        assert timeline.slept == []

    def test_a_redirect_is_not_followed(self, httpx2_mock: respx.Router) -> None:
        elsewhere = {"location": "https://elsewhere.example/app"}
        httpx2_mock.get("/app").respond(307, headers=elsewhere)
        with pytest.raises(UnreadableAnswerError, match="redirect"):
            AppAuth("Iv1.x", SecretStr(KEY)).info()
        assert httpx2_mock.calls.call_count == 1


def test_no_secret_is_ever_shown(
    auth: AppAuth,
    home: InstalledRepository,
    world: World,
    sandbox_app: InstalledApp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    token = token_of(auth, home)
    shown = [repr(auth), repr(AppKey("x", SecretStr(KEY))), repr(token)]
    cases = [(home.id, Rights(contents="write")), (999_999, LEAST)]
    for repository, rights in cases:
        with pytest.raises(MilepostError) as reported:
            auth.token(home.installation, repository, rights)
        shown += [str(reported.value), repr(reported.value)]
    with world.lock:
        apps.suspend(world, Actor(world.users["learner"]), sandbox_app.installation)
    with pytest.raises(InstallationSuspendedError) as reported:
        auth.using(home, job)
    shown += [str(reported.value), repr(reported.value), caplog.text]
    everything = "\n".join(shown)
    assert token.get_secret_value() not in everything
    assert KEY[40:80] not in everything
    assert "eyJ" not in everything, "the start of every signature"
