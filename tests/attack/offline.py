"""`milepost` on a machine on whose open web every host takes connections and says nothing.

Names that end in `.example` have an address; whatever connects to it meets the port on loopback
that `SILENT` names.
"""

import os
import socket
from typing import Any

import httpcore2

from bot.__main__ import main

SILENT = "ATTACK_SILENT_PORT"
SOMEWHERE = "93.184.215.14"  # an address of the open web; nothing is sent there
_resolve = socket.getaddrinfo


def _resolved(host: Any, port: Any, *more: Any, **options: Any) -> Any:
    named = isinstance(host, str) and host.endswith(".example")
    return _resolve(SOMEWHERE if named else host, port, *more, **options)


class _Nowhere(httpcore2.SyncBackend):
    def connect_tcp(self, host: str, port: int, *more: Any, **options: Any) -> Any:
        if host == SOMEWHERE:
            host, port = "127.0.0.1", int(os.environ[SILENT])
        return super().connect_tcp(host, port, *more, **options)


if __name__ == "__main__":
    socket.getaddrinfo = _resolved
    httpcore2.SyncBackend = _Nowhere  # type: ignore[misc]
    main()
