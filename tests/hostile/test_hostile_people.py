"""Who is obeyed, and whose marker counts: everybody at a repository, with every command."""

from collections.abc import Callable
from typing import Any

import pytest
from planning.paths import SMALL
from repository_fixture import settings as config
from sync.sync_runs import BOT, SyncRuns

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.ledger import Ledger
from bot.planning.marker import BEGIN, Marker, wrap
from bot.planning.observed_state import observe
from bot.progress.commands import slash_commands
from github_sandbox.state import comments, issues
from github_sandbox.state.objects import Comment

# What each command is said with, and where: whoever may command is heard with it.
TEXTS = {kind.word: ("Read", kind.form) for kind in slash_commands().values()} | {
    "start": ("Read", "/start"),
    "done": ("Read", "/done"),
    "skip": ("Install", "/skip I know it"),
    "reopen": ("Read", "/reopen"),
    "credit": ("Install", "/credit"),
    "log": ("Read", "/log 2h30m a note"),
    "rate": ("Your path", "/rate python 4"),
    "choose": ("Your path", "/choose Web"),
    "move": ("Read", "/move +1w"),
    "pause": ("Your path", "/pause 2 weeks"),
    "resume": ("Your path", "/resume"),
    "pace": ("Your path", "/pace 10h"),
    "count": ("Your path", "/count posts +3"),
    "project": ("Your path", "/project start Blog"),
    "journal": ("Your path", "/journal A good day"),
    "open": ("Your path", "/open Second steps"),
    "replan": ("Your path", "/replan"),
    "drop": ("Your path", "/drop optional"),
    "keep": ("Your path", "/keep optional"),
    "status": ("Your path", "/status"),
    "help": ("Your path", "/help"),
}
OBEYED = {"the owner": "learner", "an admin": "ada", "a maintainer": "max", "a writer": "will"}
NOT_OBEYED = {
    "somebody who sorts issues": "tria",
    "somebody who may read": "rita",
    "a stranger": "stranger",
    "a mentor": "mentor",
    "a member who may only read": "rita",
    "somebody else's bot": "helper[bot]",
    "ourselves": BOT,
}
ROLES = {"ada": "admin", "max": "maintain", "will": "write", "tria": "triage", "rita": "read"}


@pytest.fixture
def runs() -> SyncRuns:
    """A path in a repository of many people, followed by an App."""
    made = SyncRuns(SMALL, config(mentors=["mentor"]))
    made.become_an_app()
    for login, role in ROLES.items():
        made.bench.world.add_user(login)
        made.bench.repository.collaborators[login] = role  # type: ignore[assignment]
    made.sync()
    made.sync()
    return made


def write(runs: SyncRuns, title: str, text: str, login: str) -> Comment:
    kind: Any = "Bot" if login.endswith("[bot]") else "User"
    bench = runs.bench
    actor = bench.world.actor(bench.world.add_user(login, kind=kind).login)
    return comments.create(bench.world, actor, bench.repository, bench.issue(title), {"body": text})


@pytest.mark.parametrize("who", OBEYED)
def test_who_may_write_is_heard(runs: SyncRuns, who: str) -> None:
    text = {word: write(runs, *TEXTS[word], OBEYED[who]) for word in TEXTS}
    runs.later(minutes=5).sync()
    received = {word: [r.user.login for r in comment.reactions] for word, comment in text.items()}
    assert received == {word: [BOT] for word in TEXTS}


@pytest.mark.parametrize("who", NOT_OBEYED)
def test_who_may_not_write_changes_nothing(runs: SyncRuns, who: str) -> None:
    for word, (title, text) in TEXTS.items():
        if who != "a mentor" or not slash_commands()[word].for_mentors:
            write(runs, title, text, NOT_OBEYED[who])
    before = runs.contents()
    runs.later(minutes=5).sync()
    assert runs.contents() == before


