"""Build the curriculum from a guide's text: blocks, tree, path and sections."""

from collections import Counter
from datetime import date
from pathlib import PurePath, PurePosixPath

from bot.curriculum.importer.blocks import Block, Kind, outline
from bot.curriculum.importer.candidates import Candidate, candidates
from bot.curriculum.importer.checkpoints import checkpoints
from bot.curriculum.importer.choice import (
    Reading,
    WorkLines,
    close_readings,
    features,
    is_certain,
    score,
)
from bot.curriculum.importer.collector import SectionCollector, line, lines, text
from bot.curriculum.importer.drafts import (
    ModuleDraft,
    PathDraft,
    PhaseDraft,
    UnitDraft,
)
from bot.curriculum.importer.heading_occurrences import front_title
from bot.curriculum.importer.headings import clean, spaced
from bot.curriculum.importer.language import detect_language
from bot.curriculum.importer.line_coverage import ImportResult, LineCoverage
from bot.curriculum.importer.patterns import ALTERNATIVE
from bot.curriculum.importer.repair import RepairedText
from bot.curriculum.importer.section_dispatch import SectionDispatcher
from bot.curriculum.importer.tasks import wrong_checks
from bot.curriculum.importer.timeline import Timeline
from bot.curriculum.importer.topic_guides import mark_topics
from bot.curriculum.importer.tree import tree
from bot.curriculum.importer.unit_days import settle_dates
from bot.curriculum.model import Curriculum, Module, ModuleKind, Phase, Unit
from bot.curriculum.sections import Source
from bot.errors import GuideError

_WORDLESS = {
    "rule": "a line that separates",
    "links": "the address of a link",
    "front": "front matter",
    "schedule": "the head of the schedule",
}
_CONTENTS: tuple[tuple[Kind, str], ...] = (
    ("heading", "heading#"),
    ("item", "list item#"),
    ("table", "table#"),
    ("text", "paragraph#"),
    ("code", "block# of code"),
    ("html", "block# of HTML"),
)
_ACCOUNT = {
    "task": "tasks",
    "what a task says more": "details of tasks",
    "the name of a group of tasks": "names of groups",
    "checkpoint item": "checkpoint items",
    "deliverable": "deliverables",
    "goal": "goals",
    "resource": "resources",
    "unit": "units",
}
_MODULE_KINDS = {
    "month": ModuleKind.MONTH,
    **dict.fromkeys(("week", "dates"), ModuleKind.WEEK),
    **dict.fromkeys(("day", "date", "weekday", "clock"), ModuleKind.DAY),
}


def build(
    guide: RepairedText, name: str, number: int = 1, *, prefer: str = "", after: date
) -> ImportResult:
    """Return the curriculum of a guide by its reading with this number.

    Readings by the units `prefer` come first where the guide has any. Dates without a year are on
    the day `after` or later. Raise GuideError when it has no tasks, or fewer readings.
    """
    found = readings(guide.text, name, every=number > 1, prefer=prefer)
    if not found:
        raise GuideError(
            "no tasks were found in it, so it is not read as a guide."
            f" Seen: {_contents(guide.text)}.",
            where=name,
            hint="A guide has headings such as 'Week 1' or 'Module 1' with lists or checkboxes of"
            " things to do below them.",
        )
    if number > len(found):
        raise GuideError(f"it has {len(found)} readings, not {number}.", where=name)
    chosen = found[number - 1]
    names = chosen.path.names()
    if len(names) > 1 and all(ALTERNATIVE.match(one) for one in names):
        raise GuideError(
            f"it has {len(names)} plans to choose from ({line(', '.join(names))}), and no single"
            " one that all follow.",
            where=name,
            hint="Copy the one that you want into a file of its own.",
        )
    settle_dates(list(chosen.path.units()), after)
    coverage = chosen.parts.coverage
    return ImportResult(
        curriculum=_curriculum(chosen, name, detect_language(guide.text)),
        repairs=guide.repairs,
        placed=coverage.placed(),
        unplaced=coverage.unplaced(),
        unit_names=chosen.path.names(),
        hours=chosen.path.hours(),
        readings=tuple(_description(one) for one in close_readings(found)),
        account=chosen.account,
        wrong_checks=wrong_checks(guide.text),
    )


