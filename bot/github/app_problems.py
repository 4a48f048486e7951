"""What GitHub's refusals of an App mean: pure functions from an answer to one of our errors.

Statuses and wording after "Create an installation access token for an app" and "Troubleshooting
the REST API"; the suspended installation's words from reports of it (ossf/allstar issue 314).
"""

from bot.errors import (
    AuthenticationError,
    GitHubError,
    MilepostError,
    PermissionDeniedError,
    RepositoryMissingError,
)
from bot.github import problems
from bot.github.problems import Answer

_UNKNOWN_APP = "integration not found"
_SUSPENDED = "suspended"


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


def of_app(answer: Answer, issuer: str) -> MilepostError:
    """The error that a refusal (4xx) of a request with the App's own signature means."""
    message = problems.message_of(answer)
    if answer.status == 401:
        return AppRefusedError(
            f"GitHub does not accept the App's signature ({message or 'no reason given'}).",
            where=f"App {issuer}",
            hint="Check that the private key is one of this App's, and this machine's clock.",
        )
    if answer.status == 404 and _UNKNOWN_APP in message.casefold():
        return AppRefusedError(
            "There is no such GitHub App.",
            where=f"App {issuer}",
            hint="Check the client id; an App is known only on the GitHub where it was registered.",
        )
    return problems.problem(answer, f"App {issuer}")


def of_installation(answer: Answer, issuer: str, installation: int) -> MilepostError:
    """The error that a refusal (4xx) of a token for an installation means."""
    message = problems.message_of(answer).casefold()
    where = f"installation {installation}"
    if answer.status == 403 and _SUSPENDED in message:
        return InstallationSuspendedError(
            "The App is suspended there.",
            where=where,
            hint="Whoever installed it can let it go on, in their settings under Applications.",
        )
    if answer.status == 404 and _UNKNOWN_APP not in message:
        return InstallationGoneError("The App is not installed there any more.", where=where)
    if answer.status == 422 and "permission" in message:
        return NotGrantedError(
            "The installation has not granted a permission that is needed.",
            where=where,
            hint="Whoever installed the App can accept its new permissions, in their settings "
            "under Applications.",
        )
    if answer.status == 422 and "repositor" in message:
        return NotInstalledError(
            "The installation does not reach this repository.",
            where=where,
            hint="Whoever installed the App can add the repository, in their settings under "
            "Applications.",
        )
    return of_app(answer, issuer)
