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


class RepositoryInfo(NamedTuple):
    """Holds a repository as a list of GitHub shows it."""

    id: int
    full_name: str
    private: bool
    archived: bool
