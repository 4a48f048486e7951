"""One HTTP answer of GitHub's, and how an exchange can fail before it means anything."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.errors import GitHubError

ADDRESS = "Check GITHUB_API_URL, and any proxy between you and GitHub."


class UnreadableAnswerError(GitHubError):
    """The answer is no JSON, or JSON of another shape: a proxy or a wrong address answered."""


class LimitReachedError(Exception):
    """A rate limit refused the request: it did not happen and may be sent again later.

    `after` is the Retry-After header, `reset_in` the time to x-ratelimit-reset, both in seconds
    from the answer; both None means that GitHub left the wait to us.
    """

    def __init__(self, *, secondary: bool, after: float | None, reset_in: float | None) -> None:
        super().__init__("secondary rate limit" if secondary else "rate limit")
        self.secondary = secondary
        self.after = after
        self.reset_in = reset_in


class NeverSentError(Exception):
    """No connection came about: whatever was to be sent has not happened."""


class AnswerLostError(Exception):
    """Sent, but no word on the outcome: 5xx, a timeout, or a connection that broke."""


class RedirectedError(Exception):
    """3xx: it lives elsewhere. GitHub answers 301 to a GET and 307 to a write."""

    def __init__(self, location: str | None, path: str = "") -> None:
        super().__init__("redirected")
        self.location = location
        self.path = path


class Answer(NamedTuple):
    """Hold one HTTP answer. `path` is below the API root, header names are in lower case."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        """Return the body as JSON. Raises UnreadableAnswerError when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise no_json(self) from None

    @property
    def data(self) -> Any:
        """Return the body as JSON, or None when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def message(self) -> str:
        """Return GitHub's own sentence about the answer, or ''."""
        data = self.data
        message = data.get("message") if isinstance(data, dict) else None
        return " ".join(message.split()).rstrip(".") if isinstance(message, str) else ""

    @property
    def errors(self) -> list[Any]:
        """Return the list of errors in the body; GraphQL has one even with status 200."""
        data = self.data
        errors = data.get("errors") if isinstance(data, dict) else None
        if isinstance(errors, str):
            return [errors]
        return errors if isinstance(errors, list) else []


def shape_error(path: str, why: str) -> UnreadableAnswerError:
    """Return the error for JSON that is not what GitHub documents for `path`."""
    return UnreadableAnswerError(
        f"The answer to {path} is not what GitHub documents: {why}.", hint=ADDRESS
    )


def no_json(answer: Answer) -> UnreadableAnswerError:
    """Return the error for an answer that is no JSON."""
    kind = answer.headers.get("content-type", "no type").split(";")[0]
    return UnreadableAnswerError(
        f"{answer.method} {answer.path} brought no JSON (status {answer.status}, {kind}): "
        "something other than GitHub's API answered.",
        hint=ADDRESS,
    )
