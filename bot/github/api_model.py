"""What GitHub tells in JSON -> frozen models with the few fields that are used here."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.github import problems

M = TypeVar("M", bound=BaseModel)


class ApiModel(BaseModel):
    """What GitHub tells; of its many fields only what is used here."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )


def items(found: Any, path: str) -> list[dict[str, Any]]:
    """A list of objects out of the answer to `path`. Raises UnreadableAnswerError."""
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise problems.misshapen(path, "no list of objects")
    return found


def read(model: type[M], item: Any, path: str) -> M:
    """An object out of the answer to `path`. Raises UnreadableAnswerError."""
    try:
        return model.model_validate(item)
    except ValidationError as wrong:
        # Only the names of the fields: among the values may be a token.
        fields = ", ".join(".".join(map(str, error["loc"])) or "all" for error in wrong.errors())
        raise problems.misshapen(path, f"what is wrong: {fields}") from None
