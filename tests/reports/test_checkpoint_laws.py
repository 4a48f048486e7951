"""Laws of checkpoint reports: numbers that agree with what was done, equal bytes, inert titles."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from reports.checkpoints import Studying, linked
from reports.histories import RICH
from share import examples

from bot.curriculum.model import Curriculum
from bot.progress.commands.evidence import Attested, Evidenced
from bot.reports.checkpoint import (
    CheckpointReport,
    as_html,
    as_json,
    as_markdown,
    by_number,
    checkpoint_report,
    files,
)

PATH = linked(RICH, can_do_a=["a1", "b1", "a-first-thing"], did_it_all=["c1", "e1"])
HOURS = {"a1": 10, "a2": 4, "b1": 10, "c1": 10, "e1": 20, "e2": 5}
OPTIONAL = {"a2", "e2"}
UNDECIDED = 12  # the mean of the options' hours
FEEDS = {"rated-python": {"a1"}, "rated-data": {"b1", "c1", "e1"}}
DAY = date(2026, 4, 1)
DAYS = st.dates(date(2026, 1, 5), DAY)


class LearnerHistory:
    """What somebody did, as plain values: closed (with days), skipped, shown, rated, logged."""

    def __init__(self, **did: Any) -> None:
        self.closed: dict[str, date] = did["closed"]
        self.skipped: set[str] = did["skipped"] - set(self.closed)
        self.shown: set[str] = did["shown"]
        self.ticks: int = did["ticks"]
        self.ratings: list[tuple[date, int]] = sorted(did["ratings"])
        self.logs: list[tuple[date, float]] = did["logs"]
        self.people: list[int] = did["people"]

    def report(self) -> CheckpointReport:
        learner = Studying(PATH)
        learner.closed({title: str(day) for title, day in self.closed.items()})
        for title in sorted(self.skipped):
            learner.skips(title)
        for title in sorted(self.shown):
            learner.shows(title, "2026-01-06")
        learner.ticks("Checkpoint after Month 3", self.ticks)
        for day, value in self.ratings:
            learner.rates("rated-data", value, str(day))
        for day, hours in self.logs:
            learner.logs(hours, str(day))
        for number in self.people:
            learner.counts("connections", number, "2026-02-01")
        return learner.report("3", str(DAY))


HISTORIES = st.builds(
    LearnerHistory,
    closed=st.dictionaries(st.sampled_from(sorted(HOURS)), DAYS),
    skipped=st.sets(st.sampled_from(sorted(HOURS))),
    shown=st.sets(st.sampled_from(sorted(HOURS))),
    ticks=st.integers(0, 1),
    ratings=st.lists(st.tuples(DAYS, st.integers(1, 5)), max_size=3),
    logs=st.lists(st.tuples(DAYS, st.sampled_from([0.5, 2.0, 7.25])), max_size=4),
    people=st.lists(st.integers(1, 9), max_size=3),
)


@settings(max_examples=examples(40), deadline=None)
@given(HISTORIES)
def test_its_numbers_agree_with_what_was_done(life: LearnerHistory) -> None:
    report = life.report()
    required = set(HOURS) - OPTIONAL - life.skipped
    done = required & set(life.closed)
    hours = sum(HOURS[title] for title in done)
    total = sum(HOURS[title] for title in required) + UNDECIDED
    assert (report.hours.finished, report.hours.total) == (hours, total)
    assert report.hours.planned == total  # the path's last day is over
    assert report.hours.logged == sum(spent for _, spent in life.logs)
    assert report.percent == 100 * hours // total
    assert report.hours.pieces_done == len(done)
    assert report.hours.pieces == len(required) + 2  # the deliverables
    (item,) = report.items
    shows = {"c1", "e1"} & (set(life.closed) | life.shown)
    assert item.ticked is bool(life.ticks)
    assert item.found is bool(life.ticks or shows)
    assert {p.title for p in item.pieces if p.done} == {"c1", "e1"} & set(life.closed)
    assert report.found == item.found
    for skill in report.skills:
        fed = FEEDS[skill.id]
        assert skill.done == len(fed & set(life.closed))
        assert skill.evidenced == len(fed & set(life.closed) & life.shown)
        assert skill.total == len(fed - life.skipped)
    rated = next(skill for skill in report.skills if skill.id == "rated-data")
    assert sorted((r.day, r.value) for r in rated.ratings) == life.ratings
    people = [m.value for m in report.metrics if m.id == "connections"]
    assert people == [sum(life.people)]
    assert [d.title for d in report.deliverables] == ["A first thing", "A second thing"]
    assert len(report.steps) <= 3


@settings(max_examples=examples(10), deadline=None)
@given(HISTORIES)
def test_equal_lives_give_equal_bytes(life: LearnerHistory) -> None:
    assert files(life.report()) == files(life.report())


@settings(max_examples=examples(20), deadline=None)
@given(HISTORIES, DAYS)
def test_an_earlier_day_knows_nothing_of_later_ones(life: LearnerHistory, day: date) -> None:
    learner = Studying(PATH)
    for title, closed in life.closed.items():
        learner.closed({title: str(closed)})
        learner.shows(title, str(closed))
    for logged, hours in life.logs:
        learner.logs(hours, str(logged))
    report = checkpoint_report(learner.view(str(DAY)), by_number(PATH, "3"), day)
    by_then = {t for t, closed in life.closed.items() if closed <= day and t not in OPTIONAL}
    assert report.hours.finished == sum(HOURS[title] for title in by_then)
    assert report.hours.logged == sum(hours for logged, hours in life.logs if logged <= day)
    assert report.forecast is None or day == DAY
    pieces = [p for item in report.items for p in item.pieces]
    assert {p.title for p in pieces if p.done} == {"c1", "e1"} & by_then
    assert {p.title for p in pieces if p.evidence} == {"c1", "e1"} & by_then


HOSTILE = [
    "<script>alert(1)</script>",
    "$(x)",
    "@name",
    "#3",
    "GH-3",
    "\u202edlrow",
    "\u2028# heading",
    "](https://evil.example)",
    "`",
    "**",
    "-->",
    "<!-- milepost:begin -->",
    "&lt;b&gt;",
    "{{ 7 * 7 }}",
    '" onload="x',
    "|",
]
TITLES = st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=4).map(" ".join)


def named(title: str) -> Curriculum:
    """The path with `title` in every name that a report shows."""
    data = PATH.model_dump(mode="json", by_alias=True)
    data["title"] = title
    (_, last) = data["checkpoints"]
    last["title"] = last["items"][0]["title"] = title
    for skill in data["assessment"]["skills"] + data["skills"] + data["roles"]:
        skill["title"] = f"{title} {skill['id']}"
    data["roles"][0]["currency"] = title
    data["success"]["quantitative"][0] |= {"text": title, "unit": title}
    data["phases"][0]["modules"][0]["deliverables"][0]["title"] = title
    return Curriculum.model_validate(data)


def reported(title: str) -> CheckpointReport:
    learner = Studying(named(title))
    learner.closed({"a1": "2026-01-14", "c1": "2026-02-05", "e1": "2026-03-05"})
    learner.bench.issue("e1").title = title
    post = Evidenced(kind="post", url="https://blog.example.org/1", title=title)
    learner.noted(post, "2026-03-06", title, "learner")
    learner.noted(Attested(), "2026-03-07", title, title)
    learner.files(title, "kind:journal", "2026-03-08", f"{title} {title}")
    repository = learner.bench.repository
    journal = max(repository.issues.values(), key=lambda issue: issue.number)
    journal.labels += [x for x in repository.labels.values() if x.name == "highlight"]
    found = [issue for issue in repository.issues.values() if "checkpoint:" in (issue.body or "")]
    found[-1].body = (found[-1].body or "").replace("- [ ]", "- [x]")
    return learner.report("3", str(DAY))


class Tags(HTMLParser):
    """The tags of a page, in order, with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.links: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}

    def handle_comment(self, data: str) -> None:
        self.found.append((f"comment {data}", ()))


