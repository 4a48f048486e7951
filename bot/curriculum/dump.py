"""Write a curriculum as YAML that is easy to edit and that `load.from_yaml` reads back as equal."""

from typing import Any

import yaml
from pydantic import BaseModel

from bot.curriculum.base import Hours, Item, slugify
from bot.curriculum.model import (
    Checkpoint,
    Choice,
    Curriculum,
    Module,
    Option,
    Phase,
    Unit,
    WorkItem,
)

_REMEMBERED = (Curriculum, Phase, Module, Unit, Choice, Option, Checkpoint, WorkItem)
WIDTH = 100


def to_yaml(curriculum: Curriculum) -> str:
    """Return the curriculum as YAML, keys in the model's order, defaults left out.

    Ids that issues store are always written, so that a title may be reworded; other ids only
    where they are not the title's slug. Hours are `20` or `12-15`, whole weeks are `weeks`.
    """
    return yaml.dump(
        _plain(curriculum),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=WIDTH,
        default_flow_style=False,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Hours):
        return _hours(value)
    if isinstance(value, BaseModel):
        return _mapping(value)
    if isinstance(value, tuple):
        inner = [_plain(one) for one in value]
        short = all(isinstance(one, int | float) for one in inner)
        return _Short(inner) if inner and short else inner
    if isinstance(value, float):
        return _number(value)
    return str(value) if isinstance(value, str) else value


def _mapping(model: BaseModel) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name == "id" and isinstance(model, Item):
            if isinstance(model, _REMEMBERED) or value != slugify(model.title):
                out[name] = str(value)
        elif field.is_required() or value != field.get_default(call_default_factory=True):
            out[name] = _plain(value)
    if isinstance(model, Unit) and model.days != 7 and model.days % 7 == 0:
        out = {("weeks" if k == "days" else k): v for k, v in out.items()}
        out["weeks"] = model.days // 7
    return out


def _hours(value: Hours) -> Any:
    low, high = _number(value.low), _number(value.high)
    if "e" in f"{low}{high}":
        return {"low": value.low, "high": value.high}
    return low if low == high else f"{low}-{high}"


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


class _Short(list[Any]):
    """A list of numbers, written on one line."""


class _Dumper(yaml.SafeDumper):
    """A dumper in block style: indented lists, long texts as literal blocks, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - every value is written out
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _short(dumper: yaml.SafeDumper, value: _Short) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


_Dumper.add_representer(str, _string)
_Dumper.add_representer(_Short, _short)
