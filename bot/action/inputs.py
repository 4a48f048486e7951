"""The inputs of the Action. They come as `MILEPOST_*`: a composite action has no `INPUT_*`."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from bot.errors import ConfigError
from bot.planning.snapshot import FrozenModel
from bot.settings import CONFIG_PATH

YES = frozenset({"true", "yes", "1"})
NO = frozenset({"false", "no", "0", ""})


class ActionCommand(StrEnum):
    """What a workflow may ask for."""

    AUTO = "auto"
    PLAN = "plan"
    APPLY = "apply"
    SYNC = "sync"
    WEEKLY = "weekly"
    CHECKPOINT = "checkpoint"
    BADGE = "badge"


class Inputs(FrozenModel):
    """What the workflow said. The texts of `path` are the user's, not yet checked."""

    command: ActionCommand = ActionCommand.AUTO
    dry_run: bool = False
    allow_removals: bool = False
    config: str = CONFIG_PATH
    path: dict[str, str] = Field(default_factory=dict)


def inputs(environ: Mapping[str, str]) -> Inputs:
    """From `MILEPOST_*`; empty ones count as not given. Raises ConfigError."""
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
        path=given,
    )


def _boolean(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(f"MILEPOST_{name.replace('-', '_').upper()}", "").strip().casefold()
    if value not in YES | NO:
        raise ConfigError(f"'{value}' is neither true nor false.", where=f"the input '{name}'")
    return value in YES
