"""A path that changes its language: our texts follow, and nothing of the learner's is lost."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml
from pseudo_language import PseudoCatalogue
from reports.histories import RICH
from repository_fixture import settings as config
from sync.sync_runs import SyncRuns

from bot import i18n
from bot.curriculum.base import slugify
from bot.curriculum.model import Curriculum
from bot.planning.marker import LEDGER, find
from bot.progress.command_log import find_logs
from bot.progress.journal import journal
from bot.progress.next_steps import action_states
from bot.progress.path import LearningPath
from bot.settings import Settings
from bot.sync.sync import SyncResult
from github_sandbox.state import issues as state_issues

OTHER = "zh"  # the code under which the pseudo-language runs
MENTOR = "mentor"
TICK = re.compile(r"^- \[x\] ", re.MULTILINE)
FILED = "### Date\n\n2026-01-07\n\n### Learned\n\nRows"
RATED = "### Python\n\n3: I can do it with help\n\n### Data\n\n_No response_"


def path() -> Curriculum:
    """The path with boxes of every kind: done-when, next steps, a checkpoint, a choice."""
    data = RICH.model_dump(mode="json", exclude_defaults=True)
    unit = data["phases"][0]["modules"][0]["units"][0]
    unit["tasks"][0]["done_when"] = ["It runs", "It is tested"]
    data["actions"] = [
        {"id": "join", "title": "Join a forum", "horizon": "week", "description": "Any will do"},
        {"id": "ask", "title": "Ask a question", "horizon": "week"},
    ]
    data["reflection"] = [{"title": "Goals I reached", "kind": "list"}]
    return Curriculum.model_validate(data)


def settings(language: str | None) -> Settings:
    return config(
        ahead="all", mentors=[MENTOR], language=language, publish={"forms": True, "readme": True}
    )


@pytest.fixture(autouse=True)
def _pseudo_language(monkeypatch: pytest.MonkeyPatch) -> None:
    real = i18n.catalogue
    monkeypatch.setattr(
        i18n, "catalogue", lambda code: PseudoCatalogue() if code == OTHER else real(code)
    )


@pytest.fixture
def runs() -> SyncRuns:
    """A month in English: ticks, commands, forms, renamed titles and labels, a choice taken."""
    runs = SyncRuns(path(), settings(None))
    runs.sync()
    bench = runs.later(days=1).bench
    tick(runs, "a1", "It runs")
    tick(runs, "Next steps: this week", "**Join")
    bench.edit("Deliverable: A second thing", title="Deliverable: My own second thing")
    bench.edit("e1", title="E, as I call it")
    bench.edit_label("status: blocked", name="stuck")
    bench.edit_milestone("Month 3", title="March, at last")
    file(runs, "Journal: ", "kind: journal", FILED)
    file(runs, "How sure do I feel?", "kind: assessment", RATED)
    bench.comment("a1", "/log 2h\n/done")
    bench.comment("Your path", "/count connections +3\n/rate data 4\n/journal A thought")
    bench.comment("Your path", "/choose web\n/project start Bread\n/goal add Sleep well")
    runs.later(days=25).sync()
    tick(runs, "Checkpoint after", "Can do a")
    bench.close("b1")
    fill_in(runs, "How sure do you feel?", "- Python: ", "- Python: 4")
    bench.edit("Looking back", body=f"{bench.issue('Looking back').body} I reached one.")
    runs.later(days=1).sync()
    runs.sync()
    assert runs.writes() == []
    return runs


def tick(runs: SyncRuns, title: str, line: str) -> None:
    fill_in(runs, title, f"- [ ] {line}", f"- [x] {line}")


def fill_in(runs: SyncRuns, title: str, old: str, new: str) -> None:
    body = runs.bench.issue(title).body or ""
    assert body.count(old) == 1, (title, old, body)
    runs.bench.edit(title, body=body.replace(old, new))


def file(runs: SyncRuns, title: str, label: str, body: str) -> None:
    bench = runs.bench
    fields = {"title": title, "body": body, "labels": [label]}
    state_issues.create(bench.world, bench.learner, bench.repository, fields)


def switch(runs: SyncRuns, language: str | None) -> SyncResult:
    runs.how = settings(language)
    return runs.later(hours=1).sync()


def facts(view: LearningPath) -> dict[str, object]:
    """What we read out of the repository, without our own words."""
    return {
        "states": [(w.key, w.state, w.ticked, w.closed_on) for w in view.progress.work],
        "names": [w.name for w in view.progress.work],
        "steps": [(step.action.id, step.done) for step in action_states(view)],
        "commands": {key: log.entries for key, log in find_logs(view.observed).items()},
        "ratings": view.history.ratings,
        "counts": view.history.counts,
        "choices": view.settings.choices,
        "journal": [(e.number, e.day, e.text, e.dated) for e in journal(view)],
    }


def ticks(runs: SyncRuns) -> dict[int, int]:
    return {issue.number: len(TICK.findall(issue.body or "")) for issue in runs.issues()}


def learners_words(runs: SyncRuns) -> Iterator[str]:
    """What stands outside of our regions, and the comments of people."""
    for issue in runs.issues():
        marked = find(issue.body or "")
        around = f"{marked.before}{marked.after}" if marked else issue.body or ""
        yield f"{issue.number} {LEDGER.sub('', around)}"
        yield from (comment.body for comment in issue.comments if not find(comment.body))


def identities(runs: SyncRuns) -> Counter[tuple[object, ...]]:
    """Each object by number or id, and its state."""
    repository = runs.bench.repository
    found: Counter[tuple[object, ...]] = Counter()
    found.update((i.number, i.state, i.state_reason) for i in runs.issues())
    found.update(("milestone", m.number, m.state) for m in repository.milestones.values())
    found.update(("label", label.id) for label in repository.labels.values())
    found.update(("comment", c.id) for issue in runs.issues() for c in issue.comments)
    return found


def contents(runs: SyncRuns) -> list[object]:
    """Titles, texts and names as they are, without what markers hold."""
    repository = runs.bench.repository
    return [
        [(i.number, i.title, region(i.body)) for i in runs.issues()],
        [(m.title, region(m.description)) for m in repository.milestones.values()],
        sorted((label.name, label.description) for label in repository.labels.values()),
    ]


def translated(path: Curriculum) -> Curriculum:
    """The path in another language: other titles and texts, the same ids.

    A rated skill keeps its earlier name, which stands in answers, as an alias.
    """

    def other(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: other(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [other(part, key) for part in value]
        words = {"title", "description", "done_when", "summary"}
        return f"{value} (traducido)" if key in words and isinstance(value, str) else value

    data = path.model_dump(mode="json", exclude_defaults=True)
    made = other(data)
    assert isinstance(made, dict)
    for skill, before in zip(
        made["assessment"]["skills"], data["assessment"]["skills"], strict=True
    ):
        skill["aliases"] = [slugify(before["title"])]
    return Curriculum.model_validate(made | {"language": OTHER})


def region(body: str | None) -> str:
    marked = find(body or "")
    return marked.region or "" if marked else body or ""


def drift(done: SyncResult) -> set[tuple[str, str]]:
    return {(one.key, one.field) for one in done.plan.drift}


THEIRS = {
    ("deliverable:a-second-thing", "title"),
    ("task:e1", "title"),
    ("unit:e", "title"),
    ("status:blocked", "name"),
}


def test_a_switch_and_back_loses_nothing_and_takes_no_text_of_ours_for_an_edit(
    runs: SyncRuns,
) -> None:
    english, before = contents(runs), runs.sync()
    known, ticked, theirs = facts(before.path), ticks(runs), list(learners_words(runs))
    there = identities(runs)
    assert drift(before) == THEIRS
    assert sum(ticked.values()) == 3
    for language in (OTHER, None):
        done = switch(runs, language)
        assert drift(done) == THEIRS
        assert facts(done.path) == known
        assert ticks(runs) == ticked
        assert list(learners_words(runs)) == theirs
        assert identities(runs) == there
        assert runs.writes() == []
    assert contents(runs) == english


def test_a_guide_in_another_language_keeps_ticks_answers_and_commands(runs: SyncRuns) -> None:
    """Its titles change as well as ours, and its ids do not."""
    known, ticked, there = facts(runs.sync().path), ticks(runs), identities(runs)
    english = runs.path
    for guide in (translated(english), english):
        runs.path = guide
        done = runs.later(hours=1).sync()
        assert drift(done) == THEIRS
        found = facts(done.path)
        assert found.pop("names") != known["names"] or guide is english
        assert found == {name: fact for name, fact in known.items() if name != "names"}
        assert (ticks(runs), identities(runs)) == (ticked, there)
        assert runs.writes() == []


def test_titles_and_labels_of_ours_are_renamed_in_place_and_the_learners_stay(
    runs: SyncRuns,
) -> None:
    switch(runs, OTHER)
    titles = [issue.title for issue in runs.issues() if issue.state == "open"]
    ours = [title for title in titles if "⟦" in title]
    assert "Deliverable: My own second thing" in titles
    assert "E, as I call it" in titles
    assert any("From here to there" in title for title in ours)
    names = {label.name for label in runs.bench.repository.labels.values()}
    assert "stuck" in names
    assert [name for name in names if name.startswith(("kind:", "phase:", "skill:"))] == []
    milestones = runs.bench.milestone_titles()
    assert "March, at last" in milestones
    assert all(title.startswith("⟦") for title in milestones if title != "March, at last")


def test_what_is_written_in_the_other_language_is_read_after_the_way_back(runs: SyncRuns) -> None:
    switch(runs, OTHER)
    kind = next(
        label.name
        for label in runs.bench.repository.labels.values()
        if (label.description or "").endswith("milepost kind:journal")
    )
    file(runs, "⟦Ĵöûŕñåļ⟧\uff1a", kind, "### Date\n\n2026-02-01\n\n### Learned\n\nColumns")
    runs.bench.comment("b1", "/log 4h")
    summary = next(i for i in runs.issues() if "summary:summary" in (i.body or ""))
    runs.bench.comment(summary.title, "/journal Another thought")
    there = facts(runs.later(hours=1).sync().path)
    done = switch(runs, None)
    assert facts(done.path) == there
    entries = journal(done.path)
    assert [e.text for e in entries if e.text.startswith("Learned: Columns")] == [
        "Learned: Columns"
    ]
    assert any(e.title == "⟦Ĵöûŕñåļ⟧\uff1a Columns" for e in entries)
    assert [e.dated for e in entries if e.text == "Another thought"] == [True]
    assert sum(logged.hours for logged in done.path.history.logged) == 6


def test_the_forms_name_the_labels_as_they_are_called_now(runs: SyncRuns) -> None:
    for language in (OTHER, None):
        switch(runs, language)
        names = [label.name for label in runs.bench.repository.labels.values()]
        text = runs.bench.edges.file(".github/ISSUE_TEMPLATE/learning-journal.yml") or ""
        [worn] = yaml.safe_load(text)["labels"]
        assert worn in names
