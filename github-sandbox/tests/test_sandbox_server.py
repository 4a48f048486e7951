"""The server starts at once, stops cleanly and says what is wrong with a port."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import httpx2
import pytest

from github_sandbox.server import HOST, PortError, running
from github_sandbox.world import World


def test_it_starts_at_once() -> None:
    started = time.perf_counter()
    with running() as sandbox:
        took = time.perf_counter() - started
        assert httpx2.get(f"{sandbox.api_url}/rate_limit").status_code == 200
    # The aim is 0.15 s; a busy machine gets some more before this is called slow.
    assert took < 0.5
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(sandbox.url)


def test_clock_and_state_can_be_given() -> None:
    def clock() -> datetime:
        return datetime(2030, 2, 28, 12, tzinfo=UTC)

    world = World(clock)
    world.add_repository("ada/notes")
    with running(state=world) as sandbox:
        root = f"{sandbox.api_url}/repos/ada/notes"
        answer = httpx2.get(root)
    assert answer.json()["created_at"] == "2030-02-28T12:00:00Z"


def test_first_repository_owner_and_token_can_be_given() -> None:
    with running(state=World(repository="acme/app", token="mine")) as sandbox:
        sandbox.world.reset()
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        with httpx2.Client(headers=headers) as client:
            root = f"{sandbox.api_url}/repos/{sandbox.repository}"
            issue = client.post(f"{root}/issues", json={"title": "Hello"}).json()
            made = client.post(f"{sandbox.url}/_sandbox/tokens", json={"token": "second"})
            other = {"Authorization": "Bearer second"}
            who = client.get(f"{sandbox.api_url}/user", headers=other).json()["login"]
    assert (sandbox.repository, sandbox.token) == ("acme/app", "mine")
    assert issue["user"]["login"] == "acme"
    assert (made.status_code, who) == (201, "acme")


@pytest.mark.parametrize("wrong", ["acme", "acme/app/more", "/app", "a b/c", ""])
def test_a_repository_that_cannot_be_one_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="owner/name"):
        World(repository=wrong)


def test_it_answers_and_links_under_the_name_it_was_given() -> None:
    with running(name="github.test") as sandbox:
        port = sandbox.url.rpartition(":")[2]
        assert sandbox.url == f"http://github.test:{port}"
        user = f"http://{HOST}:{port}/api/v3/users/learner"
        answer = httpx2.get(user, headers={"Host": f"GitHub.test:{port}"})
        assert answer.json()["html_url"] == f"{sandbox.url}/learner"
        assert httpx2.get(user, headers={"Host": f"elsewhere.test:{port}"}).status_code == 403


def test_a_held_request_does_not_keep_it_from_stopping() -> None:
    with running() as sandbox:
        sandbox.world.faults.add("timeout", hold=60)
        with httpx2.Client(verify=False) as client, pytest.raises(httpx2.ReadTimeout):
            client.get(sandbox.api_url, timeout=0.05)
        sandbox.world.faults.add("timeout", hold=60)
        started = time.perf_counter()
        answers: list[Exception] = []
        waiting = threading.Thread(target=lambda: answers.append(_failure(sandbox.api_url)))
        waiting.start()
        while len(sandbox.world.journal.entries) < 2:
            time.sleep(0)
    waiting.join()
    assert time.perf_counter() - started < 5
    assert isinstance(answers[0], httpx2.ReadError | httpx2.RemoteProtocolError)


def _failure(url: str) -> Exception:
    with pytest.raises(httpx2.TransportError) as caught, httpx2.Client(verify=False) as client:
        client.get(url, timeout=30)
    return caught.value


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=str(port)), running(port):
            pass


def test_it_serves_until_it_is_interrupted() -> None:
    program = (
        "from github_sandbox.server import serve\n"
        "serve(0, on_start=lambda sandbox: print(sandbox.url, flush=True))\n"
        "print('stopped')"
    )
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            with httpx2.Client(transport=httpx2.HTTPTransport(retries=3), timeout=30) as client:
                assert client.get(url).status_code == 200
            os.kill(process.pid, signal.SIGINT)
            out, errors = process.communicate(timeout=10)
        finally:
            process.kill()  # a failure is a failure, not a hang
    assert (process.returncode, out.strip(), errors) == (0, "stopped", "")
