"""Every command that the documentation shows runs, and says what the page says that it says.

A `console` fence holds commands behind "$ " and, below each, what it prints; "..." stands for lines
left out, at the end of a line for its rest. What a reader does by hand, a hidden comment does here:
a request to GitHub, a box ticked in the dashboard (TICK), a line of the settings brought to life
(SETTINGS), a command that the page takes for granted (RUN), another repository (START ANEW).
Milepost asks before it writes; nobody answers here, so `--yes` is added. The clock, GitHub's too,
stands at noon of the fifth of January 2026.
"""

import contextlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from cli.terminal import Terminal, terminal
from docs.pages import ROOT, Act, Fence, name_of, steps
from ports import free_port

from bot.clock import Clock
from github_sandbox.browser_user import BrowserUser

__all__ = ["terminal"]

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
GUIDES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs" / "start").glob("*.md")),
    *sorted((ROOT / "docs" / "tutorial").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]
INTERACTIVE = {"init", "apply", "undo", "replan"}
TARGETS = set(re.findall(r"^([a-z]+)(?: [a-z]+)*:", (ROOT / "Makefile").read_text(), re.MULTILINE))
SETTINGS_LINE = ".github/milepost.yml"


@pytest.fixture
def github_sandbox_clock() -> Clock:
    return lambda: NOW


