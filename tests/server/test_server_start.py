"""What `milepost serve` prints as it starts, and what it prints when it cannot."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ports import free_port

ROOT = Path(__file__).parents[2]
KEY = "-----BEGIN RSA PRIVATE KEY-----\\nMIIcanary\\n-----END RSA PRIVATE KEY-----"
APP = {"MILEPOST_CLIENT_ID": "Iv1.0123456789abcdef", "MILEPOST_WEBHOOK_SECRET": "canary-secret"}


@contextmanager
def starting(folder: Path, port: int, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A server that starts, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", "--port", str(port)],
        env={**os.environ, "MILEPOST_DATA_DIR": str(folder), **environ},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.terminate()


def refused(folder: Path, port: int, **environ: str) -> tuple[int, str]:
    """The exit code of a start that fails, and what it printed."""
    with starting(folder, port, **environ) as process:
        _, text = process.communicate(timeout=60)
        return process.returncode, " ".join(text.split())


@pytest.mark.parametrize("by_file", [True, False])
def test_a_key_that_cannot_be_read_is_told_without_a_trace(tmp_path: Path, by_file: bool) -> None:
    (tmp_path / "key.pem").write_text(KEY.replace("\\n", "\n"))
    file = {"MILEPOST_PRIVATE_KEY_FILE": str(tmp_path / "key.pem")}
    key = file if by_file else {"MILEPOST_PRIVATE_KEY": KEY}
    code, text = refused(tmp_path, free_port(), **APP, **key)
    assert code == 3
    assert "private key" in text
    for other in ("Traceback", "--port", "Listening", "canary"):
        assert other not in text


def test_a_port_that_is_taken_is_told_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, text = refused(tmp_path, taken.getsockname()[1])
    assert code == 64
    assert "cannot listen at 127.0.0.1" in text
    assert "--port" in text
    assert "Listening" not in text


def test_it_is_listening_when_it_prints_so(tmp_path: Path) -> None:
    port = free_port()
    with starting(tmp_path, port, MILEPOST_SECRETKEY="canary") as process:
        assert process.stderr
        lines = iter(process.stderr.readline, "")
        before = []
        for line in lines:
            if "Listening at" in line:
                break
            before.append(line)
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        assert line == f"Listening at http://127.0.0.1:{port}. Stop with Ctrl-C.\n"
        [warning] = [text for text in before if "MILEPOST_SECRETKEY" in text]
        assert "Did you mean MILEPOST_SECRET_KEY?" in warning
        assert "canary" not in warning
