"""The settings: `.github/milepost.yml`, and what the environment adds to it.

The file says what the plan is; the environment says where and as whom. Unknown keys are refused by
the name of the nearest known one. Everything here is a value; nothing is read but what is given.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SecretStr,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from bot import yaml_file
from bot.errors import ConfigError
from bot.i18n import LANGUAGES, find_language

CONFIG_PATH = ".github/milepost.yml"
LEARNERS_PATH = ".github/learners.txt"  # in a mentor's repository
DEFAULT_CURRICULUM = "devops-to-mlops"
DEFAULT_API_URL = "https://api.github.com"
MAX_PAUSES = 50
SLOWEST_WRITES = 600  # seconds between two writes
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHARED = re.compile(
    r"(?P<repository>[A-Za-z0-9_-]+/[A-Za-z0-9_.-]+)/(?P<path>[^@]+\.(?:ya?ml|md|markdown))"
    r"@(?P<ref>[A-Za-z0-9][A-Za-z0-9._/-]{0,200})",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,100}")
LONGEST_WAIT = 21_600  # seconds a run may wait in all; a job of GitHub Actions lives no longer


class SettingsModel(BaseModel):
    """Values that never change; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _is_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as unknown:
        raise ValueError(
            f"'{value}' is not an IANA time zone; write one such as Europe/Berlin or UTC"
        ) from unknown
    return value


def _is_language(value: str) -> str:
    found = find_language(value)
    if found is None:
        known = ", ".join(LANGUAGES)
        raise ValueError(f"there are no texts in the language '{value}'; write one of {known}")
    return found


def _is_branch(value: str) -> str:
    """Return a name that Git takes for a branch (git-check-ref-format)."""
    if re.search(r"\.\.|//|/\.|[./]$|\.lock(?:/|$)", value):
        raise ValueError(f"Git takes no branch named '{value}'; write one such as milepost")
    return value


def _number_of(unit: str, none: str | None, advice: str) -> BeforeValidator:
    """Return a validator of `4` and, with `unit`, of `4 weeks`; `none` stands for None."""

    def read(value: Any) -> Any:
        if value is none or value == none:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and (
            found := re.fullmatch(rf"(\d+)\s*(?:{unit}s?)?", value.strip())
        ):
            return int(found[1])
        raise ValueError(advice)

    return BeforeValidator(read)


def _read_start(value: Any) -> Any:
    """Return a date or a StartDay. Raises ValueError with what is expected."""
    if isinstance(value, str):
        words = " ".join(value.casefold().split())
        if words in set(StartDay):
            return StartDay(words)
        try:
            return date.fromisoformat(value.strip())
        except ValueError:  # neither a date nor a word: what is expected is said below
            pass
    if isinstance(value, datetime):
        value = value if value.time() != time() else value.date()
    if type(value) is date or value is None:
        return value
    raise ValueError("a date such as 2026-01-31, today or next monday is expected")


class StartDay(StrEnum):
    """A first day of study that the first run turns into a date."""

    TODAY = "today"
    NEXT_MONDAY = "next monday"

    def day(self, today: date) -> date:
        """Return the day that it means on `today`; a Monday is its own next Monday."""
        later = (7 - today.weekday()) % 7 if self is StartDay.NEXT_MONDAY else 0
        return today + timedelta(days=later)


Branch = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,80}$"), AfterValidator(_is_branch)
]
Zone = Annotated[str, AfterValidator(_is_zone)]
Ahead = Annotated[
    Annotated[int, Field(ge=0, le=520)] | None,
    _number_of("week", "all", "ahead is a number of weeks such as '4 weeks', or 'all'"),
    WithJsonSchema({"type": ["integer", "string"], "examples": ["4 weeks", 6, "all"]}),
]
Language = Annotated[str, AfterValidator(_is_language)]
Start = Annotated[date | StartDay | None, BeforeValidator(_read_start)]
Months = Annotated[
    Annotated[int, Field(ge=1, le=120)] | None,
    _number_of("month", None, "pace is a number of months such as '15 months'"),
    WithJsonSchema({"type": ["integer", "string"], "examples": ["15 months", 12]}),
]


