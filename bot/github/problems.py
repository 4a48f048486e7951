"""What GitHub's answers mean: pure functions from an answer to one of our errors, or to a limit.

Status codes and wording after GitHub's REST documentation ("Troubleshooting the REST API", "Rate
limits for the REST API", "Best practices") and the descriptions of the single endpoints.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from bot.errors import (
    AlreadyExistsError,
    AuthenticationError,
    DeletedError,
    GitHubError,
    IssuesDisabledError,
    MilepostError,
    NotThereError,
    PermissionDeniedError,
    RepositoryArchivedError,
    RepositoryMissingError,
    RepositoryMovedError,
)

_LONGEST = 864_000.0  # seconds; a longer wait is the same to us, and dates stay computable
_TOO_QUICKLY = "submitted too quickly"  # the spam guard's words, in a 422 (cli/cli issue 4801)
_LIMIT_WORDS = ("rate limit", "abuse detection", "retry your request again later", _TOO_QUICKLY)
# A list of the repository, or the repository itself: a 404 here is about the repository.
_WHOLE = re.compile(r"/repos/[^/]+/[^/]+(/(labels|milestones|issues))?")
_ISSUE = re.compile(r"/repos/[^/]+/[^/]+/issues/\d+(/.*)?")
_FIELD_CODES = {
    "missing": "does not exist",
    "missing_field": "is missing",
    "invalid": "is not valid",
    "already_exists": "is taken already",
    "unprocessable": "cannot be processed",
}


class UnreadableAnswerError(GitHubError):
    """The answer is no JSON, or JSON of another shape: a proxy or a wrong address answered."""


class ConflictError(GitHubError):
    """409: what was to be changed has changed meanwhile."""


class EmptyRepositoryError(ConflictError):
    """409: there is no commit in the repository, so no branch to read or to write."""


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
    """One HTTP answer. `path` is below the API root, header names are in lower case."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        """The body as JSON. Raises UnreadableAnswerError when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise _unreadable(self) from None


def check(answer: Answer, repository: str, now: datetime) -> None:
    """Return for a good answer (2xx, 304), raise for any other.

    `now` (aware) stands in for the Date header when there is none. Raises LimitReachedError,
    AnswerLostError, RedirectedError, or the MilepostError that `problem` finds.
    """
    if answer.status == 304:
        return
    limit = limit_of(answer, now)
    if limit is not None:
        raise limit
    if answer.status >= 500:
        raise AnswerLostError(f"the server answered {answer.status}")
    if answer.status >= 400:
        raise problem(answer, repository)
    if answer.status >= 300:
        raise RedirectedError(answer.headers.get("location"), answer.path)


def limit_of(answer: Answer, now: datetime) -> LimitReachedError | None:
    """The rate limit that this answer reports, in any of GitHub's forms, or None.

    403 and 429 with Retry-After, an empty budget or the words of a limit; GraphQL also says it with
    status 200 and an error in the body, and the guard against spam with a 422.
    """
    if answer.status == 200:
        limit = _graphql_limit(answer)
        if limit is None:
            return None
    elif answer.status in {403, 429}:
        limit = message_of(answer).casefold()
    elif answer.status == 422 and _TOO_QUICKLY in answer.text:
        limit = _TOO_QUICKLY
    else:
        return None
    after = _seconds_after(answer.headers.get("retry-after"), now)
    exhausted = answer.headers.get("x-ratelimit-remaining") == "0"
    worded = any(words in limit for words in _LIMIT_WORDS)
    if answer.status == 403 and not (after is not None or exhausted or worded):
        return None
    reset_in = seconds_to_reset(answer.headers, now) if exhausted else None
    secondary = not exhausted or "secondary" in limit
    return LimitReachedError(secondary=secondary, after=after, reset_in=reset_in)


