"""A repository of the sandbox with both edges in this process: for laws that need many runs.

The state is the sandbox's own; only HTTP is left out. What the learner does goes the same way as a
person's clicks would.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from bot.curriculum.model import Curriculum
from bot.errors import AlreadyExistsError, NotThereError
from bot.planning.changes import Plan
from bot.planning.ports import UNSET, Unset
from bot.planning.snapshot import (
    CommentState,
    IssueRef,
    IssueState,
    LabelState,
    MilestoneState,
    Snapshot,
)
from bot.planning.undo import make_undo
from bot.sandbox.state import comments, issues, labels, milestones, relations
from bot.sandbox.state.objects import Issue, Milestone
from bot.sandbox.state.refusals import Gone, Invalid, NotFound
from bot.sandbox.world import World
from bot.settings import Settings
from bot.usecases.reconcile import Session, planner


def settings(start: str = "2026-01-05", **more: Any) -> Settings:
    """Settings with a start; `more` as in the file."""
    return Settings.model_validate({"start": date.fromisoformat(start)} | more)


class Edges:
    """Reader and gateway over a world in this process. Faults are hooks around each write.

    `hidden` numbers are missing from lists, as the newest issues sometimes are at GitHub.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.repository = world.repository()
        self.bot = world.actor()
        self.writes: list[str] = []
        self.hidden: set[int] = set()
        self.before_write: Callable[[], None] = lambda: None
        self.after_write: Callable[[], None] = lambda: None

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        del fresh
        repository = self.repository
        listed = [i for i in repository.issues.values() if i.number not in self.hidden]
        return Snapshot(
            repository="learner/portfolio",
            labels=tuple(
                LabelState(name=x.name, color=x.color, description=x.description or "")
                for x in repository.labels.values()
            ),
            milestones=tuple(
                MilestoneState(
                    number=x.number,
                    title=x.title,
                    description=x.description or "",
                    due_on=x.due,
                    state="open" if x.state == "open" else "closed",
                )
                for x in repository.milestones.values()
            ),
            issues=tuple(_state(issue) for issue in listed if not issue.is_pull_request),
            last_number=max((issue.number for issue in listed), default=0),
        )

    def issue(self, number: int) -> IssueState | None:
        found = self.repository.issues.get(number)
        return _state(found) if found and not found.is_pull_request else None

    def comments(self, number: int, *, fresh: bool = False) -> tuple[CommentState, ...]:
        del fresh
        return tuple(
            CommentState(
                id=comment.id,
                body=comment.body,
                author=comment.user.login,
                author_kind=comment.user.kind,
                association="OWNER" if comment.user.login == "learner" else "NONE",
                created_at=comment.birth.at,
            )
            for comment in issues.find(self.repository, number).comments
        )

    def file(self, path: str) -> str | None:
        del path
        return None

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        self.before_write()
        try:
            yield
        except Invalid as refused:
            raise AlreadyExistsError(f"{what}: {refused.message}") from None
        except (Gone, NotFound, KeyError) as missing:
            raise NotThereError(f"{what}: {missing}") from None
        self.writes.append(what)
        self.after_write()

    def create_label(self, name: str, *, color: str, description: str) -> None:
        with self._writing("create label"):
            fields = {"name": name, "color": color, "description": description}
            labels.create(self.world, self.bot, self.repository, fields)

    def update_label(self, name: str, *, new_name: str, color: str, description: str) -> None:
        with self._writing("update label"):
            fields = {"new_name": new_name, "color": color, "description": description}
            found = labels.find(self.repository, name)
            labels.edit(self.world, self.bot, self.repository, found, fields)

    def delete_label(self, name: str) -> None:
        with self._writing("delete label"):
            found = labels.find(self.repository, name)
            labels.delete(self.world, self.bot, self.repository, found)

    def create_milestone(self, title: str, *, description: str, due_on: date | None) -> int:
        with self._writing("create milestone"):
            fields = _sent(title=title, description=description, due_on=due_on)
            made = milestones.create(self.world, self.bot, self.repository, fields)
        return made.number

    def update_milestone(
        self,
        number: int,
        *,
        title: str,
        description: str | Unset = UNSET,
        due_on: date | Unset | None = UNSET,
        state: Literal["open", "closed"] | Unset = UNSET,
    ) -> None:
        with self._writing("update milestone"):
            fields = _sent(title=title, description=description, due_on=due_on, state=state)
            found = self.repository.milestones[number]
            milestones.edit(self.world, self.bot, self.repository, found, fields)

    def delete_milestone(self, number: int) -> None:
        with self._writing("delete milestone"):
            found = self.repository.milestones[number]
            milestones.delete(self.world, self.bot, self.repository, found)

    def create_issue(
        self, title: str, *, body: str, labels: tuple[str, ...], milestone: int | None
    ) -> IssueRef:
        with self._writing("create issue"):
            fields = _sent(title=title, body=body, labels=labels, milestone=milestone)
            made = issues.create(self.world, self.bot, self.repository, fields)
        return IssueRef(made.number, made.id)

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
    ) -> None:
        with self._writing("update issue"):
            fields = _sent(
                title=title,
                body=body,
                labels=labels,
                milestone=milestone,
                state=state,
                state_reason=state_reason,
            )
            found = issues.find(self.repository, number)
            issues.edit(self.world, self.bot, self.repository, found, fields)

    def create_comment(self, number: int, *, body: str) -> int:
        with self._writing("create comment"):
            found = issues.find(self.repository, number)
            made = comments.create(self.world, self.bot, self.repository, found, {"body": body})
        return made.id

    def add_sub_issue(self, parent: int, child_id: int) -> None:
        with self._writing("add sub-issue"):
            above = issues.find(self.repository, parent)
            relations.add_child(self.world, self.bot, self.repository, above, child_id)


