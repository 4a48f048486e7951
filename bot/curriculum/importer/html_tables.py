"""Find tables that a guide writes in HTML, with the cells as inline Markdown."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

MAX_TABLE = 100_000  # characters of one table that are read
MAX_CELLS = 5_000
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_END = re.compile(r"</table\s*>", re.IGNORECASE)
_SIGNS = {"b": "**", "strong": "**", "s": "~~", "del": "~~", "strike": "~~", "code": "`"}
_BREAKS = {"br", "li", "p", "div"}
_SPACES = re.compile(r"\s+")
_BREAKS_AROUND = re.compile(r"^(?:\s*<br>)+|(?:\s*<br>)+$")


@dataclass
class HtmlTable:
    """A table on the lines `first` to `last`; `rows` are lines and cells, `headed` with `<th>`."""

    first: int
    last: int = 0
    headed: bool = False
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def html_tables(text: str) -> tuple[list[HtmlTable], str]:
    """Return the HTML tables of `text`, and the text with their lines left blank."""
    if not _TABLE.search(text):
        return [], text
    found: list[HtmlTable] = []
    out, done, line = "", 0, 1
    while start := _TABLE.search(text, done):
        end = _END.search(text, start.end(), start.end() + MAX_TABLE)
        if end is None:
            break
        before = text[done : start.start()]
        line += before.count("\n")
        whole = text[start.start() : end.end()]
        table = _read(whole, line)
        last = line + whole.count("\n")
        fenced = (out + before).count("```") % 2
        if table.rows and not fenced and len(found) < 200:
            table.last = last
            found.append(table)
            whole = "\n" * whole.count("\n")
        out += before + whole
        done, line = end.end(), last
    return found, out + text[done:]


def _read(whole: str, line: int) -> HtmlTable:
    reader = _TableReader(HtmlTable(line))
    reader.feed(whole)
    reader.close()
    return reader.table


class _TableReader(HTMLParser):
    """A reader of one table; what is outside its cells has no place."""

    def __init__(self, table: HtmlTable) -> None:
        super().__init__()
        self.table = table
        self._cell: str | None = None
        self._link = ""
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr":
            self._close()
            self.table.rows.append((self.table.first + self.getpos()[0] - 1, []))
        elif tag in {"td", "th"}:
            self._close()
            self._cell = ""
            self.table.headed |= tag == "th" and len(self.table.rows) == 1
        elif self._cell is not None:
            self._link = given.get("href") or "" if tag == "a" else self._link
            box = tag == "input" and given.get("type") == "checkbox"
            self._cell += "[" if tag == "a" and self._link else _SIGNS.get(tag, "")
            self._cell += "<br>" if tag in _BREAKS else ""
            self._cell += ("[x] " if "checked" in given else "[ ] ") if box else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._close()
        elif self._cell is not None:
            self._cell += _SIGNS.get(tag, "")
            if tag == "a" and self._link:
                self._cell += f"]({self._link})"
                self._link = ""

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell += _SPACES.sub(" ", data)

    def _close(self) -> None:
        if self._cell is not None and self.table.rows and self._count < MAX_CELLS:
            self.table.rows[-1][1].append(_BREAKS_AROUND.sub("", self._cell.strip()).strip())
            self._count += 1
        self._cell = None

    def close(self) -> None:
        super().close()
        self._close()
        self.table.rows = [row for row in self.table.rows if row[1]]
