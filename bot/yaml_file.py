"""Reads YAML files that people write into a pydantic model, or says what is wrong and where.

Used for curricula and for settings. The C parser of PyYAML does the reading (ten times the speed of
the pure one); the node tree that knows line numbers is built only to explain a mistake.
"""

import re
from collections.abc import Hashable, Iterator
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import MilepostError

MAX_BYTES = 1_000_000
MAX_DEPTH = 100
MAX_NUMBER = 100  # digits
MAX_PROBLEMS = 8
MAX_PLACED = 50  # mistakes whose lines are looked up
MAX_SHOWN = 200  # characters of a wrong value, or of its key, that a message repeats
_MAYBE_ALIAS = re.compile(r"\*(?:(?<=[\s\[{,:-]\*)|(?<=\A\*))\S")
# A level of nesting costs a column of what stands before a line's first word, or a bracket.
_MAYBE_DEEP = re.compile(rf"^[ \t?:-]{{{MAX_DEPTH}}}", re.MULTILINE)
_MANY_BRACKETS = 500
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
# What PyYAML's constructors let through for a value such as 2026-99-99 or `!!bool x`.
_UNBUILT = (ValueError, TypeError, LookupError, AttributeError, OverflowError)

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml: the same answers, only slower
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

M = TypeVar("M", bound=BaseModel)
E = TypeVar("E", bound=MilepostError)


class _Loader(_SafeLoader):
    """Safe YAML in which a key stands once; PyYAML would let the last one win in silence."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value if node.id == "mapping" else ():
            if not isinstance(key, ScalarNode):
                raise _marked_error("a key is a word, not a list or other keys", key)
            if key.value in seen:
                raise _marked_error(f"the key '{_short(key.value)}' stands twice", key)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_scalar(self, node: ScalarNode | MappingNode) -> Any:
        """Refuse numbers of endless digits, which take endless time; 1:1:1 is a number, too."""
        if node.tag in _NUMBERS and len(node.value) > MAX_NUMBER:
            raise _marked_error("this number is too long", node)
        return super().construct_scalar(node)


class _LocatingLoader(_Loader):
    """Reports the node at which building a value failed: slower, so used only when one did."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except yaml.MarkedYAMLError:
            raise
        except _UNBUILT as why:
            message = f"'{_short(str(node.value))}' cannot be read ({why})"
            raise _marked_error(message, node) from None


