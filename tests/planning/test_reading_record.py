"""The record of a reading: small, whole, bounded, and nothing that ends a comment."""

import json
import zlib
from pathlib import Path

import pytest

from bot.curriculum import importer
from bot.curriculum.model import Curriculum
from bot.planning import reading_record
from bot.planning.ledger import Ledger, find_ledger, with_ledger
from bot.planning.packing import pack_bits
from bot.planning.reading_record import ReadingRecord, curriculum_digest, read_record

GUIDES = Path(__file__).parents[1] / "curriculum" / "cases"
ROOM = 30_000  # characters of GitHub's 65,536 that a dashboard, its memory and the rest leave


def curriculum(name: str) -> Curriculum:
    content = (GUIDES / f"{name}.md").read_bytes()
    return importer.read(content, name="guide.md").curriculum


def record(name: str) -> ReadingRecord:
    return ReadingRecord.of(curriculum(name), "guide", "importer")


@pytest.mark.parametrize("name", sorted(file.stem for file in GUIDES.glob("*.md")))
def test_a_curriculum_comes_back_as_it_was(name: str) -> None:
    ledger = Ledger(reading=record(name)).adding({"task:a"}, {})
    found = find_ledger(with_ledger("Mine.", ledger))
    assert found == ledger
    assert found.reading
    before = curriculum(name)
    assert found.reading.units == before.source.reading != ""
    assert found.reading.curriculum == before
    assert ledger.comment().count("-->") == 1


def long_guide(tasks: int) -> bytes:
    lines = ["# Everything"]
    for n in range(tasks):
        if n % 10 == 0:
            lines.append(f"## Week {n // 10 + 1}: Part {n * 7919 % 1_009}")
        lines.append(f"- [ ] Read paper {n * 104_729 % 999_983} about subject {n * 31 % 503}")
    return "\n\n".join(lines).encode()


def test_a_thousand_tasks_leave_room_for_all_else() -> None:
    found = importer.read(long_guide(1_000), name="guide.md").curriculum
    packed = ReadingRecord.of(found, "g", "i").packed
    assert 0 < len(packed) <= ROOM


def test_what_does_not_fit_is_known_by_its_digest_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_record, "MOST", 10)
    found = record("sessions")
    assert (found.packed, found.curriculum) == ("", None)
    assert found.digest == curriculum_digest(curriculum("sessions"))


def packed(content: bytes) -> str:
    deflate = zlib.compressobj(9, wbits=-15)
    data = deflate.compress(content) + deflate.flush()
    return pack_bits(f"{int.from_bytes(data):0{8 * len(data)}b}")


def many_tasks() -> bytes:
    tasks = [{"id": f"t{n}", "title": "T"} for n in range(6_000)]
    unit = {"id": "u", "title": "U", "tasks": tasks}
    module = {"id": "m", "title": "M", "number": 1, "units": [unit]}
    path = {"id": "p", "title": "P", "phases": [{"id": "p", "title": "P", "modules": [module]}]}
    return json.dumps(path).encode()


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "一",
        packed(b"{}"),
        packed(b"[" * 900_000),
        packed(b" " * 100_000_000),
        packed(many_tasks()),
        packed(b'{"title": "x"}')[:-2],
    ],
)
def test_damaged_or_hostile_content_is_no_curriculum(text: str) -> None:
    found = read_record(
        {"reading": json.loads(record("sessions").as_json()) | {"curriculum": text}}
    )
    assert found
    assert found.curriculum is None
    assert find_ledger(with_ledger("", Ledger(reading=found))).reading == found


def test_another_curriculum_than_the_digest_is_none() -> None:
    one, other = record("sessions"), record("rest-days")
    assert one.model_copy(update={"packed": other.packed}).curriculum is None


@pytest.mark.parametrize("reading", [None, 3, [], {}, {"guide": 1}, {"guide": "a", "digest": []}])
def test_a_damaged_record_is_none_and_the_rest_of_the_ledger_stays(reading: object) -> None:
    comment = Ledger().adding({"task:a"}, {}).comment()
    content = json.loads(comment.partition("ledger ")[2].removesuffix(" -->"))
    content |= {"reading": reading}
    found = find_ledger(f"<!-- milepost:ledger {json.dumps(content)} -->")
    assert found.has("task:a")
    assert found.reading is None
