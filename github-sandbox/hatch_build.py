"""Make the links of README.md absolute in a package: an index shows it without the files beside it.

Both packages are built alone, so each has a copy of this file.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(!?)(\[(?:[^\[\]]|\[[^\]]*\])*\]\()(?![a-z]+:|#)([^()\s]+)\)")


class ReadmeHook(MetadataHookInterface):
    """Fills the field `readme`. Links lead to the tag of the package's version."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the text; raise KeyError without `project.urls.Repository`."""
        place = metadata["urls"]["Repository"].removeprefix("https://github.com/")
        inside = f"v{metadata['version']}/{self.config.get('folder', '')}"
        roots = {
            "": f"https://github.com/{place}/blob/{inside}",
            "!": f"https://raw.githubusercontent.com/{place}/{inside}",
        }
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = _LINK.sub(lambda m: f"{m[1]}{m[2]}{roots[m[1]]}{m[3]})", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
