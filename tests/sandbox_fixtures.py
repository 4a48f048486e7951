"""Short names for the fixtures of `github_sandbox.pytest_plugin`, which most tests here use."""

import pytest

from github_sandbox import InstalledApp, Sandbox


@pytest.fixture
def sandbox(github_sandbox: Sandbox) -> Sandbox:
    """A running sandbox as new: one learner, one repository, one token."""
    return github_sandbox


@pytest.fixture
def sandbox_app(github_sandbox_app: InstalledApp) -> InstalledApp:
    """An App installed on the learner's account; its webhooks go to `webhook_inbox`."""
    return github_sandbox_app
