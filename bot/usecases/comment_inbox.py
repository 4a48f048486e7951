"""The inbox: comments since the last run, who of their authors may command, which bear our mark.

Most runs find no command and ask GitHub for one list, answered with 304 when nothing was said.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from bot.planning.desired import SUMMARY_KEY
from bot.planning.marker import find
from bot.planning.observed import TRUSTED, Observed
from bot.planning.ports import Reader
from bot.planning.snapshot import CommentState, ReactionState
from bot.progress.command_log import memories
from bot.usecases.pending_commands import MARKS, Inbox

OVERLAP = timedelta(days=2)
"""Read again, for lists lag, runs are cut off, and a day is told in the learner's zone."""

_COMMAND = re.compile(r"^ {0,3}/[A-Za-z]", re.MULTILINE)


def read_inbox(reader: Reader, observed: Observed) -> Inbox:
    """What was said since the last run; empty before there is anything of ours to speak to."""
    summary = observed.issues.get(SUMMARY_KEY)
    if summary is None:
        return Inbox()
    seen = observed.ledger.seen
    # Where the summary issue is a new one, what was said before on the others waits still.
    since = min(ours.state.created_at for ours in observed.issues.values())
    if seen is not None:
        since = max(since, datetime.combine(seen - OVERLAP, time(), tzinfo=UTC))
    comments = reader.comments_since(since)
    remembered = memories(observed).values()
    marked: set[int] = set()
    waiting: list[CommentState] = []
    for comment in comments:
        if not _may_command(comment):
            continue
        if any(memory.knows(comment.id) for memory in remembered):
            if not MARKS & comment.reactions.keys():
                waiting.append(comment)
        elif _is_marked(reader, comment):
            marked.add(comment.id)
        else:
            waiting.append(comment)
    return Inbox(
        comments=comments,
        writers=_writers(reader, waiting),
        marked=frozenset(marked),
        closed_again=_closed_again(reader, observed, {comment.issue for comment in waiting}),
    )


def _may_command(comment: CommentState) -> bool:
    return (
        comment.author is not None
        and comment.author_kind == "User"
        and comment.association in TRUSTED
        and find(comment.body) is None
        and _COMMAND.search(comment.body) is not None
    )


def _writers(reader: Reader, comments: list[CommentState]) -> frozenset[str]:
    """Case-folded logins that may push. A member of the organisation need not be one."""
    owners = {c.author for c in comments if c.author and c.association == "OWNER"}
    others = {c.author for c in comments if c.author} - owners
    allowed = owners | {login for login in sorted(others) if reader.may_write(login)}
    return frozenset(login.casefold() for login in allowed)


def _closed_again(reader: Reader, observed: Observed, spoken_to: set[int]) -> frozenset[int]:
    """Those of them that a command had closed and somebody closed again by hand.

    Lists tell when an issue was closed last, not by what. A command closes before it is marked: so
    where a new one waits, GitHub is asked when the old one was marked.
    """
    remembered = memories(observed)
    again = set()
    for key, ours in observed.issues.items():
        number, closed_at = ours.state.number, ours.state.closed_at
        word = remembered[key].closing if key in remembered else None
        if number not in spoken_to or closed_at is None or word is None or not word.id:
            continue
        marks = _marks(reader.comment_reactions(word.id), word.by)
        if marks and min(mark.created_at for mark in marks) < closed_at:
            again.add(number)
    return frozenset(again)


def _marks(reactions: Iterable[ReactionState], author: str | None) -> list[ReactionState]:
    """Our marks among them: set by a bot or, with a personal token, by the comment's author."""
    return [
        one
        for one in reactions
        if one.content in MARKS and (one.author_kind == "Bot" or one.author == author)
    ]


def _is_marked(reader: Reader, comment: CommentState) -> bool:
    """Whether we acted on it."""
    if not MARKS & comment.reactions.keys():
        return False
    return bool(_marks(reader.comment_reactions(comment.id), comment.author))
