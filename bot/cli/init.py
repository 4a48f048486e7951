"""`milepost init`: a few questions, or flags, become a checked `.github/milepost.yml`."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import console
from bot.errors import ConfigError, UsageError


def init(
    curriculum: Annotated[
        str | None, typer.Option(help="A built-in curriculum, or the path of a .yml or .md file.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="First day of study: 2026-01-31.")] = None,
    pace: Annotated[str | None, typer.Option(help="For the whole path: '15 months'.")] = None,
    hours_per_week: Annotated[
        float | None, typer.Option(help="Instead of a pace: hours of study a week.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA name: Europe/Berlin.")] = None,
    ahead: Annotated[
        str | None, typer.Option(help="How far ahead issues exist: '4 weeks', or 'all'.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take defaults; do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write .github/milepost.yml in this folder: which path, from when, how fast."""
    from bot.curriculum.load import catalog_names
    from bot.settings import CONFIG_PATH, DEFAULT_CURRICULUM

    file = Path.cwd() / CONFIG_PATH
    if file.exists() and not force:
        raise ConfigError(
            "it is there already.", where=CONFIG_PATH, hint="Edit it, or replace it with --force."
        )
    if not yes and not console.interactive():
        needed = {"--curriculum": curriculum, "--start": start, "--timezone": timezone}
        missing = [flag for flag, value in needed.items() if value is None]
        if missing:
            raise UsageError(
                f"there is nobody to ask for {', '.join(missing)}.",
                hint="Give these flags, or --yes to take the defaults.",
            )
        yes = True
    asker = _Asker(quiet=yes)
    answers = {
        "curriculum": asker.ask(
            f"Curriculum ({', '.join(catalog_names())}, or a path to your guide)",
            curriculum,
            DEFAULT_CURRICULUM,
        ),
        "start": asker.ask(
            "First day of study", start, str(_next_monday(datetime.now().astimezone().date()))
        ),
        "timezone": asker.ask("Time zone", timezone, _local_zone()),
        "ahead": asker.ask("Weeks of issues ahead, or 'all'", ahead, "4 weeks"),
    }
    if pace is None and hours_per_week is None:
        pace = asker.ask("Months for the whole path (empty: as the guide says)", None, "") or None
    text = render(**answers, pace=pace, hours_per_week=hours_per_week)
    check(text, Path.cwd())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    console.say(f"Wrote {CONFIG_PATH}.")
    console.tell("Next: `milepost plan` shows what would be made in your repository.")


def render(
    *,
    curriculum: str,
    start: str,
    timezone: str,
    ahead: str,
    pace: str | None,
    hours_per_week: float | None,
) -> str:
    """The file's text. Values are quoted as YAML wants them."""
    import yaml

    from bot import templating

    def scalar(value: object) -> templating.Markdown:
        written = yaml.safe_dump(value, allow_unicode=True, width=1_000)
        return templating.Markdown(written.removesuffix("...\n").strip())

    try:
        first_day: object = date.fromisoformat(start)
    except ValueError:
        first_day = start
    return (
        templating.render(
            "milepost.yml.j2",
            curriculum=scalar(curriculum),
            start=scalar(first_day),
            timezone=scalar(timezone),
            ahead=scalar(int(ahead) if ahead.isdecimal() else ahead),
            pace=scalar(int(pace) if pace.isdecimal() else pace) if pace else None,
            hours_per_week=scalar(hours_per_week) if hours_per_week else None,
        )
        + "\n"
    )


def check(text: str, folder: Path) -> None:
    """Raises what is wrong with the settings, the curriculum they name, or the two together."""
    from bot import settings as settings_file
    from bot.usecases.reconcile import planner
    from bot.usecases.sources import Folder, find_curriculum

    settings = settings_file.parse(text)
    planner(find_curriculum(settings.curriculum, Folder(folder)), settings, datetime.now(UTC))


class _Asker:
    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def ask(self, question: str, given: str | None, default: str) -> str:
        if given is not None:
            return given
        if self._quiet:
            return default
        answer: str = typer.prompt(question, default=default, err=True, show_default=bool(default))
        return answer.strip()


def _next_monday(today: date) -> date:
    return today + timedelta(days=(7 - today.weekday()) % 7)


def _local_zone() -> str:
    """The machine's IANA zone, or UTC where it does not say."""
    import tzlocal

    try:
        return tzlocal.get_localzone_name() or "UTC"
    except Exception:  # noqa: BLE001 - a machine with an odd zone file still gets a file to edit
        return "UTC"
