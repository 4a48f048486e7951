"""Defines the values that go into the store and come out of it. All times are aware, in UTC."""

from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal["app", "installation", "repository"]
InstallationState = Literal["active", "suspended", "gone"]
RepositoryState = Literal["active", "archived", "gone"]


class Subject(NamedTuple):
    """Names what a job is about: the App itself, one installation of it, one repository."""

    kind: Kind
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


APP = Subject("app", 0)
SWEEP = Subject("app", 1)  # the App's failed deliveries
EVERYTHING = Subject("app", 2)  # all repositories, each by a job of its own


def installation(number: int) -> Subject:
    """Return the subject of an installation's job."""
    return Subject("installation", number)


def repository(number: int) -> Subject:
    """Return the subject of a repository's job."""
    return Subject("repository", number)


class WebhookDelivery(NamedTuple):
    """Describes one webhook delivery, as far as is needed to sync what it is about."""

    guid: str
    event: str
    action: str | None
    about: Subject
    installation: int | None
    received_at: datetime
    # What may no longer be as the last sync read it, above all who may see it; with `hides` it may
    # not even be public any more.
    revokes: tuple[Subject, ...] = ()
    hides: bool = False
    deleted_comment: int | None = None  # its id


class Claim(NamedTuple):
    """Describes a job that `holder` runs, with deliveries up to `since`; `tries` failed before."""

    subject: Subject
    holder: str
    tries: int
    since: datetime


class InstallationRow(NamedTuple):
    """Holds an installation as GitHub last showed it."""

    id: int
    account: str
    state: InstallationState


class RepositoryRow(NamedTuple):
    """Holds a repository as GitHub last showed it, and the result of its last sync."""

    id: int
    installation_id: int
    full_name: str
    private: bool
    state: RepositoryState
    zone: str = "UTC"
    synced_at: datetime | None = None
    result: str = ""  # a word; empty before the first sync
    message: str = ""  # the sentence that goes with it
    written: int = 0  # changes of the present run, else 0
    to_write: int = 0  # of how many, else 0
    consent_at: datetime | None = None  # when a sync read valid settings, if that holds
    revocations: int = 0  # deliveries that put that in doubt


class RepositoryInfo(NamedTuple):
    """Holds a repository as a list of GitHub shows it."""

    id: int
    full_name: str
    private: bool
    archived: bool
    template: bool = False
    fork: bool = False


class Mentor(NamedTuple):
    """Names a mentor who is signed in. Settings know the login, their answers the id."""

    id: int
    login: str


class Audience(NamedTuple):
    """Describes whom a path is shared with, and as whom.

    `mentors` are logins in lower case. `learner` is who a mentor accepts: the owner's login in
    lower case, with `#` and the repository's id for who goes by another name, so that this name is
    accepted by itself. `name` is what is shown.
    """

    mentors: frozenset[str]
    learner: str
    name: str

    @property
    def rows(self) -> set[tuple[str, str, str]]:
        """Return login, learner and name for each mentor."""
        return {(login, self.learner, self.name) for login in self.mentors}
