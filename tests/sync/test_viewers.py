"""An organisation's repository: its members are private, so one token sees more than another.

Over HTTP: who seeded the path, and who may command, reads as CONTRIBUTOR or NONE to a workflow.
"""

import json
from datetime import UTC, date, datetime

import pytest
from chaos.in_memory_http import WEB, InMemoryHttp, edges
from chaos.scenario import path as curriculum

from bot.progress.path import PathReader
from bot.settings import Settings
from bot.sync.apply import WriteContext
from bot.sync.sync import Sync
from github_sandbox.api.engine import Engine
from github_sandbox.state import comments
from github_sandbox.state.bots import actions_token
from github_sandbox.state.objects import Issue, Repository
from github_sandbox.world import World

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOME = "academy/portfolio"


class Organisation:
    """A repository of an organisation in which `lea` may write, which outsiders are not told."""

    def __init__(self) -> None:
        self.world = World(lambda: MONDAY)
        self.world.add_user("root")
        self.world.add_user("academy", kind="Organization", owners=["root"])
        for login in ("lea", "ada"):
            self.world.add_member("academy", login, public=False, role="write")
        self.repository: Repository = self.world.add_repository(HOME)
        self.world.add_token("lea-token", user="lea")
        self.workflow = actions_token(self.world, self.repository).value
        self.engine = Engine(self.world, "http://github.test")

    def sync(self, token: str) -> int:
        """A sync with this token; the number of changes and comments written."""
        before = len(self.world.journal.writes)
        line = InMemoryHttp(self.engine)
        reader, gateway = edges(line, repository=HOME, token=token)
        config = Settings(start=date(2026, 1, 5), ahead="all")
        paths = PathReader(curriculum(frozenset()), config, self.world.clock.now())
        Sync(paths, reader, web=WEB).run(
            WriteContext(lambda: gateway, line.sleep), allow_removals=True
        )
        return len(self.world.journal.writes) - before

    def get(self, token: str, path: str) -> bytes:
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "test"}
        reply = InMemoryHttp(self.engine).query("GET", f"/api/v3{path}", headers, b"")
        return reply.content

    def issue(self, title: str) -> Issue:
        return next(i for i in self.repository.issues.values() if i.title == title)

    def comment(self, login: str, text: str) -> None:
        fields = {"body": text}
        comments.create(
            self.world, self.world.actor(login), self.repository, self.issue("a1"), fields
        )


@pytest.fixture
def home() -> Organisation:
    return Organisation()


def test_the_workflow_is_told_less(home: Organisation) -> None:
    """Without that the others would show nothing."""
    home.sync("lea-token")
    issue, lea = home.issue("a1"), home.world.users["lea"]
    assert issue.user is lea
    answers = {
        token: json.loads(home.get(token, f"/repos/{HOME}/issues/{issue.number}"))
        for token in ("lea-token", home.workflow)
    }
    assert answers["lea-token"]["author_association"] == "MEMBER"
    assert answers[home.workflow]["author_association"] in {"CONTRIBUTOR", "NONE"}


def test_a_token_that_sees_less_makes_nothing_again(home: Organisation) -> None:
    assert home.sync("lea-token")
    seeded = len(home.repository.issues)
    for _ in range(3):
        assert home.sync(home.workflow) == 0
    assert len(home.repository.issues) == seeded
    home.world.clock.advance(datetime(2026, 1, 13, 9, tzinfo=UTC) - home.world.clock.now())
    assert home.sync(home.workflow)
    assert home.sync("lea-token") == 0
    assert home.sync(home.workflow) == 0
    assert len(home.repository.issues) == seeded


@pytest.mark.parametrize("login", ["lea", "ada", "root"])
def test_who_may_write_is_obeyed_whatever_the_token_is_told(home: Organisation, login: str) -> None:
    home.sync("lea-token")
    home.comment(login, "/done")
    home.sync(home.workflow)
    assert home.issue("a1").state == "closed"


def test_who_lost_the_right_is_not_obeyed_and_what_they_wrote_still_counts(
    home: Organisation,
) -> None:
    home.sync("lea-token")
    seeded = len(home.repository.issues)
    home.comment("lea", "/done")
    del home.world.users["academy"].roles["lea"]
    home.sync(home.workflow)
    assert home.issue("a1").state == "open"
    assert len(home.repository.issues) == seeded
