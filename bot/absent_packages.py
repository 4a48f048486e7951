"""Stands in for packages that a library of ours imports and that Milepost never calls.

The Action's environment does not have them, for GitHub's cache brings it before every run.
"""

import sys
from importlib import import_module
from types import ModuleType


def stand_in(package: str, *names: str) -> None:
    """Let `from package import names` pass where `package` is not installed; each name is None."""
    try:
        import_module(package)
    except ModuleNotFoundError:
        made = ModuleType(package, f"Stands in for {package}, which is not installed.")
        for name in names:
            setattr(made, name, None)
        sys.modules[package] = made
