"""The reflection: an issue at the end of each module, filled in beforehand with what happened.

Everything in it comes from issues and command logs of the module's time, which lasts until the next
module begins. A week later its text stays as it is.
"""

from datetime import date, timedelta

from bot import templating
from bot.curriculum.model import Curriculum, Module
from bot.i18n import format_dates
from bot.i18n import gettext as _
from bot.planning.desired_state import DesiredIssue
from bot.planning.length_limits import TITLE, one_line
from bot.planning.unit_names import module_name
from bot.progress.effort import describe_finished, describe_logged
from bot.progress.journal import journal
from bot.progress.path import LearningPath

DAYS_BACK = 60  # a late install asks nobody to look back on a whole year
LATE = timedelta(days=7)  # in which hours and closings may come late
MOST_LISTED = 40
TO_FILL_IN = frozenset({"list", "text"})


def reflection_issues(path: LearningPath) -> tuple[DesiredIssue, ...]:
    """Return an issue for each module whose end is near or was recently."""
    if not path.settings.features.reflections or not path.curriculum.reflection:
        return ()
    modules = path.curriculum.modules()
    return tuple(_issue(path, module) for module in modules if _is_due(path, module))


def _is_due(path: LearningPath, module: Module) -> bool:
    """Return whether the issue exists, or the module's last days have come and aren't long over."""
    recent = path.today <= path.module_days(module)[1] + timedelta(days=DAYS_BACK)
    there = path.issue_of("reflection", module) is not None
    return there or (recent and path.is_ending(module))


def _month(path: LearningPath, module: Module) -> dict[str, object]:
    """Return the work, hours and journal of a module.

    `hours` says how many were logged, and how many the finished work makes.
    """
    begin, end = _time_of(path, module)
    first, last = path.module_days(module)
    finished = path.progress.finished_between(begin, end)
    written = tuple(entry for entry in journal(path) if begin <= entry.day <= end)
    worked = sum(w.weight for w in finished) if path.effort.in_hours else 0.0
    logged = path.history.hours_logged(begin, end)
    hours = [describe_logged(logged)] if logged else []
    hours += [describe_finished(worked, (w.source for w in finished))] if worked else []
    return {
        "module": module_name(path.curriculum, module),
        "days": format_dates(first, last),
        "finished": finished[:MOST_LISTED],
        "finished_more": max(0, len(finished) - MOST_LISTED),
        "hours": hours,
        "entries": written[:MOST_LISTED],
        "entries_more": max(0, len(written) - MOST_LISTED),
    }


def _time_of(path: LearningPath, module: Module) -> tuple[date, date]:
    """Return first and last day: the first module has no start, each ends before the next."""
    modules = list(path.curriculum.modules())
    index = [one.id for one in modules].index(module.id)
    first, last = path.module_days(module)
    if index + 1 < len(modules):
        last = path.module_days(modules[index + 1])[0] - timedelta(days=1)
    return (first if index else date.min), last


def _issue(path: LearningPath, module: Module) -> DesiredIssue:
    keys = [f"reflection:{name}" for name in (module.id, *module.aliases)]
    drawn = path.observed.is_drawn(keys, True)
    name = module_name(path.curriculum, module)
    return DesiredIssue(
        key=keys[0],
        aliases=tuple(keys[1:]),
        title=one_line(_("Looking back on %(module)s", module=name), TITLE),
        body=_text(path, module) if drawn else "",
        labels=("kind:reflection",),
        starter=_starter(path.curriculum),
    )


def _text(path: LearningPath, module: Module) -> str:
    there = path.issue_of("reflection", module)
    body = there.marked.region if there and not there.marked.edited else None
    if body is None or path.today <= _time_of(path, module)[1] + LATE:
        body = templating.render("issues/reflection.md.j2", m=_month(path, module))
    return body


def _starter(curriculum: Curriculum) -> str:
    headings = [f.title for f in curriculum.reflection if f.kind in TO_FILL_IN]
    return "\n\n".join(f"### {templating.neutralize(heading)}\n\n- " for heading in headings)
