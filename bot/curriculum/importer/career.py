"""Read the sections on careers: roles, companies, projects, next steps, people, checkpoints."""

import re
from datetime import date
from typing import Literal

from bot.curriculum.importer import fields, patterns
from bot.curriculum.importer.checkpoints import checkpoint_items
from bot.curriculum.importer.collector import SectionCollector, first_address, line, text
from bot.curriculum.importer.dates import UNKNOWN, DateReader
from bot.curriculum.importer.drafts import CheckpointDraft
from bot.curriculum.importer.tasks import ListEntry, entries, wording
from bot.curriculum.importer.time_words import folded, time_words
from bot.curriculum.importer.tree import TreeNode
from bot.curriculum.model import ActionItem, Horizon, ProjectIdea, ProjectLevel
from bot.curriculum.sections import CommunityEntry, CompanyTier, Role, RoleLevel

_SALARY = re.compile(
    r"(?P<sign>[$€£])\s?(?P<low>\d{1,3}(?:[,.]\d{3}){0,3}|\d{1,9})\s?(?P<k>k)?\s*+[-\u2013]\s*"
    r"[$€£]?\s?(?P<high>\d{1,3}(?:[,.]\d{3}){0,3}|\d{1,9})\s?(?P<k2>k)?",
    re.IGNORECASE,
)
_CURRENCY = {"$": "USD", "€": "EUR", "£": "GBP"}
_EXPERIENCE = re.compile(
    r"\(([^()]{0,100}(?:year|experience|ano|jahr)[^()]{0,100})\)", re.IGNORECASE
)
_LEVELS: tuple[tuple[str, RoleLevel], ...] = (
    (r"senior|lead|principal|staff|expert", RoleLevel.SENIOR),
    (r"mid|intermediate|pleno|middle", RoleLevel.MID),
    (r"entry|junior|beginner|graduate|intern", RoleLevel.ENTRY),
)
_PROJECT_LEVELS: tuple[tuple[str, ProjectLevel], ...] = (
    (r"beginner|easy|basic|starter|iniciante|basico|principiante|初级", ProjectLevel.BEGINNER),
    (r"intermediate|medium|intermediari|intermedio|中级", ProjectLevel.INTERMEDIATE),
    (r"advanced|hard|expert|avancado|avanzado|高级", ProjectLevel.ADVANCED),
)
_HORIZONS: tuple[tuple[str, Horizon], ...] = (
    (r"this week|immediate|today|\bweek\b|esta semana|本周", Horizon.WEEK),
    (r"months\b|quarter|medium|long|meses|trimestre", Horizon.QUARTER),
    (r"month|short|este mes|本月", Horizon.MONTH),
)


_YEAR = re.compile(r"\b20\d\d\b")
_COMMUNITY: dict[str | None, Literal["event", "person"]] = {"events": "event", "people": "person"}


def roles(node: TreeNode, parts: SectionCollector) -> None:
    """Add jobs under a heading with their level; without a level they stay unplaced."""
    level = patterns.first_match(_LEVELS, patterns.fold(node.name))
    if level is None:
        parts.coverage.mark_unplaced("a role needs a heading that tells its level", *node.blocks)
        return
    experience_match = _EXPERIENCE.search(node.title.text)
    experience = line(experience_match[1].replace("experience", "")) if experience_match else ""
    for one in fields.labelled_items(node):
        title = line(one.name)
        pay = _SALARY.search(one.whole)
        bare = line(re.sub(r"\(\s*\)", "", _SALARY.sub("", title)).strip(" -"))
        role = Role(
            title=bare or title,
            level=level,
            experience=experience or None,
            salary=_amounts(pay),
            currency=_CURRENCY[pay["sign"]] if pay else "USD",
        )
        parts.add("roles", role, "role", *one.blocks)


