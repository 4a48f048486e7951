"""The reading of a guide with which a path goes on, as the ledger holds it.

    "reading":{"guide":"...","units":"week","importer":"...","digest":"...","curriculum":"橝浂..."}

The curriculum is compact JSON, deflated, and packed as `packing.py` says: that of the default guide
takes 4,500 characters, those of guides in use up to 14,000. One of more than `MOST` is left out.
"""

import zlib
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

from pydantic import ValidationError

from bot.curriculum.model import Curriculum
from bot.planning.marker import safe_json
from bot.planning.packing import is_packed, pack_bits, unpack_bits
from bot.planning.snapshot import FrozenModel

MOST = 30_000  # characters; the dashboard, its memory and the rest of the ledger come first
MOST_JSON = 1_000_000
MOST_TASKS = 5_000
_RAW = -15  # deflate without a header


class ReadingRecord(FrozenModel):
    """A guide's bytes (their digest), what its units are, which importer read it, and the result.

    `digest` is the curriculum's, `packed` itself, empty where it is too large.
    """

    guide: str
    units: str = ""
    importer: str
    digest: str
    packed: str = ""

    @classmethod
    def of(cls, curriculum: Curriculum, guide: str, importer: str) -> Self:
        """Return the record of a curriculum that this importer made of the guide."""
        return cls(
            guide=guide,
            units=curriculum.source.reading or "",
            importer=importer,
            digest=curriculum_digest(curriculum),
            packed=_pack(curriculum),
        )

    @cached_property
    def curriculum(self) -> Curriculum | None:
        """The curriculum, None where it is too large, damaged, or of another program's model."""
        try:
            found = _unpack(self.packed) if self.packed else None
        except (ValueError, zlib.error, RecursionError):
            return None
        if found is None or curriculum_digest(found) != self.digest:
            return None
        return _with_units(found, self.units or None)

    def as_json(self) -> str:
        """Return it as JSON that cannot end an HTML comment."""
        rest = safe_json(self.model_dump(exclude={"packed"}))
        return f'{rest[:-1]},"curriculum":"{self.packed}"}}'


def read_record(ledger: dict[str, Any]) -> ReadingRecord | None:
    """Return the record of a ledger's JSON; None where there is none, or a damaged one."""
    found = ledger.get("reading")
    if not isinstance(found, dict):
        return None
    packed = found.get("curriculum")
    packed = packed if isinstance(packed, str) and is_packed(packed) else ""
    try:
        return ReadingRecord.model_validate({**found, "packed": packed})
    except ValidationError:
        return None


def curriculum_digest(curriculum: Curriculum) -> str:
    """Return a digest of everything in a curriculum but the name of its reading."""
    return sha256(_plain(curriculum).encode()).hexdigest()[:16]


def _plain(curriculum: Curriculum) -> str:
    return _with_units(curriculum, None).model_dump_json(exclude_defaults=True)


def _with_units(curriculum: Curriculum, units: str | None) -> Curriculum:
    source = curriculum.source.model_copy(update={"reading": units})
    return curriculum.model_copy(update={"source": source})


def _pack(curriculum: Curriculum) -> str:
    content = _plain(curriculum).encode()
    if len(content) > MOST_JSON or sum(1 for _ in curriculum.tasks()) > MOST_TASKS:
        return ""
    deflate = zlib.compressobj(9, wbits=_RAW)
    data = deflate.compress(content) + deflate.flush()
    packed = pack_bits(f"{int.from_bytes(data):0{8 * len(data)}b}")
    return packed if len(packed) <= MOST else ""


def _unpack(packed: str) -> Curriculum:
    """Return the curriculum. Raise ValueError or zlib.error for damaged or very long content."""
    bits = unpack_bits(packed)
    size = len(bits) // 8
    inflate = zlib.decompressobj(wbits=_RAW)
    content = inflate.decompress(int(bits[: 8 * size], 2).to_bytes(size), MOST_JSON)
    if not inflate.eof:
        raise ValueError("it is cut off, or very long")
    curriculum = Curriculum.model_validate_json(content)
    if sum(1 for _ in curriculum.tasks()) > MOST_TASKS:
        raise ValueError("it has very many tasks")
    return curriculum
