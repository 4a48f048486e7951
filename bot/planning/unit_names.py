"""The names of modules and units, as issues, milestones and reports show them."""

from bot.curriculum.model import Curriculum, Module, Unit


def module_name(curriculum: Curriculum, module: Module) -> str:
    """Return a name as `Month 3: ML lifecycle`; the title alone of a path's single module."""
    if len(list(curriculum.modules())) == 1:
        return module.title
    word = module.kind.capitalize()
    if module.title.casefold().startswith(f"{word} {module.number}".casefold()):
        return module.title
    return f"{word} {module.number}: {module.title}"


def unit_name(unit: Unit) -> str:
    """Return a name as `Week 1-2: Introduction`, or the title alone when that says it."""
    if unit.label and unit.label.casefold() not in unit.title.casefold():
        return f"{unit.label}: {unit.title}"
    return unit.title


def full_unit_name(curriculum: Curriculum, module: Module, unit: Unit) -> str:
    """Return the unit's name with its module's in front, as a milestone's title needs it."""
    if len(list(curriculum.modules())) == 1:
        return unit_name(unit)
    if len(module.units) == 1 and unit.title == module.title:
        return module_name(curriculum, module)
    word = f"{module.kind.capitalize()} {module.number}"
    name = unit_name(unit)
    return name if name.casefold().startswith(word.casefold()) else f"{word}, {name}"


def short_unit_name(curriculum: Curriculum, module: Module, unit: Unit) -> str:
    """Return the unit's name as `Month 3, Week 1-2`, without what it is about where it can."""
    if len(list(curriculum.modules())) == 1:
        return unit.label or unit.title
    word = f"{module.kind.capitalize()} {module.number}"
    return word if len(module.units) == 1 else f"{word}, {unit.label or unit.title}"
