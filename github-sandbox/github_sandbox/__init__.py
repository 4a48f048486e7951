"""A stateful GitHub over HTTP on this machine: for tests, demos and previews.

`running` serves one in a thread, `serve` until Ctrl-C; the pytest plugin brings the fixture
`github_sandbox`, and `github-sandbox` is the command. `world` holds the state, `state/` changes it,
`api/` answers as GitHub's REST and GraphQL, `pages/` shows it in a browser, and `control` steers it
over HTTP (faults, clock, people, the request log).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from github_sandbox.browser_user import BrowserUser, act_as_bot
    from github_sandbox.server import PortError, Sandbox, running, serve
    from github_sandbox.testing import InstalledApp, WebhookInbox
    from github_sandbox.world import World

__all__ = [
    "BrowserUser",
    "InstalledApp",
    "PortError",
    "Sandbox",
    "WebhookInbox",
    "World",
    "act_as_bot",
    "running",
    "serve",
]

_MODULES = {
    "BrowserUser": "browser_user",
    "InstalledApp": "testing",
    "WebhookInbox": "testing",
    "act_as_bot": "browser_user",
    "World": "world",
}


def __getattr__(name: str) -> Any:
    """Import on first use: pytest loads the plugin in every project that has it installed."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'server')}"), name)
