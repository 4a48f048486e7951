"""Reads GitHub's JSON into frozen values: the snapshot's, and models of the fields used. Pure.

Fields after "List repository issues", "List milestones", "List labels", "List issue comments",
"List reactions for an issue", "List issue events" and "Get a tree" of GitHub's REST reference. Old
and enterprise servers leave some out, and GitHub adds new ones: unknown fields are ignored, and
only what an object cannot do without is required.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.github.answer import shape_error
from bot.planning.due_date import due_day
from bot.planning.snapshot import (
    Closing,
    CommentState,
    IssueState,
    LabelState,
    LinkTarget,
    MilestoneState,
    PullState,
    ReactionState,
)

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Json = dict[str, Any]
Kind = Literal["pull-request", "release", "repository"]
REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


class ApiModel(BaseModel):
    """Hold what GitHub answers; of its many fields only what is used here."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )


def items(found: Any, path: str) -> list[dict[str, Any]]:
    """Return a list of objects out of the answer to `path`. Raises UnreadableAnswerError."""
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise shape_error(path, "no list of objects")
    return found


def read(model: type[M], item: Any, path: str) -> M:
    """Return an object out of the answer to `path`. Raises UnreadableAnswerError."""
    try:
        return model.model_validate(item)
    except ValidationError as wrong:
        # Only the names of the fields: among the values may be a token.
        fields = ", ".join(".".join(map(str, error["loc"])) or "all" for error in wrong.errors())
        raise shape_error(path, f"what is wrong: {fields}") from None


def labels(items: Iterable[Json], path: str) -> tuple[LabelState, ...]:
    """Return labels in order of name. Raises UnreadableAnswerError, as all here."""
    return _in_order(items, lambda item: str(item["name"]).casefold(), _label, path)


def milestones(items: Iterable[Json], path: str) -> tuple[MilestoneState, ...]:
    """Return milestones in order of number."""
    return _in_order(items, _number, _milestone, path)


def issues(items: Iterable[Json], path: str, repository: str) -> tuple[IssueState, ...]:
    """Return issues in order of number, without the pull requests that GitHub lists among them."""
    real = (item for item in items if not item.get("pull_request"))
    return _in_order(real, _number, lambda item: _issue(item, repository), path)


def pulls(items: Iterable[Json], path: str) -> tuple[PullState, ...]:
    """Return the pull requests out of a list of issues, in order of number."""
    real = (item for item in items if item.get("pull_request"))
    return _in_order(real, _number, _pull, path)


def issue(item: Json, path: str, repository: str) -> IssueState | None:
    """Return one issue, or None for a pull request."""
    found = issues([item], path, repository)
    return found[0] if found else None


def comments(items: Iterable[Json], path: str) -> tuple[CommentState, ...]:
    """Return comments in order of id, which is that in which they were made."""
    return _in_order(items, _id, _comment, path)


def reactions(items: Iterable[Json], path: str) -> tuple[ReactionState, ...]:
    """Return reactions in order of id, which is that in which they were given."""
    return _in_order(items, _id, _reaction, path)


def last_labelled(items: Iterable[Json], label: str, path: str) -> str | None:
    """Return who put this label on last, by an issue's events; names compared without case."""
    found, wanted = _in_order(items, _id, _labelled, path), label.casefold()
    logins = [login for name, login in found if name == wanted]
    return logins[-1] if logins else None


def last_closing(items: Iterable[Json], path: str) -> Closing | None:
    """Return the last closing among an issue's events; None without, or by a deleted account."""
    closings = [c for c in _in_order(items, _id, _closing, path) if c is not None]
    return closings[-1] if closings and closings[-1].login else None


def found(item: Json, kind: Kind, url: str) -> LinkTarget | None:
    """Return what an address leads to, by the object that was found there.

    None for a pull request that is not merged, and for a draft of a release.
    """
    when = {"pull-request": "merged_at", "release": "published_at", "repository": "created_at"}
    at = item.get(when[kind])
    if at is None or (item.get("draft") is True and kind == "release"):
        return None
    title = item.get("title") or item.get("name") or item.get("tag_name") or ""
    if kind == "repository":
        title = item.get("full_name") or ""
    made = {"kind": kind, "url": url, "title": title, "at": at}
    return _latest([made], lambda _: 0, LinkTarget.model_validate, url)[0]


def blobs(item: Json, path: str) -> dict[str, str]:
    """Return the hashes of the files in a tree of git's, by path."""
    entries = item.get("tree")
    if not isinstance(entries, list):
        raise shape_error(path, "no list of entries")
    files = (entry for entry in entries if isinstance(entry, dict) and entry.get("type") == "blob")
    return _latest(files, lambda entry: str(entry["path"]), lambda entry: str(entry["sha"]), path)


