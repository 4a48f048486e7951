"""The ways GitHub says no, as exceptions. `api/` turns them into status codes and JSON.

A refusal is a correct answer of the sandbox, not a fault of it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from github_sandbox.state.objects import Issue, Repository


DOCS = "https://docs.github.com/rest"
LOCKING = "https://docs.github.com/articles/locking-conversations/"
PROTECTED = "https://docs.github.com/articles/about-protected-branches"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """GitHub's `message`, `errors` where the answer lists them, and the page that explains it."""

    def __init__(
        self, message: str, errors: list[dict[str, object]] | None = None, docs: str = DOCS
    ) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors
        self.docs = docs


class Malformed(Refusal):
    """The request cannot be read."""


class Unauthorized(Refusal):
    """No token, or one that is wrong, expired or suspended."""


class Forbidden(Refusal):
    """Known, visible, but not allowed."""


class NotFound(Refusal):
    """Absent, or invisible to this token: the two look alike on purpose."""

    def __init__(self, message: str = "Not Found") -> None:
        super().__init__(message)


class Moved(NotFound):
    """An issue that is in another repository now; absent for who may not see that one."""

    def __init__(self, home: "Repository", issue: "Issue") -> None:
        super().__init__()
        self.home = home
        self.issue = issue


class NotAllowed(Refusal):
    """A pull request that cannot be merged as it is."""


class Gone(Refusal):
    """It was there: a deleted issue, or the issues of a repository that switched them off."""


class Conflict(Refusal):
    """It changed since its `sha` was read, or there is no commit yet to work on."""


class Invalid(Refusal):
    """Understood, but not acceptable."""


@dataclass(frozen=True)
class Complaint:
    """One entry of a validation answer. `code` is GitHub's: missing_field, invalid, custom..."""

    resource: str
    field: str
    code: str
    message: str | None = None
    value: object = None

    def as_json(self) -> dict[str, object]:
        entry: dict[str, object] = {"resource": self.resource, "code": self.code}
        entry["field"] = self.field
        if self.value is not None:
            entry["value"] = self.value
        if self.message is not None:
            entry["message"] = self.message
        return entry


def invalid(
    resource: str, name: str, code: str, message: str | None = None, value: object = None
) -> Invalid:
    """GitHub's usual "Validation Failed" answer with one complaint in it."""
    complaint = Complaint(resource, name, code, message, value)
    return Invalid("Validation Failed", [complaint.as_json()])


def wrong_shape(name: str, value: object, expected: str) -> Invalid:
    """The answer to a body that breaks the endpoint's schema."""
    return Invalid(f"Invalid request.\n\nFor 'properties/{name}', {value!r} is not {expected}.")


def not_supplied(name: str) -> Invalid:
    """The answer to a body without a required key."""
    return Invalid(f'Invalid request.\n\n"{name}" wasn\'t supplied.')
