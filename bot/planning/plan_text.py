"""A plan as people and programs read it: text for a terminal, Markdown for GitHub, JSON."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from bot import templating
from bot.i18n import gettext as _
from bot.i18n import ngettext, use_language
from bot.planning.base_change import Row, field_word
from bot.planning.drift import Drift
from bot.planning.plan import Plan
from bot.planning.snapshot import FrozenModel
from bot.templating import printable

WIDTH = 100
_HEADINGS: Mapping[tuple[str, str], Callable[[int], str]] = {
    ("+", "label"): lambda n: ngettext("%(num)s label to create", "%(num)s labels to create", n),
    ("~", "label"): lambda n: ngettext("%(num)s label to change", "%(num)s labels to change", n),
    ("-", "label"): lambda n: ngettext("%(num)s label to delete", "%(num)s labels to delete", n),
    ("+", "milestone"): lambda n: ngettext(
        "%(num)s milestone to create", "%(num)s milestones to create", n
    ),
    ("~", "milestone"): lambda n: ngettext(
        "%(num)s milestone to change", "%(num)s milestones to change", n
    ),
    ("-", "milestone"): lambda n: ngettext(
        "%(num)s milestone to close or delete", "%(num)s milestones to close or delete", n
    ),
    ("+", "issue"): lambda n: ngettext("%(num)s issue to create", "%(num)s issues to create", n),
    ("~", "issue"): lambda n: ngettext("%(num)s issue to change", "%(num)s issues to change", n),
    ("-", "issue"): lambda n: ngettext("%(num)s issue to close", "%(num)s issues to close", n),
    ("^", "issue"): lambda n: ngettext("%(num)s issue to pin", "%(num)s issues to pin", n),
    (">", "sub-issue"): lambda n: ngettext(
        "%(num)s sub-issue to add", "%(num)s sub-issues to add", n
    ),
    ("+", "comment"): lambda n: ngettext(
        "%(num)s comment to write", "%(num)s comments to write", n
    ),
    ("-", "comment"): lambda n: ngettext(
        "%(num)s comment to delete", "%(num)s comments to delete", n
    ),
    ("~", "workflow"): lambda n: ngettext(
        "%(num)s workflow to enable", "%(num)s workflows to enable", n
    ),
    ("*", "mark"): lambda n: ngettext("%(num)s reaction to add", "%(num)s reactions to add", n),
}
_COUNTS: Mapping[str, Callable[[int], str]] = {
    "+": lambda n: ngettext("%(num)s to create", "%(num)s to create", n),
    "~": lambda n: ngettext("%(num)s to change", "%(num)s to change", n),
    "-": lambda n: ngettext("%(num)s to close or delete", "%(num)s to close or delete", n),
    ">": lambda n: ngettext("%(num)s sub-issue to add", "%(num)s sub-issues to add", n),
    "^": lambda n: ngettext("%(num)s to pin", "%(num)s to pin", n),
    "*": lambda n: ngettext("%(num)s reaction to add", "%(num)s reactions to add", n),
}
_SENTENCES = frozenset({"text", "labels", "milestone"})
"""Fields whose drift is a sentence, for what stands there is no value to show."""


class PlanGroup(FrozenModel):
    """Rows of one kind, with a heading that counts them."""

    heading: str
    rows: tuple[Row, ...]


def as_text(plan: Plan) -> str:
    """Return plain text of about 100 columns, with no control characters from titles."""
    with use_language(plan.language):
        return _as_text(plan)


def _as_text(plan: Plan) -> str:
    lines = [heading(plan, plan.repository), ""]
    for group in groups(plan):
        lines += [group.heading]
        lines += _label_lines(group) if group.rows[0].kind == "label" else _row_lines(group)
        lines += [""]
    if plan.drift:
        lines += [_("Changed by hand, so it stays")]
        lines += [f"  = {printable(sentence)}" for sentence in drift_sentences(plan)] + [""]
    if plan.notes:
        lines += [_("Good to know")]
        lines += [f"  . {printable(note.text)}" for note in plan.notes] + [""]
    return "\n".join([*lines, closing(plan)])


def as_markdown(plan: Plan) -> str:
    """Return GitHub Markdown, for a step summary or a comment on a pull request."""
    with use_language(plan.language):
        return templating.render(
            "plan.md.j2",
            heading=heading(plan, templating.code(plan.repository)),
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


def heading(plan: Plan, repository: str) -> str:
    """Return the title of a plan; `repository` is its name as it is to be shown."""
    if plan.purpose == "undo":
        return _("Plan to undo what Milepost made in %(repository)s", repository=repository)
    return _("Plan for %(repository)s", repository=repository)


def closing(plan: Plan) -> str:
    """Return the last line: how much there is to do, and how many notifications it makes."""
    if plan.empty and plan.purpose == "undo":
        return _("Nothing to undo.")
    if plan.empty and plan.drift:
        return _("Nothing to do: what differs from the plan was changed by hand.")
    if plan.empty:
        return _("Nothing to do: the repository matches the plan.")
    signs = [change.describe().sign for change in plan.changes]
    counted = [count(signs.count(sign)) for sign, count in _COUNTS.items() if sign in signs]
    noise = ngettext(
        "%(num)s notification for watchers",
        "%(num)s notifications for watchers",
        plan.notifications,
    )
    return " · ".join((*counted, noise))


def groups(plan: Plan) -> list[PlanGroup]:
    """Return the rows by sign and kind, in the plan's order; what issues wear comes first."""
    rows: dict[tuple[str, str], list[Row]] = {}
    for change in plan.changes:
        row = change.describe()
        rows.setdefault((row.sign, row.kind), []).append(row)
    keys = list(rows)
    if plan.purpose == "apply":
        kinds = ["label", "milestone"]
        keys.sort(key=lambda k: (kinds.index(k[1]), k[0] != "+") if k[1] in kinds else (2, False))
    return [PlanGroup(heading=_HEADINGS[k](len(rows[k])), rows=tuple(rows[k])) for k in keys]


def drift_sentences(plan: Plan) -> list[str]:
    """Return a line for each field that somebody changed."""
    return [_drift_line(drift) for drift in plan.drift]


def _drift_line(drift: Drift) -> str:
    if drift.field in _SENTENCES:
        return f"{drift.what} · {drift.theirs}"
    now = f"{field_word(drift.field)}: {_quoted(drift.theirs)}"
    planned = _("planned: %(value)s", value=_quoted(drift.ours))
    return f"{drift.what} · {now} · {planned}"


def _quoted(text: str) -> str:
    return f'"{textwrap.shorten(text, 80, placeholder="…")}"' if text else _("empty")


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
            count, parent = len(list(same)), printable(detail)
            text = ngettext("%(num)s in %(parent)s", "%(num)s in %(parent)s", count, parent=parent)
            yield f"  > {text}"
        return
    for line in group.rows:
        detail = f"  ({printable(line.detail)})" if line.detail else ""
        yield f"  {line.sign} {printable(line.title)}{detail}"
