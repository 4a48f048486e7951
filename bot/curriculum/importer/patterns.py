"""Patterns of how guides spell stretches of time, options, projects; see also vocabulary.py.

To teach the importer a language, add its words here. Those for headings and titles are patterns
over the text as it stands, case ignored; those marked so are over folded text.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeVar

T = TypeVar("T")

COLON: Final = "\uff1a"  # the full-width signs of Chinese and Japanese
COMMA: Final = "\uff0c"
BRACKETS: Final = "\uff08\uff09"

# A stretch of time or order. The order is from the outside in; a guide may turn it round by its
# heading levels. `kind` in the model: phase and part become phases, the rest modules and units.
GROUPS: Final = ("phase", "part", "month", "module", "week", "lesson", "day")

STRETCH: Final = {
    "phase": "phases?|stages?|fases?|etapas?|[ée]tapes?|phasen|этап|фаза",
    "part": "parts?|levels?|tracks?|partes?|n[íi]ve(?:l|is)|teile?",
    "month": "months?|m[êe]s(?:es)?|mois|monate?|mes[ei]|месяц",
    "module": "modules?|m[óo]dulos?|modul[ei]?|units?|unidades?|chapters?|cap[íi]tulos?|kapitel|"
    "sprints?|topics?|модуль",
    "week": "weeks?|wks?|kw|semanas?|semaines?|wochen?|settiman[ae]|tydzie[ńn]|недел[яи]",
    "lesson": "lessons?|lektion(?:en)?|aulas?|lecci[óo]n(?:es)?|li[çc](?:[ãa]o|[õo]es)",
    "day": "days?|d[íi]as?|jours?|tage?|giorn[oi]|день",
}
CJK_STRETCH: Final = {
    "phase": "阶段|階段|フェーズ",
    "part": "部分|部",
    "month": "个月|個月|ヶ月目?|月|개월",
    "module": "模块|模塊|章|单元|單元",
    "week": "周|週目?|주차",
    "lesson": "课|課|讲|講",
    "day": "天|日目?|일차",
}
CODES: Final = {"m": "module", "w": "week"}  # S3 and D3 are no weeks and no days
_ENGLISH_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS: Final = {
    **dict(zip("一二三四五六七八九十", range(1, 11), strict=True)),
    "十一": 11,
    "十二": 12,
    **{word: number for number, word in enumerate(_ENGLISH_NUMBERS.split())},
}

OPTION: Final = r"(?:option|opç[aã]o|opci[oó]n|variante|alternative|path|选项|方案)"
CHOOSE: Final = re.compile(
    r"\b(?:choose|pick|select|take)\b.{0,20}\b(?:one|1|a|your)\b|\b(?:any|either) one\b|"
    r"\bone of the following\b|\bescolha (?:um|uma)\b|\belige (?:un|una)\b|选择一个|任选"
)
ALTERNATIVE: Final = re.compile(
    r"^(?:(?:option|opç[aã]o|opci[oó]n|variante?|alternative|template|plantilla|modelo|vorlage|"
    r"mod[eè]le)\s+|选项|方案|模板)(?:[a-z]|\d{1,2})\b",
    re.IGNORECASE,
)
TASK_WORD: Final = (
    r"(?:task|exercise|lab|assignment|challenge|activity|tarefa|exerc[ií]cio|tarea|"
    r"ejercicio|aufgabe|übung|任务|任務|练习|实验)"
)
PROJECT_WORD: Final = (
    r"(?:(?:mini|final|main|weekly?|weekend|month(?:ly)?|module|portfolio|practical|personal|team|"
    r"group|hands-on|capstone|guided|course|bonus)[\s-])?"
    r"(?:project|capstone|projeto|proyecto|projekt|projet|progetto|综合项目|项目|項目)"
    r"(?:\s(?:#?\d{1,2}|project|final|pr[aá]tico|pr[aá]ctico|integrador|idea|guiado|pratique))?"
)
GUIDE_WORD: Final = re.compile(
    r"\b(?:roadmap|curriculum|syllabus|bootcamp|study|learning|course|curso|training|days? of|"
    r"roteiro|estudos?|guide to (?:becom|learn)|path|programme?|lernplan|plan|parcours|career)\b|"
    r"路线|学习|课程|计划"
)
# The same over the text as it stands, in languages whose letters folding would change.
GUIDE_WORD_ELSEWHERE: Final = re.compile(
    r"план|обучен|курс|дорожн|подготов|학습|로드맵|공부|学習|計画|勉強|ロードマップ|योजना|अध्ययन|خطة|تعلم|"
    r"kế hoạch|lộ trình|nauki|\bkurs|\bcorso|\bpiano\b|estudio|öğren|yol harita|studieplan|"
    r"leerplan|ruta de|challenge|checklist|preparation|\bprep\b|exam\b",
    re.IGNORECASE,
)
_OPTIONAL_WORD = r"(?:optional|opcional|optionnel|bonus|stretch goal|nice to have|可选|选做)"
# Only where it stands as a mark: `Learn java.util.Optional` is to be learned by everybody.
OPTIONAL: Final = re.compile(
    rf"[\s*_]*[\[(][\s*_]*{_OPTIONAL_WORD}[\s*_]*[\])][\s*_:]*"
    rf"|^[\W_]{{0,10}}{_OPTIONAL_WORD}[\s*_]*[:\u2013\u2014{COLON}][\s*_]*"
    rf"|^[\W_]{{0,10}}{_OPTIONAL_WORD}\s+-\s+"
    rf"|\s[-\u2013\u2014]\s*{_OPTIONAL_WORD}[\s*_.]*$",
    re.IGNORECASE,
)
PLACEHOLDER: Final = re.compile(
    r"\(?\b(?:to be (?:created|done|defined|announced|decided)|tb[acd]|coming soon)"
    r"\b\)?"
    r"|^\W*(?:todo|n/?a|none)\W*$"
    r"|^[-\u2013\u2014_.\s/]*$",
    re.IGNORECASE,
)
# Over folded text: a day without work.
REST: Final = re.compile(
    r"(?:complete |full |active )?(?:rest|recovery|off|free|buffer)(?: days?)?|day off|descanso|"
    r"dia (?:de descanso|libre)|folga|repos|jour de repos|frei|ruhetag|riposo|休息|休み|"
    r"(?:no class|holiday|spring break|feriado|ferias|vacaciones|nao houve|nao havera)\b.*|"
    r"nghi(?:/.*)?|отдых|выходной|odpoczynek|dinlenme|skip|x"
)
NOT_A_TITLE: Final = re.compile(
    r"(?:here|link|this|click|more|read|source|website|site|page|video|chat|alternative|part|"
    r"aqui|hier|ici|链接)(?: here| more| \d+)?"
)


EXAM: Final = re.compile(
    r"(?:final |practice )?(?:exam|test)(?: day)?|prova(?: final)?|examen(?: final)?|"
    r"(?:abschluss)?prufung|exame(?: final)?"
)
CAPSTONE: Final = re.compile(r"^(?:capstone|final) project$|^projeto final$|^proyecto final$")
# "5 ML projects" asks for five things; "20 hours" and "3 weeks" for none.
COUNTED: Final = re.compile(
    r"\b(\d{1,3})(?:\s*[-\u2013]\s*\d{1,3})?\+?\s+(?:[\w/.-]+\s+){0,3}?"
    r"(?!(?:hours|hrs|minutes|mins|days|weeks|months|years|words|horas|semanas|meses|dias)\b)"
    r"[a-z/-]*[a-rt-z]s\b"
)


def first_match(table: Iterable[tuple[str, T]], text: str) -> T | None:
    """Return the value of the first pattern in `table` that occurs in `text`, or None."""
    return next((value for pattern, value in table if re.search(pattern, text)), None)


@lru_cache(maxsize=1 << 14)
def fold(text: str) -> str:
    """Return `text` in lower case without accents, emoji or markup, as the tables have it."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    bare = (c for c in plain if not unicodedata.combining(c))
    # A vowel sign of an Indic script is a mark, but no accent: it belongs to the word.
    sign = unicodedata.category
    known = (c if c.isalnum() or c in "-'&/%" or sign(c)[0] == "M" else " " for c in bare)
    return " ".join("".join(known).split())
