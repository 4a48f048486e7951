"""Registering an App by its manifest, and keeping its credentials."""

import json
import logging
import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import respx
from contracts.checker import HERE, described_webhooks
from docs.pages import ROOT, codes, sections
from pydantic import SecretStr
from timeline import Timeline

from bot.errors import (
    ConfigError,
    GitHubError,
    MilepostError,
    RefusedError,
    UnavailableError,
    UncertainWriteError,
)
from bot.github.answer import UnreadableAnswerError
from bot.github.api_client import ApiClient
from bot.github.app import AppAuth
from bot.github.registration import (
    AppAddresses,
    Registered,
    convert,
    form_action,
    from_data,
    load_credentials,
    manifest,
    save_credentials,
)
from bot.github.retry import WaitPolicy
from bot.github.rights import REACH, Reach, events, rights_for
from bot.settings import PublishSettings, Settings
from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from github_sandbox.world import World

pytestmark = pytest.mark.httpx2(base_url="https://api.github.com")
PAGE = ROOT / "docs" / "explanation" / "github-app.md"
NAME = "Milepost of Ada"
ADDRESSES = AppAddresses(
    home="https://paths.example",
    redirect="https://paths.example/register/done",
    webhook="https://paths.example/webhooks/github",
)


class TestManifest:
    def test_it_asks_for_what_milepost_needs_and_nothing_else(self) -> None:
        assert manifest(NAME, ADDRESSES) == {
            "name": "Milepost of Ada",
            "url": "https://paths.example",
            "hook_attributes": {"url": "https://paths.example/webhooks/github", "active": True},
            "redirect_url": "https://paths.example/register/done",
            "public": False,
            "default_permissions": {
                "metadata": "read",
                "issues": "write",
                "contents": "read",
                "pull_requests": "read",
            },
            "default_events": [
                "issues",
                "issue_comment",
                "label",
                "milestone",
                "repository",
                "push",
            ],
        }

    def test_it_says_where_people_go(self) -> None:
        made = manifest(
            NAME,
            ADDRESSES._replace(
                setup="https://paths.example/setup", callbacks=["https://paths.example/signed-in"]
            ),
            public=True,
        )
        assert made["setup_url"] == "https://paths.example/setup"
        assert made["callback_urls"] == ["https://paths.example/signed-in"]
        assert made["public"] is True

    def test_without_webhooks_it_hears_of_nothing(self) -> None:
        made = manifest(NAME, ADDRESSES._replace(webhook=None))
        assert "hook_attributes" not in made
        assert made["default_events"] == []

    @pytest.mark.parametrize("reach", Reach)
    def test_github_knows_its_permissions_and_events(self, reach: Reach) -> None:
        made = manifest(NAME, ADDRESSES, reach=reach)
        schemas = json.loads((HERE / "rest.json").read_text())["components"]["schemas"]
        described = schemas["app-permissions"]["properties"]
        for name, level in made["default_permissions"].items():
            assert level in described[name]["enum"]
        known = {name.partition(".")[0] for name in described_webhooks()}
        assert set(made["default_events"]) <= known

    @pytest.mark.parametrize(
        ("other", "words"),
        [
            ({"home": "paths.example"}, "'paths.example' is no address"),
            ({"webhook": "ftp://paths.example"}, "is no address"),
            ({"redirect": "https://me:canary@paths.example"}, "'paths.example' is no address"),
            ({"setup": "https://[::1"}, "is no address"),
            ({"setup": "https://paths.example:0/"}, "is no address"),
            ({"callbacks": ["https://paths.example"] * 11}, "up to 10"),
        ],
    )
    def test_what_github_would_refuse_is_told(self, other: dict[str, Any], words: str) -> None:
        with pytest.raises(ConfigError, match=words) as reported:
            manifest(NAME, ADDRESSES._replace(**other))
        assert "canary" not in str(reported.value)

    @pytest.mark.parametrize(("name", "count"), [("x" * 35, 35), ("  ", 0)])
    def test_a_name_has_1_to_34_characters(self, name: str, count: int) -> None:
        with pytest.raises(ConfigError, match=f"{count} characters"):
            manifest(name, ADDRESSES)
        assert manifest("x" * 34, ADDRESSES)["name"] == "x" * 34


class TestFormAction:
    @pytest.mark.parametrize(
        ("api_url", "organization", "address"),
        [
            ("https://api.github.com", None, "https://github.com/settings/apps/new"),
            (
                "https://api.github.com",
                "acme",
                "https://github.com/organizations/acme/settings/apps/new",
            ),
            ("https://ghe.acme/api/v3", None, "https://ghe.acme/settings/apps/new"),
        ],
    )
    def test_it_leads_to_the_github_of_the_api(
        self, api_url: str, organization: str | None, address: str
    ) -> None:
        action = form_action(api_url, state="a&b=c", organization=organization)
        assert action.partition("?")[0] == address
        assert parse_qs(urlsplit(action).query) == {"state": ["a&b=c"]}

    @pytest.mark.parametrize("name", ["", "a/b", "../x", "a b", "-a"])
    def test_a_name_that_is_none_is_told(self, name: str) -> None:
        with pytest.raises(ConfigError, match="no name of an organization"):
            form_action("https://api.github.com", state="s", organization=name)


