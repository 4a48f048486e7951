"""Fixtures that pytest finds by itself wherever `github-sandbox` is installed.

Imports nothing heavy: pytest loads this in every run, used or not.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from github_sandbox.server import Sandbox
    from github_sandbox.testing import InstalledApp, WebhookInbox


@pytest.fixture(scope="session")
def github_sandbox_server() -> "Iterator[Sandbox]":
    """One running sandbox for the whole session; its state goes from test to test."""
    from github_sandbox.server import running

    with running() as sandbox:
        yield sandbox


@pytest.fixture
def github_sandbox_clock() -> "Callable[[], datetime] | None":
    """The time of the sandbox, aware; None for the machine's. Override it to choose the day."""
    return None


@pytest.fixture
def github_sandbox(
    github_sandbox_server: "Sandbox", github_sandbox_clock: "Callable[[], datetime] | None"
) -> "Iterator[Sandbox]":
    """A running sandbox as new for each test: one person, one repository, one token."""
    from github_sandbox.state.clock import Clock

    github_sandbox_server.world.clock = Clock(github_sandbox_clock)
    github_sandbox_server.world.reset()
    yield github_sandbox_server
    github_sandbox_server.webhooks.settle()


@pytest.fixture
def github_sandbox_workflow(github_sandbox: "Sandbox") -> str:
    """The GITHUB_TOKEN of a workflow in the first repository, with every permission."""
    from github_sandbox.state import bots

    with github_sandbox.world.lock:
        return bots.actions_token(github_sandbox.world, github_sandbox.world.repository()).value


@pytest.fixture
def webhook_inbox() -> "Iterator[WebhookInbox]":
    """A server that records the webhooks that are sent to its `url`."""
    from github_sandbox.testing import WebhookInbox

    with WebhookInbox.listening() as inbox:
        yield inbox


@pytest.fixture
def github_sandbox_app(github_sandbox: "Sandbox", webhook_inbox: "WebhookInbox") -> "InstalledApp":
    """An installed GitHub App whose webhooks go to `webhook_inbox`."""
    from github_sandbox.testing import InstalledApp

    return InstalledApp.create(github_sandbox, webhook_inbox.url)
