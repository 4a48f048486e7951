"""GitHub's JSON -> the snapshot's frozen values. Pure.

Fields after "List repository issues", "List milestones" and "List labels" of GitHub's REST
reference. Old and enterprise servers leave some out, and GitHub adds new ones: unknown fields are
ignored, and only what an object cannot do without is required.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.github.problems import misshapen
from bot.planning.snapshot import CommentState, IssueState, LabelState, MilestoneState

T = TypeVar("T")
Json = dict[str, Any]


def labels(items: Iterable[Json], path: str) -> tuple[LabelState, ...]:
    """Labels in order of name. Raises UnreadableAnswerError, as all here."""
    found = _latest(items, lambda item: str(item["name"]).casefold(), _label, path)
    return tuple(found[name] for name in sorted(found))


def milestones(items: Iterable[Json], path: str) -> tuple[MilestoneState, ...]:
    """Milestones in order of number."""
    found = _latest(items, _number, _milestone, path)
    return tuple(found[number] for number in sorted(found))


def issues(items: Iterable[Json], path: str, repository: str) -> tuple[IssueState, ...]:
    """Issues in order of number; GitHub lists pull requests among them, which are left out."""
    real = (item for item in items if not item.get("pull_request"))
    found = _latest(real, _number, lambda item: _issue(item, repository), path)
    return tuple(found[number] for number in sorted(found))


def issue(item: Json, path: str, repository: str) -> IssueState | None:
    """One issue, or None for a pull request."""
    found = issues([item], path, repository)
    return found[0] if found else None


def comments(items: Iterable[Json], path: str) -> tuple[CommentState, ...]:
    """Comments in order of id, which is the order in which they were made."""
    found = _latest(items, lambda item: int(item["id"]), _comment, path)
    return tuple(found[number] for number in sorted(found))


def last_number(items: Iterable[Json]) -> int:
    """The highest number given out so far, issues and pull requests sharing one row; 0 for none."""
    return max((item["number"] for item in items), default=0)


def due_day(due_on: str | None) -> date | None:
    """The day that a milestone's `due_on` means.

    GitHub keeps a day and answers with its midnight in US Pacific time, 07:00Z or 08:00Z; a server
    that keeps what it was sent answers with noon. Both are that day in UTC.
    """
    if not due_on:
        return None
    due = datetime.fromisoformat(due_on)
    return due.astimezone(UTC).date() if due.tzinfo else due.date()


def _latest(
    items: Iterable[Json], key: Callable[[Json], Any], make: Callable[[Json], T], path: str
) -> dict[Any, T]:
    """By key, the last one winning: a list that changes while it is paged shows things twice."""
    found: dict[Any, T] = {}
    for item in items:
        try:
            found[key(item)] = make(item)
        except KeyError as missing:
            raise misshapen(path, f"{missing} is missing") from None
        except ValidationError as wrong:
            first = wrong.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise misshapen(path, f"{place}: {first['msg']}") from None
        except (TypeError, ValueError, AttributeError) as wrong:
            raise misshapen(path, str(wrong)) from None
    return found


def _number(item: Json) -> int:
    return int(item["number"])


def _label(item: Json) -> LabelState:
    return LabelState(
        name=item["name"],
        color=str(item.get("color") or "ededed").removeprefix("#").lower(),
        description=item.get("description") or "",
    )


def _milestone(item: Json) -> MilestoneState:
    return MilestoneState(
        number=item["number"],
        title=item["title"],
        description=item.get("description") or "",
        due_on=due_day(item.get("due_on")),
        state=item.get("state") or "open",
        open_issues=item.get("open_issues") or 0,
        closed_issues=item.get("closed_issues") or 0,
    )


def _issue(item: Json, repository: str) -> IssueState:
    author = item.get("user") or {}
    milestone = item.get("milestone") or {}
    return IssueState(
        number=item["number"],
        id=item["id"],
        title=item["title"],
        body=item.get("body") or "",
        state=item["state"],
        state_reason=item.get("state_reason"),
        labels=tuple(_name(label) for label in item.get("labels") or ()),
        milestone=milestone.get("number"),
        parent=_parent(item.get("parent_issue_url"), repository),
        author=author.get("login"),
        author_kind=author.get("type") or "User",
        association=item.get("author_association") or "NONE",
        via_app=bool(item.get("performed_via_github_app")),
        assignees=tuple(one["login"] for one in item.get("assignees") or ()),
        comments=item.get("comments") or 0,
        created_at=item["created_at"],
        updated_at=item["updated_at"],
        closed_at=item.get("closed_at"),
        url=item.get("html_url") or "",
    )


def _comment(item: Json) -> CommentState:
    author = item.get("user") or {}
    return CommentState(
        id=item["id"],
        body=item.get("body") or "",
        author=author.get("login"),
        author_kind=author.get("type") or "User",
        association=item.get("author_association") or "NONE",
        created_at=item["created_at"],
        url=item.get("html_url") or "",
    )


def _name(label: Json | str) -> str:
    """A label of an issue is an object, in old forms just its name."""
    return label if isinstance(label, str) else str(label["name"])


def _parent(url: str | None, repository: str) -> int | None:
    """The parent's number, if it is in the same repository: elsewhere it is none of ours."""
    match = re.search(r"/repos/([^/]+/[^/]+)/issues/(\d+)$", url or "")
    if match is None or match[1].casefold() != repository.casefold():
        return None
    return int(match[2])
