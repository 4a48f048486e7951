"""Texts that are made to hurt a parser. Each family grows with `n`, about its length in bytes."""

from collections.abc import Callable

Family = Callable[[int], str]

HEAD = "# Guide\n\n## Week 1\n\n- [ ] read\n\n"
WEEK = "# Guide\n\n"

MARKDOWN: dict[str, Family] = {
    "emphasis": lambda n: HEAD + "*a **b " * (n // 7),
    "emphasis in paragraphs": lambda n: HEAD + ("*a **b " * 14 + "\n\n") * (n // 100),
    "brackets": lambda n: HEAD + "[" * n,
    "brackets in paragraphs": lambda n: HEAD + ("[" * 140 + "\n\n") * (n // 142),
    "open links": lambda n: HEAD + ("[a](<b" * 140 + "\n\n") * (n // 842),
    "pictures": lambda n: HEAD + "![a" * (n // 3),
    "quotes": lambda n: HEAD + ">" * n,
    "quoted lines": lambda n: HEAD + (">" * 100 + "a\n") * (n // 102),
    "lists in lists": lambda n: HEAD + "- " * (n // 2) + "a",
    "open comments": lambda n: HEAD + "<!--" * (n // 4),
    "open tags": lambda n: HEAD + "<a " * (n // 3),
    "HTML headings": lambda n: HEAD + "<div>\n" + "<h1>" * (n // 4),
    "a wide table": lambda n: HEAD + _table(n // 8, 500, "|b"),
    "short rows": lambda n: HEAD + "|a" * 900 + "|\n" + "|-" * 900 + "|\n" + "b\n" * (n // 20),
    "definitions": lambda n: HEAD + "[a]: x\n" * (n // 60) + "\n",
    "one paragraph": lambda n: HEAD + "a\n" * (n // 60) + "===\n",
    "digits": lambda n: HEAD + "- " + "1" * n,
    "ranges": lambda n: HEAD + "- " + "1-" * (n // 2),
    "hours": lambda n: HEAD + "- " + "1 to " * (n // 5),
    "empty lines in a cell": lambda n: (
        HEAD + "|hours|task|\n|-|-|\n|1" + "<br>" * (n // 4) + "x|a|\n"
    ),
    "stars before words": lambda n: HEAD + "- " + "_ * " * (n // 4) + "x",
    "brackets of experience": lambda n: HEAD + "## Roles\n\n- Dev " + "(" * n,
    "commas": lambda n: HEAD + "- Skills: " + "a, " * (n // 3),
    "accents": lambda n: HEAD + "- a" + "\u0301" * (n // 2),
    "right to left": lambda n: HEAD + "- a" + "\u202e" * (n // 3),
    "wrong decoding": lambda n: HEAD + "- \u00e2\u20ac\u2122 \u00c3\u00a9\n" * (n // 60),
    "front matter": lambda n: "---\ntitle: a" + " " * n + "b\n---\n" + HEAD,
    "equal items": lambda n: HEAD + "- a\n" * (n // 60),
    "equal weeks": lambda n: WEEK + "## Week 1\n\n- [ ] a\n" * (n // 120),
    "headings": lambda n: WEEK + "".join(f"{'#' * (1 + i % 6)} H{i}\n" for i in range(n // 80)),
    "bold lines": lambda n: HEAD + "**a**: b\n\n" * (n // 120),
    "lines below an item": lambda n: HEAD + "- a\n" + "**b**\n" * (n // 60),
}

YAML: dict[str, Family] = {
    "lists in lists": lambda n: "a: " + "[" * n,
    "closed lists in lists": lambda n: "a: " + "[" * (n // 2) + "]" * (n // 2),
    "brackets in quotes": lambda n: "a: " + "[']'," * (n // 5),
    "keys in keys": lambda n: "a: " + "{a: " * (n // 4),
    "questions": lambda n: "? " * (n // 2),
    "dashes": lambda n: "- " * (n // 2) + "a",
    "steps": lambda n: "".join(" " * i + "a:\n" for i in range(int((2 * n) ** 0.5))),
    "aliases": lambda n: "a: &a [x]\nb: [" + "*a," * (n // 3) + "]",
    "a bomb": lambda _: _bomb(),
    "a merge": lambda _: "a: &a {x: 1}\nb:\n  <<: *a\n",
    "many keys": lambda n: "".join(f"k{i}: 1\n" for i in range(n // 9)),
    "one key again": lambda n: "k: 1\n" * (n // 5),
    "wrong items": lambda n: "start: 2026-01-01\ncredits:\n" + "  - [x]\n" * (n // 8),
    "wrong choices": lambda n: (
        _start("choices:\n") + "".join(f"  c{i}: [x]\n" for i in range(n // 12))
    ),
    "a long number": lambda n: _start("pace: ") + "9" * n,
    "a long number in quotes": lambda n: _start("pace: '") + "9" * n + "'",
    "a long number of weeks": lambda n: _start("ahead: '") + "9" * n + " weeks'",
    "a long hexadecimal": lambda n: _start("pace: 0x") + "9" * n,
    "sixty by sixty": lambda n: _start("pace: 1") + ":1" * (n // 2),
    "a long zone": lambda n: _start("timezone: ") + "a" * n,
    "a long key": lambda n: _start("? ") + "x" * n + "\n: 1",
    "spaces": lambda n: "a:" + " " * n + "1",
}

# What is wrong in a small way: each must be told, with its line.
YAML_VALUES = (
    "2026-99-99", "2026-01-01T99:99:99", "2026-01-01 00:00:00 +99:99", "!!int x", "!!float x",
    "!!bool x", "!!timestamp x", "!!map x", "!!set {a, b}", "!!omap {a: 1}", "!!pairs [a]",
    "!!binary ä", "!!python/object/apply:os.system ['false']", "!!python/name:os.system",
    "{[a]: 1}", "{{a: 1}: 1}", "!x y", ".nan", "-.inf", "~", "0o9", "1_0", "\"\\0\"", "\"\\ud800\"",
    "'../../etc/passwd'", "/etc/passwd", "\u202e2026", "\x00", "\ud800", "<<", "=", "&a", "|",
)  # fmt: skip


def _start(more: str) -> str:
    return f"start: 2026-01-01\n{more}"


def _table(rows: int, columns: int, cell: str) -> str:
    head = "|a" * columns + "|\n" + "|-" * columns + "|\n"
    return head + (cell * columns + "\n") * (8 * rows // len(cell * columns))


def _bomb() -> str:
    """The billion laughs."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    return "\n".join(lines)
