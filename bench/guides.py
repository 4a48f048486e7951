"""Measures how a folder of guides is read, as they stand and rewritten, against their truth.

    python -m bench.guides DIR [--rewrites] [--only 06,07] [--jobs 2]

`DIR/NN-name.md` are guides. `DIR/truth/NN.json` has `units` (`title`, `tasks`), `total_tasks` and,
where careful people differ, `units_accept` (numbers of units) and `accept_total` (fewest and most
tasks). A guide without such a file may be counted in `DIR/README.md`, as in "05 32, 117 to 277;":
its number, the numbers of units that are right, the fewest and the most tasks.
`DIR/cases/NAME.md` are single structures with `NAME.json`: `units` with the titles of their
`tasks`, and where given `done`, `optional`, `links`, `weeks`, `checkpoints`, `last_day`, `first`
and `last`.
"""

import argparse
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.curriculum.importer import ImportResult, read
from bot.errors import GuideError

Rewrite = Callable[[str], str]
NONSENSE = {"day": "quib", "month": "zant", "week": "blorp"}
_TIME_WORDS = {
    "day": "days?|días?|dias?|ngày",
    "month": "months?|mes(?:es)?|tháng",
    "week": "weeks?|wks?|semanas?|tuần",
}
_TURKISH = {"day": "Gün", "month": "Ay", "week": "Hafta"}


@dataclass(frozen=True)
class Truth:
    """What a careful person reads in a guide."""

    units: frozenset[int]
    fewest: int
    most: int
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Score:
    """What was right in one reading of one guide."""

    guide: str
    rewrite: str
    units: bool = False
    tasks: bool = False
    titles: float = 0.0
    report: str = ""

    @property
    def right(self) -> bool:
        """Return whether units and tasks are as they were counted."""
        return self.units and self.tasks


def truths(folder: Path) -> dict[str, Truth]:
    """Return what is known of each guide of `folder`, by its number."""
    out: dict[str, Truth] = {}
    readme = folder / "README.md"
    counted = readme.read_text(encoding="utf-8") if readme.exists() else ""
    for number, units, tasks in re.findall(r"\b(\d\d) ([^,;.]+)(?:, ([^;.]+))?[;.]", counted):
        if re.match(r"\d+|none", units):
            low, *high = [int(one) for one in re.findall(r"\d+", tasks)] or [0]
            spread = (low, high[0]) if high else (round(low * 0.9), round(low * 1.1))
            out[number] = Truth(frozenset(map(int, re.findall(r"\d+", units))), *spread)
    for file in folder.glob("truth/*.json"):
        counted_by_hand = json.loads(file.read_text(encoding="utf-8"))
        total = counted_by_hand["total_tasks"]
        fewest, most = counted_by_hand.get("accept_total") or (total * 0.9, total * 1.1)
        out[file.stem] = Truth(
            frozenset({len(counted_by_hand["units"]), *counted_by_hand.get("units_accept", ())}),
            min(fewest, round(total * 0.9)),
            max(most, round(total * 1.1)),
            tuple(unit["title"] for unit in counted_by_hand["units"]),
        )
    return out


def bare(title: str) -> str:
    """Return a title without case, signs and what is in brackets."""
    plain = re.sub(r"\W+", " ", re.sub(r"\(.*?\)", "", title.casefold())).strip()
    return re.sub(r"\bwk\b", "week", plain)


def judge(data: bytes, truth: Truth, guide: str, rewrite: str = "") -> Score:
    """Return what is right in the reading of `data`."""
    try:
        imported = read(data, name=guide)
    except GuideError as refused:
        right = truth.units == frozenset()
        return Score(guide, rewrite, right, right, 1.0, f"refused: {refused.what}")
    units = imported.summary()["units"]
    tasks = sum(unit["tasks"] for unit in units)
    named = {bare(title) for title in truth.titles}
    found = sum(bare(unit["title"]) in named for unit in units)
    counts = "|".join(map(str, sorted(truth.units)))
    return Score(
        guide,
        rewrite,
        len(units) in truth.units,
        truth.fewest <= tasks <= truth.most,
        found / max(len(named), 1) if named else 1.0,
        report=f"{len(units)} units, {tasks} tasks; {counts} units,"
        f" {truth.fewest:g} to {truth.most:g} tasks are right",
    )


