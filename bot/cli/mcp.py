"""`milepost mcp`: the tools of an assistant, over standard input and output."""

from functools import partial

from bot.cli import console
from bot.cli.bug_report import write_bug_report
from bot.cli.context import CliContext
from bot.cli.options import Repo
from bot.errors import UsageError


def mcp(repo: Repo = None) -> None:
    """Serve an assistant: its program starts this and talks to it (Model Context Protocol).

    The assistant reads the path, shows what a change would do, and writes only by a comment in your
    name, once you agree.
    """
    check_installed()
    from bot.assistant.server import make_server

    if console.interactive():
        console.print_status("Waiting for an assistant on standard input. Stop with Ctrl-C.")
    # While it serves, the SDK sends whatever else is printed to standard error.
    make_server(partial(CliContext, repo), write_bug_report).run("stdio")


def check_installed() -> None:
    """Raise UsageError when the extra `mcp` is not installed."""
    try:
        import mcp  # noqa: F401
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"an assistant's server needs '{missing.name}', which is not installed.",
            hint="Install it in a checkout with: pip install '.[mcp]'",
        ) from None
