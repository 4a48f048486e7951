"""Changes as data: each prints itself and says what GitHub is to be sent.

A change names other objects by key. `resolved` puts in the numbers that they have got by then;
fields for those are no part of a printed plan.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from bot import templating
from bot.errors import GitHubError, NotThereError, SubIssuesUnsupportedError
from bot.i18n import format_date
from bot.i18n import gettext as _
from bot.planning.base_change import BaseChange, Limits, Numbers, in_words, only
from bot.planning.daily_workflow import EnableWorkflow
from bot.planning.due_date import as_sent
from bot.planning.file_changes import CommitFiles, OpenPullRequest, PutFile
from bot.planning.length_limits import BODY, LABEL_DESCRIPTION, LABEL_NAME, TITLE
from bot.planning.marker import Key, digest, find, normalized


class CreateLabel(BaseChange):
    """A label that is not there yet.

    `made_by_issue` says that an issue before it in the plan wears it: GitHub makes a label that it
    does not know, grey and without a description, and only those two are left to be written.
    Source: github/docs#35718, w3c/horizontal-issue-tracker#31.
    """

    sign, kind = "+", "label"
    shown_as = "{name}"
    limits: ClassVar[Limits] = {"name": LABEL_NAME, "description": LABEL_DESCRIPTION}
    op: Literal["create-label"] = "create-label"
    key: Key
    name: str
    color: str
    description: str
    made_by_issue: bool = Field(default=False, exclude=True)

    @property
    def payload(self) -> dict[str, Any]:
        return {"name": self.name, "color": self.color, "description": self.description}


class UpdateLabel(BaseChange):
    """A label of ours that should differ from what is there; `name` is its present one."""

    kind = "label"
    shown_as = "{name}"
    limits: ClassVar[Limits] = {"new_name": LABEL_NAME, "description": LABEL_DESCRIPTION}
    op: Literal["update-label"] = "update-label"
    key: Key
    name: str
    new_name: str
    color: str
    description: str
    fields: tuple[str, ...]

    @property
    def detail(self) -> str:
        return in_words(self.fields)

    @property
    def payload(self) -> dict[str, Any]:
        values = {"color": self.color, "description": self.description}
        return {"new_name": self.new_name, **only(values, self.fields)}


class DeleteLabel(BaseChange):
    """A label of ours that is to go."""

    sign, kind = "-", "label"
    shown_as = "{name}"
    op: Literal["delete-label"] = "delete-label"
    key: Key
    name: str


class CreateMilestone(BaseChange):
    """A milestone that is not there yet; `description` carries the marker."""

    sign, kind = "+", "milestone"
    limits: ClassVar[Limits] = {"title": TITLE, "description": BODY}
    op: Literal["create-milestone"] = "create-milestone"
    key: Key
    title: str
    description: str
    due_on: date

    @property
    def detail(self) -> str:
        return _("due %(day)s", day=format_date(self.due_on))

    @property
    def payload(self) -> dict[str, Any]:
        due = as_sent(self.due_on)
        return {"title": self.title, "description": self.description, "due_on": due}


class UpdateMilestone(BaseChange):
    """A milestone of ours that should differ from what is there.

    `title` and `description` (with the marker) are always sent, as GitHub wants the one and the
    marker the other; `due_on` and `state` only when `fields` names them.
    """

    kind = "milestone"
    limits: ClassVar[Limits] = {"title": TITLE, "description": BODY}
    op: Literal["update-milestone"] = "update-milestone"
    key: Key
    number: int
    title: str
    description: str
    due_on: date | None
    due_before: date | None = Field(default=None, exclude=True)
    state: Literal["open", "closed"]
    fields: tuple[str, ...]

    @property
    def closes(self) -> bool:
        return self.state == "closed" and "state" in self.fields

    @property
    def detail(self) -> str:
        if self.closes:
            return _("no longer part of the plan")
        if self.due_on is None or "due date" not in self.fields:
            return in_words(self.fields)
        due = _("due %(day)s", day=format_date(self.due_on))
        others = tuple(field for field in self.fields if field != "due date")
        return " · ".join(filter(None, (in_words(others), due)))

    @property
    def payload(self) -> dict[str, Any]:
        sent: dict[str, Any] = {"title": self.title, "description": self.description}
        if "due date" in self.fields:
            sent["due_on"] = as_sent(self.due_on) if self.due_on else None
        return sent | only({"state": self.state}, self.fields)


class DeleteMilestone(BaseChange):
    """A milestone of ours that is to go."""

    sign, kind = "-", "milestone"
    op: Literal["delete-milestone"] = "delete-milestone"
    key: Key
    number: int
    title: str


class CreateIssue(BaseChange):
    """An issue that is not there yet; `body` carries the marker, `milestone` is a unit's key."""

    sign, kind, notifying = "+", "issue", True
    limits: ClassVar[Limits] = {"title": TITLE, "body": BODY}
    op: Literal["create-issue"] = "create-issue"
    key: Key
    title: str
    body: str
    labels: tuple[str, ...]
    milestone: Key | None
    milestone_number: int | None = Field(default=None, exclude=True)

    @property
    def payload(self) -> dict[str, Any]:
        sent = {"title": self.title, "body": self.body, "labels": list(self.labels)}
        return sent | ({} if self.milestone is None else {"milestone": self.milestone_number})

    def resolved(self, numbers: Numbers) -> Self:
        return self.model_copy(update=_inside(self.milestone, numbers))