def last_number(items: Iterable[Json]) -> int:
    """Return the highest number given out so far to issues and pull requests; 0 for none."""
    return max((item["number"] for item in items), default=0)


def _latest(
    items: Iterable[Json], key: Callable[[Json], Any], make: Callable[[Json], T], path: str
) -> dict[Any, T]:
    """Return values by key; the last wins, for a list that changes while paged has some twice."""
    found: dict[Any, T] = {}
    for item in items:
        try:
            found[key(item)] = make(item)
        except KeyError as missing:
            raise shape_error(path, f"{missing} is missing") from None
        except ValidationError as wrong:
            first = wrong.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise shape_error(path, f"{place}: {first['msg']}") from None
        except (TypeError, ValueError, AttributeError) as wrong:
            raise shape_error(path, str(wrong)) from None
    return found


def _in_order(
    items: Iterable[Json], key: Callable[[Json], Any], make: Callable[[Json], T], path: str
) -> tuple[T, ...]:
    found = _latest(items, key, make, path)
    return tuple(found[number] for number in sorted(found))


def _number(item: Json) -> int:
    return int(item["number"])


def _id(item: Json) -> int:
    return int(item["id"])


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


def _author(item: Json) -> Json:
    """Return the fields of who wrote it; GitHub has no user for some deleted accounts."""
    user = item.get("user") or {}
    return {
        "author": user.get("login"),
        "author_id": user.get("id") or 0,
        "author_kind": user.get("type") or "User",
    }


def _issue(item: Json, repository: str) -> IssueState:
    milestone = item.get("milestone") or {}
    return IssueState(
        number=item["number"],
        id=item["id"],
        node_id=item.get("node_id") or "",
        title=item["title"],
        body=item.get("body") or "",
        state=item["state"],
        state_reason=item.get("state_reason"),
        locked=bool(item.get("locked")),
        labels=tuple(_name(label) for label in item.get("labels") or ()),
        milestone=milestone.get("number"),
        parent=_parent(item.get("parent_issue_url"), repository),
        **_author(item),
        via_app=bool(item.get("performed_via_github_app")),
        assignees=tuple(one["login"] for one in item.get("assignees") or ()),
        comments=item.get("comments") or 0,
        reactions=(item.get("reactions") or {}).get("total_count") or 0,
        created_at=item["created_at"],
        updated_at=item["updated_at"],
        closed_at=item.get("closed_at"),
        url=item.get("html_url") or "",
    )


def _pull(item: Json) -> PullState:
    return PullState(
        number=item["number"],
        title=item["title"],
        body=item.get("body") or "",
        state=item["state"],
        **_author(item),
        labels=tuple(_name(label) for label in item.get("labels") or ()),
        merged_at=item["pull_request"].get("merged_at"),
        url=item.get("html_url") or "",
    )


def _comment(item: Json) -> CommentState:
    issue = re.search(r"/issues/(\d+)$", item.get("issue_url") or "")
    rollup = item.get("reactions") or {}
    return CommentState(
        id=item["id"],
        issue=int(issue[1]) if issue else 0,
        body=item.get("body") or "",
        **_author(item),
        reactions={content: rollup[content] for content in REACTIONS if rollup.get(content)},
        created_at=item["created_at"],
        updated_at=item.get("updated_at"),
        url=item.get("html_url") or "",
    )


def _reaction(item: Json) -> ReactionState:
    return ReactionState(
        content=item["content"],
        **_author(item),
        created_at=item["created_at"],
    )


def _labelled(item: Json) -> tuple[str, str | None]:
    """Return the label that an event put on, in lower case, and who did it; '' for others."""
    if item.get("event") != "labeled":
        return "", None
    return str(item["label"]["name"]).casefold(), (item.get("actor") or {}).get("login")


def _closing(item: Json) -> Closing | None:
    if item.get("event") != "closed":
        return None
    actor = item.get("actor") or {}
    by_commit = item.get("commit_id") is not None
    is_bot = actor.get("type") == "Bot"
    return Closing(actor.get("login") or "", is_bot, by_commit, actor.get("id") or 0)


def _name(label: Json | str) -> str:
    """Return the name of an issue's label, an object or, in old forms, just the name."""
    return label if isinstance(label, str) else str(label["name"])


def _parent(url: str | None, repository: str) -> int | None:
    """Return the parent's number, if it is in the same repository: elsewhere it is none of ours."""
    match = re.search(r"/repos/([^/]+/[^/]+)/issues/(\d+)$", url or "")
    if match is None or match[1].casefold() != repository.casefold():
        return None
    return int(match[2])
