"""Publishes summaries and reports as comments: each exactly once, found again by its marker."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.errors import ChangeRefusedError, GitHubError, NotThereError, UncertainWriteError
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.backlinks import without_backlinks
from bot.planning.changes import CreateComment, DeleteComment
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.duplicate_issues import AT_ONCE
from bot.planning.marker import Key, Marker, digest, find, normalized, wrap
from bot.planning.observed_state import ObservedState
from bot.planning.ports import Gateway, Reader
from bot.planning.refusals import RefusalLog
from bot.planning.snapshot import CommentState, FrozenModel

if TYPE_CHECKING:
    from bot.sync.apply import WriteContext

MOST_READS = 5
FIRST_PAUSE = 2.0
_SECOND = gettext_noop("another run posted it first")


class Outcome(StrEnum):
    """The outcome of publishing, in words that are translated where they are shown."""

    POSTED = gettext_noop("posted")
    STANDS = gettext_noop("already posted")
    DECLINED = gettext_noop("not posted: the dashboard issue is closed")
    REFUSED = gettext_noop("not posted: GitHub refused it")
    SKIPPED = gettext_noop("not posted: its issue is closed as not planned")


class DueComment(FrozenModel):
    """A comment to post once: its key, the keys of its issue, its title and its text."""

    key: Key
    on: tuple[Key, ...] = (SUMMARY_KEY,)
    title: str
    text: str


def publish_once(
    due: DueComment,
    observed: ObservedState,
    reader: Reader,
    context: "WriteContext",
    log: RefusalLog | None = None,
) -> Outcome:
    """Post a comment on an issue of ours unless it is there already.

    A closed summary issue means that the learner does not want any; another issue takes the comment
    also when it is closed as done. When the response to the write is lost, it reads again instead
    of writing again, at most five times. When two runs post at once, the later comment is deleted
    by the run that wrote it. What GitHub refuses goes to `log`, and waits while it is held there.
    Raises GitHubError when there is no such issue, and what reader and gateway raise.
    """
    key, on, issues = due.key, due.on, observed.issues
    accounts = observed.snapshot.trust.accounts
    issue = next((issues[name].state for name in on if name in issues), None)
    if issue is None:
        raise GitHubError(
            f"there is no {on[0].partition(':')[0]} issue to post to.",
            where=observed.snapshot.repository,
            hint="Make it with `milepost apply`.",
        )
    if issue.settled and SUMMARY_KEY in on:
        return Outcome.DECLINED
    if issue.settled and not issue.finished:
        return Outcome.SKIPPED
    if key in keys_of(reader.comments(issue.number), accounts):
        return Outcome.STANDS
    text = without_backlinks(due.text, observed.snapshot.repository)
    body = wrap(text, Marker(key=key, title="", body=digest(normalized(text))))
    comment = CreateComment(key=key, number=issue.number, title=issue.title, body=body)
    if log is not None and log.holds(comment, observed):
        return Outcome.REFUSED
    try:
        return _post(comment, accounts, reader, context)
    except ChangeRefusedError as refused:
        if log is None:
            raise
        refused.issue = issue.number if issue.locked else 0
        log.refused.append((comment, refused))
        return Outcome.REFUSED


def _post(
    comment: CreateComment, accounts: Collection[int], reader: Reader, context: "WriteContext"
) -> Outcome:
    for attempt in range(MOST_READS):
        try:
            made = context.gateway().write(comment).id
        except UncertainWriteError:
            context.sleep(FIRST_PAUSE * 2**attempt)
            if comment.key in keys_of(reader.comments(comment.number, fresh=True), accounts):
                return Outcome.POSTED
        else:
            there = reader.comments(comment.number, fresh=True)
            return oldest_comment(comment.key, made, there, accounts, context.gateway)
    raise UncertainWriteError(
        "the answers to several writes were lost.",
        where=f"issue #{comment.number}",
        hint="Look whether the comment stands there before you run it again.",
    )


def oldest_comment(
    key: Key,
    made: int,
    comments: tuple[CommentState, ...],
    accounts: Collection[int],
    gateway: Callable[[], Gateway],
) -> Outcome:
    """Delete the comment `made` where another run was first: ids are given out in order."""
    same = [comment.id for comment in comments if key in keys_of([comment], accounts)]
    if not same or min(same) >= made:
        return Outcome.POSTED
    number = comments[0].issue
    # Refused, it stays twice for now: what was posted stands all the same.
    with suppress(NotThereError, ChangeRefusedError):
        gateway().write(DeleteComment(comment=made, number=number, title="", why=_(_SECOND)))
    return Outcome.STANDS


def keys_of(comments: Iterable[CommentState], accounts: Collection[int]) -> frozenset[Key]:
    """Return the keys of the reports in comments by these accounts; a copy does not count."""
    marks = (find(comment.body) for comment in comments if comment.author_id in accounts)
    return frozenset(marked.marker.key for marked in marks if marked is not None)


def duplicate_comments(
    comments: Iterable[CommentState], titles: Mapping[int, str], accounts: Collection[int]
) -> Iterator[DeleteComment]:
    """Yield the deletion of all but the first that two runs posted at once; `titles` by number."""
    first: dict[Key, CommentState] = {}
    for comment in sorted(comments, key=lambda c: c.id):
        key = _untouched(comment) if comment.author_id in accounts else None
        if key is None:
            continue
        other = first.setdefault(key, comment)
        apart = comment.created_at - other.created_at
        if other is not comment and other.author_id == comment.author_id and apart <= AT_ONCE:
            yield DeleteComment(
                comment=comment.id,
                number=comment.issue,
                title=titles.get(comment.issue, ""),
                why=_(_SECOND),
            )


def _untouched(comment: CommentState) -> Key | None:
    """Return the key of a comment that is ours as a whole and was not edited."""
    marked = find(comment.body)
    if marked is None or marked.region is None or (marked.before + marked.after).strip():
        return None
    ours = digest(normalized(marked.region)) == marked.marker.body
    return marked.marker.key if ours else None
