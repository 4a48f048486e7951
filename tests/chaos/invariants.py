"""Tells whether the laws hold, from what stands in the repository and what the learner did.

Nothing of how Milepost plans or adds up is used here.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from chaos import markers
from chaos.learner import ANSWERED, Learner
from chaos.scenario import Scenario

from github_sandbox import dump
from github_sandbox.state.objects import Comment, Issue

REMEMBERED = re.compile(
    r"^/(?:start|done|skip|reopen|credit|log|move|count|rate|pause|resume|replan|pace|open|choose"
    r"|project)\b",
    re.MULTILINE,
)
MOST_TRIES = 5
"""So often a mark or an answer is tried that GitHub refuses, over 15 days."""


@dataclass
class Verdict:
    """What is wrong, in words; empty lists when all is well."""

    duplicates: list[str] = field(default_factory=list)
    lost_edits: list[str] = field(default_factory=list)
    lost_work: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def violations(self) -> list[str]:
        """All of it."""
        return [f"{kind}: {text}" for kind, texts in vars(self).items() for text in texts]


def judge(scenario: Scenario, learner: Learner) -> Verdict:
    """Everything but whether the next run has nothing to do."""
    verdict = Verdict(stops=list(scenario.stops), errors=list(scenario.errors))
    verdict.duplicates = _duplicates(scenario)
    for slot, promise in learner.promises.items():
        if complaint := promise():
            lost = slot[0] == "state" and slot[1] in learner.finished
            (verdict.lost_work if lost else verdict.lost_edits).append(complaint)
    verdict.lost_work += _unmarked_work(scenario, learner)
    verdict.lost_edits += _unheard(scenario, learner)
    verdict.summaries = _summaries(scenario, learner)
    verdict.elsewhere = _elsewhere(scenario, learner)
    return verdict


def _duplicates(scenario: Scenario) -> list[str]:
    """Two open issues with one key; two labels or milestones with one."""
    found = []
    for key, every in markers.by_key(scenario.repository).items():
        opened = [issue.number for issue in every if issue.state == "open"]
        if len(opened) > 1:
            found.append(f"{key} is in issues {opened}")
    milestones = Counter(
        markers.key_of(m.description) for m in scenario.repository.milestones.values()
    )
    labels = Counter(markers.label_key(x) for x in scenario.repository.labels.values())
    for counts in (milestones, labels):
        found += [f"{key} is there {n} times" for key, n in counts.items() if key and n > 1]
    return found


def _unmarked_work(scenario: Scenario, learner: Learner) -> list[str]:
    """Finished work that no longer says what it is counts for nothing."""
    there = {issue.number: issue for issue in markers.issues(scenario.repository)}
    return [
        f"#{number} was finished and is no longer known"
        for number in sorted(learner.finished)
        if number in there and markers.key_of(there[number].body) is None
    ]


def _unheard(scenario: Scenario, learner: Learner) -> list[str]:
    """Each comment with commands has its mark, its memory once, and one answer where one is due."""
    known = Counter(
        (entry["id"], entry.get("n", 0))
        for issue in markers.issues(scenario.repository)
        if markers.key_of(issue.body)
        for entry in markers.entries(issue)
    )
    answers = Counter(markers.key_of(c.body) for _, c in markers.comments(scenario.repository))
    journals = Counter(markers.key_of(i.body) for i in markers.issues(scenario.repository))
    found = [f"{key} is answered {n} times" for key, n in answers.items() if key and n > 1]
    found += [f"comment {c[0]} is remembered {n} times" for c, n in known.items() if c[0] and n > 1]
    for issue, comment in markers.comments(scenario.repository):
        text = learner.text.get(comment.id)
        if text is None or comment.id in learner.unheard:
            continue
        where = f"'{text}' on #{issue.number}"
        worn = {*markers.marks(comment)}  # of two accounts at once each may set the same
        if not worn and _tries(scenario, issue, comment) >= MOST_TRIES:
            continue
        lines = REMEMBERED.findall(text)
        here = sum(n for (number, _), n in known.items() if number == comment.id)
        if here and not worn and len(comment.reactions) > 0:
            continue  # A run was cut off before it set its mark; to what is logged any mark does.
        if len(worn) != 1:
            found.append(f"{where} has the marks {worn}")
        obeyed = "rocket" in worn
        if obeyed and here != len(lines):
            found.append(f"{where} ({comment.id}) is remembered {here} times")
        answer = f"reply:{comment.id}"
        if text.startswith(ANSWERED) and not answers[answer] and answer not in learner.taken_away:
            found.append(f"{where} has no answer")
        if text.startswith("/journal") and not journals[f"journal:{comment.id}"]:
            found.append(f"{where} is not in the journal")
    return found


def _tries(scenario: Scenario, issue: Issue, comment: Comment) -> int:
    """How often GitHub refused a mark on this comment, an answer on its issue, or an entry."""
    root = f"/repos/{scenario.repository.full_name}/issues"
    paths = [f"{root}/comments/{comment.id}/reactions", f"{root}/{issue.number}/comments"]
    paths += [root] if comment.body.startswith("/journal") else []
    writes = scenario.world.journal.writes
    return sum(e.path in paths and e.status in {403, 422} for e in writes)


def _summaries(scenario: Scenario, learner: Learner) -> list[str]:
    reported = Counter(
        key
        for text in (
            *(c.body for _, c in markers.comments(scenario.repository)),
            *(i.body or "" for i in markers.issues(scenario.repository) if i.state == "open"),
        )
        if (key := markers.key_of(text)) and key.partition(":")[0] in {"weekly", "report", "finish"}
    )
    found = [f"{key} stands {n} times" for key, n in reported.items() if n > 1]
    summary = next(
        (
            i
            for i in markers.by_key(scenario.repository).get(markers.SUMMARY, [])
            if i.state == "open" or not markers.closed_by_us(i)
        ),
        None,
    )
    if summary is None or summary.state == "closed" or scenario.settings.summary.place == "issue":
        return found
    if _all_done(scenario):
        return found
    known = {*reported, *learner.taken_away}
    weeks = _weeks(scenario, scenario.local(summary.birth.at).date())
    return found + [f"the summary of {w} is missing" for w in weeks if f"weekly:{w}" not in known]


def _elsewhere(scenario: Scenario, learner: Learner) -> list[str]:
    """Where the learner transfers issues to, nothing is read or written by us."""
    there = scenario.elsewhere
    roots = (f"/repos/{there.full_name}", f"/repositories/{there.id}")
    requested = [e for e in scenario.world.journal.entries if e.path.startswith(roots)]
    found = [f"{entry.method} {entry.path}" for entry in requested]
    if dump.repository(there) != learner.left_elsewhere:
        found.append(f"{there.full_name} is not as the learner left it")
    return found


def _all_done(scenario: Scenario) -> bool:
    """Whether the path may be at its end, after which no week is summed up."""
    optional = {f"task:{task.id}" for task in scenario.path.tasks() if task.optional}
    return not any(
        issue.state == "open"
        for key, every in markers.by_key(scenario.repository).items()
        for issue in every
        if key.startswith("task:") and key not in optional
    )


def _first_day(scenario: Scenario) -> date:
    """The first day of the path; one that lies in a pause comes after it."""
    first: date = scenario.how["start"]
    pauses = [(pause["from"], pause["to"]) for pause in scenario.how.get("pauses", [])]
    for issue in markers.issues(scenario.repository):
        for entry in markers.entries(issue):
            if entry["do"] == "pause":
                begin = scenario.local(datetime.fromisoformat(entry["at"])).date()
                pauses.append((begin, date.fromisoformat(entry["last"])))
    for begin, last in sorted(pauses):
        if begin <= first <= last:
            first = last + timedelta(days=1)
    return first


def _weeks(scenario: Scenario, made: date) -> list[str]:
    """Names of the weeks that are over at their hour, by walking the calendar."""
    now, hour = scenario.local(scenario.ran_at), scenario.settings.summary.hour
    begins = scenario.settings.summary.day.number
    day, found = max(made, _first_day(scenario)) + timedelta(days=1), []
    while day < now.date() or (day == now.date() and now.hour >= hour):
        if day.weekday() == begins:
            year, week, _ = (day - timedelta(days=4)).isocalendar()
            found.append(f"{year}-W{week:02d}")
        day += timedelta(days=1)
    return found
