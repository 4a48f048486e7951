"""Line coverage: what each line of the guide became, or why it found no place."""

from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.import_report import GuideLine, LinePlacement


class LineCoverage:
    """What the lines of a guide became. A line may be placed again: the last call counts."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._became: list[str] = [""] * len(self._lines)
        self._why: list[str] = [""] * len(self._lines)

    def place(self, became: str, *blocks: Block | None) -> None:
        """Record that all lines of `blocks` became `became`. None is left out."""
        for block in blocks:
            if block:
                self.place_lines(block.first, block.last, became)

    def place_lines(self, first: int, last: int, became: str) -> None:
        """Record that the lines `first` to `last` became `became`."""
        for number in range(first - 1, min(last, len(self._lines))):
            self._became[number] = became

    def mark_unplaced(self, why: str, *blocks: Block | None) -> None:
        """Record why `blocks` found no place. The first reason counts; placed lines stay placed."""
        for block in blocks:
            if block:
                for number in range(block.first - 1, min(block.last, len(self._lines))):
                    self._why[number] = self._why[number] or why

    def is_placed(self, block: Block) -> bool:
        """Return whether the first line of `block` has a place."""
        return bool(self._became[block.first - 1])

    def placed(self) -> tuple[LinePlacement, ...]:
        """Return runs of lines that became the same thing, blank lines inside a run included."""
        runs: list[tuple[int, int, str]] = []
        for number, became in enumerate(self._became, 1):
            if not became or not self._lines[number - 1].strip():
                continue
            first, last, before = runs[-1] if runs else (0, 0, "")
            if before == became and not any(map(str.strip, self._lines[last : number - 1])):
                runs[-1] = first, number, became
            else:
                runs.append((number, number, became))
        return tuple(
            LinePlacement(first=first, last=last, became=became) for first, last, became in runs
        )

    def unplaced(self) -> tuple[GuideLine, ...]:
        """Return every line with words on it that became nothing."""
        return tuple(
            GuideLine(number=number, text=text.strip(), why=why)
            for number, (text, became, why) in enumerate(
                zip(self._lines, self._became, self._why, strict=True), 1
            )
            if text.strip() and not became
        )
