"""What a page says in plain English when every sentence of the catalogue is in another language."""

import html
import re

from pseudo_language import escapes

# Code, what is copied, time zones, and the names of languages.
_UNREAD = re.compile(
    r"<(code|pre|style|textarea)\b.*?</\1>|<select[^>]*(?:timezone|language).*?</select>|"
    r"<nav class=.languages.*?</nav>",
    re.DOTALL,
)
_ATTRIBUTES = re.compile(r'\b(?:alt|aria-label|title)="([^"]*)"')
_OWN = {"Milepost", "GitHub"}


def page_escapes(page: str, *own: str) -> list[str]:
    """Return the plain words of a page beside those of its guide and of its people."""
    body = _UNREAD.sub(" ", page)
    texts = [re.sub(r"<[^>]+>", " ", body), *_ATTRIBUTES.findall(body)]
    known = set(re.findall(r"\w+", " ".join(own))) | _OWN
    return [word for word in escapes(html.unescape(" ".join(texts))) if word not in known]