def _marked_error(problem: str, node: Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def parse(text: str, model: type[M], *, name: str, error: type[MilepostError]) -> M:
    """Read `text` into `model`.

    `name` is the file's name as the reader knows it. Raises `error` with file, line, key and what
    was expected, for at most eight mistakes at once.
    """
    data = _read(text, name, error)
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as invalid:
        raise _validation_message(invalid, text, model, name, error) from None


def _read(text: str, name: str, error: type[MilepostError]) -> Any:
    if len(text) > MAX_BYTES:
        raise error(f"it is larger than {MAX_BYTES // 1_000_000} MB.", where=name)
    try:
        _refuse_bombs(text)
        return _loaded(text)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        where = f"{name}, line {mark.line + 1}" if mark else name
        # PyYAML has a limit of its own, since 6.0.4.
        too_deep = "nesting depth" in str(broken.problem)
        what = (
            "it is nested too deeply" if too_deep else f"this is not valid YAML: {broken.problem}"
        )
        raise error(f"{what}.", where=where) from None
    except yaml.YAMLError as broken:
        raise error(f"this is not valid YAML: {broken}.", where=name) from None
    except UnicodeEncodeError:
        raise error("it holds characters that no file can hold.", where=name) from None
    except RecursionError:
        raise error("it is nested too deeply.", where=name) from None


def _loaded(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except _UNBUILT:
        return yaml.load(text, Loader=_LocatingLoader)  # noqa: S506 - the same


def _refuse_bombs(text: str) -> None:
    """Refuse aliases and deep nesting before anything is built from them.

    A few bytes of nested aliases stand for gigabytes, and nothing here needs them. Deep nesting
    makes libyaml run out of stack, which ends the whole process. Most files can hold neither, and
    are not read twice.
    """
    brackets = text.count("[") + text.count("{")
    if (
        brackets <= _MANY_BRACKETS
        and not _MAYBE_ALIAS.search(text)
        and not _MAYBE_DEEP.search(text)
    ):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise yaml.YAMLError(f"aliases (*name) are not used here (line {line})")
        if depth > MAX_DEPTH:
            raise RecursionError


def _validation_message(
    invalid: ValidationError, text: str, model: type[BaseModel], name: str, error: type[E]
) -> E:
    root = yaml.compose(text, Loader=_SafeLoader)
    errors = invalid.errors()
    unplaced = len(errors[MAX_PLACED:])
    del errors[MAX_PLACED:]
    found = sorted(
        message
        for problem in errors
        if not _is_consequence(problem, errors)
        for message in _messages(problem, root, text, model)
    )
    every = len(found) + unplaced
    if every == 1:
        line, sentence = found[0]
        return error(sentence, where=f"{name}, line {line}")
    message = [f"line {line}: {sentence}" for line, sentence in found[:MAX_PROBLEMS]]
    if every > MAX_PROBLEMS:
        message.append(f"and {every - MAX_PROBLEMS} more.")
    return error(f"{every} things are wrong.\n  " + "\n  ".join(message), where=name)


def _is_consequence(problem: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """Return whether pydantic calls a list too short only because its items were invalid."""
    loc = problem["loc"]
    return problem["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in errors
    )


def _messages(
    problem: ErrorDetails, root: Node | None, text: str, model: type[BaseModel]
) -> Iterator[tuple[int, str]]:
    """Yield line and sentence; an error of the whole file is placed by the last name it quotes."""
    if problem["loc"] or problem["type"] != "value_error":
        yield _line(root, problem["loc"]), _sentence(problem, model)
        return
    lines = text.splitlines()
    for sentence in problem["msg"].removeprefix("Value error, ").split("; ")[:MAX_PLACED]:
        quoted = re.findall(r"'([^']+)'", sentence)
        whole_word = re.compile(rf"(?<![\w-]){re.escape(quoted[-1])}(?![\w-])") if quoted else None
        hits = [n for n, line in enumerate(lines, 1) if whole_word and whole_word.search(line)]
        yield hits[-1] if hits else 1, f"{sentence}."


def _sentence(problem: ErrorDetails, model: type[BaseModel]) -> str:
    loc = problem["loc"]
    key = _short(".".join(str(part) for part in loc if not _is_noise(part))) or "the whole file"
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        from difflib import get_close_matches

        near = get_close_matches(_short(str(loc[-1])), known, n=1)
        advice = f" Did you mean '{near[0]}'?" if near else f" Known here: {', '.join(known)}."
        return f"{key}: there is no such key.{advice}"
    if problem["type"] == "missing":
        return f"{key}: this key is needed."
    if problem["type"] in {"model_type", "dict_type"}:
        return f"{key}: keys with values are expected here, such as 'title: ...'."
    expected = problem["msg"].removeprefix("Value error, ")
    if len(expected) > 5 * MAX_SHOWN:
        expected = _short(expected)
    if problem["type"].startswith("date_"):
        expected = "a date such as 2026-01-31 is expected"
    given = problem.get("input")
    shown = ""
    is_choice = isinstance(given, str) and given in expected
    if isinstance(given, str | int | float) and given != "" and not is_choice:
        shown = f" (it is {_short(repr(given))})"
    return f"{key}: {expected}{shown}."


def _is_noise(part: int | str) -> bool:
    """Return whether it names one of pydantic's validators or union branches, not a key."""
    return isinstance(part, str) and ("[" in part or "(" in part)


def _line(root: Node | None, loc: tuple[int | str, ...]) -> int:
    """Return the 1-based line of the innermost node on the way to `loc` that the file has."""
    node, line = root, root.start_mark.line + 1 if root else 1
    for part in loc:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    node, line = value, key.start_mark.line + 1
                    break
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _known_keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    here: type[BaseModel] = model
    for part in loc:
        field = here.model_fields.get(str(part))
        if field is not None:
            here = next(_models_in(field.annotation), here)
    return [*here.model_fields]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
