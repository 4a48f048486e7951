"""Tell tasks of one title apart: by their day, unit and module, and by a number if need be."""

from collections import Counter
from collections.abc import Callable, Mapping

from bot.curriculum.importer.collector import LINE, line
from bot.curriculum.importer.drafts import ModuleDraft, PathDraft, UnitDraft
from bot.curriculum.model import Task


def distinguish(path: PathDraft, days: Mapping[str, str]) -> None:
    """Put before titles that tasks share what tells them apart: "Week 1, Day 2: Take notes".

    The day of a task is in `days` by its id. What is alike even so is counted.
    """
    places = [
        (module, unit, place)
        for module in path.modules()
        for unit in module.units
        for place in range(len(unit.tasks))
    ]
    named: set[str] = set()

    def put(front_of: Callable[[ModuleDraft, UnitDraft, Task], str]) -> None:
        counts = Counter(unit.tasks[place].title for _, unit, place in places)
        for module, unit, place in places:
            one = unit.tasks[place]
            front = front_of(module, unit, one) if counts[one.title] > 1 else ""
            if front and not one.title.startswith(front):
                title = line(f"{front}{', ' if one.id in named else ': '}{one.title}")
                unit.tasks[place] = one.model_copy(update={"title": title})
                named.add(one.id)

    put(lambda _, __, one: days.get(one.id, ""))
    put(lambda _, unit, __: unit.label)
    put(lambda module, _, __: module.mark.label if module.mark else "")
    seen: Counter[str] = Counter()
    for _, unit, place in places:
        one = unit.tasks[place]
        seen[one.title] += 1
        if (count := seen[one.title]) > 1:
            title = f"{one.title[: LINE - 8]} ({count})"
            unit.tasks[place] = one.model_copy(update={"title": title})
