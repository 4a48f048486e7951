"""Hold what one unit has, before ids are given: possible tasks, goals, choices, notes."""

from dataclasses import dataclass, field
from typing import Literal

from bot.curriculum.base import Hours
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.tasks import ListEntry, TaskDraft, TaskWording, markdown
from bot.curriculum.importer.tree import TreeNode
from bot.curriculum.model import TaskKind

Sort = Literal["box", "bullet", "row", "text", "goal", "label"]


@dataclass
class TaskCandidate:
    """A possible task: how it was written, its draft, and the blocks it came from.

    `day` is the day of the unit that it stands under, `under` that day's whole name where it has a
    title. What a label says on its own line is a task only where nothing else is.
    """

    sort: Sort
    draft: TaskDraft
    blocks: tuple[Block, ...]
    kind: TaskKind | None = None
    day: str = ""
    under: str = ""


@dataclass
class ChoiceBranch:
    """One branch of a choice."""

    label: str | None
    title: str
    found: list[TaskCandidate]
    about: str = ""


@dataclass
class UnitContent:
    """Everything that a unit holds, before ids are given."""

    found: list[TaskCandidate] = field(default_factory=list)
    groups: list[list[TaskCandidate]] = field(default_factory=list)  # bullets below a label
    unassigned: list[Block] = field(default_factory=list)
    # What stands under the same heading as tasks, and the first of those.
    around: list[tuple[TaskCandidate, list[Block]]] = field(default_factory=list)
    goals: list[tuple[str, Block]] = field(default_factory=list)
    branches: list[ChoiceBranch] = field(default_factory=list)
    choice_node: TreeNode | None = None
    hours: Hours | None = None
    deliverables: list[tuple[TaskWording, Block]] = field(default_factory=list)
    criteria: list[tuple[str, list[ListEntry]]] = field(default_factory=list)
    has_resources: bool = False
    project: str | None = None

    def tasks(self) -> list[TaskCandidate]:
        """Return what counts as a task: boxes, or else bullets and rows, or else all there is."""
        sorts = {one.sort for one in self.found}
        if "box" in sorts:
            return [
                one for one in self.found if one.sort in {"box", "text"} or one.draft.wording.ticked
            ]
        if sorts & {"bullet", "row"}:
            return [one for one in self.found if one.sort != "label"]
        return self.found

    def describe(self) -> None:
        """Add what stands around tasks to the first of them that counts, with the unit's notes."""
        tasks = self.tasks()
        notes = [block for block in self.unassigned if adds_detail(block)] if tasks else []
        if notes:
            self.unassigned = [block for block in self.unassigned if not adds_detail(block)]
            self.around.insert(0, (tasks[0], notes))
        counted = {id(one) for one in tasks}
        for first, blocks in reversed(self.around):
            if id(first) in counted:
                first.draft.about = [*markdown(blocks, base=1), *first.draft.about]
                first.draft.links += [link for block in blocks for link in block.links]
                first.blocks = (*first.blocks, *blocks)
            else:
                self.unassigned += blocks
        for one in tasks:
            one.draft.about = [*filter(None, [one.under]), *one.draft.about]


def adds_detail(block: Block) -> bool:
    """Return whether it is text or code that says more about what it stands beside."""
    words = block.kind in {"text", "code", "heading", "item"} and not block.is_picture
    return words and bool(block.text or block.code)
