"""The base class of slash commands, and the contexts in which they are parsed and answered.

A command is a subclass of `Command` in a file of `bot/progress/commands/`, where it is found by
itself. Its fields are its arguments, with ids of the curriculum for names. The command log stores
them as they stand, so a field that was stored once stays readable.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self

from bot.curriculum.model import Curriculum
from bot.planning.changes import CreateIssue, UpdateIssue
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import Key, button
from bot.planning.observed_state import ObservedState
from bot.planning.snapshot import FrozenModel
from bot.progress.learner_history import HistoryBuilder
from bot.templating import Markdown

if TYPE_CHECKING:
    from bot.progress.path import LearningPath

WORK = frozenset(
    {"task", "deliverable", "checkpoint", "choice", "project", "actions"}
    | {"assessment", "reflection", "event", "goal"}
)


class CommandError(Exception):
    """Carries one kind sentence for the learner: why a command does not run, and what would.

    It may quote the learner, so whoever shows it makes it safe.
    """


class LogIssue(NamedTuple):
    """The issue whose log stores a command: where it was written, else the summary issue.

    The former when that issue is of one of the `kinds`; None stands for any. `text` says so in the
    docs. What is not `stored` stands in no log.
    """

    text: str
    kinds: frozenset[str] | None = frozenset()
    stored: bool = True

    def key(self, written_on: Key | None) -> Key:
        """Return the key of the issue; `written_on` is None for one that is not ours."""
        kind = (written_on or "").partition(":")[0]
        here = self.kinds is None or kind in self.kinds
        return written_on if written_on and here else SUMMARY_KEY


THIS_ISSUE = LogIssue("the issue", None)
SUMMARY_ISSUE = LogIssue("the summary issue")
NOWHERE = LogIssue("nowhere", stored=False)


class CommandContext(NamedTuple):
    """The path that a command is written about, on which issue, and when.

    `key` is the key of the issue, None when it is not ours; `today` is the day on which the command
    was written, in the learner's zone, which may lie before that of the `path`. `by` is the login
    of whoever wrote it.
    """

    path: "LearningPath"
    key: Key | None
    today: date
    by: str = ""

    @property
    def kind(self) -> str:
        """What the issue is; empty when it is not ours."""
        return (self.key or "").partition(":")[0]


class ReplyContext(NamedTuple):
    """What a reply may use: the path after the run, all commands, and the learner's status.

    `key` is that of the issue that the command was written on, None when it is not ours.
    """

    path: "LearningPath"
    commands: Collection[type["Command"]]
    status: Callable[[], Mapping[str, object]]
    key: Key | None = None


class Command(FrozenModel):
    """A slash command, or (without a `form`) something that Milepost itself puts into the log.

    `do` names it in the log; it is the command's word where it is not given, else another word for
    the whole form. The help has `form` and `help_line`, in the order of `position`;
    `line_format` prints a command where it is not its form. `only_on` are the kinds of issues it
    can be written on, any where empty. A text that is `multiline` goes on until the next command.
    """

    registry: ClassVar[dict[str, type["Command"]]] = {}
    do: ClassVar[str] = ""
    form: ClassVar[str] = ""
    word: ClassVar[str] = ""
    line_format: ClassVar[str] = ""
    help_line: ClassVar[str] = ""
    position: ClassVar[int] = 500
    multiline: ClassVar[bool] = False
    has_button: ClassVar[bool] = False
    only_on: ClassVar[frozenset[str]] = frozenset()
    log_issue: ClassVar[LogIssue] = SUMMARY_ISSUE
    moves_dates: ClassVar[bool] = True
    """False when no later command of a run is understood otherwise for it."""
    reads_logs: ClassVar[bool] = False
    """Whether it is about other commands, those of the same run among them."""
    state_reason: ClassVar[Literal["completed", "not_planned", "reopened"] | None] = None
    """What it makes of the state of the issue it is written on."""
    starts: ClassVar[bool] = False
    """Whether the issue is in progress from then on."""
    for_mentors: ClassVar[bool] = False
    """Whether a mentor may write it who may not write to the repository."""
    runs_checks: ClassVar[bool] = False
    """Whether the run looks for what the issue's checks name."""
    asks_for_help: ClassVar[bool] = False
    """Whether the issue has the label of what is blocked from then on."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.word = cls.form.partition(" ")[0].removeprefix("/")
        cls.do = cls.__dict__.get("do", cls.word)
        cls.registry[cls.do] = cls

    @classmethod
    def parse(cls, text: str, context: CommandContext) -> Self:
        """Return the command from the `text` behind its word. Raises CommandError."""
        return cls()

    def pressed(self, path: "LearningPath") -> Self | None:
        """Return the command of a button that was ticked, None when it has no use (any more)."""
        return self if self.has_button and self.fits(path.curriculum) else None

    def fits(self, curriculum: Curriculum) -> bool:
        """Return whether the curriculum (still) has what the command names."""
        return True

    def format_command(self) -> str:
        """Return the line that is parsed as this, with ids for names; words where none is."""
        return (self.line_format or self.form).format(self).rstrip()

    def replay(self, history: HistoryBuilder) -> None:
        """Add its effect to the history."""

    def own_issue(
        self, key: Key, day: date, observed: ObservedState
    ) -> tuple[CreateIssue | UpdateIssue, ...]:
        """Return the changes that make the issue `key` of a command that no log stores.

        `day` is the one it was written on, in the learner's zone. Raises CommandError.
        """
        return ()

    def reply(self, context: ReplyContext) -> str:
        """Return the words that answer it; a command without this is answered by a reaction."""
        return ""

    def issues_made(self, curriculum: Curriculum) -> tuple[Key, ...]:
        """Return the keys of the issues that it asks for, which its answer links."""
        return ()

    @property
    def has_reply(self) -> bool:
        """Whether it is answered in words."""
        return type(self).reply is not Command.reply

    def repeats(self, logged: "Command") -> bool:
        """Return whether this need not be logged, since `logged` says the same."""
        return False

    @property
    def sum_key(self) -> str | None:
        """The key by which entries of a log that is too long are added up; None to keep each."""
        return None

    def add(self, others: list[Self]) -> Self:
        """Return the sum with `others` of the same kind and `sum_key`."""
        return self

    def stored(self) -> dict[str, Any]:
        """Return it as the log stores it; what is as usual is left out."""
        return {"do": self.do, **self.model_dump(mode="json", exclude_defaults=True)}

    def button(self) -> Markdown:
        """Return the hidden comment that makes a box a button for it."""
        return button(self.stored())
