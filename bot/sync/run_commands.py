"""Runs commands: comments, ticked buttons and what Milepost noted become changes, each once. Pure.

Logs are written first, replies next, marks last: whatever is cut off, the next run sees what is
missing and adds only that. A stranger's commands make us neither write nor reply.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import reduce

from pydantic_core import from_json

from bot import templating
from bot.i18n import gettext as _
from bot.planning.backlinks import without_backlinks
from bot.planning.changes import Change, CreateComment, CreateIssue, React, UpdateIssue
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.duplicate_issues import are_duplicates
from bot.planning.marker import BOX, BUTTON, Key, Marker, digest, normalized, wrap
from bot.planning.observed_state import OurIssue
from bot.planning.snapshot import Checked, CommentState, FrozenModel, Snapshot
from bot.planning.unit_names import unit_names
from bot.progress.command import Command, CommandContext, CommandError, ReplyContext
from bot.progress.command_log import AcceptedCommand, Entry, find_log
from bot.progress.commands import read_stored, slash_commands
from bot.progress.parse_command import MOST, ParsedLine, parse_command
from bot.progress.path import LearningPath
from bot.reports.position import current_unit, next_checkpoint, pause_end
from bot.sync.command_changes import Edit, after_update
from bot.sync.comment_inbox import NOT_UNDERSTOOD, RUN, CommentInbox, PendingCommands
from bot.sync.publish import duplicate_comments, keys_of

_MAX_LINES = 3


class CommandChanges(FrozenModel):
    """What commands change: `first` is written before everything else of the run, `last` after it.

    `path` is the path as it will be after `first`, without the issues created by it. `to_check` are
    the issues whose checks somebody asked for.
    """

    path: Checked[LearningPath]
    first: Checked[tuple[Change, ...]] = ()
    last: Checked[tuple[Change, ...]] = ()
    to_check: frozenset[Key] = frozenset()


def run_commands(
    path: LearningPath, inbox: CommentInbox, noted: tuple[AcceptedCommand, ...]
) -> CommandChanges:
    """Return what the commands change. Raises ConfigError when the path has no dates with them."""
    work = _CommandRun(path, inbox)
    work.merge_duplicates()
    work.take_back_deleted()
    for accepted in noted:
        work.note(accepted)
    for comment in sorted(inbox.comments, key=lambda c: (c.created_at, c.id)):
        work.read(comment)
    work.run_buttons()
    return work.result()


class RejectedCommand(FrozenModel):
    """A command that does not run: as it was written (empty: all of them), and why."""

    line: str
    why: str


class _Answer(FrozenModel):
    """The commands of one comment: what runs, what was not understood, and the issues it makes.

    The comment gets one mark: with two, a cut between them would leave one out for good.
    """

    comment: CommentState
    lines: str
    accepted: tuple[Command, ...] = ()
    rejected: tuple[RejectedCommand, ...] = ()
    links: tuple[Key, ...] = ()


class _CommandRun:
    def __init__(self, path: LearningPath, inbox: CommentInbox) -> None:
        self._path = path
        self._inbox = inbox
        self._now = path.now
        self._observed = path.observed
        self._pending = PendingCommands(inbox, self._observed, path.approvers)
        self._ours = {ours.state.number: ours for ours in self._pending.every}
        self._edits: dict[Key, Edit] = {}
        self._own_issues: list[CreateIssue | UpdateIssue] = []
        self._answers: list[_Answer] = []
        self._made: dict[int, list[Key]] = defaultdict(list)
        self._state: LearningPath | None = None

    def note(self, accepted: AcceptedCommand) -> None:
        """Log what Milepost found by itself, unless it is logged already."""
        ours = self._observed.issues.get(accepted.key)
        if ours is None:
            return
        edit, entry = self._edit(ours), Entry.of(accepted)
        if not any(
            existing == entry or entry.command.repeats(existing.command)
            for existing in edit.memory.entries
        ):
            edit.remember(entry, _by(accepted.command.format_command(), accepted.by))
            self._state = None

    def read(self, comment: CommentState) -> None:
        """Run the commands of a comment, or correct what it said before it was edited."""
        for key, entry, line in self._pending.corrections(comment):
            self._correct(comment, key, entry, line)
        parsed = self._pending.commands_in(comment)
        if not parsed:
            return
        values = "; ".join(one.line for one in parsed[:_MAX_LINES])
        if self._pending.is_merged(comment.id):
            self._answers.append(_Answer(comment=comment, lines=values))
            return
        found = [self._run(comment, n, parsed) for n in range(min(len(parsed), MOST))]
        if None in found:  # the summary issue is gone; the next run makes another
            return
        if len(parsed) > MOST:
            why = _(
                "Write the rest in a new comment: only the first %(most)s commands run.", most=MOST
            )
            found.append(RejectedCommand(line="", why=why))
        rejected = tuple(one for one in found if isinstance(one, RejectedCommand))
        accepted = tuple(one for one in found if isinstance(one, Command))
        made = (key for one in accepted for key in one.issues_made(self._path.curriculum))
        self._answers.append(
            _Answer(
                comment=comment,
                lines=values,
                accepted=accepted,
                rejected=rejected,
                links=(*self._made[comment.id], *made),
            )
        )

    def merge_duplicates(self) -> None:
        """Copy the log of each duplicate into the issue that counts."""
        for duplicate in self._observed.duplicates:
            ours, number = self._observed.issues[duplicate.key], duplicate.state.number
            if not are_duplicates(duplicate, ours, self._observed):
                continue
            for entry in find_log(duplicate.state.body).entries:
                edit = self._edit(ours)
                known = entry in edit.memory.entries or edit.memory.has(entry.id, entry.n)
                if not known:
                    edit.remember(entry, _("from the duplicate #%(number)s", number=number))

    def take_back_deleted(self) -> None:
        """Take out of the logs what deleted comments said."""
        for key, entry in self._pending.deletions():
            why = _("%(person)s deleted the comment", person=entry.by)
            self._edit(self._observed.issues[key]).correct(entry, None, why)
            self._state = None

    def _run(
        self, comment: CommentState, n: int, lines: tuple[ParsedLine, ...]
    ) -> Command | RejectedCommand | None:
        """Run the command with the index `n`; None when it cannot be logged now."""
        if (known := self._pending.known(comment.id, n)) is not None:
            return known
        line, ours = lines[n], self._ours.get(comment.issue)
        at = comment.updated_at or comment.created_at
        try:
            if line.known and slash_commands()[line.word].reads_logs:
                self._state = None
            context = self._context_at(ours.key if ours else None, at, comment.author or "")
            command = parse_command(line, context)
            if not command.log_issue.stored:
                before = sum(one.word == line.word for one in lines[:n])
                key = f"{line.word}:{comment.id}" + (f"-{before}" if before else "")
                self._own_issues += command.own_issue(key, context.today, self._observed)
                self._made[comment.id].append(key)
                return command
            home = self._observed.issues.get(command.log_issue.key(context.key))
            if home is None:
                return None
            entry = Entry(id=comment.id, n=n, at=at, by=comment.author or "", command=command)
            if not self._edit(home).remember(entry, _by(line.line, entry.by)):
                why = _("The issue that stores this command is full.")
                return RejectedCommand(line=line.line, why=why)
            if command.moves_dates:
                self._state = None
        except CommandError as error:
            return RejectedCommand(line=line.line, why=str(error))
        return command

    def _correct(
        self, comment: CommentState, key: Key, entry: Entry, line: ParsedLine | None
    ) -> None:
        """Log what an edited line says now; what it cannot mean leaves the entry as it is."""
        ours = self._ours.get(comment.issue)
        context = self._context_at(ours.key if ours else None, entry.at, entry.by)
        try:
            now = None if line is None else parse_command(line, context)
        except CommandError:
            return
        if now != entry.command and (now is None or type(now) is type(entry.command)):
            edited = None if now is None else entry.model_copy(update={"command": now})
            why = _("%(person)s edited the comment", person=entry.by)
            self._edit(self._observed.issues[key]).correct(entry, edited, why)
            self._state = None

    def _context_at(self, key: Key | None, at: datetime, by: str) -> CommandContext:
        if self._state is None:
            self._state = self._path.at(self._snapshot())
        today = at.astimezone(self._path.settings.zone).date()
        return CommandContext(path=self._state, key=key, today=today, by=by)

    def _edit(self, ours: OurIssue) -> Edit:
        if ours.key not in self._edits:
            self._edits[ours.key] = Edit(
                ours, self._observed, closed_again=ours.state.number in self._inbox.closed_again
            )
        return self._edits[ours.key]

    def run_buttons(self) -> None:
        """Run the buttons that were ticked, and clear them."""
        for ours in self._observed.issues.values():
            region = ours.marked.region or ""
            boxes = BOX.findall(region) if "[x]" in region.lower() else ()  # most have none
            ticked = [BUTTON.search(line) for _, box, line in boxes if box != " "]
            buttons = [button[1] for button in ticked if button]
            if not buttons:
                continue
            edit = self._edit(ours)
            edit.clear_buttons()
            for text in buttons:
                command = self._button(text)
                if command is not None:
                    entry = Entry(id=0, at=self._now.replace(microsecond=0), by="", command=command)
                    why = _("%(command)s by a button", command=command.format_command())
                    edit.remember(entry, why)
                    self._state = None

    def _button(self, text: str) -> Command | None:
        """Return the command of a button; None when it makes no sense (any more)."""
        try:
            command = read_stored(from_json(text))
        except ValueError:
            return None
        return command.pressed(self._path)

    def result(self) -> CommandChanges:
        """Return all changes."""
        edits = sorted(self._edits.values(), key=lambda edit: edit.number)
        updates = (change for edit in edits for change in edit.changes)
        path = self._path.at(self._snapshot())
        return CommandChanges(
            path=path,
            to_check=frozenset(
                self._ours[answer.comment.issue].key
                for answer in self._answers
                if any(one.runs_checks for one in answer.accepted)
            ),
            first=(*updates, *self._own_issues),
            last=(
                *self._replies(path),
                *self._marks(),
                *duplicate_comments(
                    self._inbox.comments,
                    self._pending.titles,
                    self._observed.snapshot.trust.accounts,
                ),
            ),
        )

    def _snapshot(self) -> Snapshot:
        """Return the repository with the edits so far; the same value while there are none."""
        changes = {edit.number: c for edit in self._edits.values() if (c := edit.changes)}
        before = self._observed.snapshot
        if not changes:
            return before
        issues = (
            reduce(lambda i, c: after_update(i, c, self._now), changes.get(old.number, ()), old)
            for old in before.issues
        )
        return before.model_copy(update={"issues": tuple(issues)})

    def _replies(self, path: LearningPath) -> Iterator[CreateComment]:
        standing = keys_of(self._inbox.comments, self._observed.snapshot.trust.accounts)
        there = self._observed.issues
        for answer in self._answers:
            comment = answer.comment
            has_reply = answer.rejected or any(one.has_reply for one in answer.accepted)
            if not has_reply or reply_key(comment.id) in standing:
                continue
            ours = self._ours.get(comment.issue)
            yield CreateComment(
                key=reply_key(comment.id),
                number=comment.issue,
                title=self._pending.titles[comment.issue],
                body=_reply(answer, path, ours.key if ours else None),
                links=tuple(
                    there[key].state.number if key in there else key for key in answer.links
                ),
            )

    def _marks(self) -> Iterator[React]:
        for answer in self._answers:
            why = _by(answer.lines, answer.comment.author or "")
            content = NOT_UNDERSTOOD if answer.rejected else RUN
            yield React(
                comment=answer.comment.id, number=answer.comment.issue, content=content, why=why
            )


def _by(lines: str, person: str) -> str:
    return _("%(command)s by %(person)s", command=lines, person=person)


def reply_key(comment: int) -> Key:
    """Return the key of the reply to a comment."""
    return f"reply:{comment}"


def _reply(answer: _Answer, path: LearningPath, key: Key | None) -> str:
    """Return the reply, with its marker. `path` is the path once all commands have run."""
    rejected = answer.rejected
    context = ReplyContext(path, slash_commands().values(), lambda: _status(path), key)
    parts = list(dict.fromkeys(command.reply(context) for command in answer.accepted))
    if rejected:
        rest_done = bool(answer.accepted) and all(one.line for one in rejected)
        text = templating.render("replies/misunderstood.md.j2", wrong=rejected, rest_done=rest_done)
        parts.append(text)
    text = without_backlinks("\n\n".join(filter(None, parts)), path.repository)
    marker = Marker(key=reply_key(answer.comment.id), title="", body=digest(normalized(text)))
    return wrap(text, marker)


def _status(path: LearningPath) -> dict[str, object]:
    found = current_unit(path)
    summary = path.observed.issues.get(SUMMARY_KEY)
    return {
        "unit": unit_names(path.curriculum)[found.unit] if found else "",
        "until": found.last if found else path.dates.last,
        "over": path.today > path.dates.last,
        "first": path.dates.first,
        "resting": pause_end(path),
        "percent": path.progress.all.percent,
        "checkpoint": next_checkpoint(path),
        "summary": summary.state if summary else None,
    }
