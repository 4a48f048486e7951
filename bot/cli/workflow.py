"""The workflows that `milepost init --workflow` writes: events, rights and a time of day.

The daily one is a file of its own. GitHub switches a workflow with a schedule off, with all its
events, after 60 days without a commit in a public repository; a plan of issues sees few commits.

A comment on a pull request starts no job unless one of its lines begins with a slash. An expression
has no escape for the end of a line, `fromJSON` reads one from JSON: getsentry/publish#1095,
linebender/vello#837. Comments come with LF or CRLF, and both end in LF.

In a template's repositories the daily one also starts the path, on the first push. `create` doesn't
come for a repository made from a template, and `paths` match no file of its first commit; `push`
comes, though not always, and then the schedule starts the path. Sources: actions/runner#673,
skills/code-with-codespaces#86, instantish/15-minutes-for-6-months#5, adobe/aem-block-collection#154
(which also tells that push by its message, "Initial commit").
"""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.settings import FileSettings

WORKFLOW_PATH = ".github/workflows/milepost.yml"
DAILY_PATH = ".github/workflows/milepost-daily.yml"  # as bot.planning.daily_workflow has it
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
_ACTION = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_./-]+@[A-Za-z0-9_./-]+|\./[A-Za-z0-9_./-]*")
_SPECIAL = re.compile(r"([*?+\[\]!\\])")  # in GitHub's filter patterns
READS = {"workflow": "actions", "pull_request": "pull-requests"}  # what checks have to read
MINUTES = [minute for minute in range(60) if minute % 5]  # others like the round ones


def render(
    settings: "FileSettings",
    repository: str,
    action: str,
    kinds: Collection[str] = (),
    *,
    template: bool = False,
) -> dict[str, str]:
    """Return the files' texts by path; `action` was checked, `kinds` are those of the checks.

    With `template` they also start the path in repositories made from a template.
    """
    from bot import templating

    publish = settings.publish
    files = publish.to_branch or publish.to_default or publish.reports != "none"
    values = {
        "minute": minute(repository),
        "hour": settings.summary.hour,
        "timezone": settings.timezone,
        "paths": [_pattern(path) for path in trigger_paths(settings)],
        "contents": "write" if files else "read",
        "default_files": publish.to_default,
        "pulls": publish.reports == "pull-request",
        "reads": [right for kind, right in READS.items() if kind in kinds],
        "schedule": settings.schedule,
        "action": action,
        "checkout": CHECKOUT,
        "first_push": template,
    }
    return {
        WORKFLOW_PATH: f"{templating.render('workflow.yml.j2', **values)}\n",
        DAILY_PATH: f"{templating.render('workflow-daily.yml.j2', **values)}\n",
    }


def named_action(folder: Path) -> str | None:
    """Return the action that a workflow of ours in this folder names, if there is one."""
    for path in (DAILY_PATH, WORKFLOW_PATH):
        if (folder / path).is_file():
            text = (folder / path).read_text(encoding="utf-8", errors="replace")
            named = re.findall(r"^ *- uses: (\S+)$", text, re.MULTILINE)
            return next((one for one in named if _valid(one)), None)
    return None


def check_action(action: str) -> None:
    """Raise ConfigError when this isn't a valid action reference."""
    if not _valid(action):
        raise ConfigError(
            f"'{action}' isn't a valid action reference.",
            where="--action",
            hint="Write it as OWNER/NAME@TAG, with the account that holds Milepost as OWNER.",
        )


def _valid(action: str) -> bool:
    """Return whether it is a reference to an action, and not the example of one."""
    return bool(_ACTION.fullmatch(action)) and not action.startswith("OWNER/")


def trigger_paths(settings: "FileSettings") -> list[str]:
    """Return the files whose change is a change of the path."""
    from bot.settings import CONFIG_PATH, shared_file

    named = settings.curriculum
    is_here = Path(named).suffix and shared_file(named) is None
    return [CONFIG_PATH, *([named] if is_here else [])]


def minute(repository: str) -> int:
    """Return a minute off the full hour for the repository OWNER/NAME, whatever its case."""
    from bot.planning.marker import digest

    return MINUTES[int(digest(repository.casefold()), 16) % len(MINUTES)]


def _pattern(path: str) -> str:
    """Return a path escaped for GitHub's filters and quoted for YAML."""
    return json.dumps(_SPECIAL.sub(r"\\\1", path))
