"""The base of all changes: how they print, whether they notify, how keys become numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bot.errors import GitHubError
from bot.i18n import format_list, gettext_noop
from bot.i18n import gettext as _
from bot.planning.length_limits import FieldLimit, fit
from bot.planning.marker import Key
from bot.planning.snapshot import FrozenModel, IssueRef

Limits = Mapping[str, FieldLimit]
"""The limits of GitHub's fields, by field."""

_IDENTITY = ("key", "number", "comment", "parent", "child", "name", "branch", "path")
_FIELD_WORDS = {
    "name": gettext_noop("name"),
    "color": gettext_noop("color"),
    "title": gettext_noop("title"),
    "description": gettext_noop("description"),
    "due date": gettext_noop("due date"),
    "text": gettext_noop("text"),
    "labels": gettext_noop("labels"),
    "milestone": gettext_noop("milestone"),
    "marker": gettext_noop("hidden marker"),
    "ledger": gettext_noop("Milepost's records"),
    "memory": gettext_noop("your commands"),
    "state": gettext_noop("reopened"),
}
_NAMES = {
    "label": gettext_noop("label %(name)s"),
    "milestone": gettext_noop("milestone %(name)s"),
    "issue": gettext_noop("issue %(name)s"),
    "sub-issue": gettext_noop("sub-issue %(name)s"),
    "comment": gettext_noop("comment on %(name)s"),
    "mark": gettext_noop("mark: %(name)s"),
    "branch": gettext_noop("branch %(name)s"),
    "file": gettext_noop("file %(name)s"),
    "pull request": gettext_noop("pull request %(name)s"),
    "workflow": gettext_noop("workflow %(name)s"),
}


class Row(FrozenModel):
    """One line of a printed plan. `sign` is +, ~, -, > (relate), ^ (pin) or * (mark).

    `kind` is a word of the program, whatever the language; the others are for people.
    """

    sign: str
    kind: str
    title: str
    detail: str = ""

    @property
    def name(self) -> str:
        """Return what it is about, as `issue #3 Read`."""
        return named(self.kind, self.title)


@dataclass
class Numbers:
    """GitHub's numbers of the issues and milestones that changes name by key."""

    issues: dict[Key, IssueRef]
    milestones: dict[Key, int]


class BaseChange(FrozenModel):
    """One write. `sign` and `kind` begin its line in a printed plan, as in `Row`; `shown_as` is the
    name of the object in it, with the change's fields in braces.

    `notifying` says that GitHub tells the repository's watchers: creating, closing and reopening
    issues and comments do; labels, milestones, edits without a mention, reactions and sub-issue
    relations do not (docs: about notifications). After a refusal that is `optional` the rest of
    the plan goes on as if the write was done. `limits` are those of GitHub's fields, by field.
    """

    sign: ClassVar[str] = "~"
    kind: ClassVar[str] = ""
    shown_as: ClassVar[str] = "{title}"
    notifying: ClassVar[bool] = False
    optional: ClassVar[tuple[type[GitHubError], ...]] = ()
    limits: ClassVar[Limits] = {}
    op: str

    def describe(self) -> Row:
        """Return its line of a printed plan; closing has the sign of what is taken away."""
        sign = "-" if self.closes else self.sign
        return Row(sign=sign, kind=self.kind, title=self.shown, detail=self.detail)

    @property
    def shown(self) -> str:
        """Return the name of the object in that line."""
        return self.shown_as.format_map(vars(self))

    @property
    def detail(self) -> str:
        """Return what the line says behind the name."""
        return ""

    @property
    def identity(self) -> str:
        """Return what the change is about, the same for every try: its kind, key and number."""
        about = {name: getattr(self, name, None) for name in _IDENTITY}
        return " ".join([self.op, *(str(value) for value in about.values() if value)])

    @property
    def closes(self) -> bool:
        """Return whether the write closes the object."""
        return False

    @property
    def notifies(self) -> bool:
        """Return whether a watcher of the repository gets a notification."""
        return self.notifying

    @property
    def payload(self) -> dict[str, Any]:
        """Return the JSON that GitHub's REST API is sent."""
        return {}

    def fitted(self) -> Self:
        """Return the change as GitHub takes it: each of its texts fits the field it goes to."""
        texts = {name: fit(getattr(self, name), limit) for name, limit in self.limits.items()}
        same = all(getattr(self, name) == text for name, text in texts.items())
        return self if same else self.model_copy(update=texts)

    def resolved(self, numbers: Numbers) -> Self:
        """Return the change with the numbers of what it names by key. Raises KeyError."""
        del numbers
        return self


def only(sent: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Return the part of `sent` that `fields` names."""
    return {name: value for name, value in sent.items() if name in fields}


def in_words(fields: tuple[str, ...]) -> str:
    """Return the names of changed fields for people."""
    return format_list(field_word(field) for field in fields)


def field_word(field: str) -> str:
    """Return the name of a field for people."""
    return _(_FIELD_WORDS[field])


def named(kind: str, name: str) -> str:
    """Return an object of that kind as people call it, as `milestone Week 1`."""
    return _(_NAMES[kind], name=name)
