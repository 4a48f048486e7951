"""Where the documentation is: the one place that names this project's repository.

`OWNER` stands for the account that publishes a copy of Milepost. Until it is named, nobody can say
whose address that is, so texts have no links. `make owner OWNER=name` names it wherever it stands,
and a release needs that (`publishing/check.py`).
"""

import os
from typing import Final

REPOSITORY: Final = "OWNER/milepost"
VARIABLE: Final = "MILEPOST_DOCS_URL"
_PLACEHOLDER: Final = "OWNER"


def site_of(repository: str) -> str:
    """Return the address of the newest documentation of a repository, as GitHub Pages has it.

    Source: https://docs.github.com/pages/getting-started-with-github-pages/about-github-pages
    """
    owner, _, name = repository.partition("/")
    return f"https://{owner.lower()}.github.io/{name}/latest"


def docs(page: str = "") -> str:
    """Return the address of a page, such as `how-to/undo`; empty where there is no address.

    The variable MILEPOST_DOCS_URL names another site; with `none` there are no links.
    """
    site = os.environ.get(VARIABLE, "").strip().rstrip("/")
    if site == "none":
        return ""
    if not site:
        if REPOSITORY.partition("/")[0] == _PLACEHOLDER:
            return ""
        site = site_of(REPOSITORY)
    return f"{site}/{page}/" if page else f"{site}/"
