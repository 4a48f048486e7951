"""Reads from a payload what to sync: pure, no other fields are read or stored.

Events, actions and fields are those of GitHub's "Webhook events and payloads". A delivery only
triggers a sync, which reads the present state from GitHub.
"""

from typing import Annotated, Final

import msgspec

from bot.server.store.rows import Subject, installation, repository

# A sync of a repository or an installation covers all actions of these events.
REPOSITORY_EVENTS: Final = frozenset(
    {
        "issue_comment",
        "issues",
        "label",
        "milestone",
        "pull_request",
        "push",
        "release",
        "repository",
        "sub_issues",
    }
)
INSTALLATION_EVENTS: Final = frozenset({"installation", "installation_repositories"})
# Actions of `repository` after which the installation may reach other repositories than before.
MOVES: Final = frozenset({"deleted", "transferred"})

# The database would refuse other values, together with all deliveries of the group.
Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{0,64}\Z")]


class PayloadInstallation(msgspec.Struct):
    """Holds the installation that a delivery came through."""

    id: Id


class PayloadRepository(msgspec.Struct):
    """Holds the repository of an event."""

    id: Id
    default_branch: str = ""


class Sender(msgspec.Struct):
    """Holds the account that caused an event."""

    login: str


class Payload(msgspec.Struct):
    """Holds the fields that are read; others are skipped."""

    action: Word | None = None
    ref: str | None = None
    repository: PayloadRepository | None = None
    installation: PayloadInstallation | None = None
    sender: Sender | None = None


class MalformedError(ValueError):
    """The body isn't one that GitHub sends."""


_decoder = msgspec.json.Decoder(Payload)


def read(body: bytes | bytearray) -> Payload:
    """Return the payload of a body. Raises MalformedError."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedError from None


def subject_of(event: str, payload: Payload, bot: str | None) -> Subject | None:
    """Return what to sync; None when a sync would find nothing new.

    `bot` is the login that we write under: its own events are skipped. Raises MalformedError when
    the payload names neither repository nor installation.
    """
    if event in INSTALLATION_EVENTS:
        if payload.installation is None:
            raise MalformedError
        return installation(payload.installation.id)
    if event not in REPOSITORY_EVENTS:
        return None
    if payload.repository is None:
        raise MalformedError
    if payload.sender is not None and payload.sender.login == bot:
        return None
    if event == "push" and payload.ref != f"refs/heads/{payload.repository.default_branch}":
        return None
    if event == "repository" and payload.action in MOVES and payload.installation is not None:
        return installation(payload.installation.id)
    return repository(payload.repository.id)
