"""Reads rate limits out of GitHub's answers: which refusals are limits, and what is left.

After GitHub's pages "Rate limits for the REST API" and "Best practices for using the REST API".
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.github.answer import Answer, LimitReachedError
from bot.github.rate_limit_state import Quota

_LONGEST = 864_000.0  # seconds; a longer wait is the same to us, and dates stay computable
_TOO_QUICKLY = "submitted too quickly"  # the spam guard's words, in a 422 (cli/cli issue 4801)
_LIMIT_WORDS = ("rate limit", "abuse detection", "retry your request again later", _TOO_QUICKLY)


def limit_of(answer: Answer, now: datetime) -> LimitReachedError | None:
    """Return the rate limit that this answer reports, in any of GitHub's forms, or None.

    403 and 429 with Retry-After, an empty budget or the words of a limit; GraphQL also says it with
    status 200 and an error in the body, and the guard against spam with a 422. `now` (aware) stands
    in for the Date header when there is none.
    """
    if answer.status == 200:
        limit = _graphql_limit(answer)
        if limit is None:
            return None
    elif answer.status in {403, 429}:
        limit = answer.message.casefold()
    elif answer.status == 422 and _TOO_QUICKLY in answer.text:
        limit = _TOO_QUICKLY
    else:
        return None
    after = _seconds_after(answer.headers.get("retry-after"), now)
    exhausted = answer.headers.get("x-ratelimit-remaining") == "0"
    worded = any(words in limit for words in _LIMIT_WORDS)
    if answer.status == 403 and not (after is not None or exhausted or worded):
        return None
    reset_in = _seconds_to_reset(answer.headers, now) if exhausted else None
    secondary = not exhausted or "secondary" in limit
    return LimitReachedError(secondary=secondary, after=after, reset_in=reset_in)


def quota_of(headers: Mapping[str, str], now: datetime) -> Quota | None:
    """Return what an answer tells of the hour's requests; None where there is no such limit."""
    reset_in = _seconds_to_reset(headers, now)
    numbers = headers.get("x-ratelimit-limit", ""), headers.get("x-ratelimit-remaining", "")
    # Searching and GraphQL have hours of their own.
    if headers.get("x-ratelimit-resource", "core") != "core" or reset_in is None:
        return None
    if not all(text.isdecimal() for text in numbers):
        return None
    return Quota(int(numbers[0]), int(numbers[1]), reset_in)


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Return the Date header as an aware time, or None when there is no readable one."""
    return _http_date(headers.get("date", ""))


def _graphql_limit(answer: Answer) -> str | None:
    """Return the words of a limit in a GraphQL answer."""
    if not answer.path.endswith("/graphql"):
        return None
    for error in answer.errors:
        words = str(error.get("message", "")).casefold() if isinstance(error, dict) else ""
        typed = isinstance(error, dict) and error.get("type") == "RATE_LIMITED"
        if typed or any(limit in words for limit in _LIMIT_WORDS):
            return words
    return None


def _http_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date if date.tzinfo else None


def _seconds_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After in either form of RFC 9110: seconds, or a date."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return _bounded(float(value))
    date = _http_date(value)
    return None if date is None else _bounded((date - now).total_seconds())


def _seconds_to_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    # Measured on the server's clock where it tells, so that a wrong clock here does no harm.
    reset = headers.get("x-ratelimit-reset", "")
    if not reset.isdecimal():
        return None
    return _bounded(float(reset) - (server_time(headers) or now).timestamp())


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), _LONGEST)
