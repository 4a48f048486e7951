"""Prints locked requirements as a script that `uv audit --script` can be asked about.

The argument names the set, as in `server`. So exactly what is locked is looked up, without another
tool and without a second lock file.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
_LOCKED = re.compile(
    r"^([\w.-]+(?:\[[\w,.-]+\])?==[^\s;\\]+)[ ]*(?:;[ ]*([^\\\n]+?))?[ ]*\\?$", re.MULTILINE
)


def script(locked: str) -> str:
    """The script whose dependencies are the packages of a file of locked requirements."""
    named = [f"{pin} ; {when}" if when else pin for pin, when in _LOCKED.findall(locked)]
    lines = "".join(f"#   {json.dumps(one)},\n" for one in named)
    head = '# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n'
    return f"{head}{lines}# ]\n# ///\n"


if __name__ == "__main__":
    sys.stdout.write(script((HERE / f"{sys.argv[1]}.txt").read_text(encoding="utf-8")))