def outside_fences(change: Rewrite) -> Rewrite:
    """Return a rewrite of each line that is in no fenced code."""

    def rewrite(text: str) -> str:
        fenced, whole = False, text.lstrip().startswith("```")
        out = []
        for line in text.split("\n"):
            fenced ^= line.lstrip().startswith("```")
            out.append(change(line) if whole or not fenced else line)
        return "\n".join(out)

    return rewrite


def with_words(words: dict[str, str]) -> Rewrite:
    """Return a rewrite with other words for day, week and month, in the case of the old."""

    def rewrite(text: str) -> str:
        for stretch, spelled in _TIME_WORDS.items():
            pattern = rf"(?<![^\W\d_])(?:{spelled})(?![^\W\d_])"
            other = partial(_other, words[stretch])
            text = re.sub(pattern, other, text, flags=re.IGNORECASE)
        return text

    return rewrite


def _other(word: str, found: re.Match[str]) -> str:
    """Return `word` in capitals or with one as the found word has them."""
    like = found[0]
    if like.isupper() and len(like) > 2:
        return word.upper()
    return word.capitalize() if like[0].isupper() else word


def bold(line: str) -> str:
    """Return a heading below the title as a bold line."""
    found = re.fullmatch(r"#{2,6}\s+(.*?)\s*#*\s*", line)
    return f"**{found[1].replace('**', '')}**" if found else line


REWRITES: dict[str, Rewrite] = {
    "nonsense time words": with_words(NONSENSE),
    "turkish time words": with_words(_TURKISH),
    "bold for headings": outside_fences(bold),
    "deeper headings": outside_fences(lambda line: re.sub(r"^(#{1,5})(?=\s)", r"#\1", line)),
    "no boxes": outside_fences(
        lambda line: re.sub(r"^(\s*(?:[-*+]|\d+\.)\s+)\[.?.?\]\s+", r"\1", line)
    ),
    "other bullets": outside_fences(lambda line: re.sub(r"^(\s*)-(?=\s)", r"\1*", line)),
    "emoji": outside_fences(lambda line: re.sub(r"^(#{1,6}\s+)", "\\1\U0001f525 ", line)),
    "crlf": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    "in a fence": lambda text: f"````markdown\n{text}\n````\n",
}


Work = tuple[Path, Truth, str]  # a guide, its truth, and the name of a rewrite or ""


def work_in(folder: Path, rewrites: Iterable[str], only: Collection[str] = ()) -> list[Work]:
    """Return the guides of `folder` whose truth is known, each as it stands and rewritten."""
    known = truths(folder)
    return [
        (file, known[file.name[:2]], one)
        for file in sorted(folder.glob("[0-9]*.md"))
        if file.name[:2] in known and (not only or file.name[:2] in only)
        for one in ("", *rewrites)
    ]


def content(file: Path, rewrite: str) -> bytes:
    """Return the bytes of a guide, rewritten or as it stands."""
    data = file.read_bytes()
    return REWRITES[rewrite](data.decode("utf-8", "replace")).encode() if rewrite else data


def judged(work: Work) -> Score:
    """Return the score of one guide, rewritten or as it stands."""
    file, truth, rewrite = work
    return judge(content(file, rewrite), truth, file.name, rewrite)


def case_faults(imported: ImportResult, expected: dict[str, Any]) -> list[str]:
    """Return what of a case was read otherwise than a careful person does."""
    faults = list(_unit_faults(imported, expected["units"])) if "units" in expected else []
    return [*faults, *_whole_faults(imported, expected)]


def _unit_faults(imported: ImportResult, wanted: list[dict[str, Any]]) -> Iterator[str]:
    units = list(imported.curriculum.units())
    if len(units) != len(wanted):
        yield f"units {list(imported.unit_names)}"
        return
    for unit, name, one in zip(units, imported.unit_names, wanted, strict=True):
        if bare(one["title"]) not in {bare(name), bare(unit.title), bare(unit.label or "")}:
            yield f"unit {name!r} for {one['title']!r}"
        titles = [task.title for task in unit.all_tasks()]
        if len(titles) != len(one["tasks"]) or not all(map(same, titles, one["tasks"])):
            yield f"tasks {titles} for {one['tasks']}"
        for edge in ("first", "last"):
            if edge in one and str(getattr(unit, edge)) != one[edge]:
                yield f"{edge} day {getattr(unit, edge)} for {one[edge]}"
        if "weeks" in one and unit.days != 7 * one["weeks"]:
            yield f"{unit.days} days for {one['weeks']} weeks"