class Pause(SettingsModel):
    """Days without study, both ends included: a holiday, a release, a new child."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    reason: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the pause ends ({self.last}) before it begins ({self.first})")
        return self


class FeatureSettings(SettingsModel):
    """Parts that can be switched off, or on.

    `links` looks up addresses outside GitHub that an issue names as evidence.
    """

    actions: bool = True
    checkpoints: bool = True
    deliverables: bool = True
    sub_issues: bool = True
    assessments: bool = True
    reflections: bool = True
    links: bool = False


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """Return 0 for Monday, as `date.weekday` counts."""
        return list(Weekday).index(self)


class SummarySettings(SettingsModel):
    """The weekly summary: a comment or an issue of its own, when, in the learner's zone.

    In YAML also just `comment` or `issue`.
    """

    place: Literal["comment", "issue"] = Field(default="comment", alias="as")
    day: Weekday = Weekday.MONDAY
    hour: int = Field(default=8, ge=0, le=23)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"as": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema with the short form, for editors that check files."""
        written_out = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [{"enum": ["comment", "issue"]}, written_out]}


class PublishSettings(SettingsModel):
    """What is written into files of the repository, all of it only when asked for.

    Needs a token with `contents: write`. `badge`, `pictures` and `calendar` go to the branch
    `branch`, which has no history in common with the others; `readme` keeps a block of the README,
    `forms` puts issue forms into `.github/ISSUE_TEMPLATE`; `reports` says where checkpoint reports
    go as files. `writeback` ticks finished tasks in the guide, where the curriculum is one in the
    repository.
    `skip_ci` keeps these commits from starting workflows and deployments.
    """

    badge: bool = False
    pictures: bool = False
    calendar: bool = False
    readme: bool = False
    forms: bool = False
    writeback: bool = False
    reports: Literal["none", "branch", "pull-request"] = "none"
    branch: Branch = "milepost"
    skip_ci: bool = True

    @property
    def to_default(self) -> bool:
        """Return whether anything is written to the default branch itself."""
        return self.readme or self.forms or self.writeback

    @property
    def to_branch(self) -> bool:
        """Return whether anything goes to the branch."""
        return self.badge or self.pictures or self.calendar or self.reports == "branch"


class BadgeSettings(SettingsModel):
    """The badge's number, and its left half; without a label it is the curriculum's title."""

    kind: Literal["percent", "month", "streak"] = "percent"
    label: str | None = Field(default=None, max_length=60)


class CohortSettings(SettingsModel):
    """Whether `mentors` may list this repository, and under which name; else its owner's login.

    `group` is a word by which mentors tell several classes apart.
    """

    share: bool = False
    name: str | None = Field(default=None, max_length=60)
    group: str = Field(default="", max_length=60)


class FileSettings(SettingsModel):
    """The file `.github/milepost.yml`.

    `curriculum` is the name of a built-in one, or the path of a .yml or .md file in the repository,
    or `OWNER/NAME/PATH@TAG` for one in another, public repository; a commit's hash is a tag, too.
    `start` is the first day of study, in `timezone`; without a date the first run takes the day.
    `pace` (months for the whole path) and `hours_per_week` are two ways to say how fast; without
    either the curriculum's own length holds. `ahead` is how many weeks of issues exist beforehand.
    `language` is that of all we write, by default the curriculum's. `choices` maps the id of a
    choice or pick to the id of the option taken. `mentors` are logins whose approval counts,
    `credits` ids of tasks known at the start.
    `schedule` lets the Action enable the daily workflow when GitHub stopped it (`restart`), and
    before that, too (`keep`).
    """

    curriculum: str = Field(default=DEFAULT_CURRICULUM, max_length=500)
    start: Start = None
    pace: Months = None
    hours_per_week: float | None = Field(default=None, gt=0, le=80)
    timezone: Zone = "UTC"
    ahead: Ahead = 4
    pauses: tuple[Pause, ...] = Field(default=(), max_length=MAX_PAUSES)
    label_prefix: str = Field(default="", max_length=20)
    features: FeatureSettings = FeatureSettings()
    language: Language | None = None
    choices: dict[str, str] = Field(default_factory=dict)
    credits: tuple[str, ...] = Field(default=(), max_length=1_000)
    mentors: tuple[str, ...] = Field(default=(), max_length=20)
    summary: SummarySettings = SummarySettings()
    publish: PublishSettings = PublishSettings()
    badge: BadgeSettings = BadgeSettings()
    cohort: CohortSettings = CohortSettings()
    schedule: Literal["none", "restart", "keep"] = "none"

    @field_validator("label_prefix")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if "," in value or any(ord(c) < 32 for c in value):
            raise ValueError("label_prefix may not hold commas or line breaks")
        return value

    @model_validator(mode="after")
    def _one_speed(self) -> Self:
        if self.pace is not None and self.hours_per_week is not None:
            raise ValueError("'pace' and 'hours_per_week' both say how fast: keep one of them")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Return the learner's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def shared_with(self) -> frozenset[str]:
        """Return the logins, in lower case, of the mentors who may see the path among others.

        The rule for the server and the command line: who names no mentor shares with nobody. What
        can be no login is left out.
        """
        if not self.cohort.share:
            return frozenset()
        return frozenset(m.lower() for m in self.mentors if _LOGIN.fullmatch(m))

    def starting(self, day: date) -> "Settings":
        """Return the settings of a path whose first day is known."""
        return Settings.model_construct(None, **{**self.__dict__, "start": day})


