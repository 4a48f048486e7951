"""Parses pages of GitHub's lists into values, and stores those as texts that are read quickly."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.github import response_parser
from bot.github.answer import Answer
from bot.github.response_parser import Json, items
from bot.planning import due_date, identity, labels, snapshot
from bot.progress import parse_command

T = TypeVar("T")
_MAKERS = (response_parser, due_date, identity, labels, snapshot, parse_command)
_adapter = cache(TypeAdapter[Any])


class PageParser(Generic[T]):
    """Makes values of one type of pages of one list, and texts of them to store.

    `parse` makes a value of the objects on a page and raises UnreadableAnswerError.
    """

    def __init__(self, kind: Any, parse: Callable[[list[Json]], T]) -> None:
        self.kind = kind
        self._parse = parse

    def parse(self, answer: Answer) -> T:
        """Return the value of a page. Raises UnreadableAnswerError."""
        return self._parse(items(answer.json(), answer.path))


def dump(kind: Any, value: Any) -> str:
    """Return the text of a value of this type, without what is the default."""
    return str(_adapter(kind).dump_json(value, exclude_defaults=True), "utf-8")


def load(kind: Any, text: str) -> Any:
    """Return the value of this type with this text, None when it is damaged."""
    try:
        return _adapter(kind).validate_json(text)
    except ValidationError:
        return None


@cache
def parser_version() -> str:
    """Return the digest of the code that makes the values, which no other program can read."""
    from bot.github import issue_list, issue_pages

    makers = (*_MAKERS, issue_list, issue_pages)
    files = [__file__, *(module.__file__ or "" for module in makers)]
    return sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()[:16]
