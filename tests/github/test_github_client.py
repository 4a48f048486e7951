"""Who we are to GitHub, and a first look at the repository."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
import respx
from pydantic import ValidationError

from bot.errors import AuthenticationError, ConfigError, MilepostError
from bot.github.answer import Answer, NeverSentError, UnreadableAnswerError
from bot.github.api_client import pages
from bot.github.connection import Connection
from bot.github.http_session import open_httpx2_client
from bot.github.repository_client import RepositoryClient, inspect, new_name
from github_sandbox.world import World

pytestmark = pytest.mark.httpx2(base_url="https://api.github.com")
CANARY = "ghp_canary0123456789"


def connection_of(**fields: Any) -> Connection:
    return Connection.model_validate({"repository": "learner/portfolio", **fields})


class TestConnection:
    @pytest.mark.parametrize(
        "name", ["learner/portfolio", "a/b.c_d-1", "A-b_shortname/x", " padded/name "]
    )
    def test_a_repository_is_owner_and_name(self, name: str) -> None:
        assert connection_of(repository=name).root == f"/repos/{name.strip()}"

    @pytest.mark.parametrize(
        "name", ["", "portfolio", "a/b/c", "a b/c", "https://github.com/a/b", "a/b?x", "../x/y"]
    )
    def test_anything_else_is_a_mistake_in_the_settings(self, name: str) -> None:
        with pytest.raises(ConfigError, match="GITHUB_REPOSITORY"):
            connection_of(repository=name)

    @pytest.mark.parametrize("url", ["api.github.com", "ftp://x", "http://", "https://x:port", ""])
    def test_an_address_that_is_none(self, url: str) -> None:
        with pytest.raises(ConfigError, match="GITHUB_API_URL"):
            connection_of(api_url=url)

    @pytest.mark.parametrize(
        ("api", "graphql"),
        [
            ("https://api.github.com", "https://api.github.com/graphql"),
            ("https://git.example/api/v3/", "https://git.example/api/graphql"),
            ("HTTPS://git.example/api/v3", "https://git.example/api/graphql"),
        ],
    )
    def test_graphql_is_found_from_the_rest_address(self, api: str, graphql: str) -> None:
        assert connection_of(api_url=api).graphql == graphql

    def test_a_password_in_an_address_is_refused_unseen(self) -> None:
        with pytest.raises(ConfigError) as caught:
            connection_of(api_url=f"https://me:{CANARY}@git.example/api/v3")
        assert CANARY not in str(caught.value)

    def test_graphql_on_another_host_would_get_the_token(self) -> None:
        with pytest.raises(ConfigError, match="GITHUB_GRAPHQL_URL"):
            connection_of(graphql_url="https://evil.example/graphql")

    def test_an_empty_token_is_none(self) -> None:
        assert connection_of(token=" \n").token is None

    def test_a_line_break_around_the_token_is_forgiven(self) -> None:
        assert (
            connection_of(token=f"{CANARY}\n").fingerprint
            == connection_of(token=CANARY).fingerprint
        )

    @pytest.mark.parametrize("token", [f"{CANARY}\nX-Evil: 1", f"{CANARY} {CANARY}", "grün"])
    def test_a_token_that_cannot_be_one_is_refused_unseen(self, token: str) -> None:
        with pytest.raises(AuthenticationError) as caught:
            connection_of(token=token)
        assert token not in str(caught.value)

    def test_the_token_shows_nowhere(self) -> None:
        connection = connection_of(token=CANARY)
        with pytest.raises(ValidationError) as caught:
            connection_of(token=CANARY, unknown=CANARY)
        shown = [repr(connection), str(connection), connection.model_dump_json()]
        assert CANARY not in "".join([*shown, str(caught.value), connection.fingerprint])

    def test_fingerprints_tell_tokens_apart(self) -> None:
        tokens = [None, "one", "two"]
        assert len({connection_of(token=token).fingerprint for token in tokens}) == 3

    @pytest.mark.parametrize(
        ("token", "kind"),
        [
            (None, None),
            ("ghp_x", "classic personal access token"),
            ("github_pat_x", "fine-grained personal access token"),
            ("ghs_1_x.y-z", "GitHub App installation token"),
            ("0123456789abcdef", "unknown"),
        ],
    )
    def test_the_kind_is_in_the_prefix(self, token: str | None, kind: str | None) -> None:
        assert connection_of(token=token).token_kind == kind


class TestInspect:
    def test_one_request_tells_it_all(self, world: World, connection: Connection) -> None:
        found = inspect(connection)
        assert found.repository == "learner/portfolio"
        assert (found.private, found.archived, found.has_issues) == (False, False, True)
        assert {"push", "admin"} <= found.permissions
        assert (found.rate_limit, found.rate_remaining) == (5_000, 4_999)
        assert found.rate_reset is not None
        assert timedelta(minutes=59) < found.rate_reset - world.clock.exact() <= timedelta(hours=1)
        assert found.server_time == world.clock.now()
        assert (found.token_kind, found.scopes) == ("unknown", None)
        assert len(world.journal.entries) == 1

    def test_a_classic_token_tells_its_scopes(self, world: World, connection: Connection) -> None:
        world.add_token("ghp_x", user="learner", kind="classic")
        found = inspect(Connection.model_validate(connection.model_dump() | {"token": "ghp_x"}))
        assert (found.token_kind, found.scopes) == ("classic personal access token", ("repo",))

    def test_a_stranger_may_not_write(self, world: World, connection: Connection) -> None:
        world.add_token("other", user="stranger")
        found = inspect(Connection.model_validate(connection.model_dump() | {"token": "other"}))
        assert "push" not in found.permissions

    def test_what_is_wrong_comes_as_an_error(self, connection: Connection) -> None:
        with pytest.raises(MilepostError):
            inspect(Connection.model_validate(connection.model_dump() | {"token": "wrong"}))

    def test_an_old_server_tells_less(self, httpx2_mock: respx.Router) -> None:
        httpx2_mock.get("/repos/learner/portfolio").respond(json={"full_name": "a/b"})
        found = inspect(connection_of())
        assert (found.repository, found.permissions, found.rate_limit) == ("a/b", frozenset(), None)

    def test_something_else_is_no_repository(self, httpx2_mock: respx.Router) -> None:
        httpx2_mock.get("/repos/learner/portfolio").respond(json=["no", "object"])
        with pytest.raises(UnreadableAnswerError):
            inspect(connection_of())


class TestNewName:
    API = "https://git.example/api/v3"

    @pytest.mark.parametrize(
        ("location", "requested", "name"),
        [
            (f"{API}/repositories/7/issues?page=2", ["/repositories/7"], "learner/path"),
            (f"{API}/repos/learner/path/issues", [], "learner/path"),
            (f"{API}/somewhere", [], None),
            ("https://git.example/repositories/7", [], None),
            ("https://evil.example/api/v3/repositories/7", [], None),
            ("", [], None),
            (None, [], None),
        ],
    )
    def test_only_addresses_of_this_api_are_looked_at(
        self, location: str | None, requested: list[str], name: str | None
    ) -> None:
        paths = []

        def fetch(path: str) -> Answer:
            paths.append(path)
            return Answer("GET", path, 200, {}, '{"full_name": "learner/path"}')

        assert new_name(location, self.API, fetch) == name
        assert paths == requested


def test_a_lookup_that_fails_leaves_the_name_open() -> None:
    def fetch(_path: str) -> Answer:
        raise NeverSentError

    assert new_name("https://git.example/repositories/7", "https://git.example", fetch) is None


def test_a_proxy_that_is_none_is_a_mistake_in_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://proxy")
    with pytest.raises(ConfigError, match="HTTPS_PROXY"):
        inspect(connection_of())


def test_certificates_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/certificates.pem")
    with pytest.raises(ConfigError, match="SSL_CERT_FILE"):
        RepositoryClient(Connection(repository="learner/portfolio")).get("/")


def test_100_requests_may_be_open_at_the_same_time() -> None:
    """As "Rate limits for the REST API" has it: "No more than 100 concurrent requests"."""
    with open_httpx2_client("http://127.0.0.1:1") as client:
        transport: Any = client._transport
        assert transport._pool._max_connections == 100


@pytest.mark.parametrize(
    ("follow", "requests"), [(lambda page: page % 3 + 1, 4), (lambda page: page + 1, 20)]
)
def test_pages_that_never_end_are_an_error(follow: Callable[[int], int], requests: int) -> None:
    fetched: list[int] = []

    def fetch(query: Mapping[str, str]) -> Answer:
        fetched.append(int(query.get("page", "1")))
        link = f'<https://api.github.com/x?per_page=100&page={follow(fetched[-1])}>; rel="next"'
        return Answer("GET", "/x", 200, {"link": link}, "[]")

    with pytest.raises(UnreadableAnswerError, match="never end"):
        list(islice(pages(fetch, "/x", most=20), 100))
    assert len(fetched) == requests  # the first of the round is known as 1 by its link only


def test_a_wrong_graphql_address_is_named_as_such() -> None:
    with pytest.raises(ConfigError, match=r"^GITHUB_GRAPHQL_URL"):
        Connection(repository="learner/portfolio", graphql_url="graphql")


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys; import bot.github.reader, bot.github.gateway, bot.github.connection as c;"
        "x = c.Connection(repository='a/b'); bot.github.reader.HttpReader(x);"
        "bot.github.gateway.PyGithubGateway(x);"
        "print(*sorted({'github', 'urllib3', 'httpx2', 'platformdirs', 'jwt'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_reading_does_not_import_the_writer(connection: Connection) -> None:
    code = (
        "import sys; from bot.github.reader import HttpReader; from bot.github.connection import *;"
        "to = dict(repository='learner/portfolio', token='sandbox-token', api_url=sys.argv[1]);"
        "HttpReader(Connection(**to)).snapshot();"
        "print(*sorted({'github', 'requests', 'httpx2', 'urllib3'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, connection.api_url], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["urllib3"]