def _whole_faults(imported: ImportResult, expected: dict[str, Any]) -> Iterator[str]:
    guide = imported.curriculum
    units, tasks = list(guide.units()), list(guide.tasks())
    if len(tasks) != expected.get("tasks", len(tasks)):
        yield f"{len(tasks)} tasks for {expected['tasks']}"
    for mark in ("done", "optional"):
        marked = {task.title for task in tasks if getattr(task, mark)}
        if mark in expected and not same_titles(marked, expected[mark]):
            yield f"{mark} {sorted(marked)}"
    places = {one.id: one.url or one.path or "" for one in guide.resources}
    linked = {task.title: [places[one] for one in task.resources] for task in tasks}
    for title, url in expected.get("links", {}).items():
        if not any(one.rstrip("/").endswith(url) for one in linked.get(title, ())):
            yield f"link {linked.get(title)} for {url}"
    days, weeks = sum(unit.days for unit in units), expected.get("weeks")
    of_months = weeks * 12 // 13 if weeks else 0  # the importer's months have 28 days
    if weeks and days not in {7 * weeks, 7 * of_months}:
        yield f"{days / 7} weeks for {weeks}"
    if len(guide.checkpoints) != expected.get("checkpoints", len(guide.checkpoints)):
        yield f"{len(guide.checkpoints)} checkpoints"
    last = max((str(unit.last) for unit in units), default="")
    if last != expected.get("last_day", last):
        yield f"last day {last}"


def same(title: str, wanted: str) -> bool:
    """Return whether a title is the wanted one; a short prefix from its row may stand before it."""
    return title == wanted or bool(re.fullmatch(rf".{{1,20}}: {re.escape(wanted)}", title))


def same_titles(titles: Iterable[str], wanted: Iterable[str]) -> bool:
    """Return whether the titles are the wanted ones, in any order."""
    left = list(titles)
    for one in wanted:
        fitting = next((title for title in left if same(title, one)), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return not left


def cases(folder: Path) -> dict[str, list[str]]:
    """Return the faults of each case of `folder`."""
    out: dict[str, list[str]] = {}
    for file in sorted(folder.glob("cases/*.md")):
        expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        try:
            imported = read(file.read_bytes(), name=file.name)
        except GuideError as refused:
            out[file.stem] = [f"refused: {refused.what}"]
        else:
            out[file.stem] = case_faults(imported, expected)
    return out


def print_rewrites(scores: list[Score]) -> None:
    """Print how many rewritten guides are right, and of which that are right as they stand."""
    right = {one.guide for one in scores if one.right and not one.rewrite}
    rewritten = [one for one in scores if one.rewrite]
    for name in REWRITES:
        here = [one for one in rewritten if one.rewrite == name]
        lost = [one.guide[:2] for one in here if not one.right and one.guide in right]
        print(f"{name:22} {sum(one.right for one in here)} of {len(here)}; lost {' '.join(lost)}")
    of_right = [one for one in rewritten if one.guide in right]
    still = sum(one.right for one in of_right)
    print(f"rewrites {sum(one.right for one in rewritten)} of {len(rewritten)},")
    print(f"of the right {still} of {len(of_right)}: {still / max(len(of_right), 1):.0%}")


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--rewrites", action="store_true", help="also rewritten")
    options.add_argument("--only", default="", help="numbers of guides, by comma")
    options.add_argument("--jobs", type=int, default=2)
    given = options.parse_args()
    only = set(filter(None, given.only.split(",")))
    work = work_in(given.folder, REWRITES if given.rewrites else (), only)
    with ProcessPoolExecutor(given.jobs) as pool:
        scores = list(pool.map(judged, work, chunksize=2))
    plain = [one for one in scores if not one.rewrite]
    for one in plain:
        print(f"{'right' if one.right else 'WRONG'}  {one.guide[:28]:28} {one.report}")
    print(f"guides {sum(one.right for one in plain)} of {len(plain)}")
    print(f"titles {sum(one.titles for one in plain) / max(len(plain), 1):.0%}")
    if given.rewrites:
        print_rewrites(scores)
    if not only:
        found = cases(given.folder)
        for name, faults in found.items():
            if faults:
                print(f"case {name}: {'; '.join(faults)[:300]}")
        if found:
            print(f"cases {sum(not faults for faults in found.values())} of {len(found)}")


if __name__ == "__main__":
    main()
