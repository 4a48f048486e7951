"""`python -m bot.action`: one run of the Action, with what the runner left in the environment."""

import gc
import os
import sys

from bot.action.run import main

if __name__ == "__main__":
    gc.set_threshold(100_000)  # as in bot/__main__.py
    code = main(os.environ)
    gc.freeze()
    sys.exit(code)
