"""The words for commands in other languages, understood everywhere whatever the language of a path.

A row for each command, a column for each language; the first word of a cell is the one that
`/help` shows. A cell is empty where the English word is the language's own. A word may be written
without its accents, in capitals, or with its letters and accents apart.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

# A letter of any script, or a mark that belongs to one (an accent apart, a vowel sign). Neither is
# the other, so that a match has one way to go; and wide ranges cost every run milliseconds.
CHARACTER = r"(?:[^\W\d_]|(?!\w)(?:[\u0300-\u036f\u0900-\u0963]|[\u3099\u309a]))"
_LANGUAGES = ("es", "pt", "fr", "de", "zh", "ja", "hi")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "start": ("empezar", "começar", "commencer", "anfangen", "开始", "開始", "शुरू"),
    "done": ("hecho", "feito", "fait", "erledigt", "完成", "完了", "पूरा"),
    "skip": ("omitir", "pular", "passer", "auslassen", "跳过", "スキップ", "छोड़ें"),
    "reopen": ("reabrir", "reabrir", "rouvrir", "neu-öffnen", "重开", "再オープン", "फिर-खोलें"),
    "credit": ("ya-sabido", "já-sei", "acquis", "anrechnen", "已会", "既習", "पहले-से"),
    "help-me": ("ayúdame", "me-ajude", "aidez-moi", "hilf-mir", "求助", "助けて", "मदद-चाहिए"),
    "approve": ("aprobar", "aprovar", "approuver", "freigeben", "批准", "承認", "स्वीकृत"),
    "check": ("comprobar", "verificar", "vérifier", "prüfen", "检查", "チェック", "जाँचें जांचें"),
    "log": ("registrar", "registrar", "heures", "stunden", "记录", "記録", "घंटे घण्टे"),
    "rate": ("valorar", "avaliar", "évaluer", "bewerten", "评分", "評価", "रेटिंग"),
    "choose": ("elegir", "escolher", "choisir", "wählen", "选择", "選択", "चुनें"),
    "move": ("mover", "mover", "déplacer", "verschieben", "移动", "移動", "खिसकाएँ खिसकाएं"),
    "pause": ("pausa", "pausa", "", "", "暂停", "休み", "विराम"),
    "resume": ("reanudar", "retomar", "reprendre", "fortsetzen", "继续", "再開", "जारी"),
    "pace": ("ritmo", "ritmo", "rythme", "tempo", "速度", "ペース", "गति"),
    "count": ("contar", "contar", "compter", "zählen", "计数", "カウント", "गिनें"),
    "project": (
        "proyecto",
        "projeto",
        "projet",
        "projekt",
        "项目",
        "プロジェクト",
        "प्रोजेक्ट परियोजना",
    ),
    "goal": ("objetivo", "meta", "objectif", "ziel", "目标", "目標", "लक्ष्य"),
    "journal": ("diario", "diário", "", "tagebuch", "日记", "日記", "डायरी"),
    "open": ("abrir", "abrir", "ouvrir", "öffnen", "打开", "開く", "खोलें"),
    "replan": (
        "replanificar",
        "replanejar",
        "replanifier",
        "neu-planen",
        "重排",
        "再計画",
        "नई-योजना",
    ),
    "revert": ("deshacer", "desfazer", "annuler", "rückgängig", "撤销", "取消", "वापस-लें"),
    "drop-optional": (
        *("sin-opcionales", "sem-opcionais", "sans-facultatives", "ohne-optionale"),
        *("不含选做", "任意なし", "बिना-वैकल्पिक"),
    ),
    "keep-optional": (
        *("con-opcionales", "com-opcionais", "avec-facultatives", "mit-optionalen"),
        *("包含选做", "任意あり", "वैकल्पिक-सहित"),
    ),
    "status": ("estado", "situação", "statut", "stand", "状态", "状況", "स्थिति"),
    "help": ("ayuda", "ajuda", "aide", "hilfe", "帮助", "ヘルプ", "सहायता"),
}


class Alias(NamedTuple):
    """A word for the command that the log calls `do`."""

    do: str
    word: str


def alias(do: str, language: str) -> str:
    """Return a command's word in a language; empty where it is the English one."""
    if do not in _WORDS or language not in _LANGUAGES:
        return ""
    return _WORDS[do][_LANGUAGES.index(language)].partition(" ")[0]


@cache
def aliases() -> Mapping[str, Alias]:
    """Return every word that is not the command's own, by itself as `folded` spells it."""
    every = (Alias(do, one) for do, words in _WORDS.items() for one in " ".join(words).split())
    compound = (Alias(do, do) for do in ("drop-optional", "keep-optional"))
    return {folded(one.word): one for one in (*compound, *every)}


def folded(word: str) -> str:
    """Return a word in lower case, without the accents of Latin letters."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(c for c in apart if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare)
