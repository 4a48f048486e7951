"""Which comments still ask for something: what came in, against what earlier runs made of it.

A comment is known by the entries that an issue's memory holds, and marked by a reaction. The memory
decides; the mark only says that a comment was seen.
"""

from functools import cached_property

from bot.planning.marker import find
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.snapshot import CommentState
from bot.progress.command import Command
from bot.progress.command_log import CommandLog, find_log
from bot.progress.commands import slash_commands
from bot.progress.parse_command import ParsedLine, read_commands
from bot.sync.comment_inbox import MARKS, NOT_UNDERSTOOD, CommentInbox


class PendingCommands:
    """The inbox of a run, with the memories of the repository."""

    def __init__(self, inbox: CommentInbox, observed: ObservedState) -> None:
        self._inbox = inbox
        self._observed = observed
        snapshot = observed.snapshot
        self.titles = {issue.number: issue.title for issue in snapshot.issues}
        self.titles |= {pull.number: pull.title for pull in snapshot.pulls}

    def commands_in(self, comment: CommentState) -> tuple[ParsedLine, ...]:
        """The commands of a comment that are to be obeyed, none where all is done."""
        parsed = read_commands(comment.body) if self._counts(comment) else ()
        seen = comment.id in self._inbox.marked
        return () if seen and not self._lost(comment, parsed) else parsed

    def known(self, comment: int, n: int) -> Command | None:
        """What an earlier run understood of the command with the index `n`."""
        return self._accepted.get((comment, n))

    def is_folded(self, comment: int) -> bool:
        """Whether what was said in it is part of a sum by now."""
        return comment in self._folded

    @property
    def every(self) -> tuple[OurIssue, ...]:
        """All with a marker; what is said on a twin is about the same work."""
        return (*self._observed.issues.values(), *self._observed.duplicates)

    def _counts(self, comment: CommentState) -> bool:
        """Whether to read it: by somebody who may write here, not by us, not acted on."""
        return (
            comment.author is not None
            and comment.author_kind != "Bot"
            and comment.author.casefold() in self._inbox.writers
            and not (comment.id in self._obeyed and MARKS & comment.reactions.keys())
            and comment.issue in self.titles
            and find(comment.body) is None
        )

    def _lost(self, comment: CommentState, parsed: tuple[ParsedLine, ...]) -> bool:
        """Whether a comment that was acted on should be remembered somewhere, and is not.

        Of two runs that wrote to one issue at the same moment the later put its text over the
        other's. A mark says that a comment was seen; only the memory says that it holds.
        """
        if NOT_UNDERSTOOD in comment.reactions or comment.id in self._obeyed:
            return False
        commands = slash_commands()
        return any(one.known and commands[one.word].log_issue.stored for one in parsed)

    @cached_property
    def _accepted(self) -> dict[tuple[int, int], Command]:
        """What was obeyed in earlier runs, by comment and place in it."""
        entries = (e for memory in self._memories for e in memory.entries)
        return {(entry.id, entry.n): entry.command for entry in entries if entry.id}

    @cached_property
    def _obeyed(self) -> frozenset[int]:
        """Comments that are remembered; on them any mark is good enough."""
        return self._folded | {number for number, _ in self._accepted}

    @cached_property
    def _folded(self) -> frozenset[int]:
        return frozenset(number for memory in self._memories for number in memory.merged)

    @cached_property
    def _memories(self) -> list[CommandLog]:
        return [find_log(ours.state.body) for ours in self.every]
