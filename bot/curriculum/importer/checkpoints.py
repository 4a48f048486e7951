"""Make checkpoints: their lines, when they are due, and those that are exams."""

from collections.abc import Iterable

from bot.curriculum.importer import patterns
from bot.curriculum.importer.collector import SectionCollector, line
from bot.curriculum.importer.drafts import CheckpointDraft, ModuleDraft, PathDraft, UnitDraft
from bot.curriculum.importer.headings import clean, spans
from bot.curriculum.importer.tasks import ListEntry, markdown
from bot.curriculum.model import Checkpoint, CheckpointItem


def checkpoint_items(found: Iterable[ListEntry], parts: SectionCollector) -> list[CheckpointItem]:
    """Return the lines of a checkpoint, with what is below them in brackets."""
    items: list[CheckpointItem] = []
    for entry in found:
        more = "; ".join(markdown(entry.below, entry.item.depth + 1))
        title = clean(entry.item.text)
        item_text = line(f"{title} ({more})" if more and title else title)
        if item_text:
            items.append(CheckpointItem(id=parts.ids.take("line", item_text), title=item_text))
            parts.coverage.place("checkpoint item", *entry.blocks)
    return items


def add_exam(unit: UnitDraft, module: ModuleDraft, parts: SectionCollector) -> None:
    """Add a checkpoint for an exam that ends a unit, or is one."""
    exams = [one for one in unit.tasks if patterns.EXAM.fullmatch(patterns.fold(one.title))]
    whole = unit.tasks and patterns.EXAM.fullmatch(patterns.fold(unit.title))
    if exams or whole:
        title = exams[0].title if exams else unit.title
        evidence = (exams or unit.tasks[-1:])[0].id
        taken = parts.ids.take("line", title)
        item = CheckpointItem(id=taken, title=title, evidence=(evidence,))
        parts.checkpoints.append(CheckpointDraft(title, [item], "", module, unit))


def checkpoints(path: PathDraft, parts: SectionCollector) -> tuple[Checkpoint, ...]:
    """Return the checkpoints in the order in which they are due."""
    modules = list(path.modules())
    order = {module.id: place for place, module in enumerate(modules)}
    due = [(_due(draft, path) or modules[-1], draft) for draft in parts.checkpoints]
    made = [
        Checkpoint(
            id=parts.ids.take("checkpoint", draft.title),
            title=draft.title,
            after=module.id,
            unit=_ended(draft, module),
            items=tuple(draft.items),
        )
        for module, draft in due
    ]
    return tuple(sorted(made, key=lambda checkpoint: order[checkpoint.after]))


def _ended(draft: CheckpointDraft, module: ModuleDraft) -> str | None:
    """Return the id of the unit that a checkpoint ends, unless it is the module's last."""
    return next((unit.id for unit in module.units[:-1] if unit is draft.unit), None)


def _due(draft: CheckpointDraft, path: PathDraft) -> ModuleDraft | None:
    """Return the module whose number, or whose unit's, is in the words of the checkpoint."""
    if draft.module is not None and draft.module.units:
        return draft.module
    numbers = dict(zip(path.numbers(), path.modules(), strict=True))
    for group, number, _ in spans(draft.words):
        if group in {"month", "module"} and number in numbers:
            return numbers[number]
        if group == "phase":
            named = [p for p in path.phases if p.mark and p.mark.first == number]
            if named:
                return named[0].modules[-1]
        for module in path.modules():
            marks = [unit.mark for unit in module.units if unit.mark.group == group]
            if any(mark.first <= number <= mark.last for mark in marks):
                return module
    return None
