"""Reads the inbox: which comments are read, and which of them still ask for something.

Comments since the last run are read. One is known by the entries that an issue's log holds, and
marked by a reaction. The log decides; the mark only says that a comment was seen. Most runs find no
command and ask GitHub for one list, answered with 304 when nothing is new.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import Key, find
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.ports import Reader
from bot.planning.snapshot import CommentState, FrozenModel, ReactionState
from bot.progress.command import Command
from bot.progress.command_log import CommandLog, Entry, find_log, find_logs
from bot.progress.commands import slash_commands
from bot.progress.parse_command import ParsedLine, is_for_us, read_commands
from bot.sync.command_permission import may_command, writers

OVERLAP = timedelta(days=2)
"""Read again, for lists lag, runs are cut off, and a day is one of the learner's zone."""

RUN = "rocket"
NOT_UNDERSTOOD = "confused"
MARKS = frozenset({RUN, NOT_UNDERSTOOD})


class CommentInbox(FrozenModel):
    """Comments of the repository since the last run.

    `writers` are the ids of the accounts that may write to it; `marked` are the ids of
    comments that bear our mark, `closed_again` the numbers of issues that a command had closed and
    a person opened and closed by hand since. `deleted` are comments of logged commands.
    """

    comments: tuple[CommentState, ...] = ()
    writers: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()
    closed_again: frozenset[int] = frozenset()
    deleted: frozenset[int] = frozenset()


def read_inbox(reader: Reader, observed: ObservedState) -> CommentInbox:
    """Return the comments since the last run; none before there is a summary issue."""
    if SUMMARY_KEY not in observed.issues:
        return CommentInbox()
    seen = observed.ledger.seen
    # Where the summary issue is a new one, older comments on the others are still unread.
    since = min(ours.state.created_at for ours in observed.issues.values())
    if seen is not None:
        since = max(since, datetime.combine(seen - OVERLAP, time(), tzinfo=UTC))
    comments = reader.comments_since(since)
    logged = find_logs(observed).values()
    logged_at = {entry.id: entry.at for log in logged for entry in log.entries}
    known = frozenset[int]().union(*(log.comments for log in logged))
    marked: set[int] = set()
    waiting: list[CommentState] = []
    for comment in filter(may_command, comments):
        if comment.id in known:
            if not MARKS & comment.reactions.keys() or _is_edited(comment, logged_at):
                waiting.append(comment)
        elif _is_marked(reader, comment, observed):
            marked.add(comment.id)
        else:
            waiting.append(comment)
    return CommentInbox(
        comments=comments,
        writers=writers(reader, observed.snapshot, waiting),
        marked=frozenset(marked),
        closed_again=_closed_again(reader, observed, {comment.issue for comment in waiting}),
        deleted=reader.deleted(logged_at.keys()),
    )


def _is_edited(comment: CommentState, logged_at: Mapping[int, datetime]) -> bool:
    """Return whether somebody edited a comment after its commands were logged."""
    at = logged_at.get(comment.id)
    return at is not None and comment.updated_at is not None and at < comment.updated_at


def _closed_again(reader: Reader, observed: ObservedState, commented: set[int]) -> frozenset[int]:
    """Return those of the issues that a command had closed and a person closed again by hand.

    Lists hold when an issue was closed last, not by what. A command closes before it is marked: so
    where a new one waits, GitHub is asked when the old one was marked.
    """
    logged = find_logs(observed)
    again = set()
    for key, ours in observed.issues.items():
        number, closed_at = ours.state.number, ours.state.closed_at
        closing = logged[key].closing if key in logged else None
        if number not in commented or closed_at is None or closing is None or not closing.id:
            continue
        marks = _marks(reader.comment_reactions(closing.id), observed)
        if marks and min(mark.created_at for mark in marks) < closed_at:
            again.add(number)
    return frozenset(again)


def _is_marked(reader: Reader, comment: CommentState, observed: ObservedState) -> bool:
    """Return whether the comment bears our mark; GitHub is asked whose a reaction is."""
    if not MARKS & comment.reactions.keys():
        return False
    return bool(_marks(reader.comment_reactions(comment.id), observed))


def _marks(reactions: Iterable[ReactionState], observed: ObservedState) -> list[ReactionState]:
    """Return our marks: set by an account that writes for this path."""
    accounts = observed.snapshot.trust.accounts
    return [one for one in reactions if one.content in MARKS and one.author_id in accounts]