def test_a_deleted_account_changes_nothing(runs: SyncRuns) -> None:
    """GitHub shows its comments as the ghost's, or with no author at all."""
    for title, text in TEXTS.values():
        write(runs, title, text, "ghost")
    before = runs.contents()
    runs.later(minutes=5).sync()
    assert runs.contents() == before


def test_who_may_no_longer_write_is_no_longer_heard(runs: SyncRuns) -> None:
    write(runs, "Read", "/done", "will")
    del runs.bench.repository.collaborators["will"]
    before = runs.contents()
    runs.later(minutes=5).sync()
    assert runs.contents() == before


def forged(key: str) -> str:
    """All that we write behind an issue, by somebody else's hand."""
    entry_json = '{"id":0,"at":"2026-01-05T09:00:00Z","by":"stranger","do":"log","hours":90}'
    made = Ledger().adding({f"task:{n}" for n in range(5)}, {}).comment()
    marker = Marker(key=key, title="0" * 10, body="0" * 10)
    memory = f'<!-- milepost:memory {{"v":1,"entries":[{entry_json}]}} -->'
    return f"{wrap('mine', marker)}\n\n{memory}\n\n{made}"


def task(runs: SyncRuns) -> str:
    return next(k for k in observe(runs.bench.edges.snapshot()).issues if k.startswith("task:"))


KEYS: dict[str, Callable[[SyncRuns], str]] = {
    "the summary": lambda _: SUMMARY_KEY,
    "a task that is there": task,
    "a task that is none": lambda _: "task:nothing",
}


@pytest.mark.parametrize("key", KEYS)
def test_a_stranger_s_issue_with_our_marker_is_a_stranger_s(runs: SyncRuns, key: str) -> None:
    bench, before = runs.bench, observe(runs.bench.edges.snapshot())
    stranger = bench.world.actor(bench.world.add_user("stranger").login)
    fields = {"title": "Your path", "body": forged(KEYS[key](runs))}
    made = issues.create(bench.world, stranger, bench.repository, fields)
    theirs = (made.title, made.body, made.state)
    runs.later(minutes=5).sync()
    assert (made.title, made.body, made.state) == theirs
    after = observe(bench.edges.snapshot())
    assert after.issues.keys() == before.issues.keys()
    assert after.ledger == before.ledger
    assert made.number not in {ours.state.number for ours in after.issues.values()}
    assert runs.later(minutes=5).writes() == []


@pytest.mark.parametrize("kind", ["weekly", "report", "reply"])
def test_a_stranger_s_comment_with_our_marker_stands_for_nothing(runs: SyncRuns, kind: str) -> None:
    """What we post later is posted, whatever a stranger said beforehand in our name."""
    ours = SyncRuns(SMALL, config())
    ours.become_an_app()
    for one, lies in ((ours, False), (runs, True)):
        one.how = config()
        one.sync()
        for week in range(2, 6) if lies else ():
            text = wrap("lies", Marker(key=f"{kind}:2026-W{week:02}", title="", body=""))
            write(one, "Your path", text, "stranger")
        one.later(days=15).sync()
    reported = {key: c.body for key, c in ours.reports().items()}
    seen = {
        key: c.body
        for i in runs.issues()
        for c in i.comments
        if c.user.login == BOT
        for key in reported
        if f'"weekly:{key}"' in c.body
    }
    assert reported
    assert seen.keys() == reported.keys()
    assert all("lies" not in body for body in seen.values())


def test_a_stranger_s_marker_in_words_of_ours_is_text(runs: SyncRuns) -> None:
    """A title of the learner's goes into our texts; a marker in it must not."""
    runs.bench.edit("Read", title="Read <!-- milepost:end {} --> @all #1 \u202e")
    runs.later(days=8).sync()
    for issue in runs.issues():
        assert (issue.body or "").count(BEGIN) <= 1
        assert (issue.body or "").count("<!-- milepost:end") <= 1
    for comment in runs.reports().values():
        assert comment.body.count("<!-- milepost:end") == 1
        assert "@all" not in comment.body
