"""The repository of a dry run: reads what is there, and writes to memory only.

So a dry run is a run. What it shows is what happens, as long as nobody else works on the repository
meanwhile: issue numbers are the next free ones, as at GitHub.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, assert_never

from bot.errors import NotThereError
from bot.planning.changes import (
    AddSubIssue,
    CloseIssue,
    CommitFiles,
    CreateComment,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    DeleteComment,
    DeleteLabel,
    DeleteMilestone,
    OpenPullRequest,
    PinIssue,
    PutFile,
    React,
    UpdateComment,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    Write,
)
from bot.planning.ports import Reader, WriteResult, nothing
from bot.planning.snapshot import (
    CommentState,
    IssueState,
    LabelState,
    LinkTarget,
    MilestoneState,
    ReactionState,
    Snapshot,
)

OURS: dict[str, Any] = {"author": "milepost[bot]", "author_id": -1, "author_kind": "Bot"}
SNAPSHOT_FIELDS = tuple(Snapshot.model_fields)


class DryRunRepository:
    """Reader and gateway in one. `now` (aware) dates what is written, `web` is GitHub's pages.

    Raises what `reader` raises, and NotThereError like a gateway. Files are not stored: nothing
    that a run reads after it wrote them depends on them.
    """

    def __init__(self, reader: Reader, now: datetime, web: str) -> None:
        self._reader = reader
        self._now = now
        self._web = web
        self._snapshot: Snapshot | None = None
        self._since: dict[datetime, tuple[CommentState, ...]] = {}
        self._comments: list[CommentState] = []
        self._marks: dict[int, list[ReactionState]] = {}

    # The reader

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        del fresh
        if self._snapshot is None:
            self._snapshot = self._reader.snapshot()
            self._trust()
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

    def may_write(self, login: str, account: int) -> bool:
        return self._reader.may_write(login, account)

    def viewer(self) -> int | None:
        viewer = self._reader.viewer()
        self._trust(viewer)
        return viewer

    def find(self, url: str) -> LinkTarget | None:
        return self._reader.find(url)

    def file(self, path: str) -> str | None:
        return self._reader.file(path)

    def tree(self, branch: str) -> dict[str, str] | None:
        return self._reader.tree(branch)

    # The gateway

    def write(self, change: Write, *, check: Callable[[], None] = nothing) -> WriteResult:
        match change:
            case CreateLabel() | UpdateLabel() | DeleteLabel():
                self._write_label(change)
            case CreateMilestone() | UpdateMilestone() | DeleteMilestone():
                return self._write_milestone(change, check)
            case CreateIssue():
                return self._create_issue(change)
            case UpdateIssue() | CloseIssue():
                self._update_issue(change, check)
            case AddSubIssue():
                self._relate(change)
            case CreateComment() | UpdateComment() | DeleteComment() | React():
                return self._write_comment(change)
            case OpenPullRequest():
                return WriteResult(number=self._next_number())
            case PinIssue() | CommitFiles() | PutFile():
                pass
            case _:
                assert_never(change)
        return WriteResult()

    def _write_label(self, change: CreateLabel | UpdateLabel | DeleteLabel) -> None:
        there, name = self.snapshot().labels, change.name
        match change:
            case CreateLabel():
                made = LabelState(name=name, color=change.color, description=change.description)
                self._replace(labels=(*there, made))
            case UpdateLabel(new_name=new):
                update = {**change.payload, "name": new}
                labels = (x.model_copy(update=update) if x.name == name else x for x in there)
                self._replace(labels=tuple(labels))
                self._relabel(lambda worn: tuple(new if x == name else x for x in worn))
            case DeleteLabel():
                self._replace(labels=tuple(x for x in there if x.name != name))
                self._relabel(lambda worn: tuple(x for x in worn if x != name))

    def _write_milestone(
        self, change: CreateMilestone | UpdateMilestone | DeleteMilestone, check: Callable[[], None]
    ) -> WriteResult:
        there = self.snapshot().milestones
        if isinstance(change, CreateMilestone):
            made = MilestoneState(
                number=max((m.number for m in there), default=0) + 1,
                title=change.title,
                description=change.description,
                due_on=change.due_on,
            )
            self._replace(milestones=(*there, made))
            return WriteResult(number=made.number)
        rest = (m for m in there if m.number != change.number)
        if isinstance(change, UpdateMilestone):
            check()
            update = change.payload
            if "due_on" in update:
                update["due_on"] = change.due_on
            rest = (m.model_copy(update=update) if m.number == change.number else m for m in there)
        else:
            issues = self.snapshot().issues
            out = {"milestone": None}
            self._replace(
                issues=tuple(
                    i.model_copy(update=out) if i.milestone == change.number else i for i in issues
                )
            )
        self._replace(milestones=tuple(rest))
        return WriteResult()

    def _create_issue(self, change: CreateIssue) -> WriteResult:
        number = self._next_number()
        made = IssueState(
            number=number,
            id=-number,
            node_id=f"dry-run-{number}",
            title=change.title,
            body=change.body,
            labels=change.labels,
            milestone=change.milestone_number,
            created_at=self._now,
            updated_at=self._now,
            url=f"{self._web}/{self.snapshot().repository}/issues/{number}",
            **OURS,
        )
        self._replace(issues=(*self.snapshot().issues, made))
        return WriteResult(number, made.id)

    def _update_issue(self, change: UpdateIssue | CloseIssue, check: Callable[[], None]) -> None:
        check()
        found = self._found(change.number or 0)
        update = change.payload
        if "labels" in update:
            update["labels"] = tuple(update["labels"])
        if update.get("state", found.state) == found.state:
            # GitHub uses the reason only where the state changes with it.
            update.pop("state_reason", None)
        else:
            update.setdefault("state_reason", None)
            update["closed_at"] = self._now if update["state"] == "closed" else None
        self._replace_issue(found.model_copy(update={**update, "updated_at": self._now}))

    def _relate(self, change: AddSubIssue) -> None:
        child = next((i for i in self.snapshot().issues if i.id == change.child_id), None)
        if child is None:
            raise NotThereError("add sub-issue: there is no such issue.")
        self._replace_issue(child.model_copy(update={"parent": change.parent_number}))

    def _write_comment(
        self, change: CreateComment | UpdateComment | DeleteComment | React
    ) -> WriteResult:
        match change:
            case CreateComment(number=number, body=body):
                found = self._found(number)
                self._replace_issue(found.model_copy(update={"comments": found.comments + 1}))
                there = -1 - len(self._comments)
                made = CommentState(id=there, issue=number, body=body, created_at=self._now, **OURS)
                self._comments.append(made)
                return WriteResult(id=made.id)
            case UpdateComment(comment=comment, body=body):
                self._comments = [
                    c.model_copy(update={"body": body}) if c.id == comment else c
                    for c in self._comments
                ]
            case DeleteComment(comment=comment):
                self._comments = [c for c in self._comments if c.id != comment]
            case React(comment=comment, content=content):
                mark = ReactionState(content=content, created_at=self._now, **OURS)
                self._marks.setdefault(comment, []).append(mark)
        return WriteResult()

    # The state

    def _trust(self, viewer: int | None = None) -> None:
        """Count what is written here as ours, and what `viewer` wrote."""
        trust = self.snapshot().trust
        known = {OURS["author_id"]} | ({viewer} if viewer else set())
        trust = trust.model_copy(update={"accounts": trust.accounts | known})
        self._replace(trust=trust)

    def _replace(self, **update: Any) -> None:
        """Make a new value, not a copy: a copy would keep the cached properties of the old one."""
        there = self.snapshot()
        self._snapshot = Snapshot(
            **{**{name: getattr(there, name) for name in SNAPSHOT_FIELDS}, **update}
        )

    def _next_number(self) -> int:
        number = max([self.snapshot().last_number, *(i.number for i in self.snapshot().issues)]) + 1
        self._replace(last_number=number)
        return number

    def _found(self, number: int) -> IssueState:
        found = self.issue(number)
        if found is None:
            raise NotThereError(f"there is no issue {number}.")
        return found

    def _replace_issue(self, issue: IssueState) -> None:
        issues = (issue if i.number == issue.number else i for i in self.snapshot().issues)
        self._replace(issues=tuple(issues))

    def _relabel(self, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        issues = self.snapshot().issues
        worn = (i.model_copy(update={"labels": change(i.labels)}) for i in issues)
        self._replace(issues=tuple(worn))

    def _marked(self, comments: Iterable[CommentState]) -> tuple[CommentState, ...]:
        return tuple(self._with_marks(comment) for comment in comments)

    def _with_marks(self, comment: CommentState) -> CommentState:
        counts = dict(comment.reactions)
        for mark in self._marks.get(comment.id, ()):
            counts[mark.content] = counts.get(mark.content, 0) + 1
        return comment.model_copy(update={"reactions": counts})
