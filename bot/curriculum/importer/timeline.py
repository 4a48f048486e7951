"""Read the path of the guide: its marked headings become phases, modules and units."""

import re
from collections import Counter
from collections.abc import Iterable

from bot.curriculum.base import Slug
from bot.curriculum.importer import durations, patterns
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.checkpoints import add_exam, checkpoint_items
from bot.curriculum.importer.collector import SectionCollector, line, text
from bot.curriculum.importer.drafts import (
    CheckpointDraft,
    ModuleDraft,
    PathDraft,
    PhaseDraft,
    UnitDraft,
)
from bot.curriculum.importer.heading_roles import HeadingRoles
from bot.curriculum.importer.headings import HeadingMark, clean, project_title, spans
from bot.curriculum.importer.task_titles import distinguish
from bot.curriculum.importer.tasks import TaskWording, markdown, stated_count, task
from bot.curriculum.importer.tree import TreeNode
from bot.curriculum.importer.unit_content import TaskCandidate, UnitContent
from bot.curriculum.importer.unit_days import SETUP, dates_inside, spread_length, unit_days
from bot.curriculum.importer.unit_reader import UnitReader
from bot.curriculum.model import Choice, Deliverable, Option, Task, UnitKind

MIN_BOXES = 3
FEW, MOST = 8, 200  # units, and tasks in them, that a list may repeat
_ABOVE = "it stands beside the units, in none of them"
_KINDS = {
    **dict.fromkeys(("day", "date", "weekday"), UnitKind.DAY),
    **dict.fromkeys(("week", "dates"), UnitKind.WEEK),
    "month": UnitKind.MONTH,
}
_OUTER = {"phase": "phase", "part": "phase", "month": "module", "module": "module"}
_ONLY_PROJECT = re.compile(r"(?:[\w-]+ )?(?:project|projeto|proyecto|projekt|projet)")
_WHEN = re.compile(
    r"(?<!\s)\s*+[(\[\uff08](?:months?|weeks?|days?|m[eê]s(?:es)?|semanas?|d[ií]as?)?\s*+\d[\d\s\u2013-]{0,30}"
    r"(?:months?|weeks?|days?|meses|semanas?|d[ií]as?)?[)\]\uff09]\s*$",
    re.IGNORECASE,
)


