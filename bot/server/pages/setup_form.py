"""The form that sets a path up: its fields as text, their errors, and the answers they give.

Pure: the same fields give the same file. A curriculum in the repository is checked elsewhere.
"""

import re
import zoneinfo
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import groupby
from typing import Literal, NamedTuple

from bot.curriculum.load import catalog_names, from_catalog
from bot.curriculum.model import Curriculum
from bot.i18n import ENGLISH, LANGUAGES, current_language, ngettext
from bot.i18n import gettext as _
from bot.planning.snapshot import FrozenModel
from bot.settings import DEFAULT_CURRICULUM, FileSettings, StartDay, Weekday
from bot.sync.file_sources import is_file
from bot.sync.settings_text import SettingsAnswers

OWN = "own"  # instead of the name of a built-in curriculum
AHEAD = ("2", "4", "6", "8", "12", "26", "all")
MAX_MENTORS = 20
MAX_NAME = 60
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9])?")
_ZONE_NAMES = frozenset(zoneinfo.available_timezones())
_BETWEEN = re.compile(r"[\s,;]+")


class SetupForm(FrozenModel):
    """The fields. `path` counts for the curriculum OWN, and one number as `speed` says."""

    curriculum: str = DEFAULT_CURRICULUM
    path: str = ""
    start: str = ""
    speed: Literal["guide", "months", "hours"] = "guide"
    months: str = ""
    hours: str = ""
    timezone: str = "UTC"
    language: str = ""  # the guide's
    ahead: str = "4"
    day: str = Weekday.MONDAY.value
    hour: str = "8"
    place: Literal["comment", "issue"] = "comment"
    mentors: str = ""
    share: bool = False
    name: str = ""
    group: str = ""  # in no field that shows: it goes along


class CurriculumOption(NamedTuple):
    """A built-in curriculum: its name, its title, and how long it takes at its own pace."""

    name: str
    title: str
    length: str


class SetupFormResult(NamedTuple):
    """The answers of a form, or its errors by field."""

    answers: SettingsAnswers | None
    wrong: dict[str, str]


def default_form(today: date) -> SetupForm:
    """Return the form before anybody filled it in.

    A page in English says little about the reader's language, so the guide's is proposed then.
    """
    language = current_language()
    return SetupForm(
        start=str(StartDay.NEXT_MONDAY.day(today)), language=language if language != ENGLISH else ""
    )


def from_fields(fields: Mapping[str, str]) -> SetupForm:
    """Return the form as it was sent, without choices that no page of ours offers."""
    values = {name: fields[name].strip() for name in SetupForm.model_fields if name in fields}
    offered = {"speed": {"guide", "months", "hours"}, "place": {"comment", "issue"}}
    known = {k: v for k, v in values.items() if k not in offered or v in offered[k]}
    return SetupForm.model_validate({**known, "share": fields.get("share") == "yes"})


def of_settings(there: FileSettings) -> SetupForm:
    """Return the form filled in from settings."""
    own = is_file(there.curriculum)
    return SetupForm(
        curriculum=OWN if own else there.curriculum,
        path=there.curriculum if own else "",
        start=str(there.start) if isinstance(there.start, date) else "",
        speed="months" if there.pace else "hours" if there.hours_per_week else "guide",
        months=str(there.pace or ""),
        hours=f"{there.hours_per_week:g}" if there.hours_per_week else "",
        timezone=there.timezone,
        language=there.language or "",
        ahead="all" if there.ahead is None else str(there.ahead),
        day=there.summary.day.value,
        hour=str(there.summary.hour),
        place=there.summary.place,
        mentors=" ".join(there.mentors),
        share=there.cohort.share,
        name=there.cohort.name or "",
        group=there.cohort.group,
    )


