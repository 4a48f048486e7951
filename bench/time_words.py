"""Writes the table of time words that the importer knows, from Unicode CLDR by way of Babel.

    python -m bench.time_words

The table has a line for each language: its words for day, week and month, the names of the twelve
months and of the seven days from Monday, wide and abbreviated, and its words for hours and minutes.
"""

import json
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from babel import Locale

from bot.curriculum.importer.time_words import folded

TABLE = Path(__file__).parents[1] / "bot/curriculum/importer/time_words.json"
LANGUAGES = re.findall(
    r"\w+",
    "en es pt fr de it nl pl ru uk tr vi id ms th hi bn ta te ur ar fa he sv da nb fi cs sk hu "
    "ro bg el sr hr sl lt lv et ca eu gl af sw az kk uz ka hy mk sq is ga km my ne si mn fil be "
    "bs cy kn ml mr gu pa am lo ky zu ",
)


def words(texts: Iterable[str]) -> list[str]:
    """Return the folded texts with at least two characters, each once."""
    found = (" ".join(folded(text).replace(".", " ").split()) for text in texts)
    return list(dict.fromkeys(one for one in found if len(one) > 1 and not one.isdigit()))


def language(name: str) -> dict[str, list[list[str]]]:
    """Return the time words of one language."""
    locale = Locale.parse(name)
    data = locale._data  # noqa: SLF001 - Babel shows the patterns of units in no other way
    stretches = []
    for unit in ("day", "week", "month"):
        patterns = data["unit_patterns"][f"duration-{unit}"]
        spelled = [
            re.sub(r"\s*\{0\}\s*", "", pattern)
            for form in ("long", "short")
            for plural, pattern in patterns.get(form, {}).items()
            if plural != "per"
        ]
        field = data["unit_display_names"][f"duration-{unit}"].get("long", "")
        fitting = [one for one in words([field, *spelled]) if " " not in one and "/" not in one]
        stretches.append(fitting)
    names = [
        [
            words(
                kinds[width][number]
                for kinds in (getattr(locale, what)["format"], getattr(locale, what)["stand-alone"])
                for width in ("wide", "abbreviated")
            )
            for number in numbers
        ]
        for what, numbers in (("months", range(1, 13)), ("days", range(7)))
    ]
    # Of hours and minutes only what is written out: "t" and "g" are too short to be known.
    amounts = [
        words(
            re.sub(r"\s*\{0\}\s*", "", pattern)
            for plural, pattern in data["unit_patterns"][f"duration-{unit}"]["long"].items()
            if plural != "per"
        )
        for unit in ("hour", "minute")
    ]
    return {
        "stretches": stretches,
        "months": names[0],
        "weekdays": names[1],
        "amounts": [
            [w for w in one if " " not in w and (len(w) > 2 or w > "z")] for one in amounts
        ],
    }


def main() -> None:
    """Write the table."""
    table = {name: language(name) for name in LANGUAGES}
    source = f"Unicode CLDR by Babel {version('babel')}; written by bench/time_words.py"
    lines = [f'"source": {json.dumps(source)}']
    lines += [
        f'"{name}": {json.dumps(one, ensure_ascii=False, separators=(",", ":"))}'
        for name, one in table.items()
    ]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
