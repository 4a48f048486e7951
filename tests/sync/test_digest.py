"""A mentor's weekly digest: once a week, on one issue, of those who share; then in a chat."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest
from repository_fixture import RepositoryFixture

from bot.errors import UnavailableError, UsageError
from bot.planning.marker import find
from bot.reports.cohort import CheckpointResult, Cohort, HelpRequest, Member
from bot.reports.digest import MAX_CHAT, as_chat, as_markdown
from bot.sync.apply import WriteContext
from bot.sync.digest import TITLE, post_digest, send_chat
from bot.sync.publish import Outcome

TODAY = date(2026, 2, 18)


def learner(who: str, **more: Any) -> Member:
    plain: dict[str, Any] = {
        "repository": f"{who}/path",
        "where": "Month 1",
        "percent": 10,
        "active_weeks": 1,
        "asks": 0,
        "asking": (),
        "checkpoint": None,
        "checkpoint_on": None,
        "last_activity": TODAY,
    }
    return Member(who=who, **plain | more)


QUESTION = HelpRequest(number=3, title="Pods", url="https://x/3", words="why?", since=TODAY)
WAITS = HelpRequest(number=7, title="", url="", since=date(2026, 2, 1))
RESULT = CheckpointResult(title="One month in", on=date(2026, 2, 15), found=2, points=5)
COHORT = Cohort(
    learners=(
        learner("mia", asks=1, asking=(QUESTION,), change=4, awaiting=2, results=(RESULT,)),
        learner("Blue Heron", repository=None, asks=1, asking=(WAITS,)),
        learner("zoe", last_activity=date(2026, 1, 30), awaiting=1),
        learner("ida", last_activity=None, paused_until=date(2026, 3, 1)),
    ),
    not_shown=1,
)


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    made.repository.private = True
    return made


def post(bench: RepositoryFixture, day: date = TODAY, webhook: str = "") -> Outcome:
    context = WriteContext(lambda: bench.edges, bench.waits.append)
    return post_digest(COHORT, day, bench.edges, context, webhook)


def test_requests_come_first_the_oldest_at_the_top() -> None:
    text = as_markdown(COHORT, TODAY).replace("\N{NO-BREAK SPACE}", " ")
    assert text == (
        "### Your learners, week of 16 Feb 2026\n\n"
        "**Asking for help:**\n\n"
        "- Blue Heron · since 1 Feb 2026 · an issue\n"
        "- mia · since 18 Feb 2026 · [Pods](<https://x/3>) · why?\n\n"
        "**To approve:** mia (2) and zoe (1)\n\n"
        "**This week:** mia +4 → 10%\n\n"
        "**At a checkpoint:** mia (One month in: 2/5)\n\n"
        "**Nothing for two weeks:** zoe (30 Jan 2026)"
    )
    assert "Nothing to report" in as_markdown(Cohort(learners=()), TODAY)


def test_a_chat_gets_a_few_lines_and_the_address() -> None:
    lines = as_chat(COHORT, TODAY, "https://x/1").replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines == [
        "Your learners, week of 16 Feb 2026",
        "Blue Heron asks for help · 1 Feb 2026 · an issue",
        "mia asks for help · 18 Feb 2026 · Pods · why?",
        "To approve: mia and zoe",
        "Nothing for two weeks: zoe",
        "https://x/1",
    ]
    many = Cohort(learners=tuple(learner(f"u{n}", awaiting=1) for n in range(999)))
    assert len(as_chat(many, TODAY, "https://x/1")) <= MAX_CHAT + 1


def test_one_comment_a_week_on_an_issue_of_its_own(bench: RepositoryFixture) -> None:
    assert [post(bench), post(bench), post(bench, date(2026, 2, 22))] == [
        Outcome.POSTED,
        Outcome.STANDS,
        Outcome.STANDS,
    ]
    assert post(bench, date(2026, 2, 23)) is Outcome.POSTED
    (issue,) = bench.repository.issues.values()
    assert issue.title == TITLE
    keys = [marked.marker.key for c in issue.comments if (marked := find(c.body))]
    assert keys == ["digest:2026-W08", "digest:2026-W09"]


def test_nothing_is_posted_where_everybody_can_read_it(bench: RepositoryFixture) -> None:
    bench.repository.private = False
    with pytest.raises(UsageError, match="everybody"):
        post(bench)
    assert bench.repository.issues == {}


def test_a_closed_issue_takes_no_digest(bench: RepositoryFixture) -> None:
    post(bench)
    bench.close(TITLE, "not_planned")
    assert post(bench, date(2026, 2, 23)) is Outcome.SKIPPED


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/x",
        "hooks.slack.com",
        "https://h:x/y",
        "https://h/x\x01",
        "https:///x",
    ],
)
def test_a_webhook_is_https_and_stays_a_secret(bench: RepositoryFixture, url: str) -> None:
    with pytest.raises(UsageError) as wrong:
        post(bench, webhook=url)
    assert url not in str(wrong.value)
    assert bench.repository.issues == {}


class Chat(BaseHTTPRequestHandler):
    """Takes messages as an incoming webhook does."""

    def do_POST(self) -> None:
        self.server.messages.append(self.rfile.read(int(self.headers["Content-Length"])))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def chat() -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), Chat) as server:
        made: Any = server
        made.messages, made.status = [], 200
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_chat_is_written_to_once_the_comment_is_there(
    bench: RepositoryFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = list[tuple[str, Any]]()

    def take(url: str, *, json: Any, **_: Any) -> httpx2.Response:
        sent.append((url, json))
        return httpx2.Response(204)

    monkeypatch.setattr(httpx2, "post", take)
    slack, discord = (
        "https://hooks.slack.com/services/T/B/x",
        "https://discord.com/api/webhooks/1/x",
    )
    assert post(bench, webhook=slack) is Outcome.POSTED
    assert post(bench, webhook=slack) is Outcome.STANDS
    assert post(bench, date(2026, 2, 23), webhook=discord) is Outcome.POSTED
    (first, second) = sent
    assert (first[0], list(first[1])) == (slack, ["text"])
    assert (second[0], second[1]["allowed_mentions"]) == (discord, {"parse": []})
    assert second[1]["content"].endswith("/issues/1")


def test_nothing_in_a_message_notifies_anybody_or_is_markup(chat: Any) -> None:
    send_chat(f"http://127.0.0.1:{chat.server_port}/x", 'a & b: <!channel> <@U1> "c"')
    assert json.loads(chat.messages[0]) == {"text": 'a &amp; b: &lt;!channel&gt; &lt;@U1&gt; "c"'}


@pytest.mark.parametrize("status", [200, 404])
def test_no_log_has_the_address(chat: Any, caplog: pytest.LogCaptureFixture, status: int) -> None:
    chat.status = status
    with caplog.at_level(logging.DEBUG), suppress(UnavailableError):
        send_chat(f"http://127.0.0.1:{chat.server_port}/secret", "Hello")
    assert chat.messages
    assert "secret" not in caplog.text


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_chat_that_refuses_is_named_without_its_address(chat: Any, status: int) -> None:
    chat.status = status
    url = f"http://127.0.0.1:{chat.server_port}/secret"
    with pytest.raises(UnavailableError, match=f"it answered {status}") as wrong:
        send_chat(url, "Hello")
    assert "secret" not in str(wrong.value)
    assert chat.messages == [b'{"text":"Hello"}']


def test_a_chat_that_is_away_is_named() -> None:
    with pytest.raises(UnavailableError, match="did not answer"):
        send_chat("http://127.0.0.1:1/secret", "Hello")
