"""Understanding: a command as it was written becomes an intent with ids, or a kind sentence.

Pure. The sentence says what was not understood and what would be, in a few words; it may quote what
the learner wrote, so whoever shows it makes it safe.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from bot.curriculum.model import Choice, Curriculum
from bot.errors import ConfigError
from bot.planning import intents
from bot.planning.desired import SUMMARY_KEY
from bot.planning.intents import Intent
from bot.planning.marker import Key
from bot.planning.plan_overrides import PlanOverrides
from bot.planning.schedule import Schedule, add_months, schedule
from bot.planning.snapshot import Frozen
from bot.progress import names, quantities
from bot.progress.learner_history import pace_of
from bot.progress.names import Named
from bot.progress.parse_command import ParsedLine
from bot.settings import Settings
from bot.templating import day, plural

WORK = frozenset(
    {"task", "deliverable", "checkpoint", "choice", "project", "actions"}
    | {"assessment", "reflection"}
)
MOVABLE = frozenset({"task", "deliverable"})
MAX_HOURS = 24
MAX_DAYS = 730
MAX_PACE = 80
MAX_MONTHS = 120
MAX_COUNT = 1_000_000
MAX_JOURNAL = 50_000
LONGEST_PAUSE = timedelta(days=366)


class Misunderstood(Frozen):
    """Why a command was not obeyed: one sentence for the learner."""

    why: str


class Place(Frozen):
    """Where and when something was said.

    `key` is the key of the issue, None when it is not ours; `today` the day in the learner's zone.
    `settings` are the file's, `in_force` those with what was decided since, `dates` and `course`
    what follows from them. `unfinished` is the first unit with something left to do.
    """

    curriculum: Curriculum
    settings: Settings
    in_force: Settings
    course: PlanOverrides
    dates: Schedule
    key: Key | None
    today: date
    unfinished: str | None

    @property
    def kind(self) -> str:
        """What the issue is; empty when it is not ours."""
        return (self.key or "").partition(":")[0]


class _NotUnderstoodError(Exception):
    """Carries the sentence out of a helper."""


def understand(asked: ParsedLine, place: Place) -> Intent | Misunderstood:
    """What was asked for. Never raises."""
    if not asked.known:
        return Misunderstood(why=f"There is no such command. Did you mean `/{asked.near}`?")
    try:
        return _READERS[asked.word](asked.rest, place)
    except _NotUnderstoodError as not_understood:
        return Misunderstood(why=str(not_understood))


def _on_work(word: str, intent: Intent) -> Callable[[str, Place], Intent]:
    def read(_: str, place: Place) -> Intent:
        return _checked(word, intent, place)

    return read


def _checked(word: str, intent: Intent, place: Place) -> Intent:
    if place.kind not in WORK:
        raise _NotUnderstoodError(
            f"`/{word}` is about one issue of the path: please write it there."
        )
    return intent


def _skip(rest: str, place: Place) -> Intent:
    return _checked("skip", intents.Skip(why=_one_line(rest)), place)


def _log(rest: str, _: Place) -> Intent:
    found = quantities.hours(rest)
    if found is None:
        raise _NotUnderstoodError("How long? Hours and minutes work, such as `/log 2h30m`.")
    hours, note = found
    if not 0 < hours <= MAX_HOURS:
        raise _NotUnderstoodError(f"One entry holds up to {MAX_HOURS} hours, and more than none.")
    return intents.Log(hours=hours, note=_one_line(note))


def _rate(rest: str, place: Place) -> Intent:
    scale = place.curriculum.assessment.scale
    skills = names.of_items(place.curriculum.assessment.skills)
    if not skills:
        raise _NotUnderstoodError("This path has no skills to rate.")
    words = rest.replace(":", " ").replace("=", " ").split()
    number = words[-1].removesuffix(f"/{scale}") if words else ""
    if number not in {str(value) for value in range(1, scale + 1)}:
        raise _NotUnderstoodError(
            f"A rating is a whole number from 1 to {scale}, such as"
            f" `/rate {skills[0].title.lower()} 3`."
        )
    skill = _one("skill", " ".join(words[:-1]), skills)
    return intents.Rate(skill=skill, value=int(number))


def _choose(rest: str, place: Place) -> Intent:
    choices = [c for c in place.curriculum.choices() if _is_here(c, place.key)]
    choices = choices or list(place.curriculum.choices())
    if not choices:
        raise _NotUnderstoodError("This path has no choice to make.")
    choice, option = _option(rest, choices)
    return intents.Choose(
        choice=choice.id, option=option, was=place.settings.choices.get(choice.id, "")
    )


def _is_here(choice: Choice, key: Key | None) -> bool:
    return key in {f"choice:{name}" for name in (choice.id, *choice.aliases)}


def _option(rest: str, choices: list[Choice]) -> tuple[Choice, str]:
    """The choice and the option's id: named both, or only the option."""
    first, _, second = rest.partition(" ")
    for choice in choices:
        if first == choice.id and second.strip() in {option.id for option in choice.options}:
            return choice, second.strip()
    fitting = [
        (choice, option) for choice in choices for option in names.matching(rest, _options(choice))
    ]
    if len(fitting) == 1:
        return fitting[0][0], fitting[0][1].id
    if len(choices) == 1:
        return choices[0], _one("option", rest, _options(choices[0]))
    chosen = names.matching(first, names.of_items(choices))
    if len(chosen) == 1:
        choice = next(c for c in choices if c.id == chosen[0].id)
        return choice, _one("option", second, _options(choice))
    raise _NotUnderstoodError(
        "Which choice is meant? Please write it on the issue of the choice:"
        f" {names.listed(names.of_items(choices))}."
    )


