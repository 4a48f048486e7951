"""Writes bot/locale/cldr.json: how each language writes dates, numbers and lists, by CLDR.

`make messages` runs it. Babel is needed only here; a run of the Action reads the small table.
"""

import json
import re
from pathlib import Path
from typing import Any

from babel import Locale
from babel import __version__ as babel_version

TABLE = Path(__file__).parents[1] / "bot/locale/cldr.json"
# British English writes the day first, as `16 Nov`; the months' names are those of English.
ENGLISH = "en_GB"
CODES = ("en", "es", "pt", "fr", "de", "zh", "ja", "hi")
# Fields by their letter, however often it is written; a month as digits or by its name.
_FIELDS = {"d": "{day}", "y": "{year}", "E": "{weekday}", "c": "{weekday}"}
_TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+")
NAMES = {"pt": "Português (Brasil)", "zh": "简体中文"}  # one of several that CLDR knows
HOURS = {"en": "{0} h"}


def template(pattern: str) -> str:
    """Return a CLDR date pattern as a format string; spaces do not break."""
    out = []
    for found in _TOKEN.finditer(pattern):
        whole, quoted, letter = found.group(0, 1, 2)
        if letter in {"M", "L"}:
            out.append("{number}" if len(whole) < 3 else "{month}")
        else:
            out.append(_FIELDS[letter] if letter else whole if quoted is None else quoted)
    return "".join(out).replace(" ", "\N{NO-BREAK SPACE}")


def interval(locale: Locale, skeleton: str, field: str) -> str:
    """Return the format string of two days that differ in `field` at most: `a` and `b`."""
    first, last = locale.interval_formats[skeleton][field]
    # The second part goes on after the dash that the first one ends with.
    one, two = (template(part) for part in (first, last))
    text = re.sub(r"\{(\w+)\}", r"{a.\1}", one) + re.sub(r"\{(\w+)\}", r"{b.\1}", two)
    text = text.replace("\N{THIN SPACE}", " ")
    return text.replace(" – ", "–") if field == "d" else text


def language(code: str) -> dict[str, Any]:
    """Return the table of one language."""
    locale, named = Locale.parse(ENGLISH if code == "en" else code), Locale.parse(code)
    numbers = locale.number_symbols["latn"]
    lists = locale.list_patterns["standard"]
    skeletons = locale.datetime_skeletons
    units = locale._data["unit_patterns"]  # noqa: SLF001 - Babel shows them in no other way
    hours = units["duration-hour"]["short"]["other"]
    return {
        "name": NAMES.get(code) or str(named.get_display_name(code)).capitalize(),
        "months": tuple(named.months["format"]["abbreviated"][n] for n in range(1, 13)),
        "weekdays": tuple(named.days["format"]["abbreviated"][n] for n in range(7)),
        "date": template(str(skeletons["yMMMd"])),
        "month": template(str(skeletons["yMMM"])),
        "day": template(str(skeletons["MMMd"])),
        "weekday": template(str(skeletons["MMMEd"])),
        "dates": {f: interval(locale, "yMMMd", f) for f in "dMy"},
        "days": {f: interval(locale, "MMMd", f) for f in "dM"},
        "decimal": numbers["decimal"],
        "group": numbers["group"],
        "percent": re.sub("[#,0]+", "{0}", str(locale.percent_formats[None].pattern)),
        "hours": HOURS.get(code) or hours,
        "list": {part: lists[part] for part in ("2", "start", "middle", "end")},
    }


def text() -> str:
    """Return the file: a line for each language."""
    rows: dict[str, Any] = {
        "source": f"Unicode CLDR by Babel {babel_version}; written by locale/cldr.py"
    }
    rows |= {code: language(code) for code in CODES}
    lines = (f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in rows.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8")
