"""Keeping the chatter of native libraries (MediaPipe writes straight to descriptor 2) out of the user's terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def native_errors_hidden() -> Iterator[None]:
    """Send what native code writes to standard error to nowhere; Python's own sys.stderr stays where it was."""
    try:
        error_stream = sys.stderr.fileno()
    except (OSError, ValueError, AttributeError):
        # No descriptor behind sys.stderr (a test's capture, a windowed program): nothing to keep clean.
        yield
        return
    sys.stderr.flush()
    kept = os.dup(error_stream)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    python_stderr = sys.stderr
    try:
        os.dup2(nowhere, error_stream)
        with open(
            kept, "w", encoding=python_stderr.encoding, errors="backslashreplace", buffering=1, closefd=False
        ) as out:
            sys.stderr = out
            yield
    finally:
        sys.stderr = python_stderr
        os.dup2(kept, error_stream)
        os.close(kept)
        os.close(nowhere)
