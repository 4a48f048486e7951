"""What a delivery is about: the few fields of a payload that matter, and what they ask for.

Pure. Events, actions and fields are those of GitHub's "Webhook events and payloads". A delivery
only says "sync again": what is true is asked for then. So nothing else of it is read, let alone
kept.
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
# After these the installation may reach other repositories than before.
MOVES: Final = frozenset({"deleted", "transferred"})


# What a database could not keep would be refused there together with all that came with it.
Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{0,64}\Z")]


class PayloadInstallation(msgspec.Struct):
    """Anything with an id."""

    id: Id


class PayloadRepository(msgspec.Struct):
    """The repository of an event."""

    id: Id
    default_branch: str = ""


class Sender(msgspec.Struct):
    """Who did it."""

    login: str


class Payload(msgspec.Struct):
    """What is read of a payload; all else is passed over."""

    action: Word | None = None
    ref: str | None = None
    repository: PayloadRepository | None = None
    installation: PayloadInstallation | None = None
    sender: Sender | None = None


class MalformedError(ValueError):
    """The body is not what GitHub sends."""


_decoder = msgspec.json.Decoder(Payload)


def read(body: bytes | bytearray) -> Payload:
    """Raises MalformedError."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedError from None


def subject_of(event: str, payload: Payload, bot: str | None) -> Subject | None:
    """Return what to sync because of it; None when that would show nothing new.

    `bot` is the login under which we write: what we did ourselves, we know. Raises MalformedError
    when the payload does not say what the event is about.
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
