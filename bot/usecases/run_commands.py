"""obey = comments, ticked buttons and noted deeds become changes. Pure, and each is obeyed once.

Memories are written first, answers next, marks last: whatever is cut off, the next run sees what is
missing and adds only that. A stranger's commands make us neither write nor talk.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from bot.curriculum.model import Curriculum
from bot.planning import intents
from bot.planning.changes import (
    Change,
    CreateComment,
    CreateIssue,
    React,
    UpdateIssue,
)
from bot.planning.desired import SUMMARY_KEY
from bot.planning.intents import SWITCHES, AcceptedCommand, Intent
from bot.planning.marker import BOX, BUTTON, Key
from bot.planning.observed import Observed, OurIssue, observe
from bot.planning.schedule import Schedule, schedule
from bot.planning.snapshot import CommentState, Frozen, Snapshot
from bot.planning.twins import are_twins
from bot.progress.command_log import INTENT, Entry, find_memory
from bot.progress.learner_history import LearnerHistory, read_learner_history
from bot.progress.parse_command import MOST, ParsedLine, format_command
from bot.progress.progress import read_progress
from bot.progress.understand import LONGEST_PAUSE, Misunderstood, Place, understand
from bot.reports.view import View
from bot.reports.where import first_unfinished
from bot.settings import Settings
from bot.usecases.command_changes import Edit, after, closed_journal, new_journal
from bot.usecases.command_replies import ANSWERED, Wrong, reply, reply_key
from bot.usecases.look import look
from bot.usecases.pending_commands import NOT_UNDERSTOOD, OBEYED, Inbox, PendingCommands
from bot.usecases.publish import doubled, keys_of

# Sums and opinions bend no plan, so what was understood before them still holds.
_HARMLESS = (intents.Log, intents.Count, intents.Rate)
_TOLD = 3
_NO_ROOM = "The issue that would remember it is full."
_TOO_LONG = "The entry is too long for an issue: in two parts it fits."


class CommandChanges(Frozen):
    """What follows: `first` is written before everything else of the run, `last` after it.

    `snapshot` is the repository as it will be after `first`, without the issues created by it.
    """

    snapshot: Snapshot
    first: tuple[Change, ...] = ()
    last: tuple[Change, ...] = ()


def run_commands(
    inbox: Inbox,
    noted: tuple[AcceptedCommand, ...],
    snapshot: Snapshot,
    curriculum: Curriculum,
    settings: Settings,
    now: datetime,
) -> CommandChanges:
    """What was asked for, as changes. `settings` are the file's; `now` is aware.

    Raises ConfigError when the path has no dates any more with all that was said.
    """
    work = _CommandRun(inbox, snapshot, curriculum, settings, now)
    work.join()
    for deed in noted:
        work.note(deed)
    for comment in sorted(inbox.comments, key=lambda c: (c.created_at, c.id)):
        work.read(comment)
    work.press()
    return work.result()


class _Answer(Frozen):
    """What came of one comment: what was obeyed, and what was not understood.

    It gets one mark: with two, a cut between them would leave one out for good.
    """

    comment: CommentState
    said: str
    intents: tuple[Intent, ...] = ()
    wrong: tuple[Wrong, ...] = ()


class _Context(NamedTuple):
    """What the memories say up to here."""

    observed: Observed
    life: LearnerHistory
    in_force: Settings
    dates: Schedule


class _CommandRun:
    def __init__(
        self,
        inbox: Inbox,
        snapshot: Snapshot,
        curriculum: Curriculum,
        settings: Settings,
        now: datetime,
    ) -> None:
        self._inbox = inbox
        self._before = snapshot
        self._curriculum = curriculum
        self._settings = settings
        self._now = now
        self._observed = observe(snapshot)
        self._heard = PendingCommands(inbox, self._observed)
        self._ours = {ours.state.number: ours for ours in self._heard.every}
        self._edits: dict[Key, Edit] = {}
        self._journals: list[CreateIssue | UpdateIssue] = []
        self._answers: list[_Answer] = []
        self._context: _Context | None = None

    def note(self, deed: AcceptedCommand) -> None:
        """Keep what Milepost found by itself, unless it is kept already."""
        ours = self._observed.issues.get(deed.key or "")
        if ours is None:
            return
        edit, entry = self._edit(ours), Entry.of(deed)
        if not any(
            kept == entry or _same(kept.intent, entry.intent) for kept in edit.memory.entries
        ):
            edit.remember(entry, f"{format_command(deed.intent)} by {deed.by}")
            self._context = None

    def read(self, comment: CommentState) -> None:
        """Obey the commands of a comment."""
        asked = self._heard.asked(comment)
        if not asked:
            return
        said = "; ".join(one.line for one in asked[:_TOLD])
        if self._heard.is_folded(comment.id):
            self._answers.append(_Answer(comment=comment, said=said))
            return
        found = [self._one(comment, n, asked) for n in range(min(len(asked), MOST))]
        if None in found:  # the summary issue is gone; the next run makes another
            return
        if len(asked) > MOST:
            why = f"Up to {MOST} commands of a comment are read: the others are still to be asked."
            found.append(Wrong(line="", why=why))
        wrong = tuple(one for one in found if isinstance(one, Wrong))
        obeyed = tuple(one for one in found if one is not None and not isinstance(one, Wrong))
        self._answers.append(_Answer(comment=comment, said=said, intents=obeyed, wrong=wrong))

    def join(self) -> None:
        """Bring what is remembered in a twin into the issue that counts."""
        for twin in self._observed.duplicates:
            ours = self._observed.issues[twin.key]
            entries = find_memory(twin.state.body).entries if are_twins(twin, ours) else ()
            for entry in entries:
                edit = self._edit(ours)
                known = entry in edit.memory.entries or edit.memory.has(entry.id, entry.n)
                if not known:
                    edit.remember(entry, f"said on #{twin.state.number}, its twin")

    def _one(
        self, comment: CommentState, n: int, every: tuple[ParsedLine, ...]
    ) -> Intent | Wrong | None:
        """Obey the command with the index `n`; None when it cannot be remembered now."""
        if (known := self._heard.intent(comment.id, n)) is not None:
            return known
        asked, ours = every[n], self._ours.get(comment.issue)
        at = comment.updated_at or comment.created_at
        said = understand(asked, self._place(ours.key if ours else None, at, asked))
        match said:
            case Misunderstood(why=why):
                return Wrong(line=asked.line, why=why)
            case intents.Help() | intents.TellStatus():
                return said
            case intents.Journal(text=text):
                before = sum(one.word == asked.word for one in every[:n])
                key = f"journal:{comment.id}-{before}" if before else f"journal:{comment.id}"
                fits = self._journal(key, text, at)
                return said if fits else Wrong(line=asked.line, why=_TOO_LONG)
        home = self._observed.issues.get(_home(said, ours.key if ours else None))
        if home is None:
            return None
        by = comment.author or ""
        deed = AcceptedCommand(
            intent=said, comment=comment.id, issue=comment.issue, key=home.key, at=at, by=by
        )
        if not self._edit(home).remember(Entry.of(deed, n), f"{asked.line} by {by}"):
            return Wrong(line=asked.line, why=_NO_ROOM)
        if not isinstance(said, _HARMLESS):
            self._context = None
        return said

    def _place(self, key: Key | None, at: datetime, asked: ParsedLine) -> Place:
        if self._context is None:
            self._context = self._look()
        observed, life, in_force, dates = self._context
        unfinished = None
        if asked.word == "replan":
            progress = read_progress(self._curriculum, in_force, observed, life)
            unfinished = first_unfinished(progress)
        return Place(
            curriculum=self._curriculum,
            settings=self._settings,
            in_force=in_force,
            course=life.course,
            dates=dates,
            key=key,
            today=at.astimezone(self._settings.zone).date(),
            unfinished=unfinished,
        )

    def _look(self) -> _Context:
        observed = observe(self._snapshot()) if self._edits else self._observed
        life = read_learner_history(self._curriculum, self._settings, observed)
        in_force = life.in_force(self._settings)
        dates = schedule(self._curriculum, in_force, life.course.turns)
        return _Context(observed, life, in_force, dates)

    def _edit(self, ours: OurIssue) -> Edit:
        if ours.key not in self._edits:
            self._edits[ours.key] = Edit(
                ours,
                self._observed,
                closed_again=ours.state.number in self._inbox.closed_again,
            )
        return self._edits[ours.key]

    def _journal(self, key: Key, text: str, at: datetime) -> bool:
        """Make an entry once, closed so that it does not clutter; False when it is too long."""
        standing = self._observed.issues.get(key)
        if standing is not None:
            if standing.state.state == "open":
                self._journals.append(closed_journal(key, standing.state))
            return True
        if self._observed.ledger.has(key):
            return True
        made = new_journal(key, text, at.astimezone(self._settings.zone).date(), self._observed)
        if made is None:
            return False
        self._journals += made
        return True

    def press(self) -> None:
        """Obey the buttons that were ticked, and clear them."""
        for ours in self._observed.issues.values():
            boxes = BOX.findall(ours.marked.region or "")
            pressed = [BUTTON.search(line) for _, box, line in boxes if box != " "]
            buttons = [button[1] for button in pressed if button]
            if not buttons:
                continue
            edit = self._edit(ours)
            edit.untick()
            for text in buttons:
                intent = self._button(text)
                if intent is not None:
                    entry = Entry(id=0, at=self._now.replace(microsecond=0), by="", intent=intent)
                    edit.remember(entry, f"{format_command(intent)} by a button")
                    self._context = None

    def _button(self, text: str) -> Intent | None:
        """What a button asks for; None when that makes no sense (any more)."""
        try:
            intent = INTENT.validate_json(text)
        except ValidationError:
            return None
        today = self._now.astimezone(self._settings.zone).date()
        match intent:
            case intents.OpenUnit(unit=unit) | intents.Replan(unit=unit):
                return intent if unit in {u.id for u in self._curriculum.units()} else None
            case intents.Choose(choice=name, option=option):
                choices = {c.id: {o.id for o in c.options} for c in self._curriculum.choices()}
                was = self._settings.choices.get(name, "")
                fits = option in choices.get(name, ())
                return intents.Choose(choice=name, option=option, was=was) if fits else None
            case intents.PauseUntil(last=last):
                return intent if today <= last <= today + LONGEST_PAUSE else None
            case intents.Resume() | intents.DropOptional():
                return intent
            case _:
                return None

    def result(self) -> CommandChanges:
        """All changes."""
        edits = sorted(self._edits.values(), key=lambda edit: edit.number)
        updates = (change for edit in edits for change in edit.changes)
        snapshot = self._snapshot()
        return CommandChanges(
            snapshot=snapshot,
            first=(*updates, *self._journals),
            last=(
                *self._replies(snapshot),
                *self._marks(),
                *doubled(self._inbox.comments, self._heard.titles),
            ),
        )

    def _snapshot(self) -> Snapshot:
        changes = {edit.number: c for edit in self._edits.values() if (c := edit.change)}
        issues = tuple(
            after(issue, changes[issue.number], self._now) if issue.number in changes else issue
            for issue in self._before.issues
        )
        return self._before.model_copy(update={"issues": issues})

    def _replies(self, snapshot: Snapshot) -> Iterator[CreateComment]:
        view: View | None = None
        standing = keys_of(self._inbox.comments)
        for answer in self._answers:
            comment = answer.comment
            told = tuple(one for one in answer.intents if isinstance(one, ANSWERED))
            if not (told or answer.wrong) or reply_key(comment.id) in standing:
                continue
            view = view or look(self._curriculum, self._settings, snapshot, self._now)
            yield CreateComment(
                key=reply_key(comment.id),
                number=comment.issue,
                title=self._heard.titles[comment.issue],
                body=reply(comment.id, answer.intents, answer.wrong, view),
            )

    def _marks(self) -> Iterator[React]:
        for answer in self._answers:
            why = f"{answer.said} by {answer.comment.author}"
            content = NOT_UNDERSTOOD if answer.wrong else OBEYED
            yield React(comment=answer.comment.id, content=content, why=why)


def _home(intent: Intent, key: Key | None) -> Key:
    """The issue that remembers an intent that was written on the issue `key`."""
    kind = (key or "").partition(":")[0]
    stays = {
        intents.Log: True,
        intents.Move: True,
        intents.Rate: kind in {"assessment", "checkpoint"},
        intents.Choose: kind == "choice",
    }.get(type(intent), isinstance(intent, SWITCHES))
    return key if key and stays else SUMMARY_KEY


def _same(kept: Intent, found: Intent) -> bool:
    if isinstance(kept, intents.Evidenced) and isinstance(found, intents.Evidenced):
        return kept.url == found.url
    return isinstance(kept, intents.Attested) and isinstance(found, intents.Attested)
