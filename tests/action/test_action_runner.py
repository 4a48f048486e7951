"""What the runner is told: nothing that anybody wrote is ever obeyed."""

import re
from io import StringIO
from pathlib import Path

import pytest
from action.action_runner import read_outputs
from hypothesis import given
from hypothesis import strategies as st

from bot.action.run import annotations
from bot.action.runner_log import MOST, RunnerLog, write_outputs, write_summary
from bot.errors import ConfigError, CurriculumError, MilepostError, RefusedError

HOSTILE = [
    *("$(touch spoiled)", "`touch spoiled`", "${{ github.token }}", "<script>alert(1)</script>"),
    *("::set-output name=percent::99", "::add-mask::a", "::error::no", " ::warning::x"),
    *("a ##[error]no", "##[set-env name=PATH]/tmp", "::stop-commands::guess", "::guess::"),
    *("\u202etxt.exe", "percent<<end\n99\nend", "%0A::error::no", "\r\n::error::no"),
]
anything = st.text() | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE)).map("".join)


def obeyed(log: str) -> list[str]:
    """The commands that a runner would obey, read as it reads them.

    After `ActionCommandManager` and `ActionCommand` of actions/runner: `::` at the start of a line,
    `##[` anywhere in it, and none between stop-commands and its token.
    """
    found: list[str] = []
    token: str | None = None
    for line in re.split(r"\r\n|\n|\r", log):
        text = line.lstrip()
        if token is not None:
            token = None if text.rstrip() == f"::{token}::" else token
        elif stop := re.match(r"::stop-commands::(.+)", text):
            token = stop[1].strip()
        elif text.startswith("::") or "##[" in text:
            found.append(text)
    assert token is None, "the commands of later steps would not be obeyed"
    return found


@given(st.lists(anything))
def test_what_is_said_is_never_obeyed(texts: list[str]) -> None:
    out = StringIO()
    with RunnerLog(out) as log:
        log.mask("secret")
        with log.group("Plan"):
            for text in texts:
                log.write(text)
        log.command("notice", "ours")
    assert obeyed(out.getvalue()) == [
        "::add-mask::secret",
        *(["::group::Plan", "::endgroup::"] if texts else []),
        "::notice::ours",
    ]
    assert all(text in out.getvalue() for text in texts)


@given(anything, anything)
def test_a_command_is_one_line_whatever_it_says(message: str, file: str) -> None:
    out = StringIO()
    with RunnerLog(out) as log:
        log.command("error", message, file=file, line=3)
    [line] = out.getvalue().removesuffix("\n").split("\n")
    assert "\r" not in line
    assert obeyed(out.getvalue()) == [line]
    properties, _, reported = line.removeprefix("::error ").partition("::")
    assert _read(reported) == message
    assert [_read(p.partition("=")[2]) for p in properties.split(",")] == [file, "3"]


def _read(text: str) -> str:
    for code, sign in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(code, sign)
    return text


@given(st.dictionaries(st.sampled_from(["percent", "unit", "forecast"]), anything))
def test_outputs_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]
) -> None:
    file = tmp_path_factory.mktemp("outputs") / "outputs"
    write_outputs(str(file), values)
    assert read_outputs(file) == {name: _unix_lines(value) for name, value in values.items()}


def _unix_lines(text: str) -> str:
    """The runner takes any end of a line, also one that our own end of the value completes."""
    return f"{text}\n".replace("\r\n", "\n").replace("\r", "\n")[:-1]


def test_a_page_too_long_for_the_runner_is_cut_at_a_line(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    write_summary(str(file), "- a line with an ä\n" * 100_000)
    data = file.read_bytes()
    assert MOST - 100 < len(data) <= MOST
    *lines, last = data.decode().strip().split("\n")
    assert set(lines) == {"- a line with an ä", ""}
    assert last == "_There is more than fits here._"


def test_without_files_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_outputs(None, {"percent": "1"})
    write_summary("", "Text")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            ConfigError("start: a date is expected.", where=".github/milepost.yml, line 3"),
            [("start: a date is expected.", ".github/milepost.yml", "3")],
        ),
        (
            CurriculumError(
                "2 things are wrong.\n  line 3: tasks: no.\n  line 9: title: no.", where="path.yml"
            ),
            [("tasks: no.", "path.yml", "3"), ("title: no.", "path.yml", "9")],
        ),
        (
            ConfigError("it is not there.", where="guide.md", hint="Make one."),
            [("it is not there. Make one.", "guide.md", None)],
        ),
        (
            ConfigError("there is no token.", where="the input 'token'"),
            [("the input 'token': there is no token.", None, None)],
        ),
        (
            RefusedError("too much.", hint="Run it with --allow-removals."),
            [
                (
                    "too much. If you mean it, run the workflow by hand with 'allow-removals'.",
                    None,
                    None,
                )
            ],
        ),
    ],
)
def test_a_mistake_is_shown_where_it_was_made(
    error: MilepostError, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert [(c["message"], c["file"], c["line"]) for c in annotations(error)] == expected