def problem(answer: Answer, repository: str) -> MilepostError:
    """The error that a refusal (4xx) means."""
    status = answer.status
    if answer.text.strip() and decoded(answer) is None:
        return _unreadable(answer)
    message = message_of(answer)
    if status == 401:
        return _unauthenticated(repository, message)
    if status in {403, 451}:
        return _forbidden(answer, repository, message)
    if status in {404, 410}:
        return _absent(answer, repository, message)
    if status == 409 and "empty" in message.casefold():
        return EmptyRepositoryError(
            "The repository holds no commit yet.",
            where=repository,
            hint="Add a README to it: on its page, or with `git push`.",
        )
    complaints = _complaints(answer)
    words = "; ".join(complaints) or message or f"status {status}"
    kind = AlreadyExistsError if "already_exists" in _codes(answer) else GitHubError
    kind = ConflictError if status == 409 else kind
    return kind(f"GitHub refused {answer.method} {answer.path}: {words}.", where=repository)


def moved(repository: str, new_name: str | None) -> RepositoryMovedError:
    """301, 307 and kin: the repository was renamed or transferred."""
    if new_name is None:
        return RepositoryMovedError(
            "The repository has another name or owner now.",
            where=repository,
            hint="Look it up in a browser and set GITHUB_REPOSITORY to the new owner/name.",
        )
    return RepositoryMovedError(
        f"The repository is called {new_name} now.",
        where=repository,
        hint=f"Set GITHUB_REPOSITORY to {new_name}, and `git remote set-url` in your clone.",
    )


def of_an_issue(path: str) -> bool:
    """Whether it is the path of one issue, or of something on it.

    Such a path redirects when its repository was renamed, and also when the issue was transferred
    to another repository, where it is none of ours. Source: "Get an issue".
    """
    return _ISSUE.fullmatch(path) is not None


def transferred(path: str, repository: str) -> DeletedError:
    """A redirect from one issue of a repository that is where it was."""
    return DeletedError(f"What was at {path} is in another repository now.", where=repository)


def issues_disabled(repository: str) -> IssuesDisabledError:
    """The repository is fine but for its issues."""
    return IssuesDisabledError(
        "The repository has its issues switched off.",
        where=repository,
        hint="Switch them on in its settings, under Features.",
    )


def misshapen(path: str, why: str) -> UnreadableAnswerError:
    """JSON came, but not what GitHub documents for `path`."""
    return UnreadableAnswerError(
        f"The answer to {path} is not what GitHub documents: {why}.", hint=ADDRESS
    )


ADDRESS = "Check GITHUB_API_URL, and any proxy between you and GitHub."


def message_of(answer: Answer) -> str:
    """GitHub's own sentence about the answer, or ''."""
    data = decoded(answer)
    message = data.get("message") if isinstance(data, dict) else None
    return " ".join(message.split()).rstrip(".") if isinstance(message, str) else ""


def graphql_complaints(data: Any) -> list[str]:
    """The messages of a GraphQL answer's errors; the status is 200 even when all failed."""
    errors = data.get("errors") if isinstance(data, dict) else None
    found = errors if isinstance(errors, list) else []
    return [str(error.get("message", error)) for error in found if isinstance(error, dict)]


def _unauthenticated(repository: str, message: str) -> AuthenticationError:
    return AuthenticationError(
        f"GitHub does not accept the token ({message or 'no reason given'}).",
        where=repository,
        hint="Check GITHUB_TOKEN: it may be missing, mistyped, expired or revoked.",
    )


def _forbidden(answer: Answer, repository: str, message: str) -> MilepostError:
    if "archived" in message.casefold():
        return RepositoryArchivedError(
            "The repository is archived, so nothing in it can be changed.",
            where=repository,
            hint="Unarchive it in its settings (Danger Zone), or use another repository.",
        )
    if answer.status == 451 or "access blocked" in message.casefold():
        return GitHubError(f"GitHub blocks this repository: {message}.", where=repository)
    needed = _permissions(answer.headers.get("x-accepted-github-permissions", ""))
    if needed:
        what = f"The token may not do this: it needs {needed}."
        advice = "Give it that permission on this repository; in a workflow, under `permissions:`."
    else:
        what = "The token may not do this."
        advice = "Milepost needs Issues: Read and write; in a workflow, `issues: write`."
    hint = f"GitHub says: {message or answer.status}. {advice}"
    return PermissionDeniedError(what, where=repository, hint=hint)


