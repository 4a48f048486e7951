"""`milepost demo` and `milepost sandbox`: things to try without an account."""

import re
import signal
import socket

import httpx2
from cli.terminal import Terminal


def test_the_demo_lives_through_a_quarter_and_ends_by_itself(terminal: Terminal) -> None:
    ran = terminal("demo")
    assert ran.code == 0
    planned, _, lived = ran.out.partition("$ milepost sync")
    assert "milestones to create" in planned
    reported = re.findall(r"^--- (\w+), [^:]*: (.+) ---$", lived, re.MULTILINE)
    days, titles = zip(*reported, strict=True)
    assert len({title for title in titles if title.startswith("Summary of week")}) == 13
    assert titles[13:] == ("Report: Three-month checkpoint",)
    assert days == ("Monday",) * 13 + ("Tuesday",)
    assert "### How far you are" in lived
    assert "The badge says: From DevOps to MLOps | " in lived
    assert "milepost demo" in lived  # how to look at it in a browser
    assert not terminal.sandbox.world.journal.entries  # it has a GitHub of its own


def test_the_sandbox_says_how_to_work_with_it_and_ends_with_ctrl_c(terminal: Terminal) -> None:
    with terminal.start("sandbox", "--port", "0") as process:
        assert process.stdout
        reported = [process.stdout.readline() for _ in range(9)]
        address = reported[2].split()[-1]
        assert httpx2.get(address).status_code == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""
    assert any("export GITHUB_API_URL=" in line for line in reported)


def test_a_taken_port_is_told(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("sandbox", "demo"):
            ran = terminal(command, "--port", port)
            assert ran.code == 64
            assert f"Port {port}" in ran.err
            assert "--port" in ran.err