@pytest.fixture
def calls(sandbox: Sandbox, policy: WaitPolicy) -> Iterator[ApiClient]:
    made = ApiClient(sandbox.api_url, policy=policy)
    yield made
    made.close()


@pytest.fixture
def code(world: World) -> str:
    """What GitHub sends a person back with who confirmed the manifest."""
    return apps.submit_manifest(world, "learner", manifest(NAME, ADDRESSES._replace(webhook=None)))


def conversions(world: World) -> list[int]:
    return [e.status for e in world.journal.entries if e.path.startswith("/app-manifests")]


class TestConvert:
    def test_the_code_brings_an_app_that_can_act(
        self, calls: ApiClient, code: str, world: World
    ) -> None:
        app = convert(code, calls)

        auth = AppAuth(app.client_id, app.private_key, api_url=app.api_url)
        info = auth.info()
        auth.close()
        assert (app.id, app.slug, app.name) == (info.id, "milepost-of-ada", "Milepost of Ada")
        assert info.permissions == REACH[Reach.PRIVATE].permissions
        assert app.client_secret.get_secret_value() == world.apps[app.id].client_secret
        assert app.webhook_secret is None
        assert app.install_url == f"{app.html_url}/installations/new"

    def test_an_app_with_webhooks_has_a_secret_for_them(
        self, calls: ApiClient, world: World
    ) -> None:
        hook_url = "http://127.0.0.1:1/hooks"
        hooked = manifest(NAME, ADDRESSES._replace(webhook=hook_url))
        code = apps.submit_manifest(world, "acme", hooked)
        app = convert(code, calls)
        hook = world.apps[app.id].hook
        assert hook is not None
        assert app.webhook_secret is not None
        assert (hook.url, hook.secret) == (hook_url, app.webhook_secret.get_secret_value())
        assert hook.events == set(events(Reach.PRIVATE))

    def test_a_code_works_once(self, calls: ApiClient, code: str, world: World) -> None:
        convert(code, calls)
        with pytest.raises(GitHubError, match="used up") as reported:
            convert(code, calls)
        assert code not in str(reported.value)
        assert conversions(world) == [201, 404]

    def test_a_code_works_for_an_hour(
        self, calls: ApiClient, code: str, timeline: Timeline
    ) -> None:
        timeline.sleep(timedelta(hours=1, seconds=1).total_seconds())
        with pytest.raises(GitHubError, match="older than an hour"):
            convert(code, calls)

    @pytest.mark.parametrize("kind", ["reset-after", "502-after"])
    def test_a_lost_answer_is_told_and_nothing_is_sent_again(
        self, calls: ApiClient, code: str, world: World, kind: str
    ) -> None:
        world.faults.add(kind, path="/app-manifests/*")
        with pytest.raises(UncertainWriteError, match="Register again"):
            convert(code, calls)
        assert len(conversions(world)) == 1

    def test_a_rate_limit_is_waited_out(
        self, calls: ApiClient, code: str, world: World, timeline: Timeline
    ) -> None:
        world.faults.add("secondary-429", path="/app-manifests/*", retry_after=7)
        assert convert(code, calls).slug == "milepost-of-ada"
        assert timeline.slept == [7]

    def test_a_github_that_is_not_there(self, policy: WaitPolicy) -> None:
        nowhere = ApiClient("http://127.0.0.1:1", policy=policy)
        with pytest.raises(UnavailableError):
            convert("canary", nowhere)

    def test_a_code_from_outside_stays_one_part_of_the_path(
        self, calls: ApiClient, world: World
    ) -> None:
        with pytest.raises(GitHubError, match="does not take"):
            convert("../app", calls)
        assert conversions(world) == [404]

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            ({"status_code": 404, "text": "<html>"}, UnreadableAnswerError),
            ({"status_code": 201, "text": "<html>"}, UnreadableAnswerError),
            (
                {"status_code": 307, "headers": {"location": "https://x.example"}},
                UnreadableAnswerError,
            ),
            ({"status_code": 201, "json": {"pem": "canary", "id": "canary"}}, ConfigError),
            ({"status_code": 201, "json": []}, ConfigError),
            ({"status_code": 403, "json": {"message": "No"}}, GitHubError),
        ],
    )
    def test_an_odd_answer_is_told_without_the_code(
        self, httpx2_mock: respx.Router, answer: dict[str, Any], error: type[MilepostError]
    ) -> None:
        httpx2_mock.post("/app-manifests/canary/conversions").respond(**answer)
        with pytest.raises(error) as reported:
            convert("canary", ApiClient())
        assert "canary" not in str(reported.value)

    def test_neither_the_code_nor_a_secret_is_ever_shown(
        self, calls: ApiClient, code: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        app = convert(code, calls)
        save_credentials(tmp_path / "app.json", app)
        shown = f"{app!r} {app} {app.model_dump_json()} {load_credentials(tmp_path / 'app.json')!r}"
        # The sandbox's own server logs in the same process.
        ours = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
        everything = f"{shown} {ours}"
        assert ours
        assert app.private_key.get_secret_value()[40:80] not in everything
        assert app.client_secret.get_secret_value() not in everything
        assert code not in everything


APP = Registered(
    id=7,
    client_id="Iv1.x",
    slug="milepost",
    name="Milepost",
    html_url="https://github.com/apps/milepost",
    api_url="https://api.github.com",
    private_key=SecretStr("canary-key\nsecond line"),
    webhook_secret=SecretStr("canary-hook"),
    client_secret=SecretStr("canary-client"),
)


class TestCredentials:
    @pytest.mark.parametrize("app", [APP, APP.model_copy(update={"webhook_secret": None})])
    def test_they_come_back_as_they_went(self, tmp_path: Path, app: Registered) -> None:
        file = tmp_path / "data" / "app.json"
        assert load_credentials(file) is None
        save_credentials(file, app)
        assert load_credentials(file) == app

    def test_only_the_owner_can_read_them_whatever_the_umask(self, tmp_path: Path) -> None:
        before = os.umask(0)
        try:
            save_credentials(tmp_path / "data" / "app.json", APP)
        finally:
            os.umask(before)
        file, folder = tmp_path / "data" / "app.json", tmp_path / "data"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert list(folder.iterdir()) == [file]

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777], ids=oct)
    def test_a_file_that_others_can_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        file = tmp_path / "app.json"
        save_credentials(file, APP)
        file.chmod(mode)
        with pytest.raises(ConfigError, match="chmod 600"):
            load_credentials(file)

    def test_a_key_is_not_replaced_unasked(self, tmp_path: Path) -> None:
        file = tmp_path / "app.json"
        other = APP.model_copy(update={"id": 8})
        save_credentials(file, APP)
        with pytest.raises(RefusedError, match="already"):
            save_credentials(file, other)
        assert load_credentials(file) == APP
        save_credentials(file, other, replace=True)
        assert load_credentials(file) == other

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b'{"id": 1, "private_key": "canary"}', b'"canary"', b"\xff\xfe"],
    )
    def test_a_damaged_file_is_told_without_its_content(
        self, tmp_path: Path, content: bytes
    ) -> None:
        file = tmp_path / "app.json"
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(ConfigError, match=r"app\.json") as reported:
            load_credentials(file)
        assert "canary" not in str(reported.value)

    def test_a_place_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(ConfigError, match="cannot be kept"):
            save_credentials(tmp_path / "file" / "app.json", APP)

    def test_a_write_that_fails_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "app.json"
        save_credentials(file, APP)

        def full(_handle: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(ConfigError, match="No space left"):
            save_credentials(file, APP.model_copy(update={"id": 8}), replace=True)
        assert load_credentials(file) == APP
        assert list(tmp_path.iterdir()) == [file]

    def test_an_unknown_key_of_a_newer_version_does_no_harm(self) -> None:
        data = json.loads(APP.model_dump_json()) | {"newer": 1}
        assert from_data(data, where="app.json").slug == "milepost"


class TestTheirPage:
    """What docs/explanation/github-app.md says is what the code does."""

    def test_permissions(self) -> None:
        reported = {codes(row[0])[0]: row[1:4] for row in sections(PAGE)["Permissions"].rows}
        for column, reach in enumerate(Reach):
            levels = {name: row[column] for name, row in reported.items() if row[column] != "no"}
            assert levels == REACH[reach].permissions

    def test_events(self) -> None:
        rows = sections(PAGE)["Events"].rows
        assert [codes(row[0])[0] for row in rows] == list(events(Reach.FILES))

    def test_what_a_token_may_do(self) -> None:
        rows = sections(PAGE)["What a token may do"].rows
        for row, (publish, private) in zip(rows, CASES, strict=True):
            settings = Settings.model_validate({"start": "2026-03-02"}).model_copy(
                update={"publish": PublishSettings.model_validate(publish)}
            )
            wanted = rights_for(settings, private=private).permissions
            assert set(codes(row[1])) == {f"{name}: {level}" for name, level in wanted.items()}


# The rows of the table, in order.
CASES: list[tuple[dict[str, object], bool]] = [
    ({}, False),
    ({}, True),
    ({"badge": True}, False),
    ({"reports": "pull-request"}, False),
]
