"""Output for GitHub's runner: workflow commands, outputs, the step's summary.

After "Workflow commands for GitHub Actions". The runner reads commands in everything that a step
prints, `##[name]` even within a line, and titles and comments are other people's text. So commands
are stopped whenever anything else is said.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TextIO

MOST = 1_000_000  # bytes of a step's summary; GitHub drops one over 1 MiB
CUT = "\n\n_There is more than fits here._\n"


class RunnerLog:
    """What the step prints. `out` is the one stream of it. Use as a context."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._token = secrets.token_hex(16)
        self._stopped = False
        self._title = ""  # of a group that nothing was said in yet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._switch_commands(wanted=False)

    def write(self, text: str) -> None:
        """Write any text, from anybody."""
        self._open_group()
        self._switch_commands(wanted=True)
        self._print(text)

    def command(self, name: str, message: str = "", **properties: str | int | None) -> None:
        """Write a command for the runner; message and properties are escaped."""
        self._open_group()
        encoded = ",".join(
            f"{k}={_property(str(v))}" for k, v in properties.items() if v is not None
        )
        self._switch_commands(wanted=False)
        self._print(f"::{name}{' ' if encoded else ''}{encoded}::{_data(message)}")

    def mask(self, secret: str) -> None:
        """Let the runner print *** wherever this would show."""
        for line in secret.split("\n"):
            if line.strip():
                self.command("add-mask", line.strip())

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is written inside; without any, there is no group."""
        self._title = title
        try:
            yield
        finally:
            if not self._title:
                self.command("endgroup")
            self._title = ""

    def _open_group(self) -> None:
        if self._title:
            title, self._title = self._title, ""
            self.command("group", title)

    def _switch_commands(self, *, wanted: bool) -> None:
        if wanted != self._stopped:
            self._print(f"::stop-commands::{self._token}" if wanted else f"::{self._token}::")
            self._stopped = wanted

    def _print(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()


def write_outputs(file: str | None, values: Mapping[str, str]) -> None:
    """Append to the file that GITHUB_OUTPUT names, if there is one."""
    if not file:
        return
    with Path(file).open("a", encoding="utf-8", newline="\n") as out:
        for name, value in values.items():
            end = f"end-{secrets.token_hex(16)}"
            out.write(f"{name}<<{end}\n{value}\n{end}\n")


def write_summary(file: str | None, markdown: str) -> None:
    """Append to the file that GITHUB_STEP_SUMMARY names, if there is one; cut at a line's end."""
    if not file:
        return
    data = f"{markdown}\n".encode()
    if len(data) > MOST:
        head = data[: MOST - len(CUT.encode())]
        data = head[: head.rfind(b"\n") + 1] + CUT.encode()
    with Path(file).open("ab") as out:
        out.write(data)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
