"""Read one unit: what of a week's content is a task, a goal, a checkpoint or a choice.

The rules, in order: checkboxes are tasks; where a unit has none, its bullets, numbered items and
table rows are; where it has none of those, its goals; and where it has only text, the unit
itself is the one task. What a sub-heading announces (goals, resources, criteria) is not a task.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.curriculum.importer import durations, patterns
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.collector import SectionCollector, line
from bot.curriculum.importer.headings import HeadingMark, option, project_title, task_title
from bot.curriculum.importer.inline_markdown import RichText
from bot.curriculum.importer.tasks import (
    ListEntry,
    TaskDraft,
    TaskWording,
    draft,
    entries,
    is_routine,
    markdown,
    table_rows,
    wording,
)
from bot.curriculum.importer.tree import TreeNode, is_link
from bot.curriculum.importer.unit_content import (
    ChoiceBranch,
    Sort,
    TaskCandidate,
    UnitContent,
    adds_detail,
)
from bot.curriculum.model import TaskKind

_SESSION = re.compile(r"^[A-Za-z]?\d{1,3}\s*[.):\u2013-]\s*(?=\w)")
MANY_BELOW = 4  # items below one, which make it the name of a group


class UnitReader:
    """A reader of the content of a unit's node; lines that become something are placed."""

    def __init__(self, parts: SectionCollector) -> None:
        self._parts = parts
        self._coverage = parts.coverage

    def read(self, node: TreeNode) -> UnitContent:
        """Return the content under `node`, sub-headings included."""
        content = UnitContent()
        self._gather(node, content, None)
        self._finish(node, content)
        content.describe()
        return content

    def direct(self, node: TreeNode) -> UnitContent:
        """Return the content directly under `node`, without its sub-headings."""
        content = UnitContent()
        self._direct(node, content, None)
        content.unassigned += [block for _, blocks in content.around for block in blocks]
        return content

    def _gather(self, node: TreeNode, content: UnitContent, kind: TaskKind | None) -> None:
        # "Option A" and "Option B" are a choice if at least two have tasks.
        branches = [one for one in node.children if option(one.name) and _holds_items(one)]
        branches = branches if len(branches) > 1 else []
        self._direct(node, content, kind)
        for child in node.children:
            if child not in branches:
                self.child(child, content, kind)
        if branches and content.choice_node is None:
            content.choice_node = node
            content.branches = [self._choice_branch(child) for child in branches]
        elif branches:
            for child in branches:
                self._gather(child, content, kind)

    def _direct(self, node: TreeNode, content: UnitContent, kind: TaskKind | None) -> None:
        """Add the items, rows and other blocks directly below a heading."""
        found = list(entries(node.blocks))
        listed = [one for one in found if isinstance(one, ListEntry)]
        grouped, boxed = _are_groups(listed), any(one.has_boxes for one in listed)
        made: list[TaskCandidate] = []
        around: list[Block] = []
        for one in found:
            if isinstance(one, ListEntry):
                if boxed and not one.has_boxes and not wording(one.item.lines).ticked:
                    around += one.blocks
                    continue
                named = grouped or _repeats_heading(one, node.name)
                made += self._entry(one, kind, grouped=named)
            elif one.kind == "table" and is_routine(one):
                self._coverage.mark_unplaced("a routine has no place in a curriculum", one)
            elif one.kind == "table":
                for number, row in table_rows(one):
                    source = replace(one, first=number, last=number)
                    made.append(TaskCandidate("row", row, (source,), kind))
                if one.rows:
                    head = (one.first, one.rows[0].first - 1)
                    self._coverage.place_lines(*head, "the head of a table")
            elif adds_detail(one):
                around.append(one)
            elif one.kind != "rule":
                content.unassigned.append(one)
        content.found += made
        if made and around:
            content.around.append((made[0], around))
        else:
            content.unassigned += around

    def _entry(
        self, entry: ListEntry, kind: TaskKind | None, *, grouped: bool = False
    ) -> Iterator[TaskCandidate]:
        if entry.is_group or (grouped and entry.below):
            self._coverage.place("the name of a group of tasks", entry.item)
            for one in entries(entry.below):
                if isinstance(one, ListEntry):
                    yield from self._entry(one, kind)
            return
        sort: Sort = "box" if entry.item.checked is not None else "bullet"
        yield TaskCandidate(sort, draft(entry), entry.blocks, kind)

    def child(self, node: TreeNode, content: UnitContent, kind: TaskKind | None = None) -> None:
        """Add one sub-heading or label of a unit to `content`."""
        topic = node.inside()
        named = task_title(node.name)
        if named is None and node.mark:
            named = _named_day(node, node.mark)
        if named or (topic == "project" and project_title(node.name) and not _holds_items(node)):
            self._task_heading(node, named or node.name, content)
            return
        handler = {
            "goals": self._goals,
            "goals-or-tasks": self._goals,
            "time": self._time,
            "deliverable": self._deliverable,
            "checkpoint": self._criteria,
            "resources": self._resources,
            "notes": self._notes,
            "skip": self._notes,
        }.get(topic or "")
        if topic == "goals-or-tasks" and _holds_items(node):
            handler = None
        if node.described and node.block:
            self._task_heading(node, _SESSION.sub("", node.name), content, sort="label")
        elif handler is None or node.mark:
            before = len(content.found)
            self._group(node, content, TaskKind.PROJECT if topic == "project" else kind)
            for one in content.found[before:] if node.mark else ():
                one.day = one.day or (node.mark.label if node.mark else "")
                one.under = one.under or (node.name if node.mark and node.mark.title else "")
        else:
            handler(node, content)

    def _group(self, node: TreeNode, content: UnitContent, kind: TaskKind | None) -> None:
        """Add a sub-heading over tasks, or a label with one: "**Topics**: loops and lists"."""
        before = len(content.found)
        if node.value.text and node.block and _has_details(node):
            self._task_heading(node, f"{node.name}: {node.value.text}", content, sort="bullet")
            return
        if node.value.text and node.block and node.inside() in {"tasks", "project"}:
            heading = TaskDraft(wording([node.value]))
            content.found.append(TaskCandidate("label", heading, (node.block,), kind))
        elif node.value.text and node.block:
            content.unassigned.append(node.block)
        chosen = patterns.CHOOSE.search(patterns.fold(node.name))
        if chosen and content.choice_node is None:
            self._choice(node, content, kind)
        else:
            self._gather(node, content, kind)
        title = project_title(node.name)
        if title and node.block:
            content.project = title
            content.deliverables.append((TaskWording(line(title)), node.block))
        group = content.found[before:]
        if before and not node.is_heading and all(one.sort == "bullet" for one in group):
            content.groups += [group] * bool(group)
        if node.block and (group or title or chosen):
            self._coverage.place("the name of a group of tasks", node.block)

    def _choice(self, node: TreeNode, content: UnitContent, kind: TaskKind | None) -> None:
        """Add the branches of "Choose one of the following" over headings, items or rows."""
        below = [child for child in node.children if _holds_items(child)]
        inner = UnitContent()
        self._direct(node, inner, kind)
        if len(below) >= 2 and not inner.found:
            content.branches = [self._choice_branch(child) for child in below]
        elif len(inner.found) >= 2 and not node.children:
            content.branches = [
                ChoiceBranch(None, one.draft.wording.title, [one]) for one in inner.found
            ]
        else:
            self._gather(node, content, kind)
            return
        content.choice_node = node
        content.unassigned += inner.unassigned

    def _choice_branch(self, node: TreeNode) -> ChoiceBranch:
        inner = UnitContent()
        self._gather(node, inner, None)
        self._finish(node, inner)
        inner.unassigned += [block for _, blocks in inner.around for block in blocks]
        label, title = option(node.name) or (None, "")
        self._coverage.place("option", node.block)
        about = markdown(inner.unassigned)
        self._coverage.place("the description of an option", *inner.unassigned)
        return ChoiceBranch(label, line(title or node.name), inner.tasks(), "\n\n".join(about))

    def _task_heading(
        self, node: TreeNode, title: str, content: UnitContent, sort: Sort = "text"
    ) -> None:
        """Add "Task 2: Set up Grafana" with its explanation, or a project without bullets."""
        made = TaskDraft(wording([RichText(title, links=node.title.links)]))
        blocks = [block for one in node.walk() for block in one.blocks]
        inner = [one.block for one in node.walk() if one is not node and one.block]
        everything = sorted([*blocks, *inner], key=lambda block: block.first)
        content_blocks = tuple(b for b in everything if b.kind not in {"rule", "html"})
        made.about = markdown(content_blocks, base=1)
        made.links = [link for block in everything for link in block.links]
        head = (node.block,) if node.block else ()
        content.found.append(TaskCandidate(sort, made, head + content_blocks))
        project = project_title(node.name)
        if project and node.block:
            content.deliverables.append((TaskWording(line(project)), node.block))

    def _goals(self, node: TreeNode, content: UnitContent) -> None:
        self._coverage.place("goals", node.block)
        if node.value.text and node.block:
            content.goals.append((node.value.text, node.block))
        for one in _items(node):
            content.goals.append((" ".join(b.text for b in one.blocks if b.text), one.item))
            self._coverage.place("goal", *one.below)
        for block in _plain(node):
            content.goals += [(rich.text, block) for rich in block.lines if rich.text]

    def _time(self, node: TreeNode, content: UnitContent) -> None:
        text = " ".join([node.name, node.value.text, *(block.text for block in node.blocks)])
        stated = durations.total(text)
        if stated is None and node.value.text:
            stated = durations.hours_without_unit(node.value.text)
        if stated and content.hours is None:
            content.hours = stated
            self._coverage.place("the hours of a unit", node.block, *node.blocks)
        else:
            self._notes(node, content)

    def _deliverable(self, node: TreeNode, content: UnitContent) -> None:
        """Add what a node called "Deliverable" lists, or has on its own line."""
        self._coverage.place("deliverable", node.block)
        found: list[tuple[TaskWording, Block]] = []
        if node.value.text and node.block:
            found.append((wording([node.value]), node.block))
        found += [(wording(one.item.lines), one.item) for one in _items(node)]
        found = found or [(wording(block.lines), block) for block in _plain(node)]
        content.deliverables += [one for one in found if one[0].title]

    def _criteria(self, node: TreeNode, content: UnitContent) -> None:
        found = list(_items(node))
        if node.value.text and node.block:
            found.insert(0, ListEntry(replace(node.block, lines=(node.value,))))
        if found:
            self._coverage.place("checkpoint", node.block)
            content.criteria.append((node.name, found))
        self._coverage.mark_unplaced("words about a checkpoint", *_plain(node))

    def _resources(self, node: TreeNode, content: UnitContent) -> None:
        self._coverage.place("resources", node.block)
        for block in [block for one in node.walk() for block in one.blocks]:
            ids = self._parts.add_link(block.links, near=block.text)
            content.has_resources |= bool(ids)
            self._coverage.place("resource", block if ids else None)
            self._coverage.mark_unplaced("a resource without a link", None if ids else block)
        ids = self._parts.add_link(node.value.links, near=node.value.text)
        content.has_resources |= bool(ids)

    def _notes(self, node: TreeNode, content: UnitContent) -> None:
        for one in node.walk():
            content.unassigned += [block for block in (one.block, *one.blocks) if block]

    def _finish(self, node: TreeNode, content: UnitContent) -> None:
        """Make tasks of the goals, or of the unit itself, where nothing is a task yet."""
        if content.found or content.branches:
            return
        if content.goals:
            for text, block in content.goals:
                made = TaskDraft(wording([RichText(text)]))
                content.found.append(TaskCandidate("goal", made, (block,)))
            content.goals = []
            return
        content.found = list(self._text_task(node, content))
        if content.found:
            content.unassigned = []

    def _text_task(self, node: TreeNode, content: UnitContent) -> Iterator[TaskCandidate]:
        """Yield a task for each line if all have a link, else one task for the unit."""
        text_blocks = [block for block in content.unassigned if block.kind in {"text", "code"}]
        rich = [(one, block) for block in text_blocks for one in block.lines if one.text]
        if len(rich) > 1 and all(one.links for one, _ in rich):
            for one, block in rich:
                yield TaskCandidate("text", TaskDraft(wording([one])), (block,))
            return
        carried = node.mark and node.block and node.block.kind != "heading" and node.mark.title
        if not content.unassigned and not content.has_resources and not carried:
            return
        title = (node.mark.title or node.mark.name) if node.mark else node.name
        made = TaskDraft(wording([RichText(title)]), about=markdown(text_blocks))
        made.links = [link for block in text_blocks for link in block.links]
        if re.search(r"\w", title):
            yield TaskCandidate("text", made, tuple(text_blocks))