class PendingCommands:
    """The commands of an inbox that no earlier run has done, as the logs of the issues tell.

    `mentors` are logins in lower case, whose approvals count without a right to write.
    """

    def __init__(
        self, inbox: CommentInbox, observed: ObservedState, mentors: AbstractSet[str]
    ) -> None:
        self._inbox = inbox
        self._observed = observed
        self._mentors = mentors
        snapshot = observed.snapshot
        self.titles = snapshot.others | {issue.number: issue.title for issue in snapshot.issues}
        self.titles |= {pull.number: pull.title for pull in snapshot.pulls}

    def commands_in(self, comment: CommentState) -> tuple[ParsedLine, ...]:
        """Return the commands of a comment that are still to be run."""
        done = comment.id in self._done and MARKS & comment.reactions.keys()
        parsed = self._lines(comment) if self._counts(comment) and not done else ()
        seen = comment.id in self._inbox.marked
        return () if seen and not self._lost(comment, parsed) else parsed

    def corrections(self, comment: CommentState) -> Iterator[tuple[Key, Entry, ParsedLine | None]]:
        """Yield what an edited comment may correct: each entry, its issue, and its line now.

        That is None where the line is gone. Hours, counts and ratings are corrected so; whatever
        else a command did, later ones were understood by it.
        """
        found = self._correctable.get(comment.id, ())
        edited = _is_edited(comment, {entry.id: entry.at for _, entry in found})
        if edited and self._counts(comment):
            lines = dict(enumerate(self._lines(comment)))
            yield from ((key, entry, lines.get(entry.n)) for key, entry in found)

    def deletions(self) -> Iterator[tuple[Key, Entry]]:
        """Yield what a deleted comment takes back: each entry, and its issue; no sums of several.

        What opens or closes an issue, or says that work begins, shows there and stays.
        """
        for key, log in find_logs(self._observed).items():
            for entry in log.entries if not log.merged else ():
                shows = entry.command.state_reason or entry.command.starts
                if entry.id in self._inbox.deleted and not shows:
                    yield key, entry

    def _lines(self, comment: CommentState) -> tuple[ParsedLine, ...]:
        ours = comment.issue in self._numbers
        lines = (line for line in read_commands(comment.body) if is_for_us(line, ours=ours))
        if comment.author_id in self._inbox.writers:
            return tuple(lines)
        commands = slash_commands()
        return tuple(line for line in lines if line.known and commands[line.word].for_mentors)

    def known(self, comment: int, n: int) -> Command | None:
        """Return the command with the index `n` as an earlier run logged it."""
        return self._logged.get((comment, n))

    def is_merged(self, comment: int) -> bool:
        """Return whether the comment's entries are part of a sum by now."""
        return comment in self._merged

    @property
    def every(self) -> tuple[OurIssue, ...]:
        """Return all issues with a marker; a command on a duplicate is about the same work."""
        return (*self._observed.issues.values(), *self._observed.duplicates)

    def _counts(self, comment: CommentState) -> bool:
        """Return whether to read it: its author may write here or is a mentor, and is not us."""
        return (
            comment.author is not None
            and comment.author_kind != "Bot"
            and (
                comment.author_id in self._inbox.writers
                or comment.author.casefold() in self._mentors
            )
            and comment.issue in self.titles
            and find(comment.body) is None
        )

    def _lost(self, comment: CommentState, parsed: tuple[ParsedLine, ...]) -> bool:
        """Return whether a marked comment should be in a log, and is not.

        Of two runs that wrote to one issue at the same moment the later put its text over the
        other's. A mark says that a comment was seen; only the log says that it holds.
        """
        if NOT_UNDERSTOOD in comment.reactions or comment.id in self._done:
            return False
        commands = slash_commands()
        return any(one.known and commands[one.word].log_issue.stored for one in parsed)

    @cached_property
    def _numbers(self) -> frozenset[int]:
        return frozenset(ours.state.number for ours in self.every)

    @cached_property
    def _logged(self) -> dict[tuple[int, int], Command]:
        entries = (e for memory in self._logs for e in memory.entries)
        return {(entry.id, entry.n): entry.command for entry in entries if entry.id}

    @cached_property
    def _correctable(self) -> dict[int, list[tuple[Key, Entry]]]:
        """Issue and entry of what an edit may correct, by comment; no sums of several."""
        found: dict[int, list[tuple[Key, Entry]]] = defaultdict(list)
        for key, log in find_logs(self._observed).items():
            for entry in log.entries if not log.merged else ():
                if entry.id and not entry.command.moves_dates:
                    found[entry.id].append((key, entry))
        return found

    @cached_property
    def _done(self) -> frozenset[int]:
        """Comments in a log; on them any mark is good enough."""
        return self._merged | {number for number, _ in self._logged}

    @cached_property
    def _merged(self) -> frozenset[int]:
        return frozenset(number for memory in self._logs for number in memory.merged)

    @cached_property
    def _logs(self) -> list[CommandLog]:
        return [find_log(ours.state.body) for ours in self.every]
