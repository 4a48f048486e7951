"""A server without an App gets one: from the address in its log to the first installation."""

import contextlib
import json
import logging
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from server.conftest import empty_database
from server.person import Page, Person
from server.server_fixture import Host, environment, eventually, hosted

from bot.errors import ConfigError
from bot.server.pages.register import api_of, is_reachable
from bot.server.server import Server
from github_sandbox.server import Sandbox

_ADDRESS = re.compile(r"/register\?code=[\w-]+")


def host_without_app(sandbox: Sandbox, folder: Path, **more: str) -> Iterator[tuple[Host, Person]]:
    def environ(url: str) -> dict[str, str]:
        base = environment(folder, f"sqlite:///{folder / 'store.sqlite3'}")
        return {**base, "GITHUB_API_URL": sandbox.api_url, "MILEPOST_PUBLIC_URL": url, **more}

    def change(server: Server) -> None:
        server.listens_at = "http://127.0.0.1:8000"

    with hosted(environ, change=change) as host, Person(host.url) as somebody:
        yield host, somebody


@pytest.fixture
def bare(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[tuple[Host, Person]]:
    """A server that has no App, and somebody with a browser."""
    caplog.set_level(logging.WARNING)
    yield from host_without_app(sandbox, tmp_path)


def invitation(caplog: pytest.LogCaptureFixture) -> str:
    """The one address that the log tells."""
    reported = [
        one.getMessage() for one in caplog.get_records("setup") + caplog.get_records("call")
    ]
    found = {match for text in reported for match in _ADDRESS.findall(text)}
    assert len(found) == 1
    return str(found.pop())


def at_github(somebody: Person, address: str, **filled: str) -> Page:
    """Filled in here, and on the way to GitHub."""
    form = somebody.open(address)
    assert form.status == 200
    return somebody.press(form, "Continue", **filled)


def registered(somebody: Person, address: str, **filled: str) -> Page:
    """All the way, to the page that says so."""
    return somebody.press(
        somebody.press(at_github(somebody, address, **filled), "Create on GitHub"), "Create GitHub"
    )


def test_from_the_log_to_an_installation(
    bare: tuple[Host, Person],
    sandbox: Sandbox,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    host, somebody = bare
    assert host.client.get(host.url + "/").status_code == 200
    done = registered(somebody, invitation(caplog), name="Paths of Ada", who="anybody")
    assert (done.status, done.path) == (200, "/register/done")
    app = next(iter(sandbox.world.apps.values()))
    assert (app.name, app.public, app.owner.login) == ("Paths of Ada", True, "learner")
    assert app.hook is not None
    assert app.hook.url == f"{host.url}/webhooks/github"
    assert app.callback_urls == (f"{host.url}/signed-in",)

    stored = tmp_path / "app.json"
    assert json.loads(stored.read_text())["client_id"] == app.client_id
    if os.name == "posix":
        assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    # Nothing of it is on the page, in the cookies, or in the log.
    text = done.answer.text + str(somebody.web.cookies) + caplog.text
    for secret in (app.private_key, app.client_secret, app.hook.secret or "-"):
        assert secret not in text

    # The server is at work without a restart: it hears of the installation.
    eventually(lambda: host.server.bot() == f"{app.slug}[bot]")
    chosen = somebody.follow(done, "Install it")
    somebody.press(chosen, "Install")
    eventually(lambda: host.store.repositories.repository_named("learner/portfolio"))


def test_an_organization_s_app(
    bare: tuple[Host, Person], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    _, somebody = bare
    with sandbox.world.lock:
        school = sandbox.world.add_user("school", kind="Organization")
        school.owners = frozenset({"learner"})
    address = invitation(caplog)
    wrong = at_github(somebody, address, owner="organization", organization="no such/name")
    assert wrong.status == 422
    assert "Write its name as in its address" in wrong.text
    registered(somebody, address, owner="organization", organization="school", reach="public")
    app = next(iter(sandbox.world.apps.values()))
    assert app.owner is school
    assert app.permissions == {"metadata": "read", "issues": "write"}
    assert not app.public


def test_only_who_knows_the_code_may(
    bare: tuple[Host, Person], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    _, somebody = bare
    requested = somebody.open("/register")
    assert "Code from the server's log" in requested.text
    refused = somebody.press(requested, "Continue", code="not-the-code")
    assert refused.status == 403
    assert "This isn't the code" in refused.text
    # Fields that were never shown do not help.
    forged = somebody.web.post("/register", data={"name": "Mine", "code": "x", "owner": "me"})
    assert forged.status_code == 403
    code = invitation(caplog).rpartition("=")[2]
    shown = somebody.press(refused, "Continue", code=code)
    assert "Name of the App" in shown.text
    assert not sandbox.world.apps


def test_a_code_of_somebody_else_s_app_is_not_taken(
    bare: tuple[Host, Person], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """They would send an owner to our page with a code of theirs: the state tells."""
    host, somebody = bare
    assert somebody.open("/register/done?code=theirs&state=made-up").status == 400
    going = at_github(somebody, invitation(caplog))
    assert somebody.open("/register/done?code=theirs&state=made-up").status == 400
    assert host.server.config.issuer is None
    # And a code that GitHub does not know is refused, after which one can go on.
    state = going.form("Create on GitHub").action.rpartition("state=")[2]
    unknown = somebody.open(f"/register/done?code=made-up&state={state}")
    assert (unknown.status, "does not take this code" in unknown.text) == (400, True)
    proposed = somebody.press(going, "Create on GitHub")
    assert somebody.press(proposed, "Create GitHub").status == 200
    assert len(sandbox.world.apps) == 1


def test_once_there_is_an_app_nobody_registers_another(
    bare: tuple[Host, Person], caplog: pytest.LogCaptureFixture
) -> None:
    host, somebody = bare
    address = invitation(caplog)
    with Person(host.url) as second:
        waiting = second.press(at_github(second, address, name="Second"), "Create on GitHub")
        registered(somebody, address, name="First")
        issuer = host.server.config.issuer
        late = second.press(waiting, "Create GitHub")
        assert (late.status, late.path) == (200, "/")
    assert host.server.config.issuer == issuer
    for again in (address, "/register", "/register/done?code=x&state=y"):
        assert somebody.open(again).path == "/"
    sent = somebody.web.post("/register", data={"name": "X", "code": address.rpartition("=")[2]})
    assert sent.url.path == "/"


def test_github_asks_for_patience_and_the_same_page_goes_on(
    bare: tuple[Host, Person], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    host, somebody = bare
    with sandbox.world.lock:
        sandbox.world.faults.add("secondary-429", path="/app-manifests/*", retry_after=60, times=1)
    stopped = registered(somebody, invitation(caplog))
    assert stopped.status == 503
    assert stopped.answer.headers["Retry-After"] == "60"
    assert somebody.open(str(stopped.answer.url)).status == 200
    assert host.server.config.issuer is not None


def test_where_nothing_can_be_kept_nothing_is_registered(
    bare: tuple[Host, Person], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, somebody = bare
    (tmp_path / "app.json").write_text("{}")
    reported = at_github(somebody, invitation(caplog))
    assert reported.status == 422
    assert "can't store the App's key" in reported.text


def test_without_an_address_that_github_reaches_there_are_no_webhooks(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On github.com; the sandbox is on this machine and reaches it."""
    for _, somebody in host_without_app(
        sandbox, tmp_path, GITHUB_API_URL="https://api.github.com", MILEPOST_PUBLIC_URL=""
    ):
        address = invitation(caplog)
        # The log tells the whole of it, as this machine reaches the server.
        assert any(
            f" http://127.0.0.1:8000{address}" in one.getMessage()
            for one in caplog.get_records("call")
        )
        form = somebody.open(address)
        assert "GitHub can't reach http://127.0.0.1" in form.text
        sent = somebody.press(form, "Continue", name="Trial")
        made = json.loads(sent.form("Create on GitHub").fields["manifest"])
        assert "hook_attributes" not in made
        assert made["default_events"] == []
        policy = sent.answer.headers["Content-Security-Policy"]
        assert "form-action 'self' https://github.com;" in policy
        elsewhere = somebody.press(form, "Continue", name="Trial", github="https://git.example.com")
        action = elsewhere.form("Create on GitHub").action
        assert action.startswith("https://git.example.com/settings/apps/new?state=")
        wrong = somebody.press(form, "Continue", name="Trial", github="https://git.example.com/me")
        assert wrong.status == 422


def test_of_many_processes_any_registers_the_app_and_all_go_to_work(
    sandbox: Sandbox, tmp_path: Path, postgres_server: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with (
        empty_database(postgres_server) as url,
        contextlib.contextmanager(host_without_app)(
            sandbox, tmp_path, MILEPOST_DATABASE_URL=url
        ) as (_, somebody),
    ):
        address = invitation(caplog)
        with contextlib.contextmanager(host_without_app)(
            sandbox, tmp_path, MILEPOST_DATABASE_URL=url, MILEPOST_WORK="embedded"
        ) as (worker, _):
            assert invitation(caplog) == address
            assert caplog.text.count("MILEPOST_WORK has no effect any more: PostgreSQL uses") == 1
            registered(somebody, address)
            eventually(lambda: worker.server.worker is not None and worker.server.worker.running)
            assert (
                worker.server.config.client_id == next(iter(sandbox.world.apps.values())).client_id
            )


def test_an_app_s_file_that_cannot_be_used_is_told_once(
    bare: tuple[Host, Person], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    host, _ = bare
    (tmp_path / "app.json").write_text("{")
    eventually(lambda: "App not usable" in caplog.text)
    assert host.server.auth is None


@pytest.mark.parametrize(
    ("ours", "api", "received"),
    [
        ("https://milepost.example.org", "https://api.github.com", True),
        ("http://localhost:8000", "https://api.github.com", False),
        ("http://127.0.0.1:8000", "https://git.example.com/api/v3", False),
        ("http://[::1]:8000", "https://api.github.com", False),
        ("http://192.168.1.5", "https://api.github.com", False),
        ("http://192.168.1.5", "https://git.example.com/api/v3", True),
        ("http://milepost.local", "https://api.octo.ghe.com", False),
        ("http://milepost", "https://git.example.com/api/v3", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:3000/api/v3", True),
    ],
)
def test_who_can_reach_whom(ours: str, api: str, received: bool) -> None:
    assert is_reachable(ours, api) is received


@pytest.mark.parametrize(
    ("host", "api"),
    [
        ("https://git.example.com", "https://git.example.com/api/v3"),
        ("git.example.com/", "https://git.example.com/api/v3"),
        ("https://octo.ghe.com", "https://api.octo.ghe.com"),
        ("github.com", "https://api.github.com"),
    ],
)
def test_where_a_github_has_its_api(host: str, api: str) -> None:
    assert api_of(host) == api


@pytest.mark.parametrize("host", ["ftp://x.org", "https://u:p@x.org", "https://x.org/a", "a b"])
def test_what_is_no_github(host: str) -> None:
    with pytest.raises(ConfigError):
        api_of(host)
