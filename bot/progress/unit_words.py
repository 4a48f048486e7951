"""The words for units of time behind a number, in the languages that commands are written in."""

import re
from collections.abc import Mapping
from functools import cache

from bot.progress.command_aliases import CHARACTER, folded

# With those English ones that are written beside them, as in "2h 30 minutos".
_WORDS = {
    "h": "h hora horas heure heures stunde stunden std 小时 時間 घंटा घंटे घण्टे",
    "m": "minutes minuto minutos minuten 分钟 分 मिनट",
    "d": "dia dias jour jours tag tage tagen 天 日 日間 दिन",
    "w": "semana semanas semaine semaines woche wochen 周 星期 週 週間 हफ़्ते हफ्ते सप्ताह",
    "months": "mes meses mois monat monate monaten 个月 か月 ヶ月 カ月 महीना महीने माह",
}
_UNTIL = frozenset({"until", "till", "to", "for", "hasta", "ate", "bis"})
_AMOUNT = rf"(?:(?:y|e|et|und|और)[ ])?([+-]?[ ]?\d[\d.,:]*[ ]?)({CHARACTER}+)(\.?)([ ]?)"


@cache
def _units() -> Mapping[str, str]:
    return {folded(word): unit for unit, words in _WORDS.items() for word in words.split()}


def in_english(text: str) -> str:
    """Return `text` with English units behind the numbers that it begins with."""
    parts: dict[str, str] = {}
    at = 0
    amount = re.compile(_AMOUNT)
    while found := amount.match(text, at):
        unit = _units().get(folded(found[2]))
        if unit is None or unit in parts:
            break
        parts[unit] = f"{found[1]}{unit}{found[4]}"
        at = found.end()
    return "".join(parts.values()) + text[at:]


def means_until(word: str) -> bool:
    """Return whether a word says that a date is the last day."""
    return folded(word) in _UNTIL
