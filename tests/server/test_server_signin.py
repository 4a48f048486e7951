"""Signing in by way of GitHub, and what others may try with it."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import pytest
from pydantic import SecretStr
from server.person import Page, Person
from server.visitor_fixture import VisitorFixture, visited
from starlette.requests import Request
from starlette.responses import Response

from bot.server.keys import Keys
from bot.server.pages.sessions import Errand, PendingSignIn, Sessions, Visitor
from bot.server.store.store import Store
from bot.server.store.tables import session
from github_sandbox.server import Sandbox
from github_sandbox.state import grants

# What a copy of an ended session's cookie gets: the status, and whether it is shown a login.
COPY_GETS = {
    "/cohort.json": (401, False),
    "/cohort": (303, False),
    "/cohort/requests": (303, False),
    "/": (200, False),
}
NOW = datetime(2026, 2, 16, 8, tzinfo=UTC)


@pytest.fixture
def app_server(sandbox: Sandbox, tmp_path: Path) -> Iterator[VisitorFixture]:
    with visited(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
        yield made


@pytest.fixture
def ada(app_server: VisitorFixture) -> Iterator[Person]:
    with app_server.person("ada") as somebody:
        yield somebody


def signed_in(page: Page) -> str:
    """Return the login that the page is shown to; empty for nobody."""
    return page.text.partition("Signed in as ")[2].partition(" ")[0]


def consented(app_server: VisitorFixture, somebody: Person) -> httpx2.URL:
    """Return the address that GitHub sends a person back to, without following it."""
    requested = somebody.open("/sign-in?then=/cohort")
    form = requested.form("Authorize")
    data = {**form.fields, "authorize": "1"}
    answer = somebody.web.post(
        f"{app_server.sandbox.url}{form.action}", data=data, follow_redirects=False
    )
    return httpx2.URL(answer.headers["location"])


def test_somebody_signs_in_and_out(app_server: VisitorFixture, ada: Person) -> None:
    assert signed_in(ada.open("/")) == ""
    back = app_server.sign_in(ada, "/cohort?x=1")
    assert (back.path, back.answer.url.query) == ("/cohort", b"x=1")
    assert signed_in(back) == "ada"
    out = ada.press(back, "Sign out")
    assert (out.path, signed_in(out)) == ("/", "")
    assert signed_in(ada.open("/")) == ""


def persons_tokens(app_server: VisitorFixture) -> list[str]:
    """Return the tokens at GitHub that people signed in with."""
    with app_server.world.lock:
        return [value for value, token in app_server.world.tokens.items() if token.through]


def test_signing_out_ends_the_token_and_every_copy_of_the_cookie(
    app_server: VisitorFixture, ada: Person
) -> None:
    back = app_server.sign_in(ada)
    copy = dict(ada.web.cookies)
    assert len(persons_tokens(app_server)) == 1
    ada.press(back, "Sign out")
    assert persons_tokens(app_server) == []
    answer = httpx2.get(f"{app_server.host.url}/r/ada/private", cookies=copy, verify=False)
    assert answer.status_code == 404
    for path in ("/cohort.json", "/cohort", "/cohort/requests", "/"):
        page = httpx2.get(f"{app_server.host.url}{path}", cookies=copy, verify=False)
        assert (page.status_code, "ada" in page.text) == COPY_GETS[path]
    # And GitHub asks nobody anew who said yes before.
    assert signed_in(app_server.sign_in(ada)) == "ada"


def test_a_copy_ends_here_even_when_github_is_away(app_server: VisitorFixture, ada: Person) -> None:
    back = app_server.sign_in(ada, "/cohort")
    copy = dict(ada.web.cookies)
    app_server.world.faults.add("502", path="/applications/*", times=9)
    ada.press(back, "Sign out")
    answer = httpx2.get(f"{app_server.host.url}/cohort.json", cookies=copy, verify=False)
    assert answer.status_code == 401


def test_signing_out_in_one_browser_leaves_the_other_signed_in(
    app_server: VisitorFixture, ada: Person
) -> None:
    back = app_server.sign_in(ada, "/cohort")
    with app_server.person("ada") as elsewhere:
        app_server.sign_in(elsewhere, "/cohort")
        ada.press(back, "Sign out")
        assert elsewhere.open("/cohort.json").status == 200


def test_a_lost_database_signs_everybody_out(app_server: VisitorFixture, ada: Person) -> None:
    app_server.sign_in(ada)
    with app_server.host.store.engine.begin() as connection:
        connection.execute(session.delete())
    assert ada.open("/cohort.json").status == 401


@pytest.mark.parametrize("fault", ["502", "reset", "secondary-429", "expired"])
def test_a_github_that_cannot_be_told_keeps_nobody_signed_in(
    app_server: VisitorFixture, ada: Person, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    back = app_server.sign_in(ada)
    (token,) = persons_tokens(app_server)
    app_server.world.faults.add(fault, path="/applications/*")
    with caplog.at_level(logging.WARNING):
        out = ada.press(back, "Sign out")
    assert (out.path, signed_in(out)) == ("/", "")
    assert signed_in(ada.open("/")) == ""
    assert persons_tokens(app_server) == [token]
    assert "token not revoked at sign-out" in caplog.text
    assert token not in caplog.text


def test_what_goes_to_github_is_what_its_documents_ask_for(
    app_server: VisitorFixture, ada: Person
) -> None:
    answer = ada.web.get("/sign-in", follow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["redirect_uri"] == [f"{app_server.host.url}/signed-in"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["state"][0]) >= 32
    assert answer.headers["Cache-Control"] == "no-store"
    again = ada.web.get("/sign-in", follow_redirects=False)
    assert parse_qs(urlsplit(again.headers["location"]).query)["state"] != query["state"]


@pytest.mark.parametrize(
    "then", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_afterwards(
    app_server: VisitorFixture, ada: Person, then: str
) -> None:
    back = app_server.sign_in(ada, then)
    assert back.answer.url.copy_with(query=None) == httpx2.URL(f"{app_server.host.url}/")
    assert signed_in(back) == "ada"


def test_a_state_is_good_once(app_server: VisitorFixture, ada: Person) -> None:
    back = consented(app_server, ada)
    assert signed_in(ada.open(str(back))) == "ada"
    again = ada.open(str(back))
    assert (again.status, "has expired" in again.text) == (400, True)


def test_somebody_else_s_code_signs_nobody_in(app_server: VisitorFixture, ada: Person) -> None:
    """A link with their code, or with an invented state, is useless."""
    with app_server.person("mallory") as other:
        theirs = consented(app_server, other)
    refused = ada.open(str(theirs))
    assert (refused.status, signed_in(refused)) == (400, "")
    mine = consented(app_server, ada)
    mixed = {**dict(parse_qsl(mine.query.decode())), "code": theirs.params["code"]}
    refused = ada.open(f"/signed-in?{urlencode(mixed)}")
    assert (refused.status, "didn't confirm" in refused.text) == (400, True)
    assert signed_in(ada.open("/")) == ""
    assert "mallory" not in refused.text


def test_a_no_at_github_is_taken_kindly(app_server: VisitorFixture, ada: Person) -> None:
    requested = ada.open("/sign-in?then=/cohort")
    refused = ada.press(requested, "Cancel")
    assert (refused.status, "You said no" in refused.text) == (403, True)
    assert app_server.sign_in(ada, "/cohort").path == "/cohort"


def test_words_of_a_stranger_are_not_shown(app_server: VisitorFixture, ada: Person) -> None:
    state = consented(app_server, ada).params["state"]
    query = urlencode({"state": state, "error": "<b>pay</b>", "error_description": "Call 555"})
    reported = ada.open(f"/signed-in?{query}")
    assert reported.status == 502
    assert "pay" not in reported.html
    assert "555" not in reported.html


def test_a_sign_in_ends_after_eight_hours(app_server: VisitorFixture, ada: Person) -> None:
    assert signed_in(app_server.sign_in(ada)) == "ada"
    app_server.world.clock.advance(timedelta(hours=7.9))
    assert signed_in(ada.open("/")) == "ada"
    app_server.world.clock.advance(timedelta(hours=0.2))
    assert signed_in(ada.open("/")) == ""


def test_a_sign_in_ends_with_its_token(
    app_server: VisitorFixture, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "TOKEN_LASTS", timedelta(hours=1))
    assert signed_in(app_server.sign_in(ada)) == "ada"
    app_server.world.clock.advance(timedelta(minutes=59))
    assert signed_in(ada.open("/")) == "ada"
    app_server.world.clock.advance(timedelta(minutes=1))
    home = ada.open("/")  # of nobody: with the old token GitHub would answer 401
    assert (home.status, signed_in(home)) == (200, "")


@pytest.mark.parametrize(("seconds", "login"), [(-1, None), (0, None), (1, "ada")])
def test_nobody_is_signed_in_from_the_second_at_which_the_token_ends(
    store: Store, seconds: int, login: str | None
) -> None:
    sessions = Sessions(Keys(b"x" * 32), store.sessions, secure=False, clock=lambda: NOW)
    answer = Response()
    until = NOW + timedelta(seconds=seconds)
    sessions.begin(answer, Visitor(id=1, login="ada", token=SecretStr("t"), until=until))
    cookie = answer.headers["set-cookie"].partition(";")[0].encode()
    visitor = sessions.visitor(Request({"type": "http", "headers": [(b"cookie", cookie)]}))
    assert (visitor and visitor.login) == login


def test_a_cookie_of_one_errand_is_of_no_use_for_another(store: Store) -> None:
    sessions = Sessions(Keys(b"x" * 32), store.sessions, secure=False, clock=lambda: NOW)
    answer = Response()
    sessions.begin_sign_in(answer, PendingSignIn(errand="sign-in", state=SecretStr("s")))
    sealed = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]

    def pending(errand: Errand, name: str) -> PendingSignIn | None:
        headers = [(b"cookie", f"milepost-{name}={sealed}".encode())]
        return sessions.pending_sign_in(Request({"type": "http", "headers": headers}), errand)

    assert pending("sign-in", "going") is not None
    assert pending("register", "registering") is None


def test_a_sign_in_that_github_took_back_is_over_here(
    app_server: VisitorFixture, ada: Person
) -> None:
    app_server.sign_in(ada)
    with app_server.world.lock:
        grants.revoke(app_server.world, app_server.app, app_server.world.users["ada"])
    reported = ada.open("/setup/learner/portfolio")
    assert reported.status == 401
    assert signed_in(ada.open("/")) == ""


def test_what_is_sent_off_is_good_for_ten_minutes(app_server: VisitorFixture, ada: Person) -> None:
    back = consented(app_server, ada)
    app_server.world.clock.advance(timedelta(minutes=11))
    assert ada.open(str(back)).status == 400


def test_a_form_from_elsewhere_signs_nobody_out(app_server: VisitorFixture, ada: Person) -> None:
    home = app_server.sign_in(ada)
    token = home.form("Sign out").fields["form_token"]
    forged = ada.web.post("/sign-out", data={"form_token": "made-up"})
    assert forged.status_code == 403
    elsewhere = ada.web.post(
        "/sign-out", data={"form_token": token}, headers={"Origin": "https://evil.example"}
    )
    assert elsewhere.status_code == 403
    assert signed_in(ada.open("/")) == "ada"


def test_a_token_is_nowhere_to_be_read(
    app_server: VisitorFixture, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    back = consented(app_server, ada)
    home = ada.open(str(back))
    with app_server.world.lock:
        tokens = [value for value in app_server.world.tokens if value.startswith("ghu_")]
    assert tokens
    stored = (app_server.host.server.config.data_dir / "store.sqlite3").read_bytes()
    cookies = "".join(cookie.value or "" for cookie in ada.web.cookies.jar)
    ours = "".join(one.getMessage() for one in caplog.records if one.name.startswith("bot."))
    for secret in (*tokens, back.params["code"]):
        assert secret not in cookies
        assert secret not in home.answer.text
        assert secret not in ours
        assert secret.encode() not in stored


def test_cookies_are_kept_from_scripts_and_other_sites(ada: Person) -> None:
    answer = ada.web.get("/sign-in", follow_redirects=False)
    text = answer.headers["set-cookie"].lower()
    assert "httponly" in text
    assert "samesite=lax" in text


def test_without_a_client_secret_nobody_can(sandbox: Sandbox, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    with (
        visited(sandbox, database, tmp_path, MILEPOST_CLIENT_SECRET="") as app_server,
        app_server.person("ada") as ada,
    ):
        assert ada.open("/sign-in").status == 503
        assert "Sign in" not in ada.open("/").text


def test_a_wrong_client_secret_is_told_to_the_log(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    with (
        visited(sandbox, database, tmp_path, MILEPOST_CLIENT_SECRET="x" * 40) as app_server,
        app_server.person("ada") as ada,
    ):
        reported = app_server.sign_in(ada)
        assert reported.status == 502
        assert "client secret" not in reported.text
        assert "does not accept the App's client id and client secret" in caplog.text