class UpdateIssue(BaseChange):
    """An issue of ours that should differ from what is there.

    `body` is the whole body and always sent, for the marker in it; of the rest only what `fields`
    names is. `title` is there in any case, for the reader of the plan. `number` is None while the
    issue is still to be created by the same plan.
    """

    kind = "issue"
    limits: ClassVar[Limits] = {"title": TITLE, "body": BODY}
    op: Literal["update-issue"] = "update-issue"
    key: Key
    number: int | None
    title: str
    body: str
    labels: tuple[str, ...] = ()
    milestone: Key | None = None
    state: Literal["open", "closed"] = "open"
    state_reason: Literal["completed", "not_planned", "reopened"] | None = None
    fields: tuple[str, ...]
    why: str = ""
    milestone_number: int | None = Field(default=None, exclude=True)

    @property
    def closes(self) -> bool:
        return self.state == "closed" and "state" in self.fields

    @property
    def shown(self) -> str:
        return f"#{self.number} {self.title}" if self.number else self.title

    @property
    def detail(self) -> str:
        if not self.closes:
            what = in_words(self.fields)
        elif self.state_reason == "completed":
            what = _("as done")
        else:
            what = _("as not planned")
        return " · ".join(filter(None, (what, self.why)))

    @property
    def notifies(self) -> bool:
        return "state" in self.fields

    @property
    def payload(self) -> dict[str, Any]:
        sent: dict[str, Any] = {
            "title": self.title,
            "labels": list(self.labels),
            "milestone": self.milestone_number,
            "state": self.state,
        }
        sent = {"body": self.body, **only(sent, self.fields)}
        if "state" in sent and self.state_reason is not None:
            sent["state_reason"] = self.state_reason
        return sent

    def resolved(self, numbers: Numbers) -> Self:
        number = numbers.issues[self.key].number if self.number is None else self.number
        inside = _inside(self.milestone, numbers) if "milestone" in self.fields else {}
        return self.model_copy(update={"number": number, **inside})