class Timeline:
    """A reader of marked nodes into a path; `title` names phases that the guide does not."""

    def __init__(self, parts: SectionCollector, roles: HeadingRoles, title: str) -> None:
        self.path = PathDraft()
        self._parts = parts
        self._coverage = parts.coverage
        self._roles = roles
        self._title = title
        self._reader = UnitReader(parts)
        self._ticked: set[str] = set()  # ids of tasks
        self._tick_in_part = False  # whether a list has items with and without a tick
        self._days: dict[str, str] = {}  # of tasks, where they stand under a day inside a unit
        self._level = 0.0  # of most units' headings
        self._early: list[TaskCandidate] = []  # boxes that stand before the first unit

    def read(self, root: TreeNode) -> PathDraft:
        """Return the path of the whole guide."""
        units = (one for one in root.walk() if one.mark and self._roles.part(one.mark) == "unit")
        self._level = next(iter(Counter(one.level for one in units).most_common(1)), (0.0, 0))[0]
        self._below(root)
        distinguish(self.path, self._days)
        self._mark_done()
        modules = [module for module in self.path.modules() if module.units]
        for module in self.path.modules():
            if not module.units and modules:
                modules[-1].deliverables += module.deliverables
        for phase in self.path.phases:
            phase.modules = [module for module in phase.modules if module.units]
        self.path.phases = [phase for phase in self.path.phases if phase.modules]
        spread_length(list(self.path.units()), self._title)
        return self.path

    def _mark_done(self) -> None:
        """Mark the tasks that the guide ticks, unless it does so with all of a list: a decoration.

        Ticks count where a list has items with and without, or all of one unit and none of another.
        """
        units = [unit for unit in self.path.units() if unit.tasks]
        whole = {sum(one.id in self._ticked for one in u.tasks) / len(u.tasks) for u in units}
        if self._tick_in_part or whole == {0.0, 1.0}:
            for unit in self.path.units():
                for place, one in enumerate(unit.tasks):
                    if one.id in self._ticked and not one.done:
                        unit.tasks[place] = one.model_copy(update={"done": True})

    def _below(self, node: TreeNode) -> None:
        for child in node.children:
            if child.mark and self._roles.part(child.mark) != "inner":
                self._read_marked(child, child.mark)
            elif not self.path.phases and _is_setup(child):
                self._unit(child, HeadingMark(SETUP, 0, 0, "", child.name, child.name))
            else:
                self._below(child)  # a day that stands in no week is a part of nothing

    def _read_marked(self, node: TreeNode, mark: HeadingMark) -> None:
        part = self._roles.part(mark)
        below = (one.mark for one in node.walk() if one is not node and one.mark)
        inside = part in {"unit", "inner"}
        opens = _OUTER.get(self._roles.group(mark)) if inside else part
        phase = self._phase(mark) if opens == "phase" else self._open_phase()
        module = self._module(mark) if opens == "module" else None
        empty = all(self._roles.part(one) == "inner" for one in below)
        alike = [] if inside or not empty else [c for c in node.children if self._is_alike(c)]
        if len(alike) > 1:
            self._coverage.place(part, node.block)
            for place, child in enumerate(alike):
                first, end = (mark.first + i * mark.span // len(alike) for i in (place, place + 1))
                last = max(first, end - 1)
                own = HeadingMark(mark.group, first, last, "", child.name, child.name)
                self._unit(child, own)
        elif inside or empty:
            self._unit(node, mark)
        else:
            became = "the name of a group of modules" if part == "between" else part
            self._coverage.place(became, node.block)
            self._read_child(node, phase, module)

    def _is_alike(self, node: TreeNode) -> bool:
        """Return whether a heading without a mark is where other stretches have their units."""
        holds = any(b.kind in {"item", "table"} for one in node.walk() for b in one.blocks)
        named = node.is_heading and bool(node.name) and not node.inside()
        return named and node.level == self._level and holds

    def _read_child(self, node: TreeNode, phase: PhaseDraft, module: ModuleDraft | None) -> None:
        own = self._reader.direct(node)
        self._boxes(own.tasks())
        for block in own.unassigned:
            if block.kind == "text" and module is None:
                phase.goal.append(block.text)
                self._coverage.place("the goal of a phase", block)
        self._coverage.mark_unplaced(_ABOVE, *own.unassigned)
        for child in node.children:
            if child.mark:
                self._read_marked(child, child.mark)
            elif any(one.mark and self._roles.part(one.mark) != "inner" for one in child.walk()):
                self._coverage.place("heading: the timeline", child.block)
                self._read_child(child, phase, module)
            else:
                self._read_beside_units(child, phase, module)

    def _read_beside_units(
        self, node: TreeNode, phase: PhaseDraft, module: ModuleDraft | None
    ) -> None:
        """Read what a phase or module states about itself, beside its units."""
        content = self._reader.read(node) if node.inside() is None else UnitContent()
        if node.inside() is not None:
            self._reader.child(node, content)
        here = module or (phase.modules[-1] if phase.modules else None)
        phase.goal += [goal for goal, _ in content.goals]
        self._coverage.place("the goal of a phase", *(block for _, block in content.goals))
        self._add_checkpoints(content, node.name, here)
        target = here or self._open_module()
        target.deliverables += self._deliverables(content.deliverables)
        beside = node.level == self._level and node.inside() in {None, "tasks", "project"}
        if beside and module is not None and module.units:
            module.units[-1].tasks += self._tasks(content.tasks(), module.units[-1].id)
        else:
            self._boxes(content.tasks(), include_text=bool(node.value.text))
        self._coverage.mark_unplaced(_ABOVE, *content.unassigned)
        if any(b.kind != "rule" and self._coverage.is_placed(b) for b in node.blocks):
            self._coverage.place("a heading beside the units", node.block)

    def _boxes(self, found: Iterable[TaskCandidate], *, include_text: bool = False) -> None:
        """Add boxes that are in no unit to the unit before them, or to the first."""
        units = list(self._open_module().units)
        for one in found:
            if one.sort != "box" and not (include_text and one.sort == "text"):
                self._coverage.mark_unplaced(_ABOVE, *one.blocks)
            elif units:
                units[-1].tasks += self._tasks([one], units[-1].id)
            else:
                self._early.append(one)

    def _phase(self, mark: HeadingMark) -> PhaseDraft:
        title = _without_when(mark.title) or mark.label or mark.name
        made = PhaseDraft(self._parts.ids.take("phase", mark.label or title), line(title), mark)
        self.path.phases.append(made)
        return made

    def _open_phase(self) -> PhaseDraft:
        if not self.path.phases:
            taken = self._parts.ids.take("phase", self._title)
            self.path.phases.append(PhaseDraft(taken, line(self._title)))
        return self.path.phases[-1]

    def _module(self, mark: HeadingMark) -> ModuleDraft:
        title = _without_when(_title_of(mark)) or mark.label or mark.name
        taken = self._parts.ids.take("module", mark.label or title, self._open_phase().id)
        made = ModuleDraft(taken, line(title), mark)
        self._open_phase().modules.append(made)
        return made

    def _open_module(self) -> ModuleDraft:
        """Return the open module, made for units that the guide puts in none."""
        phase = self._open_phase()
        if not phase.modules:
            months = [s for s in spans(phase.mark.name) if s[0] == "month"] if phase.mark else []
            month = months[0][1] if len(months) == 1 and months[0][1] == months[0][2] else None
            taken = self._parts.ids.take("module", phase.id)
            phase.modules.append(ModuleDraft(taken, phase.title, month=month))
        return phase.modules[-1]

    def _unit(self, node: TreeNode, mark: HeadingMark) -> None:
        module = self._open_module()
        content = self._reader.read(node)
        named, stated = durations.without_duration(mark.name)
        title = durations.without_duration(_without_when(_title_of(mark)))[0]
        if content.project and _ONLY_PROJECT.fullmatch(patterns.fold(title)):
            title, named = f"{title} ({content.project})", f"{named} ({content.project})"
        unit = UnitDraft(
            id=self._parts.ids.take("unit", *self._unit_id(mark, module, title)),
            name=line(clean(named)),
            label=line(mark.label),
            title=line(title or (module.title if self._is_named(module) else mark.name)),
            kind=_KINDS.get(mark.group, UnitKind.MODULE),
            days=unit_days(mark),
            mark=mark,
            dates=mark.dates
            or (module.mark.dates if module.mark and mark.group == "clock" else None)
            or dates_inside(node),
            hours=content.hours or stated or self._parts.table_hours.get((mark.group, mark.first)),
        )
        module.units.append(unit)
        self._coverage.place("unit", node.block)
        self._fill(unit, content, module)

    def _is_named(self, module: ModuleDraft) -> bool:
        return bool(module.mark or self._open_phase().mark)

    def _unit_id(self, mark: HeadingMark, module: ModuleDraft, title: str) -> tuple[str, str]:
        """Return title and suffix of its id: the label, within its module if the guide has one."""
        outer = module.mark or self._open_phase().mark
        if outer is None or outer is mark or not mark.label:
            return mark.label or title, module.id
        return f"{module.id} {mark.label}", title

    def _fill(self, unit: UnitDraft, content: UnitContent, module: ModuleDraft) -> None:
        unit.goals = [goal for goal, _ in content.goals]
        self._coverage.place("goal", *(block for _, block in content.goals))
        content.found, self._early = self._early + content.found, []
        self._take_repeats(content, module)
        tasks = content.tasks()
        if all(one.blocks for one in tasks):
            tasks = sorted(tasks, key=lambda one: one.blocks[0].first)  # as they stand in the guide
        unit.tasks = self._tasks(tasks, unit.id)
        chosen = {id(one) for one in tasks}
        left = [block for one in content.found if id(one) not in chosen for block in one.blocks]
        self._coverage.mark_unplaced("a bullet in a unit whose tasks are checkboxes", *left)
        unit.choice = self._choice(content, unit)
        module.deliverables += self._deliverables(content.deliverables, unit)
        module.deliverables += self._deliverables(_implied_deliverables(unit.tasks, tasks), unit)
        self._add_checkpoints(content, unit.title, module, unit)
        add_exam(unit, module, self._parts)
        notes = sorted(content.unassigned, key=lambda block: block.first)
        shown = [block for block in notes if block.kind not in {"html", "rule"}]
        unit.notes = markdown(shown, base=1)
        self._coverage.place("a note of a unit", *shown)

    def _take_repeats(self, content: UnitContent, module: ModuleDraft) -> None:
        """Make deliverables of a labelled list that names what tasks shortly before it make."""
        for group in content.groups if len(content.groups) < FEW else ():
            first = next(i for i, one in enumerate(content.found) if one is group[0])
            before = [one.title for unit in module.units[-FEW:] for one in unit.all_tasks()]
            before += [one.draft.wording.title for one in content.found[:first]]
            words = [_words(title) for title in before[-MOST:]]
            named = [_words(one.draft.wording.title) for one in group[:MOST]]
            repeated = sum(any(one < other for other in words) for one in named)
            if len(group) > 1 and 2 * repeated >= len(group):
                del content.found[first : first + len(group)]
                content.deliverables += [(one.draft.wording, one.blocks[0]) for one in group]

    def _tasks(self, found: Iterable[TaskCandidate], unit: Slug) -> list[Task]:
        made: list[Task] = []
        before: TaskCandidate | None = None
        for one in found:
            if before and before.blocks and one.blocks:
                near = one.blocks[0].first - before.blocks[-1].last <= 1
                differ = before.draft.wording.ticked != one.draft.wording.ticked
                self._tick_in_part |= near and differ
            before = one
            created = task(one.draft, self._parts, unit, one.kind)
            if created is None:
                self._coverage.mark_unplaced("an empty item", *one.blocks)
                continue
            made.append(created)
            if one.draft.wording.ticked:
                self._ticked.add(created.id)
            if one.day:
                self._days[created.id] = one.day
            self._coverage.place("task", *one.blocks[:1])
            self._coverage.place("what a task says more", *one.blocks[1:])
        return made

    def _choice(self, content: UnitContent, unit: UnitDraft) -> Choice | None:
        read = [(branch, self._tasks(branch.found, unit.id)) for branch in content.branches]
        branches = [(branch, made) for branch, made in read if made]
        if len(branches) < 2 or content.choice_node is None:
            unit.tasks += [one for _, made in branches for one in made]
            return None
        title = unit.title if content.choice_node.mark else line(content.choice_node.name)
        options = tuple(
            Option(
                id=self._parts.ids.take("option", branch.title),
                title=branch.title,
                label=branch.label,
                description=text([branch.about]),
                tasks=tuple(made),
            )
            for branch, made in branches
        )
        return Choice(id=self._parts.ids.take("choice", title), title=title, options=options)

    def _deliverables(
        self, found: Iterable[tuple[TaskWording, Block | None]], unit: UnitDraft | None = None
    ) -> list[Deliverable]:
        made: list[Deliverable] = []
        for words, block in found:
            deliverable = Deliverable(
                id=self._parts.ids.take("deliverable", words.title),
                title=words.title,
                description=words.more,
                hours=words.hours,
                hours_from="guide" if words.hours else "estimate",
                count=stated_count(words.title),
                unit=unit.id if unit else None,
                resources=tuple(self._parts.add_link(words.links, near=words.title)),
            )
            made.append(deliverable)
            self._coverage.place("deliverable", block)
        return made

    def _add_checkpoints(
        self,
        content: UnitContent,
        about: str,
        module: ModuleDraft | None,
        unit: UnitDraft | None = None,
    ) -> None:
        for name, found in content.criteria:
            items = checkpoint_items(found, self._parts)
            if items:
                title = name if name == about else f"{name}: {about}"
                self._parts.checkpoints.append(
                    CheckpointDraft(line(title), items, name, module, unit)
                )


def _implied_deliverables(
    tasks: list[Task], found: list[TaskCandidate]
) -> list[tuple[TaskWording, None]]:
    """Return deliverables named only by a task: "Project: a weather app", "Capstone Project"."""
    titles = {one.title for one in tasks}
    out: list[str] = []
    for one in found:
        task_title = one.draft.wording.title
        title = project_title(task_title)
        if title is None and patterns.CAPSTONE.match(patterns.fold(task_title)):
            title = task_title
        if title and task_title in titles and one.sort != "text":
            out.append(title)
    return [(TaskWording(line(title)), None) for title in dict.fromkeys(out)]


def _title_of(mark: HeadingMark) -> str:
    """Return the title of a heading, or all of it where it reads on: "Feb - March goals"."""
    whole = f"{mark.label} {mark.title}"
    return mark.name if mark.title[:1].islower() and mark.name == whole else mark.title


def _is_setup(node: TreeNode) -> bool:
    """Return whether it is a heading over boxes to tick once, before the first stretch begins."""
    boxes = sum(b.checked is not None for one in node.walk() for b in one.blocks)
    chosen = patterns.CHOOSE.search(patterns.fold(node.name))
    usual = node.is_heading and bool(node.name) and node.around() in {None, "skip"} and not chosen
    return usual and boxes >= MIN_BOXES and not any(one.mark for one in node.walk())


def _words(title: str) -> set[str]:
    """Return the words of a title, without those in brackets."""
    bare = re.sub(r"[(\[].*?[)\]]", " ", title)
    return {*re.findall(r"\w+", patterns.fold(bare))} or {title}


def _without_when(title: str) -> str:
    return _WHEN.sub("", title.strip()).strip()
