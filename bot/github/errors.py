"""Judges GitHub's answers: one table from status, message and path to an error and its advice.

Status codes and wording after GitHub's REST documentation ("Troubleshooting the REST API", "Best
practices", "Create an installation access token for an app") and the descriptions of the single
endpoints; a suspended installation's words from reports of it (ossf/allstar issue 314).
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from bot.errors import (
    AlreadyExistsError,
    AuthenticationError,
    BranchRuleError,
    DeletedError,
    FullError,
    GitHubError,
    InteractionLimitError,
    InvalidChangeError,
    IssuesDisabledError,
    LockedError,
    MilepostError,
    NotThereError,
    PermissionDeniedError,
    PersonBlockedError,
    PullRequestPermissionError,
    RepositoryArchivedError,
    RepositoryMissingError,
    RepositoryMovedError,
)
from bot.github.answer import Answer, no_json
from bot.i18n import gettext as _
from bot.i18n import gettext_noop

# A list of the repository, or the repository itself: a 404 here is about the repository.
_WHOLE = re.compile(r"/repos/[^/]+/[^/]+(/(labels|milestones|issues))?")
_ISSUE = re.compile(r"/repos/[^/]+/[^/]+/issues/\d+(/.*)?")
_UNKNOWN_APP = "integration not found"
_FIELD_CODES = {
    "missing": "does not exist",
    "missing_field": "is missing",
    "invalid": "is not valid",
    "already_exists": "is taken already",
    "unprocessable": "cannot be processed",
}


class ConflictError(GitHubError):
    """409: what was to be changed has changed meanwhile."""


class EmptyRepositoryError(ConflictError):
    """409: there is no commit in the repository, so no branch to read or to write."""


class AppRefusedError(AuthenticationError):
    """401 or 404: GitHub does not know this App, or its key does not belong to it."""


class InstallationSuspendedError(GitHubError):
    """403: whoever installed the App has stopped it for now."""


class InstallationGoneError(GitHubError):
    """404: the App is not installed there any more."""


class NotGrantedError(PermissionDeniedError):
    """422: the installation has not granted a permission that the token was to have."""


class NotInstalledError(RepositoryMissingError):
    """422: the installation does not reach this repository (any more)."""


class Refusal(NamedTuple):
    """Map a refusal to an error: one row of the table.

    `case` is a status, and words that its message has ("403 archived"); "" is any. The sentences
    are formatted with the answer's `_values`.
    """

    case: str
    error: type[MilepostError]
    what: str
    hint: str | None = None
    when: Callable[[Answer], bool] = lambda _answer: True

    def fits(self, answer: Answer) -> bool:
        """Return whether the answer is this refusal; its words may stand in any message."""
        status, _, words = self.case.partition(" ")
        text = " ".join((answer.message, *_complaints(answer))).casefold()
        return status in {"", str(answer.status)} and words in text and self.when(answer)


def _is_taken(answer: Answer) -> bool:
    return any(isinstance(e, dict) and e.get("code") == "already_exists" for e in answer.errors)


_REFUSED = "GitHub refused %(method)s %(path)s: %(complaints)s."
_NOTHING = "GitHub finds nothing at %(path)s (%(message)s)."
ISSUES_DISABLED = Refusal(
    "410 disabled",
    IssuesDisabledError,
    "The repository has its issues switched off.",
    "Switch them on in its settings, under Features.",
)
# Refusals of one change, of which the dashboard tells: the words are GitHub's, the status differs
# between endpoints (reports: probot/stale#25, odoo/runbot#127, mastra-ai/mastra#20609).
CHANGE = (
    Refusal(
        " issue is locked",
        LockedError,
        gettext_noop("The conversation is locked."),
        gettext_noop("Unlock it on its page."),
    ),
    Refusal(
        " user is blocked",
        PersonBlockedError,
        gettext_noop("Somebody there blocked this account."),
        gettext_noop("They can unblock it in their settings."),
    ),
    Refusal(
        " interactions on this repository have been restricted",
        InteractionLimitError,
        gettext_noop("Only some people can write in this repository for now."),
        gettext_noop("The owner can end that in the settings, under Moderation options."),
    ),
    Refusal(
        " through a pull request",
        BranchRuleError,
        gettext_noop("A rule of this repository needs a pull request for that branch."),
        gettext_noop("Let this account bypass the rule, in the settings under Rules."),
    ),
    Refusal(
        " rule violations found",
        BranchRuleError,
        gettext_noop("A rule of this repository forbids it: %(message)s."),
        gettext_noop("Let this account bypass the rule, in the settings under Rules."),
    ),
    # uppt#11, create-pull-request#1175, pfBlockerNG#1799: whatever the workflow's `permissions:`.
    Refusal(
        " not permitted to create or approve pull requests",
        PullRequestPermissionError,
        gettext_noop("Workflows can't open pull requests in this repository."),
        gettext_noop(
            "Allow it in the settings under Actions, General: Allow GitHub Actions to create and "
            "approve pull requests."
        ),
    ),
    Refusal(
        "422 cannot have more than",
        FullError,
        gettext_noop("It's full: %(complaints)s."),
        gettext_noop("Take something out of it."),
    ),
)
# The first row that fits is the reason.
REPOSITORY = (
    *CHANGE,
    Refusal(
        "401",
        AuthenticationError,
        "GitHub does not accept the token (%(reason)s).",
        "Check GITHUB_TOKEN: it may be missing, mistyped, expired or revoked.",
    ),
    Refusal(
        "403 archived",
        RepositoryArchivedError,
        "The repository is archived, so nothing in it can be changed.",
        "Unarchive it in its settings (Danger Zone), or use another repository.",
    ),
    Refusal("451", GitHubError, "GitHub blocks this repository: %(message)s."),
    Refusal("403 access blocked", GitHubError, "GitHub blocks this repository: %(message)s."),
    Refusal(
        "403",
        PermissionDeniedError,
        "The token may not do this: it needs %(needed)s.",
        "GitHub says: %(message)s. Give it that permission on this repository; in a workflow, "
        "under `permissions:`.",
        lambda answer: bool(_permissions(answer)),
    ),
    Refusal(
        "403",
        PermissionDeniedError,
        "The token may not do this.",
        "GitHub says: %(message)s. Milepost needs Issues: Read and write; in a workflow, "
        "`issues: write`.",
    ),
    ISSUES_DISABLED,
    Refusal(
        "404",
        RepositoryMissingError,
        "There is no such repository, or the token cannot see it.",
        "Check the name. A classic token needs the scope `repo` (`public_repo` for a public one); "
        "a fine-grained one needs this repository selected, with Issues: Read and write.",
        lambda answer: _WHOLE.fullmatch(answer.path) is not None,
    ),
    Refusal("404", NotThereError, _NOTHING),
    Refusal("410", DeletedError, _NOTHING),
    Refusal(
        "409 empty",
        EmptyRepositoryError,
        "The repository holds no commit yet.",
        "Add a README to it: on its page, or with `git push`.",
    ),
    Refusal("409", ConflictError, _REFUSED),
    Refusal("", AlreadyExistsError, _REFUSED, when=_is_taken),
    Refusal("422", InvalidChangeError, _REFUSED),
)
_OTHER = Refusal("", GitHubError, _REFUSED)
APP = (
    Refusal(
        "401",
        AppRefusedError,
        "GitHub does not accept the App's signature (%(reason)s).",
        "Check that the private key is one of this App's, and this machine's clock.",
    ),
    Refusal(
        f"404 {_UNKNOWN_APP}",
        AppRefusedError,
        "There is no such GitHub App.",
        "Check the client id; an App is known only on the GitHub where it was registered.",
    ),
)
INSTALLATION = (
    Refusal(
        "403 suspended",
        InstallationSuspendedError,
        "The App is suspended there.",
        "The person who installed it can unsuspend it, in their settings under Applications.",
    ),
    Refusal(
        "404",
        InstallationGoneError,
        "The App is not installed there any more.",
        when=lambda answer: _UNKNOWN_APP not in answer.message.casefold(),
    ),
    Refusal(
        "422 permission",
        NotGrantedError,
        "The installation has not granted a permission that is needed.",
        "Whoever installed the App can accept its new permissions, in their settings under "
        "Applications.",
    ),
    Refusal(
        "422 repositor",
        NotInstalledError,
        "The installation does not reach this repository.",
        "Whoever installed the App can add the repository, in their settings under Applications.",
    ),
)


def error_of(answer: Answer, where: str) -> MilepostError:
    """Return the error that a refusal (4xx) of `where`, such as a repository, means."""
    if answer.text.strip() and answer.data is None:
        return no_json(answer)
    return _first(REPOSITORY, answer, where) or _made(_OTHER, answer, where)


def app_error(answer: Answer, issuer: str) -> MilepostError:
    """Return the error that a refusal (4xx) of a request with the App's own signature means."""
    where = f"App {issuer}"
    return _first(APP, answer, where) or error_of(answer, where)