def _permissions(header: str) -> str:
    """ "issues=write; pull_requests=write" -> "issues: write or pull_requests: write"."""
    sets = [" and ".join(one.strip() for one in s.split(",")) for s in header.split(";")]
    return " or ".join(s.replace("=", ": ") for s in sets if s)


def _absent(answer: Answer, repository: str, message: str) -> MilepostError:
    if answer.status == 410 and "disabled" in message.casefold():
        return issues_disabled(repository)
    if answer.status == 404 and _WHOLE.fullmatch(answer.path):
        return RepositoryMissingError(
            "There is no such repository, or the token cannot see it.",
            where=repository,
            hint="Check the name. A classic token needs the scope `repo` (`public_repo` for a "
            "public one); a fine-grained one needs this repository selected, with Issues: Read "
            "and write.",
        )
    kind = DeletedError if answer.status == 410 else NotThereError
    return kind(
        f"GitHub finds nothing at {answer.path} ({message or answer.status}).", where=repository
    )


def _complaints(answer: Answer) -> list[str]:
    words = []
    for error in _errors(answer):
        if isinstance(error, str):
            words.append(error)
        elif isinstance(error, dict) and error.get("message"):
            words.append(str(error["message"]))
        elif isinstance(error, dict):
            field = error.get("field", "a field")
            code = str(error.get("code", "invalid"))
            words.append(f"{error.get('resource', '')} {field} {_FIELD_CODES.get(code, code)}")
    return [word.strip().rstrip(".") for word in words]


def _codes(answer: Answer) -> set[str]:
    return {str(e.get("code")) for e in _errors(answer) if isinstance(e, dict)}


def _errors(answer: Answer) -> list[Any]:
    data = decoded(answer)
    errors = data.get("errors") if isinstance(data, dict) else None
    if isinstance(errors, str):
        return [errors]
    return errors if isinstance(errors, list) else []


def decoded(answer: Answer) -> Any:
    """The body as JSON, or None when it is none."""
    try:
        return json.loads(answer.text)
    except ValueError:
        return None


def _unreadable(answer: Answer) -> UnreadableAnswerError:
    kind = answer.headers.get("content-type", "no type").split(";")[0]
    return UnreadableAnswerError(
        f"{answer.method} {answer.path} brought no JSON (status {answer.status}, {kind}): "
        "something other than GitHub's API answered.",
        hint=ADDRESS,
    )


def _graphql_limit(answer: Answer) -> str | None:
    if not answer.path.endswith("/graphql"):
        return None
    data = decoded(answer)
    errors = data.get("errors") if isinstance(data, dict) else None
    for error in errors if isinstance(errors, list) else []:
        words = str(error.get("message", "")).casefold() if isinstance(error, dict) else ""
        typed = isinstance(error, dict) and error.get("type") == "RATE_LIMITED"
        if typed or any(limit in words for limit in _LIMIT_WORDS):
            return words
    return None


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The Date header as an aware time, or None when there is no readable one."""
    return _http_date(headers.get("date", ""))


def _http_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date if date.tzinfo else None


def _seconds_after(value: str | None, now: datetime) -> float | None:
    """Retry-After in either form of RFC 9110: seconds, or a date."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return _bounded(float(value))
    date = _http_date(value)
    return None if date is None else _bounded((date - now).total_seconds())


def seconds_to_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Measured on the server's clock where it tells, so that a wrong clock here does no harm."""
    reset = headers.get("x-ratelimit-reset", "")
    if not reset.isdecimal():
        return None
    return _bounded(float(reset) - (server_time(headers) or now).timestamp())


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), _LONGEST)
