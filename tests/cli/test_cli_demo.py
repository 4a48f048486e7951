"""`milepost demo` and `milepost sandbox`: things to try without an account."""

import signal
import socket

import httpx
from cli.terminal import Terminal


def test_the_demo_shows_the_whole_job_and_ends_by_itself(terminal: Terminal) -> None:
    ran = terminal("demo", "--curriculum", "learn-python-12-weeks")
    assert ran.code == 0
    planned, _, applied = ran.out.partition("$ milepost apply")
    written, _, again = applied.partition("$ milepost plan")
    assert "milestones to create" in planned
    assert "changes written in" in written
    assert "Nothing to do" in again
    assert "milepost demo" in again  # how to look at it in a browser
    assert not terminal.sandbox.world.journal.entries  # it has a GitHub of its own


def test_the_sandbox_says_how_to_work_with_it_and_ends_with_ctrl_c(terminal: Terminal) -> None:
    with terminal.start("sandbox", "--port", "0") as process:
        assert process.stdout
        told = [process.stdout.readline() for _ in range(9)]
        address = told[2].split()[-1]
        assert httpx.get(address).status_code == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""
    assert any("export GITHUB_API_URL=" in line for line in told)


def test_a_taken_port_is_told(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("sandbox", "demo"):
            ran = terminal(command, "--port", port)
            assert ran.code == 64
            assert f"Port {port}" in ran.err
            assert "--port" in ran.err
