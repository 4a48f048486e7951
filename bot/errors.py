"""The errors and exit codes: every way Milepost stops for a reason that a person can fix.

The exit code tells a script which kind it was; the text tells a person what is wrong, where, and
what to do. Codes 0 (well), 1 (our own fault) and 2 (`plan --detailed-exitcode` found changes) are
not errors of this kind.
"""

from typing import ClassVar

EXIT_OK = 0
EXIT_BUG = 1
EXIT_CHANGES = 2
EXIT_INTERRUPTED = 130  # what a shell says of Ctrl-C: 128 and the number of the signal


class MilepostError(Exception):
    """A stop with a reason.

    `what` is one sentence on what is wrong, `where` the file, line or key it stands in, `hint` what
    to do about it. Nothing has been written when one is raised, unless `what` says so.
    """

    exit_code: ClassVar[int] = EXIT_BUG

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.hint}" if self.hint else ""
        return f"{place}{self.what}{advice}"


class UsageError(MilepostError):
    """The command line does not fit together."""

    exit_code = 64


class ConfigError(MilepostError):
    """`.github/milepost.yml` or an environment variable is wrong."""

    exit_code = 3


class CurriculumError(MilepostError):
    """A curriculum file does not fit the model, or names something that is not there."""

    exit_code = 4


class GuideError(MilepostError):
    """A Markdown guide cannot be read as one."""

    exit_code = 5


class GitHubError(MilepostError):
    """GitHub refused, and asking again will not help."""

    exit_code = 6


class AuthenticationError(GitHubError):
    """401: the token is missing, wrong or expired."""

    exit_code = 7


class PermissionDeniedError(GitHubError):
    """403 or 404: the token may not do this; `what` names the permission where GitHub told it."""

    exit_code = 7


class RepositoryMissingError(GitHubError):
    """404: there is no such repository, or the token cannot see it."""


class RepositoryMovedError(GitHubError):
    """301: the repository has another name now."""


class RepositoryArchivedError(GitHubError):
    """403: archived repositories are read-only."""


class IssuesDisabledError(GitHubError):
    """410: the repository has its issues switched off."""


class NotThereError(GitHubError):
    """404: the label, milestone or issue is not there (any more)."""


class DeletedError(NotThereError):
    """The issue was there once, and was deleted (410) or transferred (301) since."""


class AlreadyExistsError(GitHubError):
    """422: a label or milestone of that name is there, although a list did not show it."""


class SubIssuesUnsupportedError(GitHubError):
    """404: this server has no sub-issues (GitHub Enterprise Server without that API)."""


class ChangeRefusedError(GitHubError):
    """GitHub refused one change for a reason of its own thing: all others may pass.

    `issue` is the number of the issue that is locked, 0 for another reason.
    """

    issue = 0


class LockedError(ChangeRefusedError):
    """403: the conversation is locked, and this account may not write in it."""


class PersonBlockedError(ChangeRefusedError):
    """422: the owner, or whom it would answer, blocked this account."""


class InteractionLimitError(ChangeRefusedError):
    """403 or 422: for now only some people may write in this repository."""


class BranchRuleError(ChangeRefusedError):
    """409 or 422: a rule of the repository wants a pull request for this branch."""


class FullError(ChangeRefusedError):
    """422: the parent has as many sub-issues as GitHub allows."""


class InvalidChangeError(ChangeRefusedError):
    """422: GitHub does not take a text or another value of this change."""


class PullRequestPermissionError(ChangeRefusedError):
    """403: the token may write to issues, and not to pull requests."""


class FilePermissionError(ChangeRefusedError):
    """403 or 404: the token may write to issues, and not to files."""


class WorkflowPermissionError(ChangeRefusedError):
    """403: the token may write to issues, and not to workflows."""


class UnavailableError(MilepostError):
    """GitHub did not answer, or asks for more patience than a run has. Trying later will help."""

    exit_code = 8


class RefusedError(MilepostError):
    """Milepost stopped itself: the person said no, or the plan removes more than allowed."""

    exit_code = 9


class UnknownAccountError(RefusedError):
    """A path stands here that an unknown account wrote: to go on would make it a second time."""


class PartRefusedError(MilepostError):
    """All is done but for changes that GitHub refused and that the learner would miss."""

    exit_code = 11


class NewerFormatError(MilepostError):
    """A newer version wrote to this repository, in a format that this one cannot read."""

    exit_code = 10


class UncertainWriteError(MilepostError):
    """A write was sent and its response was lost: read again before doing anything else."""

    exit_code = 8