class Settings(FileSettings):
    """The settings in force: `start` is a date."""

    start: date


class Environment(SettingsModel):
    """Where GitHub is and who we are there, as far as it is set; checked where it is used.

    `write_interval` is the least time between two requests that create content, in seconds.
    """

    token: SecretStr | None = None
    repository: str | None = None
    api_url: str = DEFAULT_API_URL
    graphql_url: str | None = None
    write_interval: float = Field(default=1.0, ge=0, le=SLOWEST_WRITES)
    max_wait: float = Field(default=900.0, ge=0, le=LONGEST_WAIT)


class SharedFile(SettingsModel):
    """A file of another repository, at a tag or a commit."""

    repository: str
    path: str
    ref: str

    @property
    def git_ref(self) -> str:
        """Return the full name of the tag, or the commit's hash."""
        return self.ref if _COMMIT.fullmatch(self.ref) else f"refs/tags/{self.ref}"


def shared_file(name: str) -> SharedFile | None:
    """Return the file that `OWNER/NAME/PATH@TAG` names; None for the name of anything else."""
    found = _SHARED.fullmatch(name)
    return SharedFile.model_validate(found.groupdict()) if found else None


def file_name(name: str) -> str:
    """Return the path of a curriculum's file, wherever it is."""
    shared = shared_file(name)
    return shared.path if shared else name


def parse(text: str, *, name: str = CONFIG_PATH) -> FileSettings:
    """Return the settings from YAML. Raises ConfigError with file `name`, line and key.

    A file without any key is refused: it was emptied rather than meant as a path of its own.
    """
    found = yaml_file.parse(text, FileSettings, name=name, error=ConfigError)
    if not found.model_fields_set:
        raise ConfigError(
            "it's empty.", where=name, hint=f"Name a path: `curriculum: {DEFAULT_CURRICULUM}`."
        )
    return found


def environment(environ: Mapping[str, str]) -> Environment:
    """Return the environment's settings. Empty variables count as unset. Raises ConfigError."""
    names: dict[str, tuple[str, ...]] = {
        "token": ("GITHUB_TOKEN", "GH_TOKEN"),
        "repository": ("GITHUB_REPOSITORY",),
        "api_url": ("GITHUB_API_URL",),
        "graphql_url": ("GITHUB_GRAPHQL_URL",),
        "write_interval": ("MILEPOST_WRITE_INTERVAL",),
        "max_wait": ("MILEPOST_MAX_WAIT",),
    }
    found = {
        key: value
        for key, variables in names.items()
        if (
            value := next((environ[v].strip() for v in variables if environ.get(v, "").strip()), "")
        )
    }
    for key, most in (("write_interval", SLOWEST_WRITES), ("max_wait", LONGEST_WAIT)):
        if key in found:
            _check_number(names[key][0], found[key], most)
    return Environment.model_validate(found)


def _check_number(variable: str, value: str, most: int) -> None:
    try:
        good = 0 <= float(value) <= most
    except ValueError:
        good = False
    if not good:
        raise ConfigError(f"'{value}' is not a number of seconds from 0 to {most}.", where=variable)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **FileSettings.model_json_schema(by_alias=True),
        "title": "Milepost settings (.github/milepost.yml)",
    }
