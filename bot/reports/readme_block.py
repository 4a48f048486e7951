"""The block in a README that shows where its owner is: badge, words, pictures.

    <!-- milepost:readme -->
    what we write
    <!-- milepost:readme-end -->

Everything outside is the owner's and stays byte for byte. A README without the block gets one once;
where one of the two marks is missing or stands twice, the README stays as it is.
"""

import re
from urllib.parse import quote

from bot import templating
from bot.planning.desired_state import SUMMARY_KEY
from bot.progress.path import LearningPath
from bot.reports.badge import badge_of
from bot.reports.pictures import activity, card

BEGIN = "<!-- milepost:readme -->"
END = "<!-- milepost:readme-end -->"
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)|.*</h[1-6]>[ \t]*$", re.IGNORECASE)
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*$")


def raw_base(web: str, repository: str, branch: str) -> str:
    """Return the address at which the files of a branch are served.

    `web` is where GitHub's pages are (`https://github.com`), without a slash at its end. GitHub,
    its Enterprise Server and the sandbox all answer there, and a signed-in reader sees those of a
    private repository, too, which raw.githubusercontent.com shows to nobody.
    """
    return f"{web}/{repository}/raw/{quote(branch)}"


def as_markdown(path: LearningPath, *, web: str) -> str:
    """Return the block with its marks; `web` as for `raw_base`.

    Nothing in it changes while the learner rests, so that no commit is made.
    """
    publish = path.settings.publish
    summary = path.observed.issues.get(SUMMARY_KEY)
    text = templating.render(
        "readme.md.j2",
        title=path.curriculum.title,
        badge=badge_of(path) if publish.badge else None,
        active_days=len(activity.activity(path).active) if publish.pictures else None,
        card=card.card(path),
        files=raw_base(web, path.observed.snapshot.repository, publish.branch),
        dashboard=summary.state.url if summary else None,
    )
    return f"{BEGIN}\n{text}\n{END}"


def has_block(readme: str) -> bool:
    """Return whether a README has any of the two marks."""
    return BEGIN in readme or END in readme


def with_block(readme: str, block: str) -> str | None:
    """Return `readme` with `block` (marks included) in place of its own, else after a heading.

    None when nothing changes, or when it is not clear what is ours. The block takes the line ends
    that most lines of the file have.
    """
    windows = readme.count("\r\n")
    line_end = "\r\n" if 2 * windows > readme.count("\n") else "\n"
    text = block.replace("\n", line_end)
    if not has_block(readme):
        return _inserted(readme, text, line_end)
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        return None
    first, last = readme.index(BEGIN), readme.index(END)
    if last < first:
        return None
    changed = readme[:first] + text + readme[last + len(END) :]
    return changed if changed != readme else None


def _inserted(readme: str, text: str, line_end: str) -> str:
    lines = readme.splitlines(keepends=True)
    place = _after_heading(lines)
    before, after = "".join(lines[:place]), "".join(lines[place:])
    if before and not before.endswith(("\n", "\r")):
        before += line_end
    gap = line_end if before else ""
    tail = line_end if not after or after.startswith(("\n", "\r")) else line_end * 2
    return f"{before}{gap}{text}{tail}{after}"


def _after_heading(lines: list[str]) -> int:
    """Return the index of the line behind the first heading; 0 without one."""
    fence = ""
    above = ""
    for index, line in enumerate(lines):
        bare = line.rstrip("\r\n")
        found = _FENCE.match(bare)
        if fence:
            fence = "" if found and found[1].startswith(fence) else fence
        elif found:
            fence = found[1]
        elif _HEADING.match(bare) or (above.strip() and _UNDERLINE.match(bare)):
            return index + 1
        above = line
    return 0
