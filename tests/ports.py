"""Ports for servers that are started by number, free until they are."""

import random
import socket
from pathlib import Path

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 10_000
_drawn: set[int] = set()


def free_port() -> int:
    """Return a port of loopback that nobody has, nor gets by chance before the caller takes it.

    A port that the system hands out to `bind` at 0 and to outgoing connections may be theirs again
    as soon as it is closed here. So this draws from those below, and none twice.
    """
    highest = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.exists() else 32_768
    while True:
        port = random.SystemRandom().randrange(_LOWEST, highest)
        if port in _drawn:
            continue
        _drawn.add(port)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:  # somebody has it: draw another
                continue
            return port