class Workbench:
    """A repository, a bot that works on it through `edges`, and a learner with a mouse."""

    def __init__(self) -> None:
        self.world = World(lambda: datetime(2026, 1, 5, 9, tzinfo=UTC))
        self.repository = self.world.repository()
        self.learner = self.world.actor()
        self.edges = Edges(self.world)
        self.waits: list[float] = []

    def plan(
        self, path: Curriculum, config: Settings | None = None, today: str = "2026-01-05"
    ) -> Plan:
        return self._session(path, config, today).plan()

    def apply(
        self, path: Curriculum, config: Settings | None = None, today: str = "2026-01-05"
    ) -> Plan:
        """Plan and apply; the plan is handed back."""
        return self._run(self._session(path, config, today))

    def undo(self) -> Plan:
        return self._run(Session(self.edges, make_undo))

    def _session(self, path: Curriculum, config: Settings | None, today: str) -> Session:
        now = datetime.combine(date.fromisoformat(today), time(9), tzinfo=UTC)
        return Session(self.edges, planner(path, config or settings(), now))

    def _run(self, session: Session) -> Plan:
        plan = session.plan()
        session.apply(
            plan,
            gateway=lambda: self.edges,
            sleep=self.waits.append,
            progress=lambda *_: None,
        )
        return plan

    def issue(self, title: str) -> Issue:
        """The issue whose title begins so. Fails when there is none."""
        found = [i for i in self.repository.issues.values() if i.title.startswith(title)]
        assert found, f"no issue {title!r} in {self.titles()}"
        return found[0]

    def titles(self, state: str = "open") -> list[str]:
        return [i.title for i in self.repository.issues.values() if i.state == state]

    def milestone(self, title: str) -> Milestone:
        found = [m for m in self.repository.milestones.values() if m.title.startswith(title)]
        assert found, f"no milestone {title!r} in {self.milestone_titles()}"
        return found[0]

    def milestone_titles(self, state: str = "open") -> list[str]:
        return [m.title for m in self.repository.milestones.values() if m.state == state]

    def label_names(self) -> list[str]:
        return sorted(label.name for label in self.repository.labels.values())

    def edit(self, which: str, **fields: Any) -> None:
        """The learner changes an issue."""
        issues.edit(self.world, self.learner, self.repository, self.issue(which), fields)

    def close(self, title: str, reason: str = "completed") -> None:
        self.edit(title, state="closed", state_reason=reason)

    def delete(self, title: str) -> None:
        issues.delete(self.world, self.learner, self.repository, self.issue(title))

    def edit_milestone(self, which: str, **fields: Any) -> None:
        found = self.milestone(which)
        milestones.edit(self.world, self.learner, self.repository, found, fields)

    def delete_milestone(self, title: str) -> None:
        found = self.milestone(title)
        milestones.delete(self.world, self.learner, self.repository, found)

    def edit_label(self, which: str, **fields: Any) -> None:
        found = labels.find(self.repository, which)
        labels.edit(self.world, self.learner, self.repository, found, fields)

    def delete_label(self, name: str) -> None:
        found = labels.find(self.repository, name)
        labels.delete(self.world, self.learner, self.repository, found)


def _sent(**fields: Any) -> dict[str, Any]:
    """The JSON that a request with these fields would hold."""
    sent = {name: value for name, value in fields.items() if not isinstance(value, Unset)}
    if isinstance(sent.get("due_on"), date):
        sent["due_on"] = f"{sent['due_on']}T12:00:00Z"
    if "labels" in sent:
        sent["labels"] = list(sent["labels"])
    return sent


def _state(issue: Issue) -> IssueState:
    return IssueState(
        number=issue.number,
        id=issue.id,
        title=issue.title,
        body=issue.body or "",
        state="open" if issue.state == "open" else "closed",
        state_reason=issue.state_reason,
        labels=tuple(label.name for label in issue.labels),
        milestone=issue.milestone.number if issue.milestone else None,
        parent=issue.parent.number if issue.parent else None,
        author=issue.user.login,
        author_kind=issue.user.kind,
        association="OWNER" if issue.user.login == "learner" else "NONE",
        assignees=tuple(user.login for user in issue.assignees),
        comments=len(issue.comments),
        created_at=issue.birth.at,
        updated_at=issue.updated_at,
        closed_at=issue.closed_at,
    )
