"""The inbox: comments since the last run, who of their authors may command, which bear our mark.

Most runs find no command and ask GitHub for one list, answered with 304 when nothing was said.
"""

import re
from datetime import UTC, datetime, time, timedelta

from bot.planning.desired import SUMMARY_KEY
from bot.planning.marker import find
from bot.planning.memory import memories
from bot.planning.observed import TRUSTED, Observed
from bot.planning.ports import Reader
from bot.planning.snapshot import CommentState
from bot.usecases.heard import MARKS, Inbox

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

    Lists tell when an issue was closed last, not by what; so where a new command waits, GitHub is
    asked how often it was. The command itself did so once.
    """
    remembered = memories(observed)
    closed = (
        (ours.state.number, remembered[key].closing)
        for key, ours in observed.issues.items()
        if key in remembered and ours.state.number in spoken_to and ours.state.state == "closed"
    )
    return frozenset(
        number
        for number, word in closed
        if word is not None and sum(at >= word.at for at in reader.closings(number)) > 1
    )


def _is_marked(reader: Reader, comment: CommentState) -> bool:
    """Whether we acted on it: our mark, set by a bot or, with a personal token, by its author."""
    if not MARKS & comment.reactions.keys():
        return False
    return any(
        reaction.content in MARKS
        and (reaction.author_kind == "Bot" or reaction.author == comment.author)
        for reaction in reader.comment_reactions(comment.id)
    )
