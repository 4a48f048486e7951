"""The values that go into the store and come out of it. All times are aware, UTC."""

from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal["app", "installation", "repository"]
InstallationState = Literal["active", "suspended", "gone"]
RepositoryState = Literal["active", "archived", "gone"]


class Subject(NamedTuple):
    """What a job is about: the App itself, one installation of it, one repository."""

    kind: Kind
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


APP = Subject("app", 0)
SWEEP = Subject("app", 1)  # the App's deliveries that never arrived
EVERYTHING = Subject("app", 2)  # all repositories, each by a job of its own


def installation(number: int) -> Subject:
    """The installation of that id."""
    return Subject("installation", number)


def repository(number: int) -> Subject:
    """The repository of that id."""
    return Subject("repository", number)


class WebhookDelivery(NamedTuple):
    """One webhook delivery, as far as it matters: it says what is to be synced."""

    guid: str
    event: str
    action: str | None
    about: Subject
    installation: int | None
    received_at: datetime


class Claim(NamedTuple):
    """Work that `holder` has taken; `tries` failed before. Deliveries up to `since` are seen."""

    subject: Subject
    holder: str
    tries: int
    since: datetime


class InstallationRow(NamedTuple):
    """An installation as GitHub last showed it."""

    id: int
    account: str
    state: InstallationState


class RepositoryRow(NamedTuple):
    """A repository as GitHub last showed it, and what became of its last sync.

    `result` is a word ("" when there was none yet), `message` the sentence that goes with it. While
    a run goes on, `written` of `to_write` changes are made; else both are 0.
    """

    id: int
    installation_id: int
    full_name: str
    private: bool
    state: RepositoryState
    zone: str = "UTC"
    synced_at: datetime | None = None
    result: str = ""
    message: str = ""
    written: int = 0
    to_write: int = 0


class RepositoryInfo(NamedTuple):
    """A repository as a list of GitHub shows it."""

    id: int
    full_name: str
    private: bool
    archived: bool
