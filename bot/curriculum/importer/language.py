"""Detect the language of a guide."""

import re
import unicodedata
from collections import Counter

_NO_WORDS = re.compile(r"<[^<>]{1,200}>|https?://\S+")
SAMPLE = 50_000  # characters of a guide by which its script is known
_SCRIPTS = {
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "DEVANAGARI": "hi",
    "THAI": "th",
}
_LANGUAGE_WORDS = {
    "pt": "de e do da com para não uma em os às você",
    "es": "de y el la los con para una en las que cómo",
    "fr": "le la les et des une pour avec dans les vous",
    "de": "und der die das mit für ein eine ist von den",
    "en": "the and of to with for a in your is on",
}


def detect_language(source: str) -> str:
    """Return the ISO 639 code of a guide by its script, or by its commonest small words."""
    alphabetic = [c for c in _NO_WORDS.sub(" ", source[:SAMPLE]) if c.isalpha()]
    scripts = Counter(unicodedata.name(c, "").split(" ")[0] for c in alphabetic if c > "\u02ff")
    if alphabetic and scripts.total() * 5 > len(alphabetic):
        if (scripts["HIRAGANA"] + scripts["KATAKANA"]) * 5 > scripts["CJK"] > 0:
            return "ja"
        return _SCRIPTS.get(scripts.most_common(1)[0][0], "en")
    words = Counter(re.findall(r"[^\W\d_]+", source.casefold()))
    counts = {
        code: sum(words[one] for one in common.split()) for code, common in _LANGUAGE_WORDS.items()
    }
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] > 2 * counts["en"] else "en"
