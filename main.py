"""Synthesize the environment files named on the command line; without any, all of environments/."""

import sys

from modules.program import Main, run


def _imported() -> Main:
    from modules.app import main

    return lambda: main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run(_imported))
