"""What all pictures share: paper, colours for light and dark, numbers and dates in words.

Colours have names for what they mean. Each theme keeps the contrast that WCAG 2.2 asks for: 4.5 to
1 for text (1.4.3), 3 to 1 for lines and areas that carry meaning (1.4.11).
"""

from collections.abc import Iterable
from typing import Any

from bot import templating
from bot.i18n import current_language, format_hours, format_number, ngettext
from bot.i18n import gettext as _
from bot.reports.text_width import plain

BOLD = 1.12  # how much wider letters are than the plain ones that `text_width` knows
LIGHT = {
    "paper": "#ffffff",
    "edge": "#d1d9e0",
    "track": "#e6eaef",
    "ink": "#1f2328",
    "quiet": "#59636e",
    "done": "#0969da",
    "other": "#8250df",
}
DARK = {
    "paper": "#0d1117",
    "edge": "#3d444d",
    "track": "#262c36",
    "ink": "#f0f6fc",
    "quiet": "#9198a1",
    "done": "#4493f8",
    "other": "#ab7df8",
}


def render_picture(
    template: str, *, wide: float, high: float, title: str, words: str, **values: Any
) -> str:
    """Return the SVG of `templates/pictures/<template>.svg.j2`, one line for each element.

    `title` and `words` are its text alternative: what a screen reader says instead. Coordinates are
    rounded to a tenth of a pixel.
    """
    made = templating.render(
        f"pictures/{template}.svg.j2",
        name=template,
        language=current_language(),
        wide=round_to_tenth(wide),
        high=round_to_tenth(high),
        title=plain(title),
        words=plain(words),
        themes={"light": LIGHT, "dark": DARK},
        **_rounded(values),
    )
    return "\n".join(line for line in made.splitlines() if line.strip()) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round_to_tenth(value) if isinstance(value, float) else value


def round_to_tenth(number: float) -> float:
    """Return a coordinate to a tenth of a pixel; whole ones without a point."""
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def line_path(points: Iterable[tuple[float, float]]) -> str:
    """Return the points of a polyline or polygon."""
    return " ".join(f"{round_to_tenth(x)},{round_to_tenth(y)}" for x, y in points)


def step_path(points: list[tuple[float, float]]) -> str:
    """Return a path that goes sideways first and then up."""
    (x, y), *rest = points
    return f"M{round_to_tenth(x)},{round_to_tenth(y)}" + "".join(
        f"H{round_to_tenth(x)}V{round_to_tenth(y)}" for x, y in rest
    )


def amount_of(done: float, total: float, *, in_hours: bool) -> str:
    """Return `12 of 40 h`, `1 of 3 tasks`."""
    number = format_number(done)
    if in_hours:
        return _("%(done)s of %(total)s", done=number, total=format_hours(total))
    return ngettext(
        "%(done)s of %(num)s task", "%(done)s of %(num)s tasks", int(total), done=number
    )


def amount(value: float, *, in_hours: bool) -> str:
    """Return `12.5 h`, `3 tasks`."""
    if in_hours:
        return format_hours(value)
    return ngettext("%(num)s task", "%(num)s tasks", round(value))
