"""What a learner can ask for, as values: what a command or a button means once it is understood.

Names in them are ids of the curriculum. What must outlive the run is kept as it stands here, in the
memory of the issue concerned (`bot/progress/command_log.py`).
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from bot.planning.marker import Key, safe_json
from bot.planning.snapshot import Frozen
from bot.templating import Markdown


class Start(Frozen):
    """Work on this issue begins."""

    do: Literal["start"] = "start"


class Done(Frozen):
    """This issue is done."""

    do: Literal["done"] = "done"


class Skip(Frozen):
    """This issue is not going to be done."""

    do: Literal["skip"] = "skip"
    why: str = ""


class Reopen(Frozen):
    """This issue is to be done after all."""

    do: Literal["reopen"] = "reopen"


class Credit(Frozen):
    """This was known before the path began: done, at no hours."""

    do: Literal["credit"] = "credit"


class Log(Frozen):
    """Hours of study spent, on this issue or at large."""

    do: Literal["log"] = "log"
    hours: float = Field(gt=0, le=10_000)
    note: str = ""


class Rate(Frozen):
    """A skill rated by the learner; `skill` is an assessed skill's id."""

    do: Literal["rate"] = "rate"
    skill: str
    value: int = Field(ge=1)


class Choose(Frozen):
    """An option taken. `was` is what the settings file said then: a later edit of it wins."""

    do: Literal["choose"] = "choose"
    choice: str
    option: str
    was: str = ""


class Move(Frozen):
    """This task that many days later (or earlier); on the summary issue all that lies ahead."""

    do: Literal["move"] = "move"
    days: int = Field(ge=-730, le=730)


class PauseUntil(Frozen):
    """No study from the day this was asked for to `last`, both included."""

    do: Literal["pause"] = "pause"
    last: date


class Resume(Frozen):
    """The pause that runs ends before this day."""

    do: Literal["resume"] = "resume"


class SetPace(Frozen):
    """Another speed from the present unit on. `was` is what the settings file said then."""

    do: Literal["pace"] = "pace"
    hours: float | None = Field(default=None, gt=0, le=80)
    months: int | None = Field(default=None, ge=1, le=120)
    was: str = ""


class Count(Frozen):
    """A number the learner keeps goes up or down; `metric` is a metric's or target's id."""

    do: Literal["count"] = "count"
    metric: str
    amount: int = Field(ge=-1_000_000, le=1_000_000)


class StartProject(Frozen):
    """A project idea becomes an issue."""

    do: Literal["project"] = "project"
    idea: str


class Journal(Frozen):
    """An entry of the journal; it becomes an issue of its own and is not kept in a memory."""

    do: Literal["journal"] = "journal"
    text: str


class OpenUnit(Frozen):
    """A unit's issues are to be made now."""

    do: Literal["open"] = "open"
    unit: str


class Replan(Frozen):
    """The path goes on today at `unit`, the first that is not finished; later dates follow."""

    do: Literal["replan"] = "replan"
    unit: str


class DropOptional(Frozen):
    """Optional tasks are no longer seeded."""

    do: Literal["drop-optional"] = "drop-optional"


class KeepOptional(Frozen):
    """Optional tasks are seeded again."""

    do: Literal["keep-optional"] = "keep-optional"


class TellStatus(Frozen):
    """A short answer: where the learner is."""

    do: Literal["status"] = "status"


class Help(Frozen):
    """A short answer: what can be asked."""

    do: Literal["help"] = "help"


class Evidenced(Frozen):
    """Noted by Milepost itself: something linked from this issue exists."""

    do: Literal["evidence"] = "evidence"
    kind: Literal["pull-request", "release", "repository", "post"]
    url: str
    title: str = ""


class Attested(Frozen):
    """Noted by Milepost itself: a mentor (`by` of the entry) approved this issue."""

    do: Literal["attest"] = "attest"


Intent = Annotated[
    Start
    | Done
    | Skip
    | Reopen
    | Credit
    | Log
    | Rate
    | Choose
    | Move
    | PauseUntil
    | Resume
    | SetPace
    | Count
    | StartProject
    | Journal
    | OpenUnit
    | Replan
    | DropOptional
    | KeepOptional
    | TellStatus
    | Help
    | Evidenced
    | Attested,
    Field(discriminator="do"),
]


FINISHES = (Done, Credit)
STATES = (*FINISHES, Skip, Reopen)
SWITCHES = (Start, *STATES)


class AcceptedCommand(Frozen):
    """An intent that was accepted: on which issue, from which comment, when (aware, UTC), by whom.

    `comment` is 0 for a button and for what Milepost noted itself. `key` is the issue's key; None
    when the issue is not ours.
    """

    intent: Intent
    comment: int
    issue: int
    key: Key | None
    at: datetime
    by: str


def press(intent: Intent) -> Markdown:
    """The hidden comment that makes a box a button."""
    content = intent.model_dump(mode="json", exclude_defaults=True)
    return Markdown(f"<!-- milepost:press {safe_json({'do': intent.do, **content})} -->")
