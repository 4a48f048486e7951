"""What stands around a task of which the guide says no more than its title."""

from collections.abc import Callable

from bot import templating
from bot.curriculum.model import Curriculum, Task, Unit
from bot.planning.length_limits import FieldLimit, one_line

MOST_GOALS = 3
LIMIT = FieldLimit(80)  # of the title of another task


class Neighbours:
    """The tasks of a path in their order; `tasks_of` returns those of a unit that are in force."""

    def __init__(self, curriculum: Curriculum, tasks_of: Callable[[Unit], list[Task]]) -> None:
        self._units = list(curriculum.units())
        self._order = {unit.id: place for place, unit in enumerate(self._units)}
        self._tasks_of = tasks_of

    def of(self, unit: Unit, task: Task) -> str:
        """Return what is before and after a bare task, and its unit's goals; empty for others.

        The neighbours of a unit's only task are in the units beside it. Nothing is counted, so that
        one more task in the guide changes the texts of two others at most.
        """
        if task.description or task.done_when or task.resources:
            return ""
        tasks = self._tasks_of(unit)
        if len(tasks) == 1:
            place = self._order[unit.id]
            beside = (self._units[max(0, place - 1) : place], self._units[place + 1 : place + 2])
            earlier, later = ([t for u in units for t in self._tasks_of(u)] for units in beside)
        else:
            place = [one.id for one in tasks].index(task.id)
            earlier, later = tasks[:place], tasks[place + 1 :]
        return templating.render(
            "issues/neighbours.md.j2",
            before="".join(one_line(one.title, LIMIT).rstrip(".") for one in earlier[-1:]),
            after="".join(one_line(one.title, LIMIT).rstrip(".") for one in later[:1]),
            goals=unit.goals[:MOST_GOALS],
        )
