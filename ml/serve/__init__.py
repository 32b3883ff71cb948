"""The engine: a process beside Blender that captures, records and looks into videos (`python -m understudy.ml serve`).

Newline-delimited JSON-RPC 2.0 over stdin and stdout. It ends when its stdin closes, whatever it is doing, and leaves
nothing half-written. Methods are listed in methods.py; addon/engine/protocol.py is the other end.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def main(argv: Sequence[str] | None = None, capture: Callable[..., Any] | None = None) -> int:
    """Serve until the client hangs up. `capture` stands in for ml.capture.capture in tests."""
    from . import stdio

    parser = argparse.ArgumentParser(prog="serve", description="Serve Blender over stdin and stdout.")
    parser.add_argument("--log", type=Path, help="the file that everything printed goes to")
    arguments = parser.parse_args(argv)
    # Ctrl-C in the terminal Blender was started from reaches this process too; its end is the closing of stdin.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(5)  # Blender's window comes first
    incoming, outgoing = stdio.claim_stdio(arguments.log)

    from .making import making_methods
    from .methods import engine_methods
    from .partials import remove_partials
    from .recording import Recordings
    from .rpc import Server

    recordings = Recordings()
    server = Server(incoming, outgoing, {**engine_methods(capture), **making_methods(), **recordings.methods()})
    logging.getLogger(__name__).info("engine %d serves", os.getpid())
    server.run()
    recordings.close()
    server.cancel_all()
    remove_partials()
    logging.getLogger(__name__).info("engine %d ends", os.getpid())
    # Threads in native code cannot be joined in time; nothing they hold matters any more.
    os._exit(0)
