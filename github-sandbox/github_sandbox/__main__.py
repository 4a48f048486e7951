"""`github-sandbox`: serve a sandbox until Ctrl-C."""

import argparse
from collections.abc import Sequence
from importlib.metadata import version

from github_sandbox.server import HOST, PortError, Sandbox, serve
from github_sandbox.world import REPOSITORY, TOKEN, World

INTRODUCTION = """\
A GitHub of your own, until Ctrl-C. It keeps everything in memory.

  In a browser:  {url}/{repository}/issues
  Control:       {url}/_sandbox, described at {url}/openapi.json

  export GITHUB_API_URL={api_url}
  export GITHUB_GRAPHQL_URL={graphql_url}
  export GITHUB_REPOSITORY={repository}
  export GITHUB_TOKEN={token}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command. Exits with 2 and a message when an option or the port is not usable."""
    parser = argparse.ArgumentParser(
        prog="github-sandbox", description="Serve a stateful stand-in for GitHub until Ctrl-C."
    )
    add = parser.add_argument
    add("--host", default=HOST, help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=4010, help="0 takes a free one (default: %(default)s)")
    add("--name", help="host name in the sandbox's URLs (default: that of --host)")
    add("--repository", default=REPOSITORY, help="the first repository (default: %(default)s)")
    add("--token", default=TOKEN, help="the token of its owner (default: %(default)s)")
    add("--version", action="version", version=f"%(prog)s {version('github-sandbox')}")
    chosen = parser.parse_args(arguments)
    try:
        state = World(repository=chosen.repository, token=chosen.token)
        serve(chosen.port, host=chosen.host, name=chosen.name, state=state, on_start=_introduce)
    except (PortError, ValueError) as error:
        parser.error(str(error))


def _introduce(sandbox: Sandbox) -> None:
    text = INTRODUCTION.format(
        url=sandbox.url,
        repository=sandbox.repository,
        api_url=sandbox.api_url,
        graphql_url=sandbox.graphql_url,
        token=sandbox.token,
    )
    print(text, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main()
