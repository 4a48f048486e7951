"""A plan as people and programs read it: text for a terminal, Markdown for GitHub, JSON."""

import json
import textwrap
from collections.abc import Iterator
from itertools import groupby

from bot import templating
from bot.i18n import use_language
from bot.planning.base_change import Row
from bot.planning.plan import Plan
from bot.planning.snapshot import FrozenModel
from bot.templating import printable

WIDTH = 100
VERBS = {
    "+": "to create",
    "~": "to change",
    "-": "to close or delete",
    ">": "to relate",
    "^": "to pin",
    "*": "to set",
}


class PlanGroup(FrozenModel):
    """Rows of one kind, with a heading that counts them."""

    heading: str
    rows: tuple[Row, ...]


def as_text(plan: Plan) -> str:
    """Return plain text of about 100 columns, with no control characters from titles."""
    with use_language(plan.language):
        return _as_text(plan)


def _as_text(plan: Plan) -> str:
    lines = [f"{heading(plan)} {plan.repository}", ""]
    for group in groups(plan):
        lines += [group.heading]
        lines += _label_lines(group) if "label" in group.heading else _row_lines(group)
        lines += [""]
    if plan.drift:
        lines += ["Changed by somebody else and kept as it is"]
        lines += [f"  = {printable(sentence)}" for sentence in drift_sentences(plan)] + [""]
    if plan.notes:
        lines += ["Good to know"]
        lines += [f"  . {printable(note.text)}" for note in plan.notes] + [""]
    return "\n".join([*lines, closing(plan)])


def as_markdown(plan: Plan) -> str:
    """Return GitHub Markdown, for a step summary or a comment on a pull request."""
    with use_language(plan.language):
        return templating.render(
            "plan.md.j2",
            plan=plan,
            heading=heading(plan),
            groups=groups(plan),
            drift=drift_sentences(plan),
            notes=[note.text for note in plan.notes],
            closing=closing(plan),
        )


def as_json(plan: Plan) -> str:
    """Return everything as JSON, for programs. Keys are those of `plan.py` and `changes.py`."""
    content = plan.model_dump(mode="json", exclude={"milestones", "issues"})
    content["notifications"] = plan.notifications
    return json.dumps(content, indent=2, ensure_ascii=False)


def heading(plan: Plan) -> str:
    """Return the words that stand before the repository's name."""
    return "Plan for" if plan.purpose == "apply" else "Plan to undo what Milepost made in"


def closing(plan: Plan) -> str:
    """Return the last sentence: how much there is to do, and how many notifications it makes."""
    if plan.empty and plan.purpose == "undo":
        return "Nothing to take back."
    if plan.empty and plan.drift:
        return "Nothing to do: what differs from the plan was somebody's choice."
    if plan.empty:
        return "Nothing to do: the repository is as the plan wants it."
    signs = [change.describe().sign for change in plan.changes]
    verbs = VERBS | {"*": "to mark"}
    counted = ", ".join(f"{signs.count(s)} {verb}" for s, verb in verbs.items() if s in signs)
    number = plan.notifications
    noise = f"{number} notification{'' if number == 1 else 's'}" if number else "no notification"
    return f"{counted}. Whoever watches the repository gets {noise}."


def groups(plan: Plan) -> list[PlanGroup]:
    """Return the rows by sign and kind, in the plan's order."""
    found: list[PlanGroup] = []
    rows = [change.describe() for change in plan.changes]
    for (sign, kind), same in groupby(rows, key=lambda r: (r.sign, r.kind)):
        members = tuple(same)
        plural = "" if len(members) == 1 else "s"
        heading = f"{len(members)} {kind}{plural} {VERBS[sign]}"
        found.append(PlanGroup(heading=heading, rows=members))
    return found


def drift_sentences(plan: Plan) -> list[str]:
    """Return a sentence for each field that somebody changed."""
    return [
        f"{drift.what}: the {drift.field} is {_quoted(drift.theirs)}"
        f" (ours would be {_quoted(drift.ours)})"
        if drift.field not in {"text", "labels", "milestone"}
        else f"{drift.what}: {drift.field}: {drift.theirs}"
        for drift in plan.drift
    ]


def _quoted(text: str) -> str:
    return f'"{textwrap.shorten(text, 80, placeholder="…")}"' if text else "empty"


def _label_lines(group: PlanGroup) -> list[str]:
    names = ", ".join(printable(row.title).replace(" ", "\N{NO-BREAK SPACE}") for row in group.rows)
    lead = f"  {group.rows[0].sign} "
    wrapped = textwrap.wrap(
        names, WIDTH, initial_indent=lead, subsequent_indent="    ", break_on_hyphens=False
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in wrapped]


def _row_lines(group: PlanGroup) -> Iterator[str]:
    if group.rows[0].sign == ">":
        for detail, same in groupby(group.rows, key=lambda r: r.detail):
            yield f"  > {len(list(same))} {printable(detail)}"
        return
    for line in group.rows:
        detail = f"  ({printable(line.detail)})" if line.detail else ""
        yield f"  {line.sign} {printable(line.title)}{detail}"
