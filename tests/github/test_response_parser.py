"""GitHub's JSON becomes values: odd and old forms too, and what is no such thing is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github import response_parser
from bot.github.answer import UnreadableAnswerError
from bot.planning.due_date import due_day
from bot.planning.snapshot import Closing

HOME = "learner/portfolio"
TIME = "2026-03-01T12:00:00Z"
LEAST = {
    "number": 1,
    "id": 3_000_000_001,
    "title": "Read",
    "state": "open",
    "created_at": TIME,
    "updated_at": TIME,
}


def issues(*items: dict[str, Any]) -> Any:
    return response_parser.issues(items, "issues", HOME)


def test_an_issue_with_everything() -> None:
    (found,) = issues(
        LEAST
        | {
            "body": "Why",
            "state": "closed",
            "state_reason": "not_planned",
            "labels": [{"name": "kind/read", "color": "aabbcc"}, "old form"],
            "milestone": {"number": 4, "title": "Week 1"},
            "parent_issue_url": "https://api.github.com/repos/Learner/Portfolio/issues/9",
            "user": {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"},
            "performed_via_github_app": {"id": 1},
            "assignees": [{"login": "learner"}],
            "comments": 2,
            "reactions": {"url": "x", "total_count": 3, "+1": 3},
            "node_id": "I_1",
            "closed_at": TIME,
            "html_url": "https://github.com/learner/portfolio/issues/1",
            "sub_issues_summary": {"total": 0},
            "something_new": [1, 2, 3],
        }
    )
    assert found.labels == ("kind/read", "old form")
    assert (found.milestone, found.parent) == (4, 9)
    assert (found.author, found.author_kind, found.via_app) == ("github-actions[bot]", "Bot", True)
    assert (found.state, found.state_reason, found.finished) == ("closed", "not_planned", False)
    assert found.closed_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert (found.assignees, found.comments) == (("learner",), 2)
    assert (found.reactions, found.node_id) == (3, "I_1")


def test_an_issue_with_no_more_than_it_needs() -> None:
    (found,) = issues(LEAST)
    assert (found.body, found.labels, found.milestone, found.author) == ("", (), None, None)


@pytest.mark.parametrize(
    "missing",
    [
        "body",
        "labels",
        "milestone",
        "user",
        "assignees",
        "comments",
        "html_url",
        "node_id",
        "reactions",
    ],
)
def test_null_counts_as_absent(missing: str) -> None:
    assert issues(LEAST | {missing: None}) == issues(LEAST)


def test_a_parent_in_another_repository_is_none_of_ours() -> None:
    (found,) = issues(
        LEAST | {"parent_issue_url": "https://api.github.com/repos/learner/other/issues/9"}
    )
    assert found.parent is None


def test_pull_requests_are_left_out_but_their_numbers_count() -> None:
    pull = LEAST | {"number": 2, "pull_request": {"url": "https://x"}}
    assert [issue.number for issue in issues(LEAST, pull)] == [1]
    assert response_parser.last_number([LEAST, pull]) == 2
    assert response_parser.last_number([]) == 0


class TestPulls:
    PULL = LEAST | {"number": 2, "pull_request": {"url": "https://x"}}

    def test_one_with_no_more_than_it_needs(self) -> None:
        (found,) = response_parser.pulls([LEAST, self.PULL], "issues")
        assert (found.number, found.state, found.merged_at) == (2, "open", None)
        assert (found.author, found.author_id, found.body) == (None, 0, "")

    def test_a_merged_one(self) -> None:
        (found,) = response_parser.pulls(
            [self.PULL | {"pull_request": {"merged_at": TIME}}], "issues"
        )
        assert found.merged_at == datetime(2026, 3, 1, 12, tzinfo=UTC)

    def test_another_shape_is_no_traceback(self) -> None:
        with pytest.raises(UnreadableAnswerError):
            response_parser.pulls([self.PULL | {"pull_request": "yes"}], "issues")


LEAST_COMMENT = {"id": 7, "created_at": TIME}


class TestComments:
    def test_one_with_no_more_than_it_needs(self) -> None:
        (found,) = response_parser.comments([LEAST_COMMENT], "comments")
        assert (found.id, found.issue, found.reactions) == (7, 0, {})
        assert (found.updated_at, found.author, found.author_id) == (None, None, 0)

    def test_only_reactions_that_were_given_count(self) -> None:
        rollup = {"url": "x", "total_count": 3, "+1": 2, "rocket": 1, "eyes": 0, "new": 4}
        url = "https://api.github.com/repositories/1/issues/12"
        (found,) = response_parser.comments(
            [LEAST_COMMENT | {"reactions": rollup, "issue_url": url}], "comments"
        )
        assert found.reactions == {"+1": 2, "rocket": 1}
        assert found.issue == 12

    @pytest.mark.parametrize("odd", [{"reactions": [1]}, {"reactions": {"+1": "many"}}])
    def test_another_shape_is_no_traceback(self, odd: dict[str, Any]) -> None:
        with pytest.raises(UnreadableAnswerError):
            response_parser.comments([LEAST_COMMENT | odd], "comments")


def test_what_shows_twice_counts_as_last_seen() -> None:
    found = issues(LEAST | {"number": 2}, LEAST, LEAST | {"title": "Read on"})
    assert [(issue.number, issue.title) for issue in found] == [(1, "Read on"), (2, "Read")]


def test_labels_come_by_name_in_lower_case_colours() -> None:
    found = response_parser.labels(
        [{"name": "b", "color": "AABBCC", "description": None}, {"name": "A"}], "labels"
    )
    assert [(label.name, label.color, label.description) for label in found] == [
        ("A", "ededed", ""),
        ("b", "aabbcc", ""),
    ]


class TestDueDays:
    @given(st.dates(date(1980, 1, 1), date(2100, 1, 1)), st.sampled_from([0, 7, 8, 12, 23]))
    def test_the_day_is_the_one_that_was_sent(self, day: date, hour: int) -> None:
        at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        assert due_day(f"{at:%Y-%m-%dT%H:%M:%SZ}") == day

    def test_an_offset_is_heeded(self) -> None:
        assert due_day("2026-03-01T00:00:00-08:00") == date(2026, 3, 1)
        assert due_day("2026-03-01T00:00:00") == date(2026, 3, 1)

    def test_none_is_none(self) -> None:
        assert due_day(None) is None


@pytest.mark.parametrize("field", sorted(LEAST))
def test_what_an_issue_cannot_be_without_is_named(field: str) -> None:
    item = {name: value for name, value in LEAST.items() if name != field}
    with pytest.raises(UnreadableAnswerError, match=field):
        issues(item)


@pytest.mark.parametrize(
    "odd",
    [
        {"number": "many"},
        {"number": None},
        {"title": 7},
        {"state": "half-open"},
        {"created_at": "yesterday"},
        {"labels": 7},
        {"labels": [{}]},
        {"milestone": [1]},
        {"user": "learner"},
        {"assignees": [None]},
    ],
)
def test_another_shape_is_no_traceback(odd: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswerError, match="not what GitHub documents"):
        issues(LEAST | odd)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "login", "number"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*LEAST, "labels", "milestone", "user", "assignees"]), json))
def test_any_json_is_an_issue_or_refused(odd: dict[str, Any]) -> None:
    try:
        found = issues(LEAST | odd)
    except UnreadableAnswerError:
        return
    assert len(found) == 1


def test_times_keep_their_moment() -> None:
    (found,) = issues(LEAST | {"updated_at": "2026-03-01T14:00:00+02:00"})
    assert found.updated_at - found.created_at == timedelta()


def _closed(number: int, login: str | None, kind: str = "User", commit: str | None = None) -> Any:
    actor = {"login": login, "type": kind, "id": 7} if login else None
    return {"id": number, "event": "closed", "actor": actor, "commit_id": commit}


def test_the_last_closing_says_by_whom_and_whether_a_commit_did_it() -> None:
    other = {"id": 9, "event": "labeled", "label": {"name": "x"}, "actor": None}
    first, last = _closed(3, "stale[bot]", "Bot"), _closed(7, "mona", commit="0a1b2c3")
    read = response_parser.last_closing
    assert read([last, other, first], "events") == Closing(
        "mona", is_bot=False, by_commit=True, account=7
    )
    assert read([other, first], "events") == Closing("stale[bot]", is_bot=True, account=7)
    assert read([other], "events") is None
    assert read([first, _closed(8, None)], "events") is None
