"""`python -m bot.action`: one run of the Action, with what the runner left in the environment."""

import os
import sys

from bot.action.run import main

if __name__ == "__main__":
    sys.exit(main(os.environ))
