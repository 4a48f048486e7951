"""The stage that these tests run the Action on."""

import pytest
from action.action_runner import ActionRunner
from cli.terminal import Terminal, terminal

__all__ = ["stage", "terminal"]


@pytest.fixture
def stage(terminal: Terminal) -> ActionRunner:
    """A repository without settings, ready for runs of the Action."""
    return ActionRunner(terminal)
