"""Checks: what a task leaves in the learner's repository, so that Milepost can find it.

In YAML a check is a mapping such as `{file: README.md, contains: "## Results"}`. In a guide, and
where a mapping is too long, it is one line: `file: README.md, contains: ## Results`.

A file may be a pattern, in any case: `*` stands for any characters of one name, `?` for one of
them, and `**` for any number of folders. There are no regular expressions, so that no pattern takes
long.
"""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.curriculum.base import CurriculumModel

Kind = Literal["file", "workflow", "release", "tag", "pull_request", "link"]
KINDS: tuple[Kind, ...] = ("file", "workflow", "release", "tag", "pull_request", "link")
MAX_CHECKS = 8  # of one task
MAX_WILDCARDS = 8  # of one pattern
ANY = "*"
PLACES = ("{owner}", "{repository}")

_LINE = (  # compiled where it is used, which is in no run of a built-in path
    r"(?P<kind>file|workflow|release|tag|pull[ _-]request|link)(?::\s*(?P<value>\S.*?))?"
    r"(?:,\s*(?P<more>contains|lines):\s*(?P<wanted>\S.*))?"
)
_PLACE = r"\{[^}]*\}"


def _is_path(value: str) -> str:
    parts = value.split("/")
    if not all(parts) or {".", ".."} & set(parts) or "\\" in value or "\n" in value:
        raise ValueError(f"'{value}' is not a path in the repository: write it as src/train.py")
    return _is_pattern(value)


def _is_pattern(value: str) -> str:
    if value.count("*") + value.count("?") > MAX_WILDCARDS:
        raise ValueError(f"'{value}' has more than {MAX_WILDCARDS} of * and ?")
    return value


def _is_link(value: str) -> str:
    if not value.startswith("https://") or any(c in value for c in ' \t\n"<>`'):
        raise ValueError(f"'{value}' is not a link: it begins with https://")
    unknown = set(re.findall(_PLACE, value)) - set(PLACES)
    if unknown:
        raise ValueError(f"'{value}' may only have the places {' and '.join(PLACES)}")
    return value


Short = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\n`]*\S[^\n`]*$")]
Path = Annotated[Short, AfterValidator(_is_path)]
Pattern = Annotated[Short, AfterValidator(_is_pattern)]
Link = Annotated[Short, AfterValidator(_is_link)]


class Check(CurriculumModel):
    """One thing to look for: exactly one kind, on the default branch where that matters.

    `file` is a path or pattern, with `contains` a text in it, or `lines`, the least number of them.
    `workflow` is a file name (`ci.yml`) or a workflow's name, whose last run has to be green.
    `release` and `tag` are patterns. `pull_request` is the label of a merged one. `link` is an
    address that answers; `{owner}` and `{repository}` in it are the learner's.
    """

    file: Path | None = None
    contains: Short | None = None
    lines: int | None = Field(default=None, ge=1, le=100_000)
    workflow: Short | None = None
    release: Pattern | None = None
    tag: Pattern | None = None
    pull_request: Short | None = None
    link: Link | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_line(cls, value: Any) -> Any:
        return parts(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(f"a check has exactly one of {', '.join(KINDS)}")
        if self.file is None and (self.contains or self.lines):
            raise ValueError("`contains` and `lines` are about a `file`")
        if self.contains and self.lines:
            raise ValueError("`contains` and `lines` are two checks")
        return self

    @property
    def kind(self) -> Kind:
        """Return what it looks for."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def value(self) -> str:
        """Return the path, name, pattern, label or address."""
        return str(getattr(self, self.kind))

    def __str__(self) -> str:
        """Return its one line, which is read back as equal."""
        more = f", contains: {self.contains}" if self.contains else ""
        more = f", lines: {self.lines}" if self.lines else more
        return f"{self.kind.replace('_', ' ')}: {self.value}{more}"


Checks = Annotated[tuple[Check, ...], Field(max_length=MAX_CHECKS)]


def parts(line: str) -> dict[str, str]:
    """Return the mapping that one line stands for. Raises ValueError.

    `release` and `tag` alone stand for any.
    """
    found = re.fullmatch(_LINE, line.strip())
    kind = re.sub("[ -]", "_", found["kind"]) if found else ""
    value = found["value"] or (ANY if kind in {"release", "tag"} else "") if found else ""
    if not found or not value:
        raise ValueError(
            f"'{line}' is not a check: write its kind, a colon and what to look for, such as"
            " 'file: src/train.py'"
        )
    more = {found["more"]: found["wanted"]} if found["more"] else {}
    return {kind: value, **more}


def read_line(line: str) -> Check | None:
    """Return the check of one line of a guide; None where it is no check."""
    try:
        return Check.model_validate(line)
    except ValueError:
        return None


def matches(pattern: str, path: str) -> bool:
    """Return whether a path fits a pattern, in any case.

    As in a shell, no wildcard stands for the dot that a name begins with. It takes time in
    proportion to the product of the lengths.
    """
    wanted, parts = pattern.casefold().split("/"), path.casefold().split("/")
    return _fits(wanted, parts, "**", _part_fits, lambda part: not part.startswith("."))


def name_matches(pattern: str, name: str) -> bool:
    """Return whether a name, with any slash in it, fits a pattern."""
    return _fits(pattern, name, "*", lambda one, other: one in ("?", other), lambda _: True)


def _part_fits(pattern: str, name: str) -> bool:
    return name.startswith(".") <= pattern.startswith(".") and name_matches(pattern, name)


def _fits(
    pattern: Sequence[str],
    whole: Sequence[str],
    any_of: str,
    one_fits: Callable[[str, str], bool],
    may_skip: Callable[[str], bool],
) -> bool:
    """Return whether the whole fits; of several `any_of` only the last has to be tried anew."""
    at = here = 0
    back: tuple[int, int] | None = None
    while here < len(whole):
        if at < len(pattern) and pattern[at] == any_of:
            back = at, here
            at += 1
        elif at < len(pattern) and one_fits(pattern[at], whole[here]):
            at, here = at + 1, here + 1
        elif back is not None and may_skip(whole[back[1]]):
            back = back[0], back[1] + 1
            at, here = back[0] + 1, back[1]
        else:
            return False
    return all(one == any_of for one in pattern[at:])
