"""The badge: what stands on it, and an SVG that is safe to show anywhere."""

import json
from datetime import UTC, datetime
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest
from builders import curriculum
from planning.paths import LONG
from pseudo_language import escapes, pseudo_language
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import HistoryLearner
from repository_fixture import RepositoryFixture, settings

from bot.progress.path import LearningPath
from bot.progress.streak import streak
from bot.reports.badge import Badge, BadgeKind, as_shields, as_svg, badge
from bot.reports.text_width import width

ALL = settings("2026-01-05", ahead="all")


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    made.apply(LONG, ALL)
    return made


def done(bench: RepositoryFixture, title: str, day: str) -> None:
    bench.close(title)
    bench.issue(title).closed_at = datetime.fromisoformat(f"{day}T18:00:00+00:00")


def view(bench: RepositoryFixture, today: str) -> LearningPath:
    now = datetime.fromisoformat(f"{today}T12:00:00").replace(tzinfo=UTC)
    return LearningPath.read(LONG, ALL, bench.edges.snapshot(), now)


def message(bench: RepositoryFixture, kind: BadgeKind, today: str) -> str:
    return badge(kind, view(bench, today)).message


def test_percent_month_and_streak(bench: RepositoryFixture) -> None:
    done(bench, "a1", "2026-01-14")
    done(bench, "b1", "2026-01-22")
    assert message(bench, "percent", "2026-01-23") == "33%"
    assert message(bench, "month", "2026-01-23") == "month 1 of 3"
    assert message(bench, "streak", "2026-01-23") == "2 active weeks"


def test_before_the_start_and_at_the_end(bench: RepositoryFixture) -> None:
    assert message(bench, "percent", "2025-12-31") == "0%"
    assert (
        message(bench, "month", "2025-12-31") == "from 5\N{NO-BREAK SPACE}Jan\N{NO-BREAK SPACE}2026"
    )
    assert message(bench, "streak", "2025-12-31") == "0 active weeks"
    for title in ["a1", "b1", "c1", "d1", "e1", "f1"]:
        done(bench, title, "2026-02-01")
    for kind in ("percent", "month", "streak"):
        assert message(bench, kind, "2026-02-02") == "finished"


def test_nearly_all_is_not_done() -> None:
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- big (249h)\n- small (1h)")
    learner = HistoryLearner(path).done(big="2026-01-08")
    assert badge("percent", learner.view("2026-01-09")).message == "99%"
    learner.done(small="2026-01-09")
    assert badge("percent", learner.view("2026-01-09")).message == "finished"


@pytest.mark.parametrize(
    ("days", "today", "weeks"),
    [
        ([], "2026-02-04", 0),
        (["2026-02-03"], "2026-02-04", 1),  # this week counts when it has something
        (["2026-01-30"], "2026-02-04", 1),  # and breaks nothing while it has not
        (["2026-01-23"], "2026-02-04", 0),  # a week without ends it
        (["2026-01-25", "2026-01-26", "2026-02-01"], "2026-02-04", 2),  # Sunday and Monday
    ],
)
def test_a_streak_is_weeks_in_a_row(
    bench: RepositoryFixture, days: list[str], today: str, weeks: int
) -> None:
    for title, day in zip("abcdef", days, strict=False):
        done(bench, f"{title}1", day)
    seen = view(bench, today)
    assert streak(seen.progress, seen.today) == weeks


ARABIC, HEBREW = "مسار تعلم الآلة (MLOps) 2026", "מדבאופס ל-MLOps"


@pytest.mark.parametrize(
    ("label", "leftwards", "bent"),
    [
        ("From DevOps to MLOps", False, True),
        ("Κόσμος и мир", False, True),
        (ARABIC, True, False),
        (HEBREW, True, False),
        ("(2026) שָׁלוֹם", True, False),
        ("C++ שלום", False, False),
        ("学习路线", False, False),
        ("2026!", False, True),
    ],
)
def test_a_title_runs_its_own_way_and_only_known_letters_are_fitted(
    label: str, leftwards: bool, bent: bool
) -> None:
    drawn = ET.fromstring(as_svg(Badge(label=label, message="33%", color="1f6feb")))
    left, right = drawn.findall(".//{*}text")
    assert (left.text, left.get("direction")) == (label, "rtl" if leftwards else None)
    assert ("textLength" in left.attrib) == bent
    assert (right.get("direction"), "textLength" in right.attrib) == (None, True)


def test_a_message_in_letters_that_are_guessed_is_not_bent() -> None:
    drawn = ET.fromstring(as_svg(Badge(label="MLOps", message="第 3 个月", color="1f6feb")))
    left, right = drawn.findall(".//{*}text")
    assert ("textLength" in left.attrib, "textLength" in right.attrib) == (True, False)


@pytest.mark.parametrize("today", ["2025-12-01", "2026-01-23", "2026-02-02"])
@pytest.mark.parametrize("kind", get_args(BadgeKind))
def test_a_badge_has_no_english_of_its_own(
    bench: RepositoryFixture, kind: BadgeKind, today: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if today == "2026-02-02":
        for title in ["a1", "b1", "c1", "d1", "e1", "f1"]:
            done(bench, title, "2026-02-01")
    with pseudo_language(monkeypatch):
        assert escapes(message(bench, kind, today)) == []


def test_marks_and_joiners_take_no_room() -> None:
    assert width("שָׁלוֹם") == width("שלום")
    assert width("می\N{ZERO WIDTH NON-JOINER}خواهم") == width("میخواهم")
    assert width("ไท่ย") == width("ไทย")


def test_picture_of_a_title_from_right_to_left(file_regression: FileRegressionFixture) -> None:
    made = Badge(label=HEBREW, message="33%", color="1f6feb")
    file_regression.check(as_svg(made), extension=".svg")


def test_picture(file_regression: FileRegressionFixture) -> None:
    made = Badge(label="From DevOps to MLOps", message="33%", color="1f6feb")
    file_regression.check(as_svg(made), extension=".svg")


@pytest.mark.parametrize(
    "label",
    ['<script>alert("x")</script>', "a & b", "\x1b[31m\u202eevil", "路线图 🚀", "]]>", "&#64;"],
)
def test_whatever_the_label_is_the_picture_is_well_formed_and_inert(label: str) -> None:
    text = as_svg(Badge(label=label, message="33%", color="1f6feb"))
    root = ET.fromstring(text)  # parses, or fails the test
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names == {"svg", "title", "linearGradient", "stop", "clipPath", "rect", "g", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name]
    assert "\x1b" not in text
    assert "33%" in (root.findtext("{http://www.w3.org/2000/svg}title") or "")


def test_shields_json_holds_what_its_endpoint_wants() -> None:
    found: dict[str, Any] = json.loads(as_shields(Badge(label="a", message="b", color="57606a")))
    assert found == {"schemaVersion": 1, "label": "a", "message": "b", "color": "57606a"}
