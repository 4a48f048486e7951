"""A client on a connection of its own, for what no library would send."""

import http.client
import socket
from typing import Self
from urllib.parse import urlsplit

from server.server_fixture import PATIENCE, Host


class Caller:
    """A client on a connection of its own, which sends what and when it wants."""

    def __init__(self, host: Host) -> None:
        parts = urlsplit(host.url)
        self._socket = socket.create_connection((parts.hostname, parts.port), PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def begin(self, path: str, length: int, names: dict[str, str], sent: bytes = b"") -> Self:
        """Send the head of a POST, and the first bytes of its body."""
        lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in names.items()]
        return self.send("\r\n".join([*lines, "", ""]).encode() + sent)

    def send(self, content: bytes) -> Self:
        self._socket.sendall(content)
        return self

    def status(self) -> int:
        """Wait for the status of the answer; 0 when the connection was closed without one."""
        answer = http.client.HTTPResponse(self._socket)
        try:
            answer.begin()
            answer.read()
        except ConnectionError:
            return 0
        return answer.status