def blocks(text: str) -> list[str]:
    return [f"{t.type} {t.tag} {t.level}" for t in MarkdownIt("commonmark").parse(text)]


def inline_html(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(text)
    inner = [child for token in tokens for child in token.children or []]
    return [t.content for t in (*tokens, *inner) if t.type in {"html_block", "html_inline"}]


@settings(max_examples=examples(40), deadline=None)
@given(TITLES)
@example("\u2028# heading")
@example("<!-- milepost:begin -->")
def test_hostile_titles_are_text_and_nothing_else(title: str) -> None:
    calm, report = reported("calm"), reported(title)
    assert report.items[0].ticked
    assert report.highlights
    markdown = as_markdown(report)
    assert blocks(markdown) == blocks(as_markdown(calm))
    assert inline_html(markdown) == ["<sub>", "</sub>"]
    assert not re.search(r"@[A-Za-z0-9]|#\d|GH-\d|[\u2028-\u202e]|<!--", markdown)
    page = as_html(report)
    assert Tags(page).found == Tags(as_html(calm)).found
    assert Tags(page).links == Tags(as_html(calm)).links
    assert not re.search(r"[\u2028-\u202e]", page)
    data = as_json(report)
    assert data.isascii()
    assert "<" not in data
    assert json.loads(data)["items"][0]["title"] == report.items[0].title


def test_a_page_refers_to_nothing_outside_but_links() -> None:
    page = as_html(reported("calm"))
    tags = {tag for tag, _ in Tags(page).found}
    assert tags.isdisjoint({"script", "img", "link", "iframe", "object", "form", "base"})
    assert "url(" not in page
    assert "@import" not in page
    assert all(link.startswith("https://") for link in Tags(page).links)
