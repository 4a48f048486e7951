"""Files of the default branch: issue forms, the README's block, and the ticks of a guide.

What the learner removed is not made again: the ledger remembers it by the keys of a file.
"""

import re
from collections.abc import Iterator
from hashlib import sha1
from typing import NamedTuple

from bot.curriculum.model import Curriculum
from bot.i18n import gettext as _
from bot.planning.marker import Key
from bot.planning.ports import Reader
from bot.planning.snapshot import ReadmeFile
from bot.progress.path import LearningPath
from bot.sync.file_sources import GUIDE_ENDINGS, read_guide

README = "README.md"
README_KEY = "readme:block"
MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn")  # as GitHub renders it (github/markup)
NO_TEXT = re.compile("[\0\N{REPLACEMENT CHARACTER}]")  # some encoding that we would spoil


class DefaultBranchFile(NamedTuple):
    """A file, its new content (None: it stays), the commit's subject, and the ledger's keys.

    `note` says for people why it is left out, where it is asked for.
    """

    path: str
    data: bytes | None
    subject: str
    keys: frozenset[Key] = frozenset()
    note: str = ""


def default_branch_files(
    view: LearningPath, reader: Reader, *, web: str
) -> Iterator[DefaultBranchFile]:
    """Yield the files that the settings ask for. Raises what the reader raises."""
    publish = view.settings.publish
    if publish.forms:
        yield from _forms(view, reader)
    if publish.readme:
        yield _readme(view, reader, web)
    if publish.writeback and view.settings.curriculum.casefold().endswith(GUIDE_ENDINGS):
        yield _guide(view, reader)


def blob_hash(data: bytes) -> str:
    """Return Git's hash of a file's content."""
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _forms(view: LearningPath, reader: Reader) -> Iterator[DefaultBranchFile]:
    from bot.reports.issue_forms import MANAGED_NOTE, form_files

    names = {key: label.name for key, label in view.observed.labels.items()}
    for path, text in form_files(view.curriculum, view.settings, names).items():
        name = path.rpartition("/")[2]
        key = f"form:{name}"
        there = reader.file(path)
        if there is None:
            wanted = not view.observed.ledger.has(key)
        else:
            wanted = there.startswith(MANAGED_NOTE) and there.replace("\r\n", "\n") != text
        data = text.encode() if wanted else None
        yield DefaultBranchFile(
            path, data, _("Update the form %(name)s", name=name), frozenset({key})
        )


def _readme(view: LearningPath, reader: Reader, web: str) -> DefaultBranchFile:
    """Return the README with a new block.

    The one that GitHub shows gets the block, wherever it is, once: a learner who takes it out opts
    out. Beside one that can't hold it no second is made; it would show instead, or never.
    """
    from bot.reports.readme_block import as_markdown, has_block, with_block

    there = reader.readme()
    file = DefaultBranchFile(there.path if there else README, None, _("Update the progress block"))
    stays = file._replace(keys=frozenset({README_KEY}))
    if (there is None or not has_block(there.text)) and view.observed.ledger.has(README_KEY):
        return stays
    if there is None:
        there = ReadmeFile(README, f"# {view.observed.snapshot.repository.rpartition('/')[2]}\n")
    if not there.path.lower().endswith(MARKDOWN):
        note = _(
            "No progress block: %(file)s isn't Markdown. `publish.readme: false` hides this note.",
            file=there.path,
        )
        return file._replace(note=note)
    if NO_TEXT.search(there.text):
        note = _("No progress block: %(file)s isn't UTF-8. Save it as UTF-8.", file=there.path)
        return file._replace(note=note)
    block = as_markdown(view, web=web)
    changed = with_block(there.text, block)
    if changed is not None:
        return stays._replace(data=changed.encode())
    if block in there.text.replace("\r\n", "\n"):
        return stays
    note = _("No progress block: %(file)s needs its two marks once, in order.", file=there.path)
    return file._replace(note=note)


def _guide(view: LearningPath, reader: Reader) -> DefaultBranchFile:
    """Return the guide with finished tasks ticked.

    Each is tried once: a learner who takes a tick out has the last word.
    """
    file = DefaultBranchFile(view.settings.curriculum, None, _("Tick what's done"))
    finished = {work.key for work in view.progress.work if work.finished}
    open_boxes = {f"task:{task.id}" for task in view.curriculum.tasks() if not task.done}
    keys = {key: f"tick:{key}" for key in finished & open_boxes}
    tried = frozenset(key for key in keys.values() if not view.observed.ledger.has(key))
    text = reader.file(file.path) if tried else None
    if text is None:
        return file
    file = file._replace(keys=tried)
    data = text.encode()
    if (reader.tree("HEAD") or {}).get(file.path) != blob_hash(data):
        return file  # some other encoding: its bytes are not known here
    from bot.curriculum.carry_ids import carry_ids
    from bot.curriculum.guide_ticks import tick_boxes

    units = view.reading.record.units if view.reading.record else ""

    def read(guide: bytes) -> Curriculum:
        return carry_ids(view.curriculum, read_guide(guide, name=file.path, units=units))

    names = {key.removeprefix("tick:task:") for key in tried}
    changed = tick_boxes(data, names, read)[0]
    return file._replace(data=changed) if changed != data else file
