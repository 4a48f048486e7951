"""The page on languages says how far each is."""

import messages
from docs.pages import ROOT, sections

from bot.i18n import LANGUAGES

PAGE = ROOT / "docs/how-to/choose-a-language.md"
PATH = "devops-to-mlops"


def rows() -> list[tuple[str, ...]]:
    """What the table says, by the catalogues and the glossaries."""
    found: list[tuple[str, ...]] = []
    for code in messages.CODES:
        done, total = messages.translated(messages.read(code))
        path = "yes" if code in messages.languages(PATH) else "in English"
        unread = "Not reviewed by a native reader yet." in glossary(code)
        part = f"{100 * done // total}%"
        found.append((LANGUAGES[code], f"`{code}`", part, path, "not yet" if unread else "yes"))
    return found


def glossary(code: str) -> str:
    return (messages.FOLDER / code / "glossary.md").read_text()


def test_the_page_says_how_far_each_language_is() -> None:
    [table] = sections(PAGE)["How far each language is"].tables
    assert list(table[1:]) == rows()
