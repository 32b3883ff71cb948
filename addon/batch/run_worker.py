"""Starts worker.py inside a background Blender: `blender --background --factory-startup --python run_worker.py`.

The folder three levels up is made importable as `understudy`, whatever its own name is.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != here]
root = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location(
    "understudy", root / "__init__.py", submodule_search_locations=[str(root)]
)
assert spec is not None and spec.loader is not None
package = importlib.util.module_from_spec(spec)
sys.modules["understudy"] = package
spec.loader.exec_module(package)
sys.exit(importlib.import_module("understudy.addon.batch.worker").main())
