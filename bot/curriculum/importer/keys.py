"""Find what the labels of one guide count by: a word with a rising number, or dates.

The words that are known stand in tables (`patterns.py`, and Unicode CLDR's in `time_words.json`).
A word that is in none of them is a key all the same where its number rises from label to label.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bot.curriculum.importer import patterns
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.dates import UNKNOWN, DateReader, FoundDate
from bot.curriculum.importer.headings import (
    HeadingMark,
    clean,
    make_mark,
    mark,
    number,
    spans,
    stretch_patterns,
    trailing_patterns,
)
from bot.curriculum.importer.time_words import TimeWords, folded, is_stretch, time_words

LONGEST = 120
MAX_HEADING = 300  # characters of a heading that may name a stretch
MOST_LABELS = 20_000
FURTHEST = 6  # from one number to the next
SHORTEST = 3  # letters of a word that no table knows
GROUPS = (*patterns.GROUPS, "dates", "date", "weekday", "clock")
UNKNOWN_SIGN = "~"  # before the word of a group that no table knows
NUMBERED = UNKNOWN_SIGN + "#"  # the group of headings that only have a number
# With the vowel signs of Hindi and Thai, which are no letters.
_WORD = r"[^\s\d!-/:-@\[-`{-~\u00a0-\u00bf\u2010-\u27bf\u3000-\u303f\uff00-\uff0f\uff1a]+"
_UNTIL = r"(?:\s*[-\u2013\u2014~/&]\s*(\d{1,3}))?(?!\d|[.,]\d\d)"
_WORD_NUMBER = re.compile(rf"({_WORD})[\s_#.:-]{{0,3}}(\d{{1,3}}){_UNTIL}")
_LAST_NUMBER = re.compile(
    rf".*\S\s*[|(\[\u2013\u2014-]\s*({_WORD})\s+(\d{{1,3}}){_UNTIL}\s*[)\]]?$"
)
_NUMBER_WORD = re.compile(rf"第?(\d{{1,3}})(?:\.|-?[^\W\d_]{{1,2}})?\s+({_WORD})")
_FIRST_WORDS = (re.compile(f"{_WORD}-{_WORD}"), re.compile(_WORD))  # "segunda-feira"
_TWO_WORDS = re.compile(rf"({_WORD})\s+({_WORD})")
_CLOCK = re.compile(
    r"\d{1,2}[:h]\d{2}\b(?:\s*[ap]m)?(?:\s*(?:→|[-\u2013\u2014]|to|a)\s*\d{1,2}[:h]\d{2}\b)?"
)
_LEADING = re.compile(
    r"(?:[#(]?(\d{1,2})(?:[.):]|\ufe0f?\u20e3|\s*[-\u2013\u2014])+)\s*(?=[^\d\s.])"
)
_TIMELINE = re.compile(
    r"(?:[^\W\d_]{2,20}\s?){1,2}:\s*[^\W\d_]+\s*\d|[^\W\d_]+\s*\d+(?:\s*[-\u2013]\s*\d+)?$"
)
_NO_STRETCH = re.compile(
    rf"(?:{patterns.TASK_WORD}|{patterns.PROJECT_WORD}|{patterns.OPTION}|tip|step|question|figure|"
    r"table|example|note|rule|version|python|html|css|top|http|java|grade|ipv|v|q|s|d|vol|"
    r"pregunta|paso|passo|frage|schritt|tier|priority|choice|no|nr)s?"
)
_BRACKETS = re.compile(r"([^(\[]{1,80}?)\s*[(\[]([^()\[\]]{3,30})[)\]]\s*[:\u2013\u2014-]\s*(\S.*)")
_TITLE_SIGNS = f" :\u2013\u2014|.,-·•→>)]{patterns.COLON}"


@dataclass
class _Counted:
    """The numbers that labels have beside one word, first and last of each, in order."""

    numbers: list[tuple[int, int]] = field(default_factory=list)

    @property
    def rises(self) -> bool:
        """Return whether they begin at 0 or 1 and mostly go on where the one before ends."""
        firsts = {first for first, _ in self.numbers}
        if len(firsts) < 2 or min(firsts) > 1:
            return False
        steps = [b - a for (_, a), (b, _) in pairwise(self.numbers)]
        good = sum(0 < step <= FURTHEST or step < 0 for step in steps)
        return good * 4 >= len(steps) * 3 and sum(step > 0 for step in steps) * 2 >= len(steps)


class GuideKeys:
    """The keys of one guide. `numbered` takes headings with only a number as well."""

    def __init__(self, blocks: Sequence[Block], *, numbered: bool = False) -> None:
        labels = list(dict.fromkeys(_labels(blocks)))[:MOST_LABELS]
        counted = _counted(labels)
        plain = " ".join(map(folded, labels))
        words = {*re.findall(_WORD, plain), *re.findall(rf"{_WORD}-{_WORD}", plain)}
        self._words = time_words(words, [word for word, _ in counted])
        self._dates = DateReader(self._words, day_first=_day_first(labels))
        self._marks: dict[str, HeadingMark | None] = {}
        self._numbered = numbered
        learned = self._learn(counted)
        self._learned = [(*one, True) for one in stretch_patterns(learned, {})]
        self._learned += [(*one, False) for one in trailing_patterns(learned)]
        self._ordinals: dict[str, HeadingMark] = dict(_ordinals(labels, self._words))
        self._months = self._weekdays = True
        found = [self.mark(one) for one in labels]
        names = [one for one in found if one]
        self.numbers_rise = _Counted(
            [(m.first, m.last) for m in names if m.group == NUMBERED]
        ).rises
        self._months = len({one.first for one in names if _is_named_month(one)}) > 1
        self._weekdays = len({one.first for one in names if one.group == "weekday"}) > 1
        if not (self._months and self._weekdays):
            self._marks = {
                text: one
                for text, one in self._marks.items()
                if not one or not (_is_named_month(one) or one.group == "weekday")
            }

    def take_timelines(self, blocks: Sequence[Block]) -> None:
        """Learn the stretches of headings that a short line below says: "*Timeline: Week 1-2*"."""
        found: list[tuple[Block, HeadingMark]] = []
        levels: set[int] = set()
        heading: Block | None = None
        for block in blocks:
            if block.kind == "heading":
                heading = block
            elif block.kind == "text" and heading and not self._counts(heading.text):
                when = _stated(block)
                if when:
                    title = clean(_LEADING.sub("", heading.text))
                    group, low, high = when
                    label = f"{group.capitalize()} {low}" + f"-{high}" * (high > low)
                    name = clean(heading.text)
                    found.append((heading, HeadingMark(group, low, high, label, title, name)))
                    levels.add(heading.level)
                    heading = None
        rising = _Counted([(made.first, made.last) for _, made in found]).rises
        if rising and len(levels) == 1:
            self._marks |= {heading.text: made for heading, made in found}

    def _counts(self, text: str) -> bool:
        found = self.mark(text)
        return found is not None and found.group != NUMBERED

    def mark(self, text: str) -> HeadingMark | None:
        """Return the stretch that a heading, line or item names, or None."""
        if text not in self._marks:
            self._marks[text] = self._mark(text) if len(text) <= MAX_HEADING else None
        return self._marks[text]

    def _mark(self, text: str) -> HeadingMark | None:
        found = mark(text) or self._learned_mark(text) or self._ordinals.get(clean(text))
        if len(text) > LONGEST:
            return found
        when = self._dates.find(clean(text))
        if found and when:
            stated = clean(text)[when.start : when.end]
            bracketed = rf"\s*[(\[]{re.escape(stated)}[)\]]\W{{0,3}}"
            title = clean(re.sub(bracketed, " ", found.title)) if found.title != stated else ""
            # "Week 1 (July)" is a week of July, not all of it.
            whole = when.whole_month and found.group != "month"
            return replace(found, title=title, dates=None if whole else (when.first, when.last))
        if found:
            return found
        return self._dated(clean(text), when) or self._timed(text) or _bracketed(clean(text))

    def _learned_mark(self, text: str) -> HeadingMark | None:
        name = clean(text)
        for group, pattern, leads in self._learned:
            if found := pattern.match(folded(name)):
                return make_mark(group, found, name, name, leads=leads)
        return None

    def _dated(self, name: str, when: FoundDate | None) -> HeadingMark | None:
        if when is None:
            return None
        dates = when.first, when.last
        before, after = name[: when.start].strip(_TITLE_SIGNS + "(["), name[when.end :]
        title = _title(after)
        label = name[when.start : when.end].strip()
        first = when.first.toordinal()
        if when.whole_month:
            if before or not self._months or len(title.split()) > 3:
                return None
            month = when.first.year * 12 + when.first.month
            span = (when.days + 15) // 30 - 1
            return HeadingMark("month", month, month + span, label, title, name, dates=dates)
        group = "dates" if when.days > 1 else "date"
        if before and (after.strip(_TITLE_SIGNS) or len(before.split()) > 8):
            return None
        title = before or title
        return HeadingMark(
            group, first, when.last.toordinal(), label, title, name, not before, dates
        )

    def _timed(self, text: str) -> HeadingMark | None:
        """Return the mark of a weekday, a clock time, or (where asked for) a leading number."""
        name = clean(text)
        words = filter(None, (pattern.match(name) for pattern in _FIRST_WORDS))
        word = next((one for one in words if folded(one[0]) in self._words.weekdays), None)
        if word and self._weekdays:
            weekday, rest = self._words.weekdays[folded(word[0])], name[word.end() :].strip()
            if not rest or rest.isdecimal() or rest[0] in _TITLE_SIGNS + "(":
                title = "" if rest.isdecimal() else _title(rest)
                return HeadingMark("weekday", weekday + 1, weekday + 1, word[0], title, name)
        clock = _CLOCK.match(name)
        if clock:
            minutes = int(re.match(r"\d+", name)[0]) * 60  # type: ignore[index]
            title = _title(name[clock.end() :])
            return HeadingMark("clock", minutes, minutes, clock[0], title, name)
        leading = _LEADING.match(text.strip()) if self._numbered else None
        if leading and leading[1]:
            at = int(leading[1])
            title = clean(text.strip()[leading.end() :])
            return HeadingMark(NUMBERED, at, at, "", title, name)
        return None

    def _learn(self, counted: dict[tuple[str, bool], _Counted]) -> dict[str, str]:
        """Return the patterns of words that no table of patterns has, by their groups."""
        learned: dict[str, list[str]] = defaultdict(list)
        for (word, leads), numbers in counted.items():
            known = self._words.stretch(word) or self._words.stretch(word + "s")
            if numbers.rises or (known and leads):
                learned[known or UNKNOWN_SIGN + word].append(re.escape(word) + "s?")
        return {group: "|".join(words) for group, words in learned.items()}


def _bracketed(name: str) -> HeadingMark | None:
    """Return the stretch in brackets inside a title: "Project 1 (Day 16-17): A calculator"."""
    inside = _BRACKETS.match(name)
    found = mark(inside[2]) if inside else None
    if inside is None or found is None or found.title:
        return None
    return replace(found, title=f"{inside[1]}: {inside[3]}", name=name, leads=False)


def _is_named_month(one: HeadingMark) -> bool:
    """Return whether it is "March", whose number counts years too, not "Month 3"."""
    return one.group == "month" and one.first >= UNKNOWN * 12


def _stated(block: Block) -> tuple[str, int, int] | None:
    """Return the stretch that a line says and hardly anything else: "⏳ Timeline: Week 1-2"."""
    text = block.text
    if len(block.lines) != 1 or len(text) > 60 or not _TIMELINE.match(clean(text)):
        return None
    found = spans(text)
    return found[0] if len(found) == 1 and found[0][0] in {"week", "day", "month"} else None


def _counted(labels: Iterable[str]) -> dict[tuple[str, bool], _Counted]:
    """Return the numbers beside each word that no pattern knows, and whether the word leads."""
    counted: dict[tuple[str, bool], _Counted] = defaultdict(_Counted)
    for label in labels:
        plain = folded(clean(label))
        if mark(label):
            continue
        found = _WORD_NUMBER.match(plain) or _LAST_NUMBER.match(plain)
        other = None if found else _NUMBER_WORD.match(plain)
        if found:
            word, first, last = found[1], int(found[2]), int(found[3] or found[2])
        elif other:
            word, first, last = other[2], int(other[1]), int(other[1])
        else:
            continue
        word = _singular(word)
        short = word.isascii() and len(word) < SHORTEST and not is_stretch(word)
        if not short and not _NO_STRETCH.fullmatch(word) and not mark(f"{word} 1"):
            counted[word, bool(found)].numbers.append((first, last))
    return counted


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.isascii() and word.endswith("s") else word


def _ordinals(labels: Iterable[str], words: TimeWords) -> Iterator[tuple[str, HeadingMark]]:
    """Yield marks of a time word beside another word: "Primera semana", numbered as they come."""
    found: dict[tuple[str, int], list[tuple[str, str, re.Match[str]]]] = defaultdict(list)
    for label in labels:
        name = clean(label)
        two = _TWO_WORDS.match(name)
        rest = name[two.end() :].lstrip() if two else ""
        if two is None or (rest and rest[0] not in _TITLE_SIGNS + "("):
            continue
        for place in (1, 2):
            group = words.stretch(folded(two[place]))
            if group and not mark(label):
                found[group, place].append((name, folded(two[3 - place]), two))
    for (group, _), ones in found.items():
        order = list(dict.fromkeys(other for _, other, _ in ones))
        if len(order) > 1:
            for name, other, two in ones:
                at = order.index(other) + 1
                title = _title(name[two.end() :])
                yield name, HeadingMark(group, at, at, two[0], title, name)


def _title(text: str) -> str:
    """Return the words beside a label, without brackets around all of them: "(today)"."""
    bare = text.strip(_TITLE_SIGNS)
    if bare.startswith("(") and ")" not in bare:
        bare = bare[1:]
    return clean(f"{bare})" if bare.count("(") > bare.count(")") else bare)


def _labels(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the texts that may name a stretch, in order."""
    for block in blocks:
        if block.kind == "heading":
            yield block.text[:MAX_HEADING]
        elif block.kind == "item" and block.lines:
            yield block.lines[0].text[:LONGEST]
        elif block.kind == "text":
            yield from (line.text for line in block.lines if len(line.text) <= LONGEST)
        elif block.kind == "table":
            yield from (cell.text for cell in block.header if cell.text)
            yield from _cells(block)


def _cells(table: Block) -> Iterator[str]:
    """Yield cells as labels, those with a number alone with the head of their column."""
    for row in table.rows:
        for i, (head, cell) in enumerate(zip(table.header[:3], row.cells[:3], strict=False)):
            if cell.text and number(cell.text) is not None:
                yield f"{head.text} {cell.text}"
            elif cell.text and not i and len(cell.text) <= LONGEST:
                yield cell.text.replace("\n", " ")


def _day_first(labels: Iterable[str]) -> bool:
    """Return whether numeric dates of the guide have the day before the month."""
    spelled = r"\b(\d{1,2})(?:[/.]|-(?=\d\d?-\d{4}))(\d{1,2})\b"
    found = [one for label in labels for one in re.findall(spelled, label)]
    return any(int(a) > 12 >= int(b) for a, b in found) and not any(int(b) > 12 for _, b in found)
