"""Turns a few answers into the text of `.github/milepost.yml`, checked before it is written.

For `milepost init` and for the server's set-up page: the same answers give the same bytes.
"""

import contextlib
from collections.abc import Callable
from datetime import date
from typing import Literal

from bot.curriculum.model import Curriculum
from bot.i18n import LANGUAGES
from bot.planning.snapshot import FrozenModel
from bot.settings import FileSettings, Weekday
from bot.settings import parse as parse_settings
from bot.sync.file_sources import FileSource, find_curriculum


class SettingsAnswers(FrozenModel):
    """The answers, as text; None leaves a key out of the file.

    Without `start` the first run takes the day. `pace` is months for the whole path. The weekly
    summary is written at an hour of a day, both given or neither, in `timezone`. `share` lets
    `mentors`, who are logins, see the path among those of others, under `name` instead of its
    owner's login and as one of a `group`.
    """

    curriculum: str
    start: str | None = None
    timezone: str
    ahead: str
    language: str | None = None
    pace: str | None = None
    hours_per_week: float | None = None
    summary_day: Weekday | None = None
    summary_hour: int | None = None
    summary_place: Literal["comment", "issue"] = "comment"
    mentors: tuple[str, ...] = ()
    share: bool = False
    name: str | None = None
    group: str = ""


# The keys that answers decide on.
ANSWERED_KEYS = frozenset(
    {"curriculum", "start", "timezone", "ahead", "pace", "hours_per_week", "summary", "mentors"}
    | {"cohort", "language"}
)


def render(answers: SettingsAnswers) -> str:
    """Return the file's text. Values are quoted as YAML needs."""
    from bot import templating

    values = {"scalar": scalar, "text": _dumped, "languages": ", ".join(LANGUAGES)}
    return templating.render("milepost.yml.j2", a=answers, **values) + "\n"


def without_answers(there: str) -> str:
    """Return what existing settings hold besides the answers, without comments; "" for nothing."""
    import yaml

    found = yaml.safe_load(there)
    remaining = (
        {k: v for k, v in found.items() if k not in ANSWERED_KEYS}
        if isinstance(found, dict)
        else {}
    )
    if not remaining:
        return ""
    text = yaml.safe_dump(remaining, allow_unicode=True, sort_keys=False, width=1_000)
    return f"\n# Kept from before.\n{text}"


def check(
    text: str,
    place: FileSource,
    find: Callable[[str, FileSource], Curriculum] = find_curriculum,
) -> tuple[FileSettings, Curriculum]:
    """Return settings and curriculum. Raises ConfigError, CurriculumError or GuideError."""
    from bot.planning.desired_state import desired_state
    from bot.planning.path import PlannedPath

    settings = parse_settings(text)
    curriculum = find(settings.curriculum, place)
    desired_state(PlannedPath.at_start(curriculum, settings))
    return settings, curriculum


def scalar(text: str) -> str:
    """Return `text` as a YAML value: dates and whole numbers bare, other text quoted as needed."""
    value: object = text
    if text.isdecimal():
        value = int(text)
    else:
        with contextlib.suppress(ValueError):
            value = date.fromisoformat(text)
    return _dumped(value)


def _dumped(value: object) -> str:
    import yaml

    written: str = yaml.safe_dump(value, allow_unicode=True, width=1_000)
    return written.removesuffix("...\n").strip()
