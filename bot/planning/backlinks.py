"""Writes addresses of GitHub so that they leave nothing behind where they lead.

The address of an issue, pull request, discussion or commit in an issue or comment puts "mentioned
this" into what it names, which in a guide's text is other people's work. The same address at
redirect.github.com leads there and leaves nothing (GitHub Docs, "Autolinked references and URLs";
reports: renovatebot/renovate#3082 and #10902, piceaTech/node-gitlab-2-github#211). Files make no
such mention (HHS/simpler-grants-protocol#851), and github.com knows nothing of other servers.
"""

import re

REDIRECTING = "redirect.github.com"
# Where GitHub makes a link of an address: in text, in brackets, not within another address or code.
_ADDRESS = re.compile(
    r"```.*?```|~~~.*?~~~|`[^`\n]*`"
    r"|(?<![^\s*_~(<\[])(?:https?://(?:www\.)?|www\.)github\.com/"
    r"(?P<repository>[\w.-]+/[\w.-]+)"
    r"(?=/(?:(?:issues|pull|discussions)/[0-9]|commit/[0-9a-f]))",
    re.DOTALL | re.IGNORECASE,
)

_NAMED = re.compile(r"github\.com/([\w.-]+/[\w.-]+)/(?:issues|pull|discussions|commit)/")


def without_backlinks(text: str, repository: str) -> str:
    """Return Markdown whose addresses leave no mention outside of `repository` (owner/name)."""

    def redirecting(found: re.Match[str]) -> str:
        named = found["repository"]
        if named is None or named.casefold() == repository.casefold():
            return found[0]
        return f"https://{REDIRECTING}/{named}"

    # Most texts name no other repository, which is quickly seen.
    others = set(_NAMED.findall(text.lower())) - {repository.lower()}
    return _ADDRESS.sub(redirecting, text) if others else text
