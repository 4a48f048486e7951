"""Replies come whole from the catalogue: nothing of them is left in English in another language."""

import re
from datetime import date

import pytest
from progress.test_commands import UNCLEAR, place, rejected
from pseudo_language import escapes, pseudo_language
from repository_fixture import RepositoryFixture
from sync.command_runs import Run, seed
from sync.test_command_replies import ANSWERS, GUIDE

from bot.i18n import use_language
from bot.planning.changes import CreateComment
from bot.planning.marker import find
from bot.progress.command import ReplyContext
from bot.progress.commands import slash_commands
from bot.progress.commands.help import Help
from bot.progress.journal import journal
from bot.progress.path import LearningPath
from bot.server.pages.help_answer import answer_comment

# What the built-in guide and the learner wrote, and the rest of what `escapes` cannot know.
THEIRS = re.compile(r"\*\*[^*]*\*\*|'[^']*'|\(<[^>]*>\)|\[[^]]*\]")
MADE = {**ANSWERS, "move": "/move +3w", "help": "/help", "revert": "/pace 9h\n/revert"}


def left(text: str) -> list[str]:
    """Return the English words of a text that are not the guide's."""
    titles = {word for one in GUIDE.checkpoints for word in escapes(one.title)}
    return [word for word in escapes(THEIRS.sub(" ", text)) if word not in titles]


@pytest.fixture(scope="module")
def guided() -> RepositoryFixture:
    bench = RepositoryFixture()
    seed(bench, GUIDE, today="2026-02-20")
    return bench


@pytest.mark.parametrize("name", MADE)
def test_a_reply(guided: RepositoryFixture, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = guided.comment("Learn cross" if name == "move" else "Your path", MADE[name])
    run = Run(guided, GUIDE, today="2026-02-20")
    run.only = {text.id}
    with pseudo_language(monkeypatch):
        changes = run.job().last
        (reply,) = [change for change in changes if isinstance(change, CreateComment)]
    found = find(reply.body)
    assert found
    assert found.region
    assert left(found.region) == []


def test_every_reason_why_a_command_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with pseudo_language(monkeypatch):
        for text, key in UNCLEAR:
            assert left(rejected(text, place(key))) == [], text


def test_the_help_names_the_word_of_the_language(guided: RepositoryFixture) -> None:
    path = Run(guided, GUIDE, today="2026-02-20").job().path
    with use_language("es"):
        text = Help().reply(ReplyContext(path, slash_commands().values(), dict))
    rows = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `")]
    assert rows[1] == "| `/done` · `/hecho`"
    assert "| `/drop optional` · `/sin-opcionales`" in rows
    assert all(" · " in row for row in rows)


def test_what_stands_for_the_learner_s_words_is_in_the_language(
    guided: RepositoryFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Run(guided, GUIDE, today="2026-02-20").job().path
    with pseudo_language(monkeypatch):
        text = Help().reply(ReplyContext(path, slash_commands().values(), dict))
    forms = {
        kind.form for kind in slash_commands().values() if re.search("[A-Z]{2}|\\[", kind.form)
    }
    assert not any(form in text for form in forms)


def test_a_journal_entry_has_its_day_whatever_the_language_of_its_title() -> None:
    bench = RepositoryFixture()
    seed(bench, GUIDE)
    run = Run(bench, GUIDE)
    with use_language("ja"):
        bench.comment("Your path", "/journal Loops")
        run()
    path = LearningPath.read(GUIDE, run.how, bench.edges.snapshot(), run.now)
    (entry,) = journal(path)
    assert (entry.day, entry.dated) == (date(2026, 1, 5), True)
    issue = next(i for i in bench.repository.issues.values() if i.number == entry.number)
    issue.title = "Mine"
    path = LearningPath.read(GUIDE, run.how, bench.edges.snapshot(), run.now)
    assert [(one.day, one.dated) for one in journal(path)] == [(date(2026, 1, 5), False)]


def test_an_answer_to_a_request_for_help(monkeypatch: pytest.MonkeyPatch) -> None:
    with pseudo_language(monkeypatch):
        found = find(answer_comment("`Look at page 3.`", "mona"))
    assert found
    assert left(found.region or "") == []
