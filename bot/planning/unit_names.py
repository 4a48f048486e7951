"""The names of modules, units and checkpoints, as issues, milestones and reports show them."""

from collections import Counter
from collections.abc import Iterator

from bot.curriculum.model import Checkpoint, Curriculum, Module, ModuleKind, Unit
from bot.i18n import gettext, gettext_noop

_NUMBERED = {
    ModuleKind.MONTH: gettext_noop("Month %(number)s"),
    ModuleKind.WEEK: gettext_noop("Week %(number)s"),
    ModuleKind.DAY: gettext_noop("Day %(number)s"),
    ModuleKind.MODULE: gettext_noop("Module %(number)s"),
}


def module_word(module: Module) -> str:
    """Return what a module is called without its title: `Month 3`, `Semana 3`; a part its title."""
    if module.label:
        return module.label
    if module.kind is ModuleKind.PART:
        return module.title
    return gettext(_NUMBERED[module.kind], number=module.number)


def module_name(curriculum: Curriculum, module: Module) -> str:
    """Return a name as `Month 3: ML lifecycle`; the title alone of a path's single module."""
    if len(list(curriculum.modules())) == 1:
        return module.title
    return _labelled(module_word(module), module.title)


def unit_name(unit: Unit) -> str:
    """Return a name as `Week 1-2: Introduction`, or the title alone when that says it."""
    return _labelled(unit.label, unit.title)


def unit_names(curriculum: Curriculum) -> dict[str, str]:
    """Return the full names of units by id, with the module's in front as milestones need it.

    A part stands in front only where labels of units start again: `Basics, Week 1`.
    """
    names: dict[str, str] = {}
    for module, unit, word in _with_fronts(curriculum):
        name = unit_name(unit)
        if word and len(module.units) == 1 and unit.title == module.title:
            name = module_name(curriculum, module)
        elif word and not name.casefold().startswith(word.casefold()):
            name = f"{word}, {name}"
        names[unit.id] = name
    return names


def short_unit_names(curriculum: Curriculum) -> dict[str, str]:
    """Return names as `Month 3, Week 1-2` by id, without what units are about where they can."""
    names: dict[str, str] = {}
    for module, unit, word in _with_fronts(curriculum):
        name = unit.label or unit.title
        if word:
            name = word if len(module.units) == 1 else f"{word}, {name}"
        names[unit.id] = name
    return names


def checkpoint_title(checkpoint: Checkpoint, after: str) -> str:
    """Return the title of a checkpoint's issue; `after` is the name of what the checkpoint ends."""
    # NOTE: A title that has this word in it isn't given another in front.
    words = ("checkpoint", gettext("checkpoint").casefold())
    if any(word in checkpoint.title.casefold() for word in words):
        return checkpoint.title
    return gettext("Checkpoint after %(module)s: %(title)s", module=after, title=checkpoint.title)


def _with_fronts(curriculum: Curriculum) -> Iterator[tuple[Module, Unit, str]]:
    """Yield modules, units, and what of the module stands before the unit's name: "" for none."""
    modules = list(curriculum.modules())
    counts = Counter(unit.label or unit.title for unit in curriculum.units())
    again = any(count > 1 for count in counts.values())
    for module in modules:
        plain = len(modules) == 1 or (module.kind is ModuleKind.PART and not again)
        for unit in module.units:
            yield module, unit, "" if plain else module_word(module)


def _labelled(label: str | None, title: str) -> str:
    if not label or label.casefold() in title.casefold():
        return title
    return f"{label}: {title}"