def _contents(text: str) -> str:
    """Return what a text has, for somebody who asks why it is no guide."""
    counts = Counter(block.kind for block in outline(text))
    seen = [
        f"{counts[kind]} {name if counts[kind] == 1 else name.replace('#', 's')}".replace("#", "")
        for kind, name in _CONTENTS
        if counts[kind]
    ]
    return ", ".join(seen) or "nothing"


def _description(reading: Reading) -> str:
    """Return a reading in a line: its units, the first and last of them, its tasks."""
    units, names = list(reading.path.units()), reading.path.names()
    tasks = sum(len(unit.all_tasks()) for unit in units)
    ends = names[0] if len(names) == 1 else f"{line(names[0])} to {line(names[-1])}"
    return f"{len(units)} units with {tasks} tasks: {ends}"


def _account(reading: Reading, work: WorkLines) -> dict[str, int]:
    """Return what the items and rows of a guide became, most first: their sum is all of them."""
    lines = {*work.boxes, *work.items, *work.rows}
    became = (reading.parts.coverage.became(one) for one in lines)
    named = (_ACCOUNT.get(one, "other parts") if one else "without a place" for one in became)
    return dict(sorted(Counter(named).items(), key=lambda pair: (-pair[1], pair[0])))


def readings(text: str, name: str, *, every: bool = False, prefer: str = "") -> list[Reading]:
    """Return the readings of a guide that have tasks, the most fitting first.

    The others are not tried where the usual one accounts for nearly everything, unless `every`
    is set. Those by the units `prefer` come before all others.
    """
    found: list[Reading] = []
    seen: set[tuple[object, ...]] = set()
    outlined = outline(text)
    work = WorkLines.of(outlined)
    for candidate in candidates(outlined):
        parts = SectionCollector(LineCoverage(text), folder=_folder(name))
        made = _read(candidate, name, parts)
        shape = tuple((unit.name, len(unit.tasks)) for unit in made.path.units())
        if shape not in seen and any(unit.tasks or unit.choice for unit in made.path.units()):
            seen.add(shape)
            found.append(made)
            made.features, made.account = features(made, work), _account(made, work)
            usual = candidate.default and prefer in {"", candidate.name}
            if usual and is_certain(made) and not every:
                break
    return sorted(found, key=lambda one: (one.candidate.name != prefer, -score(one.features)))


def _folder(name: str) -> str:
    """Return the folder of a guide in its repository, "" where its name is that of a file here."""
    place = PurePosixPath(name)
    return "" if place.is_absolute() or ".." in place.parts else str(place.parent)


def _read(candidate: Candidate, name: str, parts: SectionCollector) -> Reading:
    """Return the title and the path, read by these stretches; by plain headings without any."""
    blocks, keys, roles = candidate.blocks, candidate.keys, candidate.roles
    root = tree(blocks, keys, roles)
    stem = PurePath(name).stem
    titled = line(spaced(clean(root.title.text)))
    title = titled or line(front_title(blocks)) or line(stem) or "Guide"
    if candidate.topics is not None:
        roles = mark_topics(root, f"{title} {name}", candidate.topics) or roles
    SectionDispatcher(parts, roles, keys).read(root)
    path = Timeline(parts, roles, title).read(root)
    _place_wordless(blocks, parts.coverage)
    return Reading(title, path, parts, candidate)


def _place_wordless(blocks: tuple[Block, ...], coverage: LineCoverage) -> None:
    """Place the lines without words of the guide: rules, comments, definitions, front matter."""
    for block in blocks:
        if coverage.is_placed(block):
            continue
        if block.kind in _WORDLESS:
            coverage.place(_WORDLESS[block.kind], block)
        elif block.kind == "html" and _only_comments(block.code):
            coverage.place("a comment, which readers do not see", block)
        elif block.kind == "html":
            coverage.mark_unplaced("HTML", block)
        elif block.kind == "item":
            if block.is_anchor and [link.text for link in block.links] == [block.text]:
                coverage.place("table of contents", block)
            elif not block.text:
                coverage.mark_unplaced("an empty item", block)


