"""The command `milepost`. `--version` answers before anything heavy is loaded."""

import gc
import sys


def main() -> None:
    """Entry point; never returns."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from importlib.metadata import version

        sys.stdout.write(f"milepost {version('milepost')}\n")
        sys.exit(0)
    # Loading modules leaves no rubbish, and looking for it as often as usual costs a run 5 %.
    gc.set_threshold(100_000)
    from bot.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
