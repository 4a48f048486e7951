"""The base of all parts of a curriculum: ids, lines, hours, the frozen model."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    HttpUrl,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

SLUG = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
MAX_ID = 80
# `20`, `12-15`, and the same with the en dash that guides like to write.
RANGE = re.compile(r"(\d+(?:\.\d+)?)(?:\s*[-\u2013]\s*(\d+(?:\.\d+)?))?")


@lru_cache(maxsize=1 << 14)
def slugify(text: str) -> str:
    """Return a readable id for `text`: lower case, letters and digits of any script, hyphens.

    At most 80 characters, cut at a word; `item` when nothing is left.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    slug = "-".join(re.findall(r"[^\W_]+", plain))
    if len(slug) > MAX_ID:
        slug = slug[:MAX_ID].rpartition("-")[0] or slug[:MAX_ID]
    return slug or "item"


def _is_slug(value: str) -> str:
    if len(value) > MAX_ID or not SLUG.fullmatch(value):
        raise ValueError(f"'{value}' is not an id: use words of letters and digits joined by '-'")
    return value


def _is_web_address(value: str) -> str:
    return str(HttpUrl(value))


Slug = Annotated[str, AfterValidator(_is_slug)]
Line = Annotated[str, Field(min_length=1, max_length=256, pattern=r"\S")]
Text = Annotated[str, Field(max_length=10_000)]
Url = Annotated[str, AfterValidator(_is_web_address)]


class CurriculumModel(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy without what was computed of the original, whose fields may differ."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class Priority(StrEnum):
    """How important something is in the guide."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Hours(CurriculumModel):
    """Hours of work, as a range. In YAML also `20` or `12-15`."""

    low: float = Field(ge=0, le=10_000)
    high: float = Field(ge=0, le=10_000)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"low": value, "high": value}
        if isinstance(value, str):
            found = RANGE.fullmatch(value.strip())
            if found is None:
                raise ValueError("hours are a number such as 20 or a range such as 12-15")
            return {"low": float(found[1]), "high": float(found[2] or found[1])}
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON schema, the short forms included."""
        written_out = handler.resolve_ref_schema(handler(core_schema))
        short = {"type": "string", "pattern": rf"^\s*{RANGE.pattern}\s*$"}
        return {"anyOf": [{"type": "number", "minimum": 0}, short, written_out]}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.low:
            raise ValueError(f"the range {self.low:g}-{self.high:g} runs backwards")
        return self

    @property
    def middle(self) -> float:
        """Return the middle of the range, which sums and percentages use."""
        return (self.low + self.high) / 2

    def __str__(self) -> str:
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g}\u2013{self.high:g}"


class Item(CurriculumModel):
    """Anything with an id that another part of the curriculum, or a marker, refers to."""

    id: Slug = ""
    title: Line
    aliases: tuple[Slug, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _id_from_title(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.get("id") and isinstance(value.get("title"), str):
            return {**value, "id": slugify(value["title"])}
        return value
