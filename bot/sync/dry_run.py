"""The repository of a dry run: reads what is there, and writes to memory only.

So a dry run is a run. What it shows is what happens, as long as nobody else works on the repository
meanwhile: issue numbers are the next free ones, as at GitHub.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, assert_never

from bot.errors import NotThereError
from bot.planning import changes, file_changes
from bot.planning.daily_workflow import EnableWorkflow
from bot.planning.ports import Reader, WriteResult, nothing
from bot.planning.snapshot import (
    CommentState,
    IssueState,
    LabelState,
    MilestoneState,
    ReactionState,
    Snapshot,
)
from bot.sync.command_changes import after_update

LabelChange = changes.CreateLabel | changes.UpdateLabel | changes.DeleteLabel
MilestoneChange = changes.CreateMilestone | changes.UpdateMilestone | changes.DeleteMilestone
CommentChange = (
    changes.CreateComment | changes.UpdateComment | changes.DeleteComment | changes.React
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
        # What no write of a run changes.
        self.reactions, self.labelled_by = reader.reactions, reader.labelled_by
        self.closing, self.deleted = reader.closing, reader.deleted
        self.may_write, self.find = reader.may_write, reader.find
        self.file, self.readme, self.tree = reader.file, reader.readme, reader.tree
        self.files, self.last_run, self.releases = reader.files, reader.last_run, reader.releases
        self.tags, self.check_pulls = reader.tags, reader.check_pulls

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

    def label(self, name: str) -> LabelState | None:
        return self.snapshot().labels_by_name.get(name.casefold())

    def comments(self, number: int, *, fresh: bool = False) -> tuple[CommentState, ...]:
        del fresh
        there = () if self._found(number).id < 0 else self._reader.comments(number)
        return self._marked((*there, *(c for c in self._comments if c.issue == number)))

    def comments_since(self, since: datetime) -> tuple[CommentState, ...]:
        if since not in self._since:
            self._since[since] = self._reader.comments_since(since)
        return self._marked((*self._since[since], *self._comments))

    def comment_reactions(self, comment: int) -> tuple[ReactionState, ...]:
        return (*self._reader.comment_reactions(comment), *self._marks.get(comment, ()))

    def viewer(self) -> int | None:
        viewer = self._reader.viewer()
        self._trust(viewer)
        return viewer

    def add_comment(self, comment: CommentState) -> None:
        """Add a comment that a person might write, so that a run over this reads it."""
        self._comments.append(comment)

    # The gateway

    def write(self, change: changes.Write, *, check: Callable[[], None] = nothing) -> WriteResult:
        change = change.fitted()
        if isinstance(change, MilestoneChange):
            return self._write_milestone(change, check)
        if isinstance(change, CommentChange):
            return self._write_comment(change)
        if isinstance(change, LabelChange):
            return self._write_label(change)
        match change:
            case changes.CreateIssue():
                return self._create_issue(change)
            case changes.UpdateIssue() | changes.CloseIssue():
                check()
                written = after_update(self._found(change.number or 0), change, self._now)
                self._replace_issue(written.model_copy(update={"updated_at": self._now}))
            case changes.AddSubIssue():
                child = next((i for i in self.snapshot().issues if i.id == change.child_id), None)
                if child is None:
                    raise NotThereError("add sub-issue: there is no such issue.")
                self._replace_issue(child.model_copy(update={"parent": change.parent_number}))
            case file_changes.OpenPullRequest():
                return WriteResult(number=self._next_number())
            case EnableWorkflow():
                self._replace(daily=None)
            case changes.PinIssue() | file_changes.CommitFiles() | file_changes.PutFile():
                pass
            case _:
                assert_never(change)
        return WriteResult()

    def _write_label(self, change: LabelChange) -> WriteResult:
        there, name = self.snapshot().labels, change.name
        match change:
            case changes.CreateLabel():
                made = LabelState(name=name, color=change.color, description=change.description)
                self._replace(labels=(*there, made))
            case changes.UpdateLabel(new_name=new):
                update = {**change.payload, "name": new}
                labels = (x.model_copy(update=update) if x.name == name else x for x in there)
                self._replace(labels=tuple(labels))
                self._each_issue(
                    lambda i: {"labels": tuple(new if x == name else x for x in i.labels)}
                )
            case changes.DeleteLabel():
                self._replace(labels=tuple(x for x in there if x.name != name))
                self._each_issue(lambda i: {"labels": tuple(x for x in i.labels if x != name)})
        return WriteResult()

    def _write_milestone(self, change: MilestoneChange, check: Callable[[], None]) -> WriteResult:
        there = self.snapshot().milestones
        if isinstance(change, changes.CreateMilestone):
            made = MilestoneState(
                number=max((m.number for m in there), default=0) + 1,
                title=change.title,
                description=change.description,
                due_on=change.due_on,
            )
            self._replace(milestones=(*there, made))
            return WriteResult(number=made.number)
        rest = (m for m in there if m.number != change.number)
        if isinstance(change, changes.UpdateMilestone):
            check()
            update = change.payload
            if "due_on" in update:
                update["due_on"] = change.due_on
            rest = (m.model_copy(update=update) if m.number == change.number else m for m in there)
        else:
            out = {"milestone": None}
            self._each_issue(lambda i: out if i.milestone == change.number else {})
        self._replace(milestones=tuple(rest))
        return WriteResult()

    def _create_issue(self, change: changes.CreateIssue) -> WriteResult:
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

    def _write_comment(self, change: CommentChange) -> WriteResult:
        match change:
            case changes.CreateComment(number=number, body=body):
                found = self._found(number)
                self._replace_issue(found.model_copy(update={"comments": found.comments + 1}))
                there = -1 - len(self._comments)
                made = CommentState(id=there, issue=number, body=body, created_at=self._now, **OURS)
                self._comments.append(made)
                return WriteResult(id=made.id)
            case changes.UpdateComment(comment=comment, body=body):
                self._comments = [
                    c.model_copy(update={"body": body}) if c.id == comment else c
                    for c in self._comments
                ]
            case changes.DeleteComment(comment=comment):
                self._comments = [c for c in self._comments if c.id != comment]
            case changes.React(comment=comment, content=content):
                mark = ReactionState(content=content, created_at=self._now, **OURS)
                self._marks.setdefault(comment, []).append(mark)
        return WriteResult()

    # The state

    def _trust(self, viewer: int | None = None) -> None:
        """Count what is written here as ours, and what `viewer` wrote."""
        trust = self.snapshot().trust
        known = {OURS["author_id"]} | ({viewer} if viewer else set())
        trust = trust.model_copy(
            update={"accounts": trust.accounts | known, "viewer": viewer or trust.viewer}
        )
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

    def _each_issue(self, update: Callable[[IssueState], dict[str, Any]]) -> None:
        issues = self.snapshot().issues
        self._replace(issues=tuple(i.model_copy(update=update(i)) for i in issues))

    def _marked(self, comments: Iterable[CommentState]) -> tuple[CommentState, ...]:
        return tuple(self._with_marks(comment) for comment in comments)

    def _with_marks(self, comment: CommentState) -> CommentState:
        counts = Counter(comment.reactions)
        counts.update(mark.content for mark in self._marks.get(comment.id, ()))
        return comment.model_copy(update={"reactions": dict(counts)})