@pytest.fixture
def reader(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Reader"]:
    monkeypatch.setenv("MILEPOST_DATA_DIR", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setattr("bot.settings.StartDay.day", lambda _day, _today: date(2026, 1, 5))
    monkeypatch.setattr("bot.cli.init._local_zone", lambda: "Europe/Berlin")
    with contextlib.ExitStack() as servers:
        yield Reader(terminal, monkeypatch, servers)


class Reader:
    """Somebody who follows a page to the letter."""

    def __init__(
        self, terminal: Terminal, patch: pytest.MonkeyPatch, servers: contextlib.ExitStack
    ) -> None:
        self._terminal = terminal
        self._patch = patch
        self._servers = servers
        self._port = free_port()
        self.ran = 0

    def follow(self, page: Path) -> None:
        all_steps = list(steps(page))
        commands = "".join(s.text for s in all_steps if isinstance(s, Fence))
        if "$ milepost init" not in commands:
            self._terminal.settings(curriculum="devops-to-mlops", ahead="4 weeks")
        for step in all_steps:
            if isinstance(step, Act):
                self._act(step.text)
            elif step.name:
                self._terminal.write(step.name, step.text)
            elif step.language == "console":
                for command, output in _commands(step.text):
                    self._run(command, output)

    def _run(self, line: str, output: list[str]) -> None:
        words = shlex.split(line)
        known: dict[str, Callable[[list[str]], str]] = {
            "milepost": self._milepost,
            ".venv/bin/milepost": self._milepost,
            "export": self._export,
            "make": _make,
            "docker": self._docker,
            "pip": _pip,
            "git": lambda words: "" if words == ["pull"] else "?",
            "mkdir": lambda _words: "",
            "cd": lambda _words: "",
        }
        assert words[0] in known, f"nobody knows how to try: {line}"
        text = known[words[0]](words[1:])
        if output:
            pattern = "".join(_pattern(x) for x in output)
            shown = "".join(f"{x.rstrip()}\n" for x in text.strip().splitlines())
            assert re.fullmatch(pattern, shown), f"{line}\n\nsays\n\n{shown}"

    def _milepost(self, words: list[str]) -> str:
        file = None
        if ">" in words:
            words, file = words[: words.index(">")], words[-1]
        if words == ["sandbox"]:
            return ""  # the fixture is one
        if words[0] == "serve":
            self.ran += 1
            self._servers.enter_context(_serving(self._port))
            return ""
        if words[0] in INTERACTIVE and not {"--yes", "--dry-run"} & set(words):
            words = [*words, "--yes"]
        self.ran += 1
        ran = self._terminal(*words)
        assert ran.code == 0, f"{words}: {ran.code}\n{ran.text}"
        if file:
            self._terminal.write(file, ran.out)
        return ran.out

    def _docker(self, words: list[str]) -> str:
        """What is there is named; a command of ours in a container is run here."""
        assert words[0] == "compose"
        services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
        match words[1:]:
            case ["up", "--detach"] | ["build", "--pull"]:
                return ""
            case ["logs", name]:
                assert name in services
            case ["cp", source, _]:
                assert source.split(":")[0] in services
            case ["exec", name, "milepost", *rest]:
                assert name in services
                return self._milepost(rest)
            case ["exec", name, *_]:
                assert name in services
            case _:
                pytest.fail(f"nobody knows how to try: {words}")
        return ""

    def _export(self, words: list[str]) -> str:
        for word in words:
            self._export_one(*word.split("=", 1))
        return ""

    def _export_one(self, name: str, value: str) -> None:
        if value == "your-token":
            value = self._terminal.sandbox.token
        value = re.sub(r"https://github\.example\.com(?=/api)", self._terminal.sandbox.url, value)
        value = value.replace("http://127.0.0.1:4010", self._terminal.sandbox.url)
        value = value.replace("https://milepost.example.org", f"http://127.0.0.1:{self._port}")
        if name not in {"PATH", "MILEPOST_DATA_DIR"}:
            self._patch.setenv(name, value)

    def _act(self, text: str) -> None:
        if text == "START ANEW":
            self._terminal.sandbox.world.reset()
            (self._terminal.folder / SETTINGS_LINE).unlink()
            return
        word, _, rest = text.partition(" ")
        if word == "RUN":
            self._milepost(rest.split()[1:])
            return
        if word == "SETTINGS":
            file = self._terminal.folder / SETTINGS_LINE
            before = file.read_text(encoding="utf-8")
            assert f"# {rest}" in before
            file.write_text(before.replace(f"# {rest}", rest), encoding="utf-8")
            return
        if word == "TICK":
            person = BrowserUser(self._terminal.sandbox.world)
            summary = person.issue_titled("Your path")
            assert summary
            assert f"- [ ] {rest}" in (summary.body or "")
            person.tick(summary, rest)
            return
        path, _, body = rest.partition(" ")
        self._terminal.github(word, f"/{path}", **json.loads(body))


@contextlib.contextmanager
def _serving(port: int) -> Iterator[None]:
    """A server, on a port that is free; whoever reads the page has 8000 free."""
    command = [sys.executable, "-m", "bot", "serve", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            text = ""
            while "Listening at" not in text:
                line = process.stderr.readline()
                assert line, text
                text += line
            assert "/register?code=" in text
            yield
        finally:
            process.terminate()
            process.communicate(timeout=60)


def _pip(words: list[str]) -> str:
    """What is installed comes from this checkout: nobody holds the name of the package yet."""
    match words:
        case ["install", "--require-hashes", "-r", lock]:
            assert (ROOT / lock).exists()
        case _:
            assert words == ["install", "--no-deps", "."]
    return ""


def _make(words: list[str]) -> str:
    assert set(words) <= TARGETS
    return ""


def _pattern(line: str) -> str:
    if line == "...":
        return r"(?:.*\n)*?"
    start = line.removesuffix("...")
    return f"{re.escape(start)}{'' if start == line else '.*'}\n"


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    command, output = "", list[str]()
    for line in [*text.splitlines(), "$ "]:
        if line.startswith("$ "):
            if command:
                yield command, output
            command, output = line.removeprefix("$ "), []
        else:
            output.append(line.rstrip())


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_whoever_follows_a_page_to_the_letter_gets_what_it_says(page: Path, reader: Reader) -> None:
    reader.follow(page)
    shown = page.read_text(encoding="utf-8").count("\n$ milepost ")
    assert reader.ran >= shown - 1


def test_inline_commands_name_what_there_is() -> None:
    """`milepost plan --format json` in running text, too."""
    import typer

    from bot.cli.app import app

    root = typer.main.get_command(app)
    for page in sorted({*GUIDES, *(ROOT / "docs").rglob("*.md"), ROOT / "SECURITY.md"}):
        text = page.read_text(encoding="utf-8")
        for words in re.findall(r"`(?:\.venv/bin/)?milepost ([^`\n]+)`", text):
            command = root
            for word in words.split():
                if word.startswith("-"):
                    assert word in {o for p in command.params for o in p.opts} | {"--help"}, words
                elif hasattr(command, "commands"):
                    assert word in command.commands, f"{page}: milepost {words}"
                    command = command.commands[word]


def test_the_server_is_tried_in_five_commands() -> None:
    page = (ROOT / "docs/how-to/try-the-server.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\$ ", page, re.MULTILINE)) == 5
