"""Which comments are read: those since the last run, and which of them bear our mark.

Most runs find no command and ask GitHub for one list, answered with 304 when nothing was said.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.observed_state import ObservedState
from bot.planning.ports import Reader
from bot.planning.snapshot import CommentState, FrozenModel, ReactionState
from bot.progress.command_log import find_logs
from bot.sync.command_permission import may_command, writers

OVERLAP = timedelta(days=2)
"""Read again, for lists lag, runs are cut off, and a day is told in the learner's zone."""

RUN = "rocket"
NOT_UNDERSTOOD = "confused"
MARKS = frozenset({RUN, NOT_UNDERSTOOD})


class CommentInbox(FrozenModel):
    """Comments of the repository since the last run.

    `writers` are the logins, case-folded, of those who may write to it; `marked` are the ids of
    comments that bear our mark, `closed_again` the numbers of issues that a command had closed and
    that somebody opened and closed by hand since.
    """

    comments: tuple[CommentState, ...] = ()
    writers: frozenset[str] = frozenset()
    marked: frozenset[int] = frozenset()
    closed_again: frozenset[int] = frozenset()


def read_inbox(reader: Reader, observed: ObservedState) -> CommentInbox:
    """What was said since the last run; empty before there is anything of ours to speak to."""
    summary = observed.issues.get(SUMMARY_KEY)
    if summary is None:
        return CommentInbox()
    seen = observed.ledger.seen
    # Where the summary issue is a new one, what was said before on the others waits still.
    since = min(ours.state.created_at for ours in observed.issues.values())
    if seen is not None:
        since = max(since, datetime.combine(seen - OVERLAP, time(), tzinfo=UTC))
    comments = reader.comments_since(since)
    remembered = find_logs(observed).values()
    marked: set[int] = set()
    waiting: list[CommentState] = []
    for comment in comments:
        if not may_command(comment):
            continue
        if any(memory.knows(comment.id) for memory in remembered):
            if not MARKS & comment.reactions.keys():
                waiting.append(comment)
        elif _is_marked(reader, comment):
            marked.add(comment.id)
        else:
            waiting.append(comment)
    return CommentInbox(
        comments=comments,
        writers=writers(reader, waiting),
        marked=frozenset(marked),
        closed_again=_closed_again(reader, observed, {comment.issue for comment in waiting}),
    )


def _closed_again(reader: Reader, observed: ObservedState, commented: set[int]) -> frozenset[int]:
    """Those of them that a command had closed and somebody closed again by hand.

    Lists tell when an issue was closed last, not by what. A command closes before it is marked: so
    where a new one waits, GitHub is asked when the old one was marked.
    """
    remembered = find_logs(observed)
    again = set()
    for key, ours in observed.issues.items():
        number, closed_at = ours.state.number, ours.state.closed_at
        word = remembered[key].closing if key in remembered else None
        if number not in commented or closed_at is None or word is None or not word.id:
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