class AddSubIssue(BaseChange):
    """A relation that is not there yet."""

    sign, kind = ">", "sub-issue"
    optional = (SubIssuesUnsupportedError,)
    op: Literal["add-sub-issue"] = "add-sub-issue"
    parent: Key
    child: Key
    parent_title: str
    title: str
    parent_number: int = Field(default=0, exclude=True)
    child_id: int = Field(default=0, exclude=True)

    @property
    def detail(self) -> str:
        return self.parent_title

    def resolved(self, numbers: Numbers) -> Self:
        parent, child = numbers.issues[self.parent], numbers.issues[self.child]
        return self.model_copy(update={"parent_number": parent.number, "child_id": child.id})


class CloseIssue(BaseChange):
    """An issue that is only to be closed as completed; nothing else of it is sent."""

    sign, kind, notifying = "-", "issue", True
    shown_as = "#{number} {title}"
    op: Literal["close-issue"] = "close-issue"
    number: int
    title: str
    why: str

    @property
    def detail(self) -> str:
        return " · ".join((_("as done"), self.why))

    @property
    def payload(self) -> dict[str, Any]:
        return {"state": "closed", "state_reason": "completed"}


class PinIssue(BaseChange):
    """The pin that keeps an issue on top of the list. Tried once; a refusal is no error."""

    sign, kind = "^", "issue"
    optional = (GitHubError,)  # three are all there is, and not every token may
    op: Literal["pin-issue"] = "pin-issue"
    key: Key
    node_id: str
    title: str


class CreateComment(BaseChange):
    """A comment on an issue, ours or not; `body` carries the marker of `key`.

    `links` are the issues whose numbers go below the text: by key where the plan makes them.
    """

    sign, kind, notifying = "+", "comment", True
    shown_as = "#{number} {title}"
    limits: ClassVar[Limits] = {"body": BODY}
    op: Literal["create-comment"] = "create-comment"
    key: Key
    number: int
    title: str
    body: str
    links: tuple[Key | int, ...] = ()

    def resolved(self, numbers: Numbers) -> Self:
        made = numbers.issues
        found = [
            link if isinstance(link, int) else made[link].number
            for link in self.links
            if isinstance(link, int) or link in made
        ]
        marked = find(self.body) if found else None
        if marked is None or marked.region is None:
            return self
        region = f"{marked.region}\n\n{templating.render('replies/links.md.j2', numbers=found)}"
        marker = marked.marker.model_copy(update={"body": digest(normalized(region))})
        return self.model_copy(update={"body": marked.with_region(region, marker)})


class DeleteComment(BaseChange):
    """A comment of ours that another run had posted before; only ever such a one."""

    sign, kind = "-", "comment"
    optional = (NotThereError,)
    shown_as = "#{number} {title}"
    op: Literal["delete-comment"] = "delete-comment"
    comment: int
    number: int
    title: str
    why: str

    @property
    def detail(self) -> str:
        return self.why


class React(BaseChange):
    """A reaction to a comment: the mark that the bot acted on it. `why` says what it answers."""

    sign, kind = "*", "mark"
    optional = (NotThereError,)
    shown_as = "{why}"
    op: Literal["react"] = "react"
    comment: int
    number: int = 0
    content: str
    why: str


Change = Annotated[
    CreateLabel
    | UpdateLabel
    | DeleteLabel
    | CreateMilestone
    | UpdateMilestone
    | DeleteMilestone
    | CreateIssue
    | UpdateIssue
    | AddSubIssue
    | CloseIssue
    | PinIssue
    | CreateComment
    | DeleteComment
    | React
    | EnableWorkflow,
    Field(discriminator="op"),
]


class UpdateComment(BaseChange):
    """A comment of ours that should read differently; no plan has one."""

    limits: ClassVar[Limits] = {"body": BODY}
    op: Literal["update-comment"] = "update-comment"
    comment: int
    body: str


Write = Change | UpdateComment | CommitFiles | PutFile | OpenPullRequest
"""All that a gateway writes."""


def _inside(milestone: Key | None, numbers: Numbers) -> dict[str, int | None]:
    return {"milestone_number": None if milestone is None else numbers.milestones[milestone]}