def read(form: SetupForm) -> SetupFormResult:
    """Return the answers, when all fields are valid, or the errors."""
    checks = {
        "curriculum": "" if form.curriculum in {OWN, *catalog_names()} else _choose(),
        "path": _path(form),
        "start": _start(form.start),
        "months": _whole_number(form.months, 1, 120) if form.speed == "months" else "",
        "hours": _hours(form.hours) if form.speed == "hours" else "",
        "timezone": "" if form.timezone in _ZONE_NAMES else _choose(),
        "language": "" if form.language in {"", *LANGUAGES} else _choose(),
        "ahead": "" if form.ahead == "all" else _whole_number(form.ahead, 0, 520),
        "day": "" if form.day in set(Weekday) else _choose(),
        "hour": _whole_number(form.hour, 0, 23),
        "mentors": _mentors(form.mentors),
        "name": _short(form.name),
        "group": _short(form.group),
    }
    wrong = {field: problem for field, problem in checks.items() if problem}
    return SetupFormResult(None if wrong else _answers(form), wrong)


def curriculum_options() -> tuple[CurriculumOption, ...]:
    """Return the built-in curricula in the language in use, the default one first."""
    found = [(name, from_catalog(name, current_language())) for name in catalog_names()]
    found.sort(key=lambda pair: (pair[0] != DEFAULT_CURRICULUM, pair[1].title))
    return tuple(CurriculumOption(name, one.title, _length(one)) for name, one in found)


@cache
def zones() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the IANA time zones by region, UTC first."""
    names = sorted(name for name in _ZONE_NAMES if "/" in name and not name.startswith("Etc/"))
    regions = groupby(names, key=lambda name: name.partition("/")[0])
    return (("", ("UTC",)), *((region, tuple(same)) for region, same in regions))


def _length(curriculum: Curriculum) -> str:
    """Return how long it takes at its own pace, as the schedule counts."""
    if curriculum.overview.months:
        return ngettext("%(num)s month", "%(num)s months", curriculum.overview.months[0])
    weeks = sum(unit.days for unit in curriculum.units()) // 7
    return ngettext("%(num)s week", "%(num)s weeks", weeks)


def _answers(form: SetupForm) -> SettingsAnswers:
    return SettingsAnswers(
        curriculum=form.path if form.curriculum == OWN else form.curriculum,
        start=form.start or None,
        timezone=form.timezone,
        language=form.language or None,
        ahead="all" if form.ahead == "all" else f"{int(form.ahead)} weeks",
        pace=f"{int(form.months)} months" if form.speed == "months" else None,
        hours_per_week=float(form.hours) if form.speed == "hours" else None,
        summary_day=Weekday(form.day),
        summary_hour=int(form.hour),
        summary_place=form.place,
        mentors=_logins(form.mentors),
        share=form.share,
        name=form.name or None,
        group=form.group,
    )


def _logins(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.removeprefix("@") for one in _BETWEEN.split(text) if one))


def _choose() -> str:
    return _("Choose one from the list.")


def _short(text: str) -> str:
    most = MAX_NAME
    return "" if len(text) <= most else _("Use at most %(most)s characters.", most=most)


def _path(form: SetupForm) -> str:
    if form.curriculum != OWN:
        return ""
    if not form.path:
        return _("Write its path, for example docs/guide.md.")
    if not is_file(form.path):
        return _("A guide ends in .md, a curriculum in .yml.")
    return "" if form.path.isprintable() else _("Write its path on one line.")


def _start(text: str) -> str:
    """Return what is wrong; without a day the first run takes it."""
    try:
        _day = date.fromisoformat(text) if text else None
    except ValueError:
        return _("Write a date, for example 2026-01-31.")
    return ""


def _whole_number(text: str, least: int, most: int) -> str:
    good = text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most
    return "" if good else _("Write a number from %(least)s to %(most)s.", least=least, most=most)


def _hours(text: str) -> str:
    try:
        good = 0 < float(text) <= 80
    except ValueError:
        good = False
    return "" if good else _("Write a number of hours up to 80.")


def _mentors(text: str) -> str:
    logins = _logins(text)
    if len(logins) > MAX_MENTORS:
        return _("Name at most %(most)s mentors.", most=MAX_MENTORS)
    odd = next((one for one in logins if not _LOGIN.fullmatch(one)), None)
    return _("'%(login)s' isn't a GitHub login.", login=odd) if odd else ""
