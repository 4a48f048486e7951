"""Short names for the fixtures of `github_sandbox.pytest_plugin`, which most tests here use."""

from datetime import UTC, datetime

import pytest

from bot.clock import Clock
from github_sandbox import InstalledApp, Sandbox

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday like any other


@pytest.fixture
def github_sandbox_clock() -> Clock:
    """The sandbox's clock: it stands still. Tests of a live server take the machine's."""
    return lambda: NOW


@pytest.fixture
def sandbox(github_sandbox: Sandbox) -> Sandbox:
    """A running sandbox as new: one learner, one repository, one token."""
    return github_sandbox


@pytest.fixture
def sandbox_app(github_sandbox_app: InstalledApp) -> InstalledApp:
    """An App installed on the learner's account; its webhooks go to `webhook_inbox`."""
    return github_sandbox_app