def _amounts(found: re.Match[str] | None) -> tuple[int, int] | None:
    if found is None:
        return None
    low, high = (int(re.sub(r"[,.]", "", found[end])) for end in ("low", "high"))
    scale = 1000 if found["k"] or found["k2"] else 1
    return (low * scale, high * scale) if low <= high else None


def companies(node: TreeNode, parts: SectionCollector) -> None:
    """Add companies by tier; each line lists some."""
    listed = [(one, fields.by_comma(one.full)) for one in fields.labelled_items(node)]
    names = [name for _, some in listed for name in some]
    if not names:
        return
    tier_match = re.search(
        r"(?:tier|level)\s*(\d)\s*(?:\((?P<title>[^)]+)\))?", node.name, re.IGNORECASE
    )
    tier = int(tier_match[1]) if tier_match else 0
    title = line((tier_match and tier_match["title"]) or node.name or "Companies")
    tier = tier or len(parts.sections["companies"]) + 1
    made = CompanyTier(title=title, tier=tier, companies=tuple(names))
    parts.add("companies", made, "companies", *(block for one, _ in listed for block in one.blocks))


def projects(node: TreeNode, parts: SectionCollector) -> None:
    """Add project ideas; the heading says how hard they are, beginner's if it does not."""
    level = patterns.first_match(_PROJECT_LEVELS, patterns.fold(node.name))
    for one in fields.labelled_items(node):
        idea = ProjectIdea(
            title=line(one.name),
            description=text([one.text]),
            level=level or ProjectLevel.BEGINNER,
            resources=tuple(parts.add_link(one.links, near=one.name)),
        )
        parts.add("projects", idea, "project idea", *one.blocks)


def actions(node: TreeNode, parts: SectionCollector) -> None:
    """Add next steps; the heading says how soon, within a week if it does not."""
    horizon = patterns.first_match(_HORIZONS, patterns.fold(node.name)) or Horizon.WEEK
    for entry in entries(node.blocks):
        if not isinstance(entry, ListEntry):
            continue
        read = wording(entry.item.lines)
        if not read.title:
            continue
        action = ActionItem(
            title=read.title,
            description=read.more,
            horizon=horizon,
            hours=read.hours,
            hours_from="guide" if read.hours else "estimate",
            resources=tuple(parts.add_link(read.links, near=read.title)),
        )
        parts.add("actions", action, "action item", *entry.blocks)


def community(node: TreeNode, parts: SectionCollector) -> None:
    """Add communities, events and people, by the topic of their heading."""
    kind = _COMMUNITY.get(node.topic, "community")
    for one in fields.labelled_items(node):
        title = line(one.name) or line(one.whole) or "item"
        note = line(re.sub(r"^\((.*)\)\.?$", r"\1", one.text.strip())) or None
        url = first_address(one.links)
        on = _day(one.whole) if kind == "event" else None
        entry = CommunityEntry(title=title, kind=kind, on=on, note=note, url=url)
        parts.add("community", entry, kind, *one.blocks)


def _day(text: str) -> date | None:
    """Return the first day of an event, None where its year or its day is not there."""
    if not _YEAR.search(text):
        return None
    words = re.findall(r"[^\W\d_]+", folded(text))
    found = DateReader(time_words(words)).find(text)
    known = found and found.first.year != UNKNOWN and not found.whole_month
    return found.first if found and known else None


def checkpoint(node: TreeNode, parts: SectionCollector) -> None:
    """Add a checkpoint with the lines under its heading, whose words say when it is due."""
    found = [one for one in entries(node.blocks) if isinstance(one, ListEntry)]
    for child in node.children:
        if not child.is_heading and child.mark is None:
            below = [one for one in entries(child.blocks) if isinstance(one, ListEntry)]
            found += below
            parts.coverage.place("words about a checkpoint", child.block if below else None)
    items = checkpoint_items(found, parts)
    if items:
        parts.checkpoints.append(CheckpointDraft(line(node.name or "Checkpoint"), items, node.name))