def _only_comments(code: str) -> bool:
    """Return whether nothing else is in it, in one pass: there may be many that nothing closes."""
    at = 0
    while (start := code.find("<!--", at)) >= 0 and (end := code.find("-->", start)) >= 0:
        if code[at:start].strip():
            return False
        at = end + len("-->")
    return not code[at:].strip()


def _curriculum(reading: Reading, name: str, language: str) -> Curriculum:
    title, path, parts = reading.title, reading.path, reading.parts
    byline = f"by {parts.author}" if parts.author else ""
    source = Source(
        name=line(PurePath(name).name) or None,
        note=text([*parts.notes, byline]) or None,
        reading=reading.candidate.name,
    )
    overview = {**parts.overview, "summary": _summary(parts.summary), "benefits": parts.benefits}
    sections = {name: tuple(items) for name, items in parts.sections.items()}
    assessment = {
        "skills": sections.pop("assessed", ()),
        "modules": tuple(dict.fromkeys(parts.assessed_after)),
        "scale": parts.scale,
    }
    success = {kind: sections.pop(kind, ()) for kind in ("quantitative", "qualitative")}
    return Curriculum.model_validate(
        {
            "title": title,
            "version": parts.version or "1.0",
            "language": language,
            "source": source,
            "overview": overview,
            "phases": _phases(path),
            "checkpoints": checkpoints(path, parts),
            "assessment": assessment,
            "success": success,
            **sections,
        }
    )


def _summary(paragraphs: list[str]) -> str:
    """Return the paragraphs as one text, with the bullets of a list on lines of their own."""
    out: list[str] = []
    for one in paragraphs:
        if out and one.startswith("- ") and out[-1].rpartition("\n")[2].startswith("- "):
            out[-1] += f"\n{one}"
        else:
            out.append(one)
    return text(out)


def _phases(path: PathDraft) -> tuple[Phase, ...]:
    numbers = iter(path.numbers())
    return tuple(
        Phase(
            id=phase.id,
            title=phase.title,
            goal=text(phase.goal, "\n"),
            modules=tuple(_module(module, next(numbers), phase) for module in phase.modules),
        )
        for phase in path.phases
    )


def _module(module: ModuleDraft, number: int, phase: PhaseDraft) -> Module:
    """Return a module as the guide names it: one that it gives no number is a part."""
    own = module.mark.label if module.mark else ""
    kind = ModuleKind.PART
    if module.month is not None:
        kind = ModuleKind.MONTH
    elif module.mark and own:
        kind = _MODULE_KINDS.get(module.mark.group, ModuleKind.MODULE)
    label = own or (phase.mark.label if phase.mark and kind is ModuleKind.PART else "")
    usual = f"{kind} {number}".casefold()
    # The tasks of a part that the guide did not group lead to what their own unit leaves behind.
    usual_unit = None if kind is ModuleKind.PART else module.units[-1].id
    return Module(
        id=module.id,
        title=module.title,
        kind=kind,
        number=number,
        label=line(label) if label and label.casefold() != usual else None,
        units=tuple(_unit(unit) for unit in module.units),
        deliverables=tuple(
            one.model_copy(update={"unit": None}) if one.unit == usual_unit else one
            for one in module.deliverables
        ),
    )


def _unit(unit: UnitDraft) -> Unit:
    return Unit(
        id=unit.id,
        title=unit.title,
        label=unit.label if unit.label and unit.label != unit.title else None,
        kind=unit.kind,
        days=unit.days,
        first=unit.dates[0] if unit.dates else None,
        last=unit.dates[1] if unit.dates else None,
        description=_summary(unit.notes),
        goals=lines(unit.goals),
        hours=unit.hours,
        tasks=tuple(unit.tasks),
        choice=unit.choice,
    )
