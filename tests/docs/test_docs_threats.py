"""docs/explanation/threat-model.md says only what a test holds: each sentence names one."""

import re
from collections.abc import Iterator
from pathlib import Path

from docs.pages import ROOT

PAGE = (ROOT / "docs/explanation/threat-model.md").read_text(encoding="utf-8")
HELD = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")
# Sections that say what is assumed, and first sentences of sections that say what anybody may do.
ASSUMED = ("Who might attack", "What is trusted")
NOT_STOPPED = "**Not stopped:**"


def claims() -> Iterator[str]:
    """Each row, and each sentence, that says what stops somebody."""
    for section in re.split(r"^#+ ", PAGE, flags=re.MULTILINE)[1:]:
        if section.startswith(ASSUMED):
            continue
        for paragraph in section.partition("\n")[2].strip().split("\n\n"):
            if paragraph.startswith("|"):
                yield from paragraph.splitlines()[2:]
            elif not paragraph.startswith((NOT_STOPPED, "Anybody may")):
                yield from re.split(r"(?<=\.)\s+(?=[A-Z])", " ".join(paragraph.split()))


def test_each_claim_names_a_test() -> None:
    found = list(claims())
    assert len(found) > 40
    assert [claim for claim in found if not HELD.search(claim)] == []


def test_each_named_test_is_there() -> None:
    missing = []
    for file, name in HELD.findall(PAGE):
        path = Path(ROOT / "tests" / file)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if not text or (
            name and not re.search(rf"^\s*(?:async )?def {name}\(", text, re.MULTILINE)
        ):
            missing.append(f"{file}::{name}")
    assert missing == []
