"""python -m understudy.ml COMMAND: everything that needs no Blender."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
