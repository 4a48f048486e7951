"""One request of the gateway's and what came of it, told to whoever watches."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Exchange(NamedTuple):
    """A request that PyGithub sent. Neither its address nor its text is told.

    `status` is None when no answer came, and `error` the class of what went wrong then. The names
    of `headers` are in small letters. `seconds` is how long it took until its end, which is now.
    """

    method: str
    status: int | None
    headers: Mapping[str, str]
    seconds: float
    error: str = ""


OnExchange = Callable[[Exchange], None]


def unwatched(_exchange: Exchange) -> None:
    """For callers who watch nothing."""
