"""The guide importer: a Markdown guide, as people write them, becomes a Curriculum.

bytes -> repair -> blocks -> outline (a tree) -> timeline and sections -> Curriculum, with an
account of every line. No rule knows a particular guide; the words are in tables (words.py,
vocabulary.py).
"""

from bot.curriculum.importer.import_report import GuideLine, ImportResult, LinePlacement

__all__ = ["GuideLine", "ImportResult", "LinePlacement", "read"]


def read(data: bytes, *, name: str) -> ImportResult:
    """The guide in `data`; `name` is what errors and the source call it.

    Raises GuideError for what is empty, binary, larger than 1 MB or 20,000 lines, or has no tasks.
    """
    from bot.curriculum.importer.build import build
    from bot.curriculum.importer.repair import repair

    return build(repair(data, name=name), name)
