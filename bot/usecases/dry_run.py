"""A repository as it would be: reads what is there, and keeps to itself what is written.

So a dry run is a run. What it says is what happens, as long as nobody else works on the repository
meanwhile: numbers are given out as GitHub does, the next free one each time.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from bot.errors import NotThereError
from bot.planning.ports import UNSET, Reader, Unset, nothing
from bot.planning.snapshot import (
    CommentState,
    Found,
    IssueRef,
    IssueState,
    LabelState,
    MilestoneState,
    ReactionState,
    Snapshot,
)

OURS: dict[str, Any] = {"author": "milepost[bot]", "author_kind": "Bot"}
KEPT = tuple(Snapshot.model_fields)


class DryRunRepository:
    """Reader and gateway in one. `now` (aware) dates what is written, `web` is GitHub's pages.

    Raises what `reader` raises, and NotThereError like a gateway. Files are not kept: nothing that
    a run reads after it wrote them depends on them.
    """

    def __init__(self, reader: Reader, now: datetime, web: str) -> None:
        self._reader = reader
        self._now = now
        self._web = web
        self._snapshot: Snapshot | None = None
        self._since: dict[datetime, tuple[CommentState, ...]] = {}
        self._comments: list[CommentState] = []
        self._marks: dict[int, list[ReactionState]] = {}

    # What a reader does

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        del fresh
        if self._snapshot is None:
            self._snapshot = self._reader.snapshot()
        return self._snapshot

    def issue(self, number: int) -> IssueState | None:
        return next((i for i in self.snapshot().issues if i.number == number), None)

    def newer(self, number: int, *, known: int = 0) -> tuple[IssueState, ...]:
        del known
        return tuple(i for i in self.snapshot().issues if i.number > number)

    def milestone(self, number: int) -> MilestoneState | None:
        return next((m for m in self.snapshot().milestones if m.number == number), None)

    def comments(self, number: int, *, fresh: bool = False) -> tuple[CommentState, ...]:
        del fresh
        there = () if self._found(number).id < 0 else self._reader.comments(number)
        return self._marked((*there, *(c for c in self._comments if c.issue == number)))

    def comments_since(self, since: datetime) -> tuple[CommentState, ...]:
        if since not in self._since:
            self._since[since] = self._reader.comments_since(since)
        return self._marked((*self._since[since], *self._comments))

    def reactions(self, number: int) -> tuple[ReactionState, ...]:
        return self._reader.reactions(number)

    def comment_reactions(self, comment: int) -> tuple[ReactionState, ...]:
        return (*self._reader.comment_reactions(comment), *self._marks.get(comment, ()))

    def labelled_by(self, number: int, label: str) -> str | None:
        return self._reader.labelled_by(number, label)

    def may_write(self, login: str) -> bool:
        return self._reader.may_write(login)

    def find(self, url: str) -> Found | None:
        return self._reader.find(url)

    def file(self, path: str) -> str | None:
        return self._reader.file(path)

    def tree(self, branch: str) -> dict[str, str] | None:
        return self._reader.tree(branch)

    # What a gateway does

    def create_label(self, name: str, *, color: str, description: str) -> None:
        made = LabelState(name=name, color=color, description=description)
        self._becomes(labels=(*self.snapshot().labels, made))

    def update_label(
        self,
        name: str,
        *,
        new_name: str,
        color: str | Unset = UNSET,
        description: str | Unset = UNSET,
    ) -> None:
        new = _said(name=new_name, color=color, description=description)
        labels = (x.model_copy(update=new) if x.name == name else x for x in self.snapshot().labels)
        self._becomes(labels=tuple(labels))
        self._relabel(lambda worn: tuple(new_name if x == name else x for x in worn))

    def delete_label(self, name: str) -> None:
        self._becomes(labels=tuple(x for x in self.snapshot().labels if x.name != name))
        self._relabel(lambda worn: tuple(x for x in worn if x != name))

    def create_milestone(self, title: str, *, description: str, due_on: date | None) -> int:
        there = self.snapshot().milestones
        number = max((m.number for m in there), default=0) + 1
        made = MilestoneState(number=number, title=title, description=description, due_on=due_on)
        self._becomes(milestones=(*there, made))
        return number

    def update_milestone(
        self,
        number: int,
        *,
        title: str,
        description: str | Unset = UNSET,
        due_on: date | Unset | None = UNSET,
        state: Literal["open", "closed"] | Unset = UNSET,
        check: Callable[[], None] = nothing,
    ) -> None:
        check()
        update = _said(title=title, description=description, due_on=due_on, state=state)
        milestones = (
            m.model_copy(update=update) if m.number == number else m
            for m in self.snapshot().milestones
        )
        self._becomes(milestones=tuple(milestones))

    def delete_milestone(self, number: int) -> None:
        milestones = (m for m in self.snapshot().milestones if m.number != number)
        self._becomes(milestones=tuple(milestones))
        issues = (
            i.model_copy(update={"milestone": None}) if i.milestone == number else i
            for i in self.snapshot().issues
        )
        self._becomes(issues=tuple(issues))

    def create_issue(
        self, title: str, *, body: str, labels: tuple[str, ...], milestone: int | None
    ) -> IssueRef:
        number = self._next_number()
        made = IssueState(
            number=number,
            id=-number,
            node_id=f"imagined-{number}",
            title=title,
            body=body,
            labels=labels,
            milestone=milestone,
            created_at=self._now,
            updated_at=self._now,
            url=f"{self._web}/{self.snapshot().repository}/issues/{number}",
            **OURS,
        )
        self._becomes(issues=(*self.snapshot().issues, made))
        return IssueRef(number, made.id)

    def update_issue(
        self,
        number: int,
        *,
        title: str | Unset = UNSET,
        body: str | Unset = UNSET,
        labels: tuple[str, ...] | Unset = UNSET,
        milestone: int | Unset | None = UNSET,
        state: Literal["open", "closed"] | Unset = UNSET,
        state_reason: Literal["completed", "not_planned", "reopened"] | Unset = UNSET,
        check: Callable[[], None] = nothing,
    ) -> None:
        check()
        found = self._found(number)
        update = _said(title=title, body=body, labels=labels, milestone=milestone)
        if not isinstance(state, Unset) and state != found.state:
            # GitHub heeds the reason only where the state changes with it.
            closed = state == "closed"
            update |= {"state": state, "closed_at": self._now if closed else None}
            update |= {"state_reason": None if isinstance(state_reason, Unset) else state_reason}
        self._put(found.model_copy(update={**update, "updated_at": self._now}))

    def create_comment(self, number: int, *, body: str) -> int:
        found = self._found(number)
        self._put(found.model_copy(update={"comments": found.comments + 1}))
        made = CommentState(
            id=-1 - len(self._comments), issue=number, body=body, created_at=self._now, **OURS
        )
        self._comments.append(made)
        return made.id

    def update_comment(self, comment: int, *, body: str) -> None:
        self._comments = [
            c.model_copy(update={"body": body}) if c.id == comment else c for c in self._comments
        ]

    def delete_comment(self, comment: int) -> None:
        self._comments = [c for c in self._comments if c.id != comment]

    def add_sub_issue(self, parent: int, child_id: int) -> None:
        child = next((i for i in self.snapshot().issues if i.id == child_id), None)
        if child is None:
            raise NotThereError("add sub-issue: there is no such issue.")
        self._put(child.model_copy(update={"parent": parent}))

    def react(self, comment: int, content: str) -> None:
        mark = ReactionState(content=content, created_at=self._now, **OURS)
        self._marks.setdefault(comment, []).append(mark)

    def pin_issue(self, node_id: str) -> None:
        del node_id

    def commit_files(
        self,
        branch: str,
        files: Mapping[str, bytes],
        *,
        message: str,
        base: Literal["orphan", "default"],
    ) -> None:
        del branch, files, message, base

    def put_file(self, path: str, content: bytes, *, message: str) -> None:
        del path, content, message

    def open_pull_request(self, branch: str, *, title: str, body: str) -> int:
        del branch, title, body
        return self._next_number()

    # How it is kept

    def _becomes(self, **update: Any) -> None:
        """A new value, not a copy: a copy would keep what was worked out of the old one."""
        there = self.snapshot()
        self._snapshot = Snapshot(**{**{name: getattr(there, name) for name in KEPT}, **update})

    def _next_number(self) -> int:
        number = max([self.snapshot().last_number, *(i.number for i in self.snapshot().issues)]) + 1
        self._becomes(last_number=number)
        return number

    def _found(self, number: int) -> IssueState:
        found = self.issue(number)
        if found is None:
            raise NotThereError(f"there is no issue {number}.")
        return found

    def _put(self, issue: IssueState) -> None:
        issues = (issue if i.number == issue.number else i for i in self.snapshot().issues)
        self._becomes(issues=tuple(issues))

    def _relabel(self, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        issues = self.snapshot().issues
        worn = (i.model_copy(update={"labels": change(i.labels)}) for i in issues)
        self._becomes(issues=tuple(worn))

    def _marked(self, comments: Iterable[CommentState]) -> tuple[CommentState, ...]:
        return tuple(self._with_marks(comment) for comment in comments)

    def _with_marks(self, comment: CommentState) -> CommentState:
        counts = dict(comment.reactions)
        for mark in self._marks.get(comment.id, ()):
            counts[mark.content] = counts.get(mark.content, 0) + 1
        return comment.model_copy(update={"reactions": counts})


def _said(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if not isinstance(value, Unset)}
