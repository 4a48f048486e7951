"""A guide that is used as it is, and the reading of it that a path goes on with.

A path keeps the reading that it began with. What changes in the guide is read alike and taken over;
what only a newer importer would read in another way waits until the learner accepts it.
"""

from collections.abc import Callable, Collection
from functools import cache
from hashlib import sha256

from bot.curriculum.carry_ids import carry_ids, count_tasks
from bot.curriculum.guide_importer_version import importer_version
from bot.curriculum.model import Curriculum
from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.planning.reading_record import ReadingRecord
from bot.planning.snapshot import Checked, FrozenModel


class NewReading(FrozenModel):
    """Another reading of the guide: its digest, and how many tasks it has more and fewer.

    `edited` is whether the guide itself has changed, too; `counted` is False where the reading that
    the path began with is not known.
    """

    digest: str
    edited: bool
    more: int = 0
    fewer: int = 0
    counted: bool = True

    @property
    def sentence(self) -> str:
        """Return that there is one, and what it would change."""
        if self.edited:
            begins = _("Your guide has changed, and this version of Milepost reads it differently.")
        else:
            begins = _("This version of Milepost reads your guide differently.")
        return f"{begins} {self._difference()}"

    def _difference(self) -> str:
        if not self.counted:
            return _("Tasks, texts or dates may change.")
        if not self.more and not self.fewer:
            return _("The tasks stay, but texts or dates change.")
        found: list[str] = []
        if self.more:
            found.append(ngettext("%(num)s task is new.", "%(num)s tasks are new.", self.more))
        if self.fewer:
            found.append(ngettext("%(num)s task goes.", "%(num)s tasks go.", self.fewer))
        return " ".join(found)


class GuideReading(FrozenModel):
    """The curriculum to go on with, and what the ledger should hold of it: None for no guide.

    `offered` waits to be accepted; `accepted` is whether this one was, and is not written yet.
    `forced` is another reading that would have to be taken, as the earlier one is not known.
    """

    curriculum: Checked[Curriculum]
    record: ReadingRecord | None = None
    offered: NewReading | None = None
    accepted: bool = False
    forced: NewReading | None = None


class GuideFile:
    """A guide's bytes, and how to import it with units of a certain kind preferred ("": none).

    Importing raises GuideError, and what else `read` raises. Each reading is made once.
    """

    def __init__(self, content: bytes, read: Callable[[str], Curriculum]) -> None:
        self.digest = sha256(content).hexdigest()[:16]
        self.read = cache(read)
        self._record: ReadingRecord | None = None

    def reading(
        self, record: ReadingRecord | None, accepted: Callable[[], Collection[str]]
    ) -> GuideReading:
        """Return the reading of a path whose ledger holds `record`.

        `accepted` returns the digests of the readings that the learner accepted.
        """
        version = importer_version()
        if record is None:
            return self._first(version)
        # Each snapshot of a run has a ledger of its own; its curriculum is unpacked once.
        record = self._record = self._record if record == self._record else record
        old, edited = record.curriculum, record.guide != self.digest
        if old is not None and not edited and record.importer == version:
            return GuideReading(curriculum=old, record=record)
        fresh = self.read(record.units if record.importer == version else "")
        new = carry_ids(old, fresh) if old is not None else fresh
        written = ReadingRecord.of(new, self.digest, version)
        if written.digest == record.digest:
            # The same content may be packed otherwise elsewhere, which is no reason to write.
            packed = {"packed": record.packed if old is not None else written.packed}
            return GuideReading(curriculum=new, record=written.model_copy(update=packed))
        if record.importer == version:
            return GuideReading(curriculum=new, record=written)
        counts = count_tasks(old, new) if old is not None else (0, 0)
        other = NewReading(
            digest=written.digest,
            edited=edited,
            more=counts[0],
            fewer=counts[1],
            counted=old is not None,
        )
        if old is None:
            return GuideReading(curriculum=new, record=written, forced=other)
        if other.digest in accepted():
            return GuideReading(curriculum=new, record=written, accepted=True)
        return GuideReading(curriculum=old, record=record, offered=other)

    def _first(self, version: str) -> GuideReading:
        found = self.read("")
        record = ReadingRecord.of(found, self.digest, version)
        return GuideReading(curriculum=found, record=record)
