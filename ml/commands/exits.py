"""How commands end: exit codes and one-line errors."""

from __future__ import annotations

import os
import sys
import traceback

DONE = 0
DEFECT = 1
INPUT_WRONG = 2
INTERRUPTED = 130


class InputError(ValueError):
    """Something the user gave is wrong; the message is one sentence."""


def is_input_error(error: BaseException) -> bool:
    """Errors a user can cause: the package's own ValueErrors (FootageError, TakeError, ...) and files out of reach."""
    if isinstance(error, OSError) and error.filename is not None:
        return True
    package = __name__.split(".")[0]
    return isinstance(error, ValueError) and type(error).__module__.split(".")[0] == package


def end_with_error(error: BaseException) -> int:
    """Say in one line what went wrong; returns the exit code. UNDERSTUDY_DEBUG=1 adds the traceback."""
    if os.environ.get("UNDERSTUDY_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, OSError) and error.filename is not None:
        return say_error(f"{error.filename}: {error.strerror}.", INPUT_WRONG)
    if is_input_error(error):
        return say_error(str(error), INPUT_WRONG)
    if type(error).__module__.split(".")[0] == __name__.split(".")[0]:
        return say_error(str(error), DEFECT)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return say_error(f"Understudy failed ({what}); set UNDERSTUDY_DEBUG=1 to see where, and report it.", DEFECT)


def say_error(message: str, code: int) -> int:
    """Print a message as one line on standard error and hand back `code`."""
    print(" ".join(message.split()), file=sys.stderr)
    return code
