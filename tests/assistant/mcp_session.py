"""An assistant's program: the SDK's own client, and `milepost mcp` as a process that it starts."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent, Tool
from sandbox_fixtures import NOW

from bot.assistant.server import make_server
from bot.cli.bug_report import write_bug_report
from bot.cli.context import CliContext

READ, INSTALL, LOOP = 2, 3, 6  # the numbers of the tasks' issues, by the order of the plan
# The command with a clock that stands still.
PROGRAM = f"""\
import sys
from datetime import datetime
from bot.cli.app import run
sys.exit(run(sys.argv[1:], clock=lambda: datetime.fromisoformat({NOW.isoformat()!r})))
"""


class McpSession:
    """One session with the server, for tests that are not asynchronous."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal = portal
        self._client = client

    @property
    def instructions(self) -> str:
        """What the server tells an assistant first."""
        return self._client.instructions or ""

    def tools(self) -> dict[str, Tool]:
        """The tools by name."""
        return {tool.name: tool for tool in self._portal.call(self._client.list_tools).tools}

    def result(self, name: str, /, **arguments: Any) -> CallToolResult:
        """The result of a call as the client gets it."""
        result = self._portal.call(self._client.call_tool, name, arguments)
        assert isinstance(result, CallToolResult)
        return result

    def call(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """The answer of a call; its text says the same as its structured content."""
        result = self.result(name, **arguments)
        assert not result.is_error, text_of(result)
        assert json.loads(text_of(result)) == result.structured_content
        answer: dict[str, Any] = result.structured_content or {}
        return answer

    def error(self, name: str, /, **arguments: Any) -> str:
        """The text of a call that goes wrong."""
        result = self.result(name, **arguments)
        assert result.is_error
        assert result.structured_content is None
        text = text_of(result)
        assert "Traceback" not in text
        return text


def text_of(result: CallToolResult) -> str:
    """The text of a result, in one block."""
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


@contextmanager
def stdio_session(folder: Path, environ: Mapping[str, str]) -> Iterator[McpSession]:
    """A session with `milepost mcp` in this folder and environment."""
    parameters = StdioServerParameters(
        command=sys.executable, args=["-c", PROGRAM, "mcp"], env=dict(environ), cwd=folder
    )
    with (folder / "stderr.txt").open("w") as errors, start_blocking_portal() as portal:
        client = Client(stdio_client(parameters, errlog=errors))
        with portal.wrap_async_context_manager(client):
            yield McpSession(portal, client)


@contextmanager
def in_process() -> Iterator[McpSession]:
    """A session with a server in this process and its environment, without standard streams."""
    server = make_server(_Context, write_bug_report)
    with start_blocking_portal() as portal:
        client = Client(server)
        with portal.wrap_async_context_manager(client):
            yield McpSession(portal, client)


class _Context(CliContext):
    """The context of a call while the clock stands still."""

    def __init__(self) -> None:
        super().__init__()
        self.now = lambda: NOW