def installation_error(answer: Answer, issuer: str, installation: int) -> MilepostError:
    """Return the error that a refusal (4xx) of a token for an installation means."""
    found = _first(INSTALLATION, answer, f"installation {installation}")
    return found or app_error(answer, issuer)


def moved_error(repository: str, new_name: str | None) -> RepositoryMovedError:
    """Return the error for 301, 307 and kin: the repository was renamed or transferred."""
    if new_name is None:
        what = "The repository has another name or owner now."
        hint = "Look it up in a browser and set GITHUB_REPOSITORY to the new owner/name."
    else:
        what = f"The repository is called {new_name} now."
        hint = f"Set GITHUB_REPOSITORY to {new_name}, and `git remote set-url` in your clone."
    return RepositoryMovedError(what, where=repository, hint=hint)


def issues_disabled(repository: str) -> IssuesDisabledError:
    """Return the error for a repository that is fine but for its issues."""
    row = ISSUES_DISABLED
    return IssuesDisabledError(row.what, where=repository, hint=row.hint)


def is_issue_path(path: str) -> bool:
    """Return whether it is the path of one issue, or of something on it.

    Such a path redirects when its repository was renamed, and also when the issue was transferred
    to another repository, where it is none of ours. Source: "Get an issue".
    """
    return _ISSUE.fullmatch(path) is not None


