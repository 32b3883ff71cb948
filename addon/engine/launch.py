"""Starts the engine: `PYTHON launch.py serve --log FILE`, a batch or its workers, or any command of `understudy.ml`.

The extension's folder may have any name (Blender and checkouts choose it), so it is registered here as the package
`understudy`. This is done while importing, not under `__main__`, so that processes the engine spawns find it as well.
Standard library only: it runs in whatever Python the engine has.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
ROOT = _HERE.parents[1]


def register_package() -> None:
    """Make ROOT importable as `understudy`."""
    # Python puts this folder first on the path, where platform.py would hide the standard library's module.
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != _HERE]
    if "understudy" in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(
        "understudy", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    if spec is None or spec.loader is None:
        raise SystemExit(f"The folder {ROOT} does not hold Understudy; install the extension again.")
    package = importlib.util.module_from_spec(spec)
    sys.modules["understudy"] = package
    spec.loader.exec_module(package)


register_package()


def main(arguments: list[str]) -> int:
    """Serve Blender or a batch, run a batch, or run a command of the engine's own command line."""
    if arguments[:1] == ["serve"]:
        return importlib.import_module("understudy.ml.serve").main(arguments[1:])
    if arguments[:1] == ["batch-worker"]:
        return importlib.import_module("understudy.batch.engine_worker").main()
    if arguments[:1] == ["batch"]:
        return importlib.import_module("understudy.batch.cli").main(arguments[1:])
    if arguments[:1] == ["train-data"]:
        return importlib.import_module("understudy.ml.shards").main(arguments[1:])
    return importlib.import_module("understudy.ml.cli").main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
