"""All slash commands. Each file of this folder holds one, or two that undo each other.

A new file is found by itself: there is no list to add it to. What each method of a command is for
stands in its base, `bot/progress/command.py`.
"""

from importlib import import_module
from pkgutil import iter_modules

from bot.progress.command import Command

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")


def slash_commands() -> dict[str, type[Command]]:
    """Return what can be written in a comment, by its word, in the order of the help."""
    found = (kind for kind in Command.registry.values() if kind.form)
    return {kind.word: kind for kind in sorted(found, key=lambda k: (k.position, k.word))}


def read_stored(stored: object) -> Command:
    """Return the command of a log or a button. Raises ValueError for one of a newer version."""
    kind = Command.registry.get(str(stored.get("do"))) if isinstance(stored, dict) else None
    if kind is None:
        raise ValueError("no command of this version")
    return kind.model_validate(stored)
