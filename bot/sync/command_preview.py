"""Shows what a slash command would do, then posts it as a comment and syncs.

The comment is the only way to write: so the rules of commands, permissions and logs hold as for a
comment that the person writes on GitHub.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import (
    AuthenticationError,
    PermissionDeniedError,
    UncertainWriteError,
    UsageError,
)
from bot.github.addresses import web_root
from bot.i18n import set_language
from bot.planning import plan_text
from bot.planning.changes import Change, CreateComment, React
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import find
from bot.planning.refusals import sentences
from bot.planning.snapshot import CommentState, IssueState
from bot.progress.command import CommandContext, CommandError
from bot.progress.command_log import find_logs
from bot.progress.commands import slash_commands
from bot.progress.parse_command import parse_command, read_commands
from bot.progress.path import LearningPath, PathReader
from bot.sync.comment_inbox import NOT_UNDERSTOOD
from bot.sync.dry_run import DryRunRepository
from bot.sync.files import describe_files
from bot.sync.run_commands import reply_key

if TYPE_CHECKING:
    from bot.github.reader import HttpReader
    from bot.planning.ports import Reader
    from bot.sync.run_context import PathContext

IMAGINED = -(2**40)  # id of the comment in a preview; a dry run counts its own from -1 down


class CommandPreview(NamedTuple):
    """What a command on an issue would do, as text; without a command, what a sync would do."""

    number: int
    line: str
    issue: str
    url: str
    plan: str
    replies: tuple[str, ...]
    posts: tuple[str, ...]
    files: str

    def data(self) -> dict[str, object]:
        """Return what it says as data; what is empty is left out."""
        named = {"issue": self.number, "title": self.issue, "command": self.line}
        rest = {"plan": self.plan, "reply": "\n\n".join(self.replies), "comments": self.posts}
        return {k: v for k, v in {**named, **rest, "files": self.files}.items() if v}


def load_path(context: "PathContext", reader: "Reader") -> tuple[PathReader, LearningPath]:
    """Return the path as it is now, and its reader; sentences are in its language from then on."""
    paths = context.path_reader(reader)
    path = paths.path(reader.snapshot())
    set_language(path.language)
    return paths, path


def preview_command(context: "PathContext", number: int | None, line: str) -> CommandPreview:
    """Return what a sync would write if the token's owner commented this; nothing is written.

    `number` is None for the summary issue, `line` empty for no command. Raises UsageError for what
    isn't one command on an issue of the path, and PermissionDeniedError where it wouldn't run.
    """
    with context.reader() as reader:
        paths, path = load_path(context, reader)
        repository = DryRunRepository(reader, path.now, web_root(context.environment.api_url))
        issue = _imagine(path, reader, repository, number, line) if line else None
        found = context.sync(paths, repository).foresee()
    found.plan.check_safe()
    changes = found.plan.changes
    marks = [c.content for c in changes if isinstance(c, React) and c.comment == IMAGINED]
    replies = _replies(changes, IMAGINED)
    if NOT_UNDERSTOOD in marks:
        raise UsageError(" ".join(replies), hint="Nothing was written.")
    if line and not marks:
        raise PermissionDeniedError(
            "this account may not command here.",
            where=path.repository,
            hint="Use the token of a person who can write to the repository.",
        )
    return CommandPreview(
        number=issue.number if issue else 0,
        line=line,
        issue=issue.title if issue else "",
        url=issue.url if issue else "",
        plan=plan_text.as_text(found.plan),
        replies=replies,
        posts=tuple(f"{item.title}\n\n{item.text}" for item in found.due),
        files=describe_files(found.files),
    )


def check_command(path: LearningPath, key: str, line: str, author: str) -> None:
    """Raise UsageError unless `line` is one command that can be written on the issue `key`."""
    found = read_commands(line)
    if len(found) != 1 or not found[0].known or "\n" in line or find(line):
        known = ", ".join(f"/{word}" for word in slash_commands())
        raise UsageError(
            "that isn't one slash command on one line.",
            hint=f"Write one, and no other in its text. There are: {known}.",
        )
    try:
        parse_command(found[0], CommandContext(path, key, path.today, author))
    except CommandError as error:
        raise UsageError(str(error), hint="Nothing was written.") from None


def post_command(context: "PathContext", shown: CommandPreview) -> int:
    """Post the command of a preview as a comment; return the comment's id.

    Raises UncertainWriteError when the response is lost: a second comment would count twice.
    """
    comment = CreateComment(key="command", number=shown.number, title=shown.issue, body=shown.line)
    try:
        with context.gateway() as gateway:
            return gateway.write(comment).id
    except UncertainWriteError as error:
        hint = "Look whether the comment is there. If it is, don't post it again."
        raise UncertainWriteError(error.what, where=shown.url, hint=hint) from error


def sync_command(context: "PathContext", comment: int) -> tuple[bool, dict[str, object]]:
    """Sync; return whether this comment's command was run, and what was written, as data."""
    with context.reader() as reader:
        paths, _ = load_path(context, reader)
        done = context.sync(paths, reader).run(context.write_context())
    logs = find_logs(done.path.observed).values()
    data = {
        "plan": plan_text.as_text(done.plan),
        "reply": "\n\n".join(_replies(done.plan.changes, comment)),
        "comments": [f"{one.what.title}: {one.outcome.value}" for one in done.posted],
        "files": list(done.files.paths),
        "refused": list(sentences(done.refused)),
    }
    return any(log.knows(comment) for log in logs), {k: v for k, v in data.items() if v}


def _imagine(
    path: LearningPath,
    reader: "HttpReader",
    repository: DryRunRepository,
    number: int | None,
    line: str,
) -> IssueState:
    """Add the comment to the repository of the dry run; return its issue."""
    issue, key = _issue(path, number)
    author = _person(reader)
    check_command(path, key, line, author)
    comment = CommentState(
        id=IMAGINED,
        issue=issue.number,
        body=line,
        author=author,
        author_id=reader.viewer() or 0,
        created_at=path.now,
    )
    repository.add_comment(comment)
    return issue


def _issue(path: LearningPath, number: int | None) -> tuple[IssueState, str]:
    """Return the issue with this number, by default the summary issue, and its key."""
    observed = path.observed
    if SUMMARY_KEY not in observed.issues:
        raise UsageError(
            "there is no plan in this repository yet.",
            where=path.repository,
            hint="The person makes it with `milepost apply`.",
        )
    if number is None:
        return observed.issues[SUMMARY_KEY].state, SUMMARY_KEY
    for ours in (*observed.issues.values(), *observed.duplicates):
        if ours.state.number == number:
            return ours.state, ours.key
    raise UsageError(
        f"#{number} is no issue of this path.",
        hint="Take the number of an issue that Milepost made.",
    )


def _person(reader: "HttpReader") -> str:
    """Return the login of the token's owner. Raises AuthenticationError for a bot's token."""
    try:
        return reader.login()
    except AuthenticationError as error:
        hint = "Set GITHUB_TOKEN to a token of the person: commands of bots don't count."
        raise AuthenticationError(error.what, where=error.where, hint=hint) from None


def _replies(changes: Iterable[Change], comment: int) -> tuple[str, ...]:
    """Return the texts of the replies to a comment, without their markers."""
    key = reply_key(comment)
    found = (c for c in changes if isinstance(c, CreateComment) and c.key == key)
    marked = (find(one.body) for one in found)
    return tuple(one.region or "" for one in marked if one)
