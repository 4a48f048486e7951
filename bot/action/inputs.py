"""The inputs of the Action, in `MILEPOST_*`: a composite action has no `INPUT_*`."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import Field

from bot import settings as settings_file
from bot.errors import ConfigError
from bot.planning.snapshot import FrozenModel
from bot.settings import CONFIG_PATH, LEARNERS_PATH, FileSettings

if TYPE_CHECKING:
    from bot.sync.file_sources import FileSource

YES = frozenset({"true", "yes", "1"})
NO = frozenset({"false", "no", "0", ""})


class ActionCommand(StrEnum):
    """The activities that a workflow may name."""

    AUTO = "auto"
    PLAN = "plan"
    APPLY = "apply"
    SYNC = "sync"
    WEEKLY = "weekly"
    CHECKPOINT = "checkpoint"
    BADGE = "badge"
    COHORT = "cohort"


class Inputs(FrozenModel):
    """The inputs. The texts of `path` are not checked yet."""

    command: ActionCommand = ActionCommand.AUTO
    dry_run: bool = False
    allow_removals: bool = False
    config: str = CONFIG_PATH
    learners: str = LEARNERS_PATH
    webhook: str = Field(default="", repr=False)
    path: dict[str, str] = Field(default_factory=dict)


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Return the inputs from `MILEPOST_*`; empty ones count as not given. Raises ConfigError."""
    given = {
        name: value
        for name in ("curriculum", "start", "pace", "timezone", "ahead")
        if (value := environ.get(f"MILEPOST_{name.upper()}", "").strip())
    }
    command = environ.get("MILEPOST_COMMAND", "").strip().casefold() or ActionCommand.AUTO
    if command not in set(ActionCommand):
        raise ConfigError(
            f"there is no command '{command}'.",
            where="the input 'command'",
            hint=f"It is one of {', '.join(ActionCommand)}.",
        )
    return Inputs(
        command=ActionCommand(command),
        dry_run=_boolean(environ, "dry-run"),
        allow_removals=_boolean(environ, "allow-removals"),
        config=environ.get("MILEPOST_CONFIG", "").strip() or CONFIG_PATH,
        learners=environ.get("MILEPOST_LEARNERS", "").strip() or LEARNERS_PATH,
        webhook=environ.get("MILEPOST_WEBHOOK", "").strip(),
        path=given,
    )


def read_settings(inputs: Inputs, source: "FileSource") -> FileSettings:
    """Return the settings in `source`, else of the inputs. Raises ConfigError."""
    content = source.read(inputs.config)
    if content is not None:
        text = content.decode("utf-8-sig", errors="replace")
        return settings_file.parse(text, name=inputs.config)
    if not {"curriculum", "start"} & inputs.path.keys():
        raise ConfigError(
            "there is no such file.",
            where=inputs.config,
            hint="Make one with `milepost init`, or give the action 'curriculum' and 'start'.",
        )
    try:
        return settings_file.parse(json.dumps(inputs.path))
    except ConfigError as wrong:
        where = "the inputs of the action"
        raise ConfigError(wrong.what, where=where, hint=wrong.hint) from None


def _boolean(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(f"MILEPOST_{name.replace('-', '_').upper()}", "").strip().casefold()
    if value not in YES | NO:
        raise ConfigError(f"'{value}' is neither true nor false.", where=f"the input '{name}'")
    return value in YES