def _options(choice: Choice) -> list[Named]:
    return names.of_options(choice)


def _move(rest: str, place: Place) -> Intent:
    days = quantities.span(rest)
    if days is None or not days:
        raise _NotUnderstoodError(
            "By how much? Days and weeks work, such as `/move +1w` or `/move -3d`."
        )
    if abs(days) > MAX_DAYS:
        raise _NotUnderstoodError(f"That is far: {MAX_DAYS} days are the most.")
    if place.key == SUMMARY_KEY:
        if days < 0:
            raise _NotUnderstoodError(
                "The whole path moves only to later days. To be done earlier, take another `/pace`"
                " or bring a stretch forward with `/open`."
            )
    elif place.kind not in MOVABLE:
        raise _NotUnderstoodError(
            "`/move` is about a task or a deliverable, or on the summary issue about everything"
            " ahead: please write it there."
        )
    return intents.Move(days=days)


def _pause(rest: str, place: Place) -> Intent:
    last = quantities.until(rest, place.today)
    if last is None:
        raise _NotUnderstoodError(
            f"Until when? A date works, such as `/pause until {place.today + timedelta(days=13)}`,"
            " and so does `/pause 2 weeks`."
        )
    if last < place.today:
        raise _NotUnderstoodError("That day is over: a pause ends today at the earliest.")
    if last - place.today > LONGEST_PAUSE:
        raise _NotUnderstoodError("That is more than a year: a pause lasts up to one.")
    return intents.PauseUntil(last=last)


def _resume(_: str, place: Place) -> Intent:
    if not any(p.first <= place.today <= p.last for p in place.in_force.pauses):
        raise _NotUnderstoodError("No pause is running: everything goes on as it is.")
    return intents.Resume()


def _pace(rest: str, place: Place) -> Intent:
    found = quantities.pace(rest)
    if found is None:
        raise _NotUnderstoodError(
            "How fast? `/pace 10h` says hours a week, `/pace 15 months` how long in all."
        )
    hours, months = found
    if hours is not None and not 1 <= hours <= MAX_PACE:
        raise _NotUnderstoodError(f"A pace is between 1 and {MAX_PACE} hours a week.")
    if months is not None:
        _check_months(months, place)
    speed = {"hours_per_week": hours, "pace": months}
    try:
        schedule(place.curriculum, place.in_force.model_copy(update=speed))
    except ConfigError as impossible:
        raise _NotUnderstoodError(f"That does not work out: {impossible.what}") from None
    return intents.SetPace(hours=hours, months=months, was=pace_of(place.settings))


def _check_months(months: int, place: Place) -> None:
    if not 1 <= months <= MAX_MONTHS:
        raise _NotUnderstoodError(f"A pace is between 1 and {MAX_MONTHS} months in all.")
    end = add_months(place.in_force.start, months)
    if end <= place.today:
        raise _NotUnderstoodError(
            f"{plural(months, 'month')} from the start ended on {day(end)} already:"
            " a longer time works."
        )