def _first(table: Iterable[Refusal], answer: Answer, where: str) -> MilepostError | None:
    return next((_made(row, answer, where) for row in table if row.fits(answer)), None)


def _made(row: Refusal, answer: Answer, where: str) -> MilepostError:
    values = _values(answer)
    hint = None if row.hint is None else _(row.hint, **values)
    return row.error(_(row.what, **values), where=where, hint=hint)


def _values(answer: Answer) -> dict[str, str]:
    """Return what the sentences of the table may name."""
    message = answer.message
    return {
        "method": answer.method,
        "path": answer.path,
        "message": message or str(answer.status),
        "reason": message or "no reason given",
        "needed": _permissions(answer),
        "complaints": "; ".join(_complaints(answer)) or message or f"status {answer.status}",
    }


def _permissions(answer: Answer) -> str:
    """Return "issues: write or pull_requests: write" for "issues=write; pull_requests=write"."""
    header = answer.headers.get("x-accepted-github-permissions", "")
    sets = [" and ".join(one.strip() for one in s.split(",")) for s in header.split(";")]
    return " or ".join(s.replace("=", ": ") for s in sets if s)


def _complaints(answer: Answer) -> list[str]:
    words = []
    for error in answer.errors:
        if isinstance(error, str):
            words.append(error)
        elif isinstance(error, dict) and error.get("message"):
            words.append(str(error["message"]))
        elif isinstance(error, dict):
            field = error.get("field", "a field")
            code = str(error.get("code", "invalid"))
            words.append(f"{error.get('resource', '')} {field} {_FIELD_CODES.get(code, code)}")
    return [word.strip().rstrip(".") for word in words]
