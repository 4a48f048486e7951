"""Reads GitHub's JSON into frozen models with the few fields that are used here."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.github.errors import shape_error

M = TypeVar("M", bound=BaseModel)


class ApiModel(BaseModel):
    """Hold what GitHub answers; of its many fields only what is used here."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )


def items(found: Any, path: str) -> list[dict[str, Any]]:
    """Return a list of objects out of the answer to `path`. Raises UnreadableAnswerError."""
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise shape_error(path, "no list of objects")
    return found


def read(model: type[M], item: Any, path: str) -> M:
    """Return an object out of the answer to `path`. Raises UnreadableAnswerError."""
    try:
        return model.model_validate(item)
    except ValidationError as wrong:
        # Only the names of the fields: among the values may be a token.
        fields = ", ".join(".".join(map(str, error["loc"])) or "all" for error in wrong.errors())
        raise shape_error(path, f"what is wrong: {fields}") from None