def _named_day(node: TreeNode, mark: HeadingMark) -> str | None:
    """Return what a day inside a unit is called where it is one thing to do, or None.

    That is a day without items, and an item with a title whose own items only describe it.
    """
    if not _holds_items(node):
        return mark.title or (node.name if node.blocks else None)
    item = node.block is not None and node.block.kind == "item"
    boxes = any(b.checked is not None for one in node.walk() for b in one.blocks)
    return mark.title if item and mark.title and not boxes else None


def _has_details(node: TreeNode) -> bool:
    """Return whether below "**Learn**: the basics" is a link or code: what it is learned by."""
    below = [block for block in node.blocks if block.kind != "rule"]
    return bool(below) and (below[0].kind == "code" or is_link(below[0]))


def _are_groups(found: list[ListEntry]) -> bool:
    """Return whether one or two items without boxes hold many others, which they only name."""
    below = [sum(b.kind == "item" for b in entry.below) for entry in found]
    plain = all(entry.item.checked is None for entry in found)
    return plain and 0 < len(found) <= 2 and max(below) >= MANY_BELOW


def _repeats_heading(entry: ListEntry, heading: str) -> bool:
    """Return whether an item over others only says what its heading says: "Exam (8 h a day)"."""
    name = patterns.fold(re.sub(rf"[({patterns.BRACKETS[0]}].*", "", entry.item.text))
    inner = sum(block.kind == "item" for block in entry.below)
    plain = entry.item.checked is None and not entry.item.links
    return plain and inner > 1 and bool(name) and name in patterns.fold(heading)


def _items(node: TreeNode) -> Iterator[ListEntry]:
    """Yield the items under a node and its sub-headings."""
    for one in node.walk():
        yield from (e for e in entries(one.blocks) if isinstance(e, ListEntry) and e.item.text)


def _plain(node: TreeNode) -> list[Block]:
    found = [one for part in node.walk() for one in entries(part.blocks)]
    return [one for one in found if isinstance(one, Block) and one.kind == "text"]


def _holds_items(node: TreeNode) -> bool:
    return any(block.kind in {"item", "table"} for one in node.walk() for block in one.blocks)
