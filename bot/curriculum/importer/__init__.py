"""The guide importer: a Markdown guide, as people write them, becomes a Curriculum.

bytes -> repair -> blocks -> keys -> candidates -> for each: tree, sections, timeline -> choice ->
Curriculum (build.py), with the coverage of every line. No rule knows a particular guide; the words
are in tables (patterns.py, vocabulary.py, time_words.json).
"""

from datetime import date

from bot.curriculum.importer.line_coverage import GuideLine, ImportResult, LinePlacement

__all__ = ["GuideLine", "ImportResult", "LinePlacement", "read"]


def read(
    data: bytes,
    *,
    name: str,
    reading: int = 1,
    prefer: str = "",
    after: date = date(2024, 1, 1),
) -> ImportResult:
    """Return what was read from the guide in `data`; errors and the source call it `name`.

    `reading` takes another than the most fitting of the readings, counted from 1. Those by the
    units `prefer` (as in the curriculum's source) fit before others. Dates without a year take the
    next that fits from the day `after` on; a schedule moves all days of a guide to its start, so
    that only how far apart they are counts there. Raise GuideError if there are fewer readings, or
    if the guide is empty, binary, larger than 1 MB or 20,000 lines, or has no tasks.
    """
    from bot.curriculum.importer.build import build
    from bot.curriculum.importer.repair import repair

    return build(repair(data, name=name), name, reading, prefer=prefer, after=after)
