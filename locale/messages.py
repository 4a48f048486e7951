"""Extracts the sentences, brings every catalogue up to date, checks and compiles it.

    make messages

For translators: open `locale/LANG/milepost.po` in any editor of gettext catalogues, fill what is
empty, run this and mend what it names. `locale/LANG/glossary.md` says how a language calls things
and why.
"""

import gzip
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import cldr
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bot.curriculum.load import catalog_names, from_catalog
from bot.curriculum.translation import texts as curriculum_texts

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "locale"
COMPILED = ROOT / "bot/locale"
LOCALES = {"zh": "zh_Hans", "pt": "pt_BR"}  # of those that CLDR knows by more than one
DOMAINS = ("milepost", *catalog_names())
CODES = tuple(code for code in cldr.CODES if code != "en")
METHODS = [("bot/**.py", "python"), ("templates/**.j2", "jinja2")]
OPTIONS = {"templates/**.j2": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = DEFAULT_KEYWORDS | {"gettext_noop": None, "pgettext_noop": ((1, "c"), 2)}
STAMP = datetime(2026, 11, 29, tzinfo=UTC)  # a date that moves would make every run a change
# The most characters of a translation, by the context of its message: GitHub's, and a picture's.
MOST = {"label": 50, "label text": 100, "picture": 24}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|%")
_BARE_PERCENT = re.compile(r"(?<!%)%(?![(%])")
_SIGNS = {
    "code": re.compile(r"`[^`]*`"),
    "bold": re.compile(r"\*\*"),
    "link": re.compile(r"\]\("),
    "tag": re.compile(r"</?\w+[^>]*>"),
    "line": re.compile(r"\n"),
}
_ROW = re.compile(r"^\| (?!English|---)(.+?) \| (.+?) \|", re.MULTILINE)


def languages(domain: str) -> tuple[str, ...]:
    """Return the languages of a domain; a curriculum has those in which its file was begun."""
    begun = (code for code in CODES if (FOLDER / code / f"{domain}.po").exists())
    return CODES if domain == "milepost" else tuple(begun)


def compiled(code: str, domain: str) -> Path:
    """Return the file of a compiled catalogue; that of a curriculum lies beside its YAML."""
    beside = ROOT / f"bot/curriculum/catalog/{domain}.{code}.mo.gz"
    return COMPILED / f"{code}.mo.gz" if domain == "milepost" else beside


def read_compiled(file: Path) -> bytes:
    """Return the content of a compiled catalogue, empty where there is none yet."""
    return gzip.decompress(file.read_bytes()) if file.exists() else b""


def write_compiled(file: Path, content: bytes) -> None:
    """Write a compiled catalogue where it has changed: not every machine packs it the same."""
    if read_compiled(file) != content:
        file.write_bytes(gzip.compress(content, mtime=0))


def template(domain: str = "milepost") -> Catalog:
    """Return all sentences of the code and of the templates, or those of a curriculum."""
    if domain == "milepost":
        return _sentences()
    made = Catalog(project=domain, creation_date=STAMP, revision_date=STAMP)
    for text in curriculum_texts(from_catalog(domain)):
        made.add(text)
    return made


def _sentences() -> Catalog:
    made = Catalog(project="milepost", creation_date=STAMP, revision_date=STAMP)
    found = extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS, ("NOTE:",), strip_comment_tags=True)
    for file, _, message, comments, context in sorted(found, key=lambda one: one[:2]):
        if message and message != ("", ""):
            made.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return made


def read(code: str, domain: str = "milepost") -> Catalog:
    """Return the catalogue of a language; an empty one where there is none yet."""
    file, locale = FOLDER / code / f"{domain}.po", LOCALES.get(code, code)
    if not file.exists():
        return Catalog(locale=locale, project=domain)
    with file.open("rb") as content:
        return read_po(content, locale=locale)


def up_to_date(code: str, sentences: Catalog, domain: str = "milepost") -> Catalog:
    """Return the catalogue with exactly these sentences; new ones are empty."""
    found = read(code, domain)
    found.update(sentences, no_fuzzy_matching=True, update_header_comment=False)
    found.obsolete.clear()
    found.creation_date = found.revision_date = STAMP
    return found


def as_po(catalogue: Catalog) -> bytes:
    """Return the text of a catalogue."""
    out = BytesIO()
    write_po(out, catalogue, width=100, include_lineno=False, sort_output=False)
    return out.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """Return the compiled catalogue."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def glossary(code: str) -> dict[str, tuple[str, ...]]:
    """Return the words that a language uses for each English term: any of them will do."""
    file = FOLDER / code / "glossary.md"
    rows = _ROW.findall(file.read_text(encoding="utf-8")) if file.exists() else []
    return {term.casefold(): tuple(words.casefold().split(" / ")) for term, words in rows}


def problems(catalogue: Catalog, terms: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what is wrong with the translations that are there."""
    for message in catalogue:
        texts = forms(message.string)
        if message.id and any(texts):
            if not all(texts):
                yield f"{message.id!r}: a plural form is empty"
            for text in filter(None, texts):
                yield from (f"{message.id!r}: {wrong}" for wrong in _wrong(message, text, terms))


def forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text or ""),)


def _wrong(message: Message, text: str, terms: dict[str, tuple[str, ...]]) -> Iterator[str]:
    sources = forms(message.id)
    source = sources[-1]
    # One of the English forms may do without the number ("in your last week").
    needed = set.intersection(*(set(_PLACEHOLDER.findall(one)) for one in sources)) - {"num", ""}
    known = {name for one in sources for name in _PLACEHOLDER.findall(one)} | {"num", ""}
    if not needed <= set(_PLACEHOLDER.findall(text)) <= known:
        yield f"other placeholders: {text!r}"
    if not _BARE_PERCENT.search(source) and _BARE_PERCENT.search(text):
        yield f"a single % (write %%): {text!r}"
    for name, sign in _SIGNS.items():
        if Counter(sign.findall(text)) != Counter(sign.findall(source)):
            yield f"other {name}: {text!r}"
    if _ends(text) != _ends(source):
        yield f"other spaces at the ends: {text!r}"
    most = MOST.get(message.context or "")
    if most and len(text) > most:
        yield f"{len(text)} characters, {most} are the most: {text!r}"
    plain = _PLACEHOLDER.sub("", _SIGNS["code"].sub("", source)).casefold()
    for term, words in terms.items():
        if re.search(rf"\b{term}s?\b", plain) and not any(w in text.casefold() for w in words):
            yield f"'{term}' without {' / '.join(words)}: {text!r}"


def _ends(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def translated(catalogue: Catalog) -> tuple[int, int]:
    """Return how many sentences have a translation, of how many."""
    messages = [message for message in catalogue if message.id]
    done = sum(all(forms(message.string)) for message in messages)
    return done, len(messages)


def main() -> int:
    """Write all files; return 1 when a translation is wrong."""
    cldr.TABLE.write_text(cldr.text(), encoding="utf-8")
    wrong = 0
    for domain in DOMAINS:
        sentences = template(domain)
        (FOLDER / f"{domain}.pot").write_bytes(as_po(sentences))
        for code in languages(domain):
            found = up_to_date(code, sentences, domain)
            (FOLDER / code).mkdir(exist_ok=True)
            (FOLDER / code / f"{domain}.po").write_bytes(as_po(found))
            write_compiled(compiled(code, domain), as_mo(found))
            for text in problems(found, glossary(code)):
                print(f"{code}: {text}")
                wrong += 1
            done, total = translated(found)
            print(f"{domain}, {code}: {done} of {total} sentences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