def _count(rest: str, place: Place) -> Intent:
    known = names.of_counted(place.curriculum)
    if not known:
        raise _NotUnderstoodError("This path has no numbers to count.")
    words = rest.split()
    amount = quantities.signed(words[-1]) if words else None
    if not amount:
        raise _NotUnderstoodError(
            f"By how much? A number with its sign works, such as `/count {known[0].id} +1`."
        )
    if abs(amount) > MAX_COUNT:
        raise _NotUnderstoodError(f"{MAX_COUNT:,} at once are the most.")
    return intents.Count(metric=_one("number", " ".join(words[:-1]), known), amount=amount)


def _project(rest: str, place: Place) -> Intent:
    ideas = names.of_items(place.curriculum.projects)
    if not ideas:
        raise _NotUnderstoodError("This path has no project ideas.")
    first, _, name = rest.partition(" ")
    if first.casefold() == "start" and (name.strip() or not names.matching(rest, ideas)):
        rest = name
    return intents.StartProject(idea=_one("project", rest, ideas))


def _journal(rest: str, _: Place) -> Intent:
    if not rest:
        raise _NotUnderstoodError("An entry needs some words: `/journal What I learned today`.")
    if len(rest) > MAX_JOURNAL:
        raise _NotUnderstoodError(f"An entry holds up to {MAX_JOURNAL:,} characters.")
    return intents.Journal(text=rest)


def _open(rest: str, place: Place) -> Intent:
    window = place.dates.window(place.today, place.in_force.ahead)
    opened = frozenset({dates.unit for dates in window} | place.course.opened)
    here = place.dates.current(place.today)
    found = names.units_meant(
        rest, place.curriculum, place.dates, here.unit if here else None, opened
    )
    if not found and names.is_next(rest):
        raise _NotUnderstoodError("Every stretch of the path has its issues already.")
    ahead = [unit for unit in names.of_units(place.curriculum) if unit.id not in opened]
    return intents.OpenUnit(unit=_sure("later stretch", rest, found, ahead).id)


def _replan(_: str, place: Place) -> Intent:
    if place.unfinished is None:
        raise _NotUnderstoodError("Everything on the path is done: nothing is left to plan.")
    return intents.Replan(unit=place.unfinished)


def _optional(word: str, what: str, intent: Intent) -> Callable[[str, Place], Intent]:
    def read(rest: str, _: Place) -> Intent:
        if not rest.casefold().startswith("optional"):
            raise _NotUnderstoodError(f"Only optional tasks can be {what}: `/{word} optional`.")
        return intent

    return read


def _plain(intent: Intent) -> Callable[[str, Place], Intent]:
    return lambda _, __: intent


def _one(what: str, text: str, among: Sequence[Named]) -> str:
    """The id of the one thing that `text` means."""
    return _sure(what, text, names.matching(text, among), among).id


def _sure(what: str, text: str, found: Sequence[Named], among: Sequence[Named]) -> Named:
    if len(found) == 1:
        return found[0]
    said = _one_line(text)[:60]
    if found:
        raise _NotUnderstoodError(f"'{said}' could be {names.listed(found)}: which one?")
    if not said:
        raise _NotUnderstoodError(f"Which {what}? {_there(among)}")
    raise _NotUnderstoodError(f"There is no {what} '{said}'. {_there(among, said)}")


def _there(among: Sequence[Named], near: str = "") -> str:
    if not among:
        return "None is left."
    return f"There {'is' if len(among) == 1 else 'are'} {names.listed(among, near)}."


def _one_line(text: str) -> str:
    return " ".join(text.split())


_READERS: dict[str, Callable[[str, Place], Intent]] = {
    "start": _on_work("start", intents.Start()),
    "done": _on_work("done", intents.Done()),
    "skip": _skip,
    "reopen": _on_work("reopen", intents.Reopen()),
    "credit": _on_work("credit", intents.Credit()),
    "log": _log,
    "rate": _rate,
    "choose": _choose,
    "move": _move,
    "pause": _pause,
    "resume": _resume,
    "pace": _pace,
    "count": _count,
    "project": _project,
    "journal": _journal,
    "open": _open,
    "replan": _replan,
    "drop": _optional("drop", "dropped", intents.DropOptional()),
    "keep": _optional("keep", "kept", intents.KeepOptional()),
    "status": _plain(intents.TellStatus()),
    "help": _plain(intents.Help()),
}
