"""Pages while GitHub is slow: how long they wait, for how many, and what they show without it."""

import contextvars
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import anyio.to_thread
import pytest
from server.page_documents_fixture import PageDocuments, six_weeks
from server.person import Person
from server.server_fixture import PATIENCE, eventually
from server.visitor_fixture import VisitorFixture, visited

from bot.github.oauth import OAuthClient
from bot.server.pages import github_calls, public_check
from bot.server.pages.github_calls import GitHubCalls, SlowError
from bot.server.pages.public_check import FRESH
from bot.server.pages.settings_file import SettingsFile
from github_sandbox.server import running
from github_sandbox.state import apps


@pytest.fixture
def app_server(tmp_path: Path) -> Iterator[VisitorFixture]:
    """Run a server with a public and a private path of Lea."""
    with running() as sandbox:
        with visited(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
            homes = [
                made.world.add_repository(
                    f"lea/{name}", private=name == "veiled", collaborators={"reader": "write"}
                )
                for name in ("open", "other", "veiled")
            ]
            with made.world.lock:
                apps.install(made.world, made.app, "lea", repositories=homes)
            made.settle()
            documents = PageDocuments(made.host.store)
            for home in homes:
                documents.add(home.full_name, six_weeks(), number=home.id, private=home.private)
            yield made
        sandbox.webhooks.settle()


@pytest.fixture
def reader(app_server: VisitorFixture) -> Iterator[Person]:
    with app_server.person("reader") as somebody:
        app_server.sign_in(somebody)
        yield somebody


class SlowGitHub:
    """Holds calls of a method back until the end, and counts them. Pages wait for a moment only."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        self.calls = 0
        self.gate = threading.Event()
        answer = getattr(owner, name)

        def slow(*args: Any, **options: Any) -> Any:
            self.calls += 1
            assert self.gate.wait(PATIENCE)
            return answer(*args, **options)

        patch.setattr(owner, name, slow)
        patch.setattr(github_calls, "PATIENCE", 0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()


def test_what_all_may_see_is_shown_and_the_rest_comes_with_the_answer(
    reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SlowGitHub(monkeypatch, OAuthClient, "repository") as github:
        page = reader.open("/r/lea/open")
        assert page.status == 200
        assert "From here to there" in page.text
        assert "GitHub is slow" in page.text
        private = reader.web.get("/r/lea/veiled")
        assert (private.status_code, private.headers["retry-after"]) == (503, "5")
        assert "GitHub is slow" in private.text
        assert "From here to there" not in private.text
    # Its answers came after all, so nobody asks again.
    eventually(lambda: not [one for one in threading.enumerate() if one.name == "page"])
    assert reader.open("/r/lea/veiled").status == 200
    assert "/setup/lea/open" in reader.open("/r/lea/open").links.values()
    assert github.calls == 2


@pytest.mark.parametrize(
    ("path", "owner", "method"),
    [
        ("/setup", OAuthClient, "installations"),
        ("/setup/lea/open", OAuthClient, "repository"),
        ("/setup/lea/open", SettingsFile, "app_repository"),
    ],
)
def test_a_page_that_is_nothing_without_github_says_so(
    reader: Person, path: str, owner: Any, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SlowGitHub(monkeypatch, owner, method):
        page = reader.open(path)
        assert (page.status, "GitHub is slow" in page.text) == (503, True)


def test_the_first_page_is_there_without_the_list(
    reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SlowGitHub(monkeypatch, OAuthClient, "installations"):
        page = reader.open("/")
        assert (page.status, "GitHub is slow" in page.text) == (200, True)


def test_who_signs_out_does_not_wait_for_github(
    reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = reader.open("/r/lea/open")
    with SlowGitHub(monkeypatch, OAuthClient, "revoke") as github:
        page = reader.press(page, "Sign out")
        assert "Signed in as" not in page.text
        assert github.calls == 1


def test_a_public_repository_stays_in_sight_and_github_is_left_alone_for_a_while(
    app_server: VisitorFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Person(app_server.host.url) as anybody:
        assert anybody.open("/r/lea/open").status == 200
        clock = app_server.host.server.clock
        app_server.host.server.clock = lambda: clock() + FRESH
        with SlowGitHub(monkeypatch, public_check, "read_repository") as github:
            for path in ("/r/lea/open", "/r/lea/open", "/r/lea/other"):
                assert anybody.open(path).status == 200
            assert github.calls == 1


@pytest.mark.parametrize(("bound", "other"), [("MAX_CALLS_EACH", 200), ("MAX_CALLS", 503)])
def test_calls_without_an_answer_count_for_their_person_and_for_all(
    app_server: VisitorFixture,
    reader: Person,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    other: int,
) -> None:
    with app_server.person("lea") as lea:
        app_server.sign_in(lea)
        monkeypatch.setattr(github_calls, bound, 1)
        with SlowGitHub(monkeypatch, OAuthClient, "repository") as github:
            assert reader.open("/r/lea/veiled").status == 503
            assert reader.open("/r/lea/none").status == 503
            assert github.calls == 1
            monkeypatch.setattr(github_calls, "PATIENCE", PATIENCE)
            with ThreadPoolExecutor(1) as pool:
                theirs = pool.submit(lea.open, "/r/lea/veiled")
                eventually(lambda: theirs.done() or github.calls == 2)
                github.gate.set()
                assert theirs.result().status == other


def test_calls_leave_threads_for_pages_that_need_none() -> None:
    async def threads() -> float:
        return anyio.to_thread.current_default_thread_limiter().total_tokens

    assert anyio.run(threads) - github_calls.MAX_CALLS >= 8


def test_the_calls_of_one_page_share_its_time() -> None:
    now, calls = [0.0], GitHubCalls(clock=lambda: now[0])
    made: list[float] = []

    def page() -> None:
        for later in (1.0, 1.9, 0.1, 0.0):
            calls.run("ada", lambda: made.append(now[0]))
            now[0] += later

    with pytest.raises(SlowError):
        contextvars.copy_context().run(page)
    assert made == [0.0, 1.0, 2.9]
    now[0] = 100.0
    contextvars.copy_context().run(calls.run, "ada", lambda: made.append(now[0]))
    assert made[3:] == [100.0]


def test_what_a_call_raises_is_raised_and_a_call_within_is_part_of_it() -> None:
    calls = GitHubCalls()

    def inner() -> str:
        return calls.run("ada", lambda: threading.current_thread().name)

    def broken() -> None:
        raise TimeoutError("of the call itself")

    def page() -> None:
        assert calls.run("ada", inner) == "page"
        with pytest.raises(TimeoutError):
            calls.run("ada", broken)

    contextvars.copy_context().run(page)
