"""Synthesize the environment files named on the command line; without any, all of environments/."""

import sys

from modules.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
